using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using PluginHost.Core.Policy.Topics;

namespace PluginHost.Core.Properties.Topics;

/// <summary>After a snapshot at offset n come n + 1, n + 2, …, each once, whoever does what in whatever order.</summary>
public class SnapshotProperties
{
    private const string Topic = "t";

    private enum Step
    {
        Publish,
        PublishUnkept,
        Subscribe,
        Unsubscribe,
        Gather,
        Deliver,
    }

    /// <summary>What the subscriber gets: a snapshot, or a message; offset 0 for one that is not kept, of which <see cref="Number"/> tells one from another.</summary>
    private readonly record struct Got(bool IsSnapshot, long Offset, int Number);

    private abstract record Item
    {
        public sealed record Message(long Offset, int Number) : Item;

        public sealed record Add(int Subscription, int? Before, long Ticket) : Item;

        public sealed record Remove(int Subscription) : Item;
    }

    /// <summary>
    /// One subscriber on one loop, as the server has it: an inbox, a batch that is taken from it and delivered step by step, and snapshots that are given at any
    /// moment in between. Only what the core decides keeps messages back.
    /// </summary>
    /// <param name="toClient">What is marked goes to the client, which gets it before the snapshot; otherwise to the handler, which is told later.</param>
    private sealed class Loop(bool toClient)
    {
        private readonly Queue<Item> _inbox = new();
        private readonly Queue<Item.Message> _marked = new();
        private readonly List<long> _taken = [];
        private readonly HashSet<int> _places = [];
        private SnapshotFloors _floors = SnapshotFloors.None;
        private (long Offset, int Number, int Subscriptions, long Tickets) _last;
        private int? _subscription;

        public List<Got> Gotten { get; } = [];

        public void Do(Step step)
        {
            switch (step)
            {
                case Step.Publish:
                    _inbox.Enqueue(new Item.Message(++_last.Offset, 0));
                    break;
                case Step.PublishUnkept:
                    _inbox.Enqueue(new Item.Message(0, ++_last.Number));
                    break;
                case Step.Subscribe:
                    Subscribe();
                    break;
                case Step.Unsubscribe when _subscription is { } old:
                    _inbox.Enqueue(new Item.Remove(old));
                    _subscription = null;
                    break;
                case Step.Gather when _marked.Count == 0:
                    EndBatch();
                    if (_inbox.TryDequeue(out var item)) Take(item);
                    if (_inbox.TryDequeue(out item)) Take(item);
                    break;
                case Step.Deliver when _marked.TryDequeue(out var message):
                    if (_floors.Admits(Topic, 1, message.Offset)) Gotten.Add(new Got(false, message.Offset, message.Number));
                    if (_marked.Count == 0) EndBatch();
                    break;
            }
        }

        public void Finish()
        {
            while (_inbox.Count > 0 || _marked.Count > 0)
            {
                Do(Step.Gather);
                while (_marked.Count > 0) Do(Step.Deliver);
            }
            EndBatch();
            Assert.True(_floors.IsNone);
        }

        private void Subscribe()
        {
            while (toClient && _marked.TryDequeue(out var message)) Gotten.Add(new Got(false, message.Offset, message.Number));
            _floors = _floors.Given(new SnapshotFloors.Floor(++_last.Tickets, Topic, 1, _last.Offset));
            _inbox.Enqueue(new Item.Add(++_last.Subscriptions, _subscription, _last.Tickets));
            _subscription = _last.Subscriptions;
            Gotten.Add(new Got(true, _last.Offset, 0));
        }

        private void Take(Item item)
        {
            switch (item)
            {
                case Item.Add add:
                    if (add.Before is { } before) _places.Remove(before);
                    _places.Add(add.Subscription);
                    _taken.Add(add.Ticket);
                    break;
                case Item.Remove remove:
                    _places.Remove(remove.Subscription);
                    break;
                case Item.Message message when _places.Count > 0 && _floors.Admits(Topic, 1, message.Offset):
                    _marked.Enqueue(message);
                    break;
            }
        }

        private void EndBatch()
        {
            foreach (var ticket in _taken) _floors = _floors.Passed(ticket);
            _taken.Clear();
        }
    }

    private static readonly Arbitrary<Step[]> Steps = Arb.From(Gen.Frequency(
        (4, Gen.Constant(Step.Publish)), (1, Gen.Constant(Step.PublishUnkept)), (2, Gen.Constant(Step.Subscribe)), (1, Gen.Constant(Step.Unsubscribe)),
        (4, Gen.Constant(Step.Gather)), (4, Gen.Constant(Step.Deliver))).ArrayOf());

    private static List<Got> Run(bool toClient, Step[] steps)
    {
        var loop = new Loop(toClient);
        foreach (var step in steps) loop.Do(step);
        loop.Finish();
        return loop.Gotten;
    }

    [Property(MaxTest = 2000)]
    public Property After_a_snapshot_come_the_next_ones_each_once() => Prop.ForAll(Steps, ArbMap.Default.ArbFor<bool>(), (steps, toClient) =>
    {
        long? next = null;
        foreach (var got in Run(toClient, steps))
        {
            if (got.IsSnapshot) next = got.Offset + 1;
            else if (got.Offset != 0 && next is { } expected)
            {
                Assert.Equal(expected, got.Offset);
                next = expected + 1;
            }
        }
    });

    [Property(MaxTest = 2000)]
    public Property Who_stays_subscribed_gets_everything_that_is_not_kept_once_and_in_order() => Prop.ForAll(Steps, ArbMap.Default.ArbFor<bool>(), (steps, toClient) =>
    {
        Step[] staying = [Step.Subscribe, .. steps.Where(step => step != Step.Unsubscribe)];
        var numbers = Run(toClient, staying).Where(got => got is { IsSnapshot: false, Offset: 0 }).Select(got => got.Number);
        Assert.Equal(Enumerable.Range(1, staying.Count(step => step == Step.PublishUnkept)), numbers);
    });

    [Property]
    public Property Who_stays_subscribed_ends_with_everything_that_is_kept() => Prop.ForAll(Steps, ArbMap.Default.ArbFor<bool>(), (steps, toClient) =>
    {
        Step[] staying = [Step.Subscribe, .. steps.Where(step => step != Step.Unsubscribe)];
        Assert.Equal(staying.Count(step => step == Step.Publish), Run(toClient, staying).Max(got => got.Offset));
    });

    [Fact]
    public void Other_topics_and_later_epochs_pass()
    {
        var floors = SnapshotFloors.None.Given(new SnapshotFloors.Floor(1, Topic, 5, 10));
        Assert.False(floors.Admits(Topic, 5, 10));
        Assert.False(floors.Admits(Topic, 4, 99));
        Assert.True(floors.Admits(Topic, 5, 11));
        Assert.True(floors.Admits(Topic, 6, 1));
        Assert.True(floors.Admits(Topic, 5, 0));
        Assert.True(floors.Admits("other", 5, 1));
        Assert.Same(SnapshotFloors.None, floors.Passed(1));
    }
}
