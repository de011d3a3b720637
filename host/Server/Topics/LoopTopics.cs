using System.Collections.Concurrent;
using PluginHost.Abstractions;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Policy.Topics;
using PluginHost.Server.Compression;
using PluginHost.Server.Connections;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Topics;

/// <summary>
/// The topics as one loop sees them: an inbox of what was published and who came and went, in order, and the delivery to the loop's own subscribers. What is
/// taken from the inbox in one turn is a batch: all that one subscriber gets of it leaves in one send. Batches and turns are bounded; what waits is counted.
/// </summary>
/// <param name="loop">The loop.</param>
/// <param name="index">Its number among the server's loops.</param>
/// <param name="fabric">The topics of all loops.</param>
/// <param name="limits">How much may wait.</param>
internal sealed partial class LoopTopics(Loop loop, int index, TopicFabric fabric, BacklogLimits limits) : LoopTopicsPort(index)
{
    private static readonly TurnBudget s_gathering = new(BacklogLimits.Batch, 500);
    private static readonly TurnBudget s_delivering = new(BacklogLimits.Batch, 1000);

    private readonly ConcurrentQueue<Item> _inbox = new();
    private readonly Batch _batch = new();
    private TurnShare _gathering = TurnShare.First;
    private TurnShare _delivering = TurnShare.First;
    private long _stamp;

    private enum ItemKind : byte
    {
        Broadcast,
        Add,
        Remove,
    }

    private readonly record struct Item(ItemKind Kind, int Deliveries, Broadcast? Broadcast, Subscriber? Subscriber, Subscribing? Subscribing, Subscribing? Before);

    /// <summary>Where frames are written; on the loop.</summary>
    public FrameArena Arena { get; } = new();

    /// <summary>What compresses; on the loop.</summary>
    public DeflatePool Deflate => loop.Deflate;

    /// <summary>Where events are logged.</summary>
    public ServerLog Log => loop.Log;

    /// <inheritdoc/>
    public override bool IsIdle => _inbox.IsEmpty && _batch.IsDone && !_isHeldNew;

    /// <summary>The calling thread is the loop's.</summary>
    public bool IsCurrent => loop.IsCurrent;

    /// <summary>Something was published; from any thread.</summary>
    /// <param name="broadcast">What.</param>
    /// <param name="deliveries">To how many subscribers of this loop, about.</param>
    public void Post(Broadcast broadcast, int deliveries)
    {
        Wait(1, broadcast.Bytes, deliveries);
        Post(new Item(ItemKind.Broadcast, deliveries, broadcast, null, null, null));
    }

    /// <summary>From here on the subscriber gets what is published, by this subscription in the place of the one before; from any thread.</summary>
    public void PostAdd(Subscriber subscriber, Subscribing subscribing, Subscribing? before)
    {
        Wait(1, 0, 1);
        Post(new Item(ItemKind.Add, 1, null, subscriber, subscribing, before));
    }

    /// <summary>From here on the subscriber gets nothing more; from any thread.</summary>
    public void PostRemove(Subscriber subscriber, Subscribing subscribing)
    {
        Wait(1, 0, 1);
        Post(new Item(ItemKind.Remove, 1, null, subscriber, subscribing, null));
    }

    /// <summary>Entries that the lists of the batch have room for.</summary>
    internal int Capacity => _batch.Capacity;

    /// <summary>A delivery of the batch.</summary>
    public Delivery At(int delivery) => _batch.At(delivery);

    /// <summary>As <see cref="Batch.Link"/>.</summary>
    public void Link(Subscriber subscriber, int before, int next) => _batch.Link(subscriber, before, next);

    /// <summary>Goes on with the batch that is being delivered, or begins the next one, as far as this turn's share goes; once a turn, on the loop.</summary>
    public override void Deliver()
    {
        if (_held.Count > 0) LetGo();
        if (_batch.IsDone && !Gather())
        {
            _batch.Trim(loop.Now);
            return;
        }
        var meter = new ShareMeter(s_delivering, _delivering.Renew());
        while (_batch.Next is { } subscriber && meter.Step(loop))
        {
            var isDone = true;
            try
            {
                isDone = subscriber.Topics.Deliver(subscriber, this, ref meter);
            }
            catch (Exception exception)
            {
                loop.Failed(subscriber.Connection, exception);
            }
            if (!isDone) break;
            _batch.Delivered(subscriber);
        }
        _delivering = meter.Share;
        if (_batch.IsDone) EndBatch();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        while (_inbox.TryDequeue(out var item)) item.Broadcast?.Release();
        _batch.Clear(loop.Now);
        Arena.Drop();
    }

