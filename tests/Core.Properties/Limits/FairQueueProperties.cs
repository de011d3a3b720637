using FsCheck;
using FsCheck.Fluent;
using PluginHost.Core.Policy.Limits;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Limits;

/// <summary>Tickets of addresses: added, taken, given up.</summary>
public sealed record Waiting((int Address, int What)[] Steps)
{
    public override string ToString() => string.Join(' ', Steps);
}

/// <summary>Who waits gets its turn.</summary>
[Properties(Arbitrary = [typeof(FairQueueProperties)])]
public sealed class FairQueueProperties
{
    public static Arbitrary<Waiting> Stories() => Arb.From(
        from count in Gen.Choose(0, 60)
        from steps in Gen.ArrayOf(
            from address in Gen.Choose(1, 4)
            from what in Gen.Choose(0, 9)
            select (address, what), count)
        select new Waiting(steps));

    private static AddressKey Key(int address) => new((ulong)address, false);

    [Property(MaxTest = 1000)]
    public void No_ticket_is_lost_or_comes_twice_and_each_address_keeps_its_order(Waiting story)
    {
        var queue = FairQueue.Empty;
        var left = new List<(int Address, long Ticket)>();
        var failed = new System.Collections.Generic.HashSet<int>();
        long tickets = 0;
        foreach (var (address, what) in story.Steps)
        {
            if (what is 3 or 4)
            {
                if (what == 3) failed.Add(address);
                else failed.Remove(address);
                queue = queue.Judged(Key(address), what == 3);
                Assert.Equal(failed.Count, queue.Failed.Count);
            }
            if (what < 6)
            {
                queue = queue.Add(Key(address), ++tickets);
                left.Add((address, tickets));
            }
            else if (what < 9)
            {
                var next = queue.Next();
                Assert.Equal(left.Count > 0, next.IsSome);
                next.Iter(one =>
                {
                    var owner = left.Single(entry => entry.Ticket == one.Ticket).Address;
                    // Behind those that have not failed, if any waits.
                    Assert.True(!failed.Contains(owner) || left.All(entry => failed.Contains(entry.Address)));
                    Assert.Equal(one.Ticket, left.First(entry => entry.Address == owner).Ticket);
                    left.RemoveAll(entry => entry.Ticket == one.Ticket);
                    queue = one.Left;
                });
            }
            else if (left.Count > 0)
            {
                var given = left[address % left.Count].Ticket;
                queue = queue.Without(given);
                left.RemoveAll(entry => entry.Ticket == given);
            }
            Assert.Equal(left.Count, queue.Count);
        }
    }

    [Property(MaxTest = 500)]
    public void One_that_asks_once_waits_for_no_more_than_one_of_each_other(PositiveInt many)
    {
        var queue = FairQueue.Empty;
        for (var i = 0; i < many.Get % 100; i++) queue = queue.Add(Key(1), i).Add(Key(2), 1_000 + i);
        queue = queue.Add(Key(3), 9_999);
        for (var turn = 0; turn < 3; turn++)
        {
            var next = queue.Next().IfNone(() => throw new InvalidOperationException());
            if (next.Ticket == 9_999) return;
            queue = next.Left;
        }
        Assert.Fail("it waits for more");
    }
}
