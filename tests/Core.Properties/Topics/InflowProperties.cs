using FsCheck;
using FsCheck.Fluent;
using PluginHost.Core.Policy.Topics;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Topics;

public class InflowProperties
{
    private static readonly Arbitrary<(long Epoch, long Number)[]> Arrivals = Arb.From(
        (from epoch in Gen.Choose(1, 3) from number in Gen.Choose(1, 8) select ((long)epoch, (long)number)).ListOf().Select(list => list.ToArray()));

    [Property]
    public Property Nothing_is_delivered_twice_or_out_of_order_and_every_hole_is_marked() => Prop.ForAll(Arrivals, arrivals =>
    {
        var inflow = default(Inflow);
        (long Epoch, long Number) last = default;
        foreach (var (epoch, number) in arrivals)
        {
            var (verdict, next) = inflow.Receive(epoch, number);
            inflow = next;
            var newer = (epoch, number).CompareTo(last) > 0;
            Assert.Equal(newer, verdict != InflowVerdict.Discard);
            if (!newer) continue;
            var follows = last == default || (epoch == last.Epoch ? number == last.Number + 1 : number == 1);
            Assert.Equal(follows ? InflowVerdict.Deliver : InflowVerdict.DeliverAfterGap, verdict);
            last = (epoch, number);
        }
    });
}