    private void Post(in Item item)
    {
        _inbox.Enqueue(item);
        if (!loop.IsCurrent) loop.RequestWake();
    }

    /// <summary>Takes from the inbox what makes the next batch.</summary>
    /// <returns>Whether there was anything.</returns>
    private bool Gather()
    {
        if (_inbox.IsEmpty) return false;
        var meter = new ShareMeter(s_gathering, _gathering.Renew());
        // At most as many as were there: what they cause waits for the next turn, so that sockets get theirs.
        for (var count = _inbox.Count; count > 0 && _batch.Taken.Deliveries < BacklogLimits.Batch && meter.Step(loop) && _inbox.TryDequeue(out var item); count--)
        {
            _batch.Take(item.Deliveries, item.Broadcast);
            try
            {
                Take(item);
            }
            catch (Exception exception)
            {
                loop.Failed(null, exception);
            }
        }
        _gathering = meter.Share;
        return true;
    }

    private void EndBatch()
    {
        var taken = _batch.Taken;
        _batch.Clear(loop.Now);
        Wait(-taken.Messages, -taken.Bytes, -taken.Deliveries);
        fabric.Delivered(Index);
    }

    private void Take(in Item item)
    {
        switch (item.Kind)
        {
            case ItemKind.Add:
                if (item.Before is { } before) Remove(before);
                if (item.Subscribing!.Ticket != 0) _batch.Take(item.Subscriber!, item.Subscribing.Ticket);
                if (item.Subscriber!.Connection.IsOver) break;
                item.Subscribing.Set.Add(Index, item.Subscriber, item.Subscribing);
                loop.Counters.Subscriptions++;
                break;
            case ItemKind.Remove:
                Remove(item.Subscribing!);
                if (item.Subscribing!.Set.IsUnwanted) fabric.Table.Left(item.Subscribing.Set);
                break;
            default:
                Mark(item.Broadcast!);
                break;
        }
    }

    private void Remove(Subscribing subscribing)
    {
        if (subscribing.Index >= 0)
        {
            subscribing.Set.Remove(Index, subscribing);
            loop.Counters.Subscriptions--;
        }
        subscribing.Set.Want(Index, -1);
    }

    private void Mark(Broadcast broadcast)
    {
        var several = broadcast.Patterns.Length > 0;
        _stamp++;
        if (broadcast.Own is { } own) Mark(broadcast, own.On(Index), several);
        foreach (var pattern in broadcast.Patterns) Mark(broadcast, pattern.On(Index), several);
    }

    private void Mark(Broadcast broadcast, ReadOnlySpan<Place> places, bool several)
    {
        MessageForm? form = null;
        SharedFrame frame = default;
        var presence = broadcast.Change is not null;
        foreach (var (subscriber, subscribing) in places)
        {
            if (ReferenceEquals(subscriber, broadcast.Except) || (presence && !subscribing.Watches)) continue;
            if (several)
            {
                // Whoever has subscribed to several things that match gets it once.
                if (subscriber.Stamp == _stamp) continue;
                subscriber.Stamp = _stamp;
            }
            if (!subscriber.Admits(broadcast.Topic, broadcast.Position)) continue;
            if (subscribing.ToHandler || subscriber.Form is null)
            {
                _batch.Append(subscriber, null, 0, 0, broadcast, subscribing.ToHandler);
                loop.Counters.OtherDeliveries++;
                continue;
            }
            if (!ReferenceEquals(subscriber.Form, form))
            {
                form = subscriber.Form;
                frame = broadcast.FrameFor(form, this);
            }
            if (frame.Buffer is null) continue;
            loop.Counters.SharedDeliveries++;
            _batch.Append(subscriber, frame);
        }
    }
}
