using FsCheck;
using FsCheck.Fluent;
using PluginHost.Server.Connections;
using PluginHost.TestSupport;

namespace PluginHost.Tests.Server;

/// <summary>The wheel calls everything that is due, no earlier, and no later than two ticks of 64 ms after.</summary>
public sealed class TimerWheelTests
{
    private const long Slack = 2 * 64;

    private sealed class Entry : Timed
    {
        public long Due = long.MaxValue;

        public List<long> Fired { get; } = [];

        internal override long DueAt => Due;

        internal override void OnDue(long now)
        {
            Assert.True(now >= Due, $"{now} is before {Due}");
            Fired.Add(now);
            Due = long.MaxValue;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(5_000)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_600)]
    [InlineData(1_000_000)]
    public void An_entry_fires_once_at_its_time(long delay)
    {
        var wheel = new TimerWheel(1_000);
        var entry = new Entry { Due = 1_000 + delay };
        wheel.Update(entry);
        for (var now = 1_000L; now < 1_000 + delay + 1_000; now += 10) wheel.Advance(now);
        var at = Assert.Single(entry.Fired);
        Assert.InRange(at, 1_000 + delay, 1_000 + delay + Slack);
        Assert.Equal(-1, wheel.MillisecondsToNext(2_000_000));
    }

    [Fact]
    public void Waiting_as_long_as_it_says_misses_nothing_and_wakes_seldom()
    {
        var wheel = new TimerWheel(0);
        var entry = new Entry { Due = 200_000 };
        wheel.Update(entry);
        var wakes = 0;
        for (var now = 0L; entry.Fired.Count == 0; wakes++)
        {
            var wait = wheel.MillisecondsToNext(now);
            Assert.InRange(wait, 0, 65_536);
            now += Math.Max(1, wait);
            wheel.Advance(now);
        }
        Assert.InRange(entry.Fired[0], 200_000, 200_000 + Slack);
        Assert.InRange(wakes, 1, 8);
    }

    [Fact]
    public void A_removed_entry_is_silent_and_may_come_back()
    {
        var wheel = new TimerWheel(0);
        var entry = new Entry { Due = 100 };
        var other = new Entry { Due = 100 };
        wheel.Update(entry);
        wheel.Update(other);
        wheel.Remove(entry);
        wheel.Remove(entry);
        wheel.Advance(500);
        Assert.Empty(entry.Fired);
        Assert.Single(other.Fired);
        entry.Due = 600;
        wheel.Update(entry);
        wheel.Advance(1_000);
        Assert.Single(entry.Fired);
    }

    /// <summary>Random updates, removals and pauses of a hundred entries against a plain list of them.</summary>
    [Property(MaxTest = 200)]
    public Property Every_entry_fires_in_its_window() => Prop.ForAll(
        Arb.From(Steps),
        steps =>
        {
            var now = 12_345L;
            var wheel = new TimerWheel(now);
            var entries = Enumerable.Range(0, 20).Select(_ => new Entry()).ToArray();
            foreach (var (kind, who, amount) in steps)
            {
                var entry = entries[who];
                if (kind == 0)
                {
                    entry.Due = now + amount;
                    wheel.Update(entry);
                }
                else if (kind == 1)
                {
                    entry.Due = long.MaxValue;
                    wheel.Remove(entry);
                }
                else
                {
                    // What falls due within the pause fires at its end, the first time that anybody looks.
                    var before = entries.Select(one => one.Fired.Count).ToArray();
                    var due = entries.Select(one => one.Due).ToArray();
                    now += kind == 2 ? amount % 100 : amount;
                    wheel.Advance(now);
                    for (var i = 0; i < entries.Length; i++)
                    {
                        var fired = entries[i].Fired.Count - before[i];
                        if (due[i] > now && fired != 0) return false;
                        if (due[i] <= now - Slack && fired != 1) return false;
                    }
                }
            }
            return true;
        });

    private static Gen<(int Kind, int Who, int Amount)[]> Steps =>
        (from kind in Gen.Frequency((6, Gen.Constant(0)), (1, Gen.Constant(1)), (8, Gen.Constant(2)), (1, Gen.Constant(3)))
         from who in Gen.Choose(0, 19)
         from amount in Gen.OneOf(Gen.Choose(0, 300), Gen.Choose(0, 70_000), Gen.Choose(0, 400_000))
         select (kind, who, amount)).ArrayOf().Resize(200);
}
