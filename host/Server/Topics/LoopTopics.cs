using System.Collections.Concurrent;
using PluginHost.Abstractions;
using PluginHost.Compression;

namespace PluginHost.Server.Topics;

/// <summary>
/// The topics as one loop sees them: an inbox of what was published and who came and went, in order, and the delivery to the loop's own subscribers. All that
/// one subscriber gets in one turn leaves in one send.
/// </summary>
/// <param name="loop">The loop.</param>
/// <param name="index">Its number among the server's loops.</param>
/// <param name="table">The topics of all loops.</param>
internal sealed class LoopTopics(Loop loop, int index, TopicTable table) : IDisposable
{
    private readonly ConcurrentQueue<Item> _inbox = new();
    private readonly List<Broadcast> _broadcasts = [];
    private readonly List<Subscriber> _marked = [];
    private Delivery[] _deliveries = new Delivery[256];
    private int _used;
    private long _stamp;

    private enum ItemKind : byte
    {
        Broadcast,
        Add,
        Remove,
    }

    private readonly record struct Item(ItemKind Kind, Broadcast? Broadcast, Subscriber? Subscriber, Subscribing? Subscribing);

    /// <summary>Something that waits to be delivered to one subscriber in this turn.</summary>
    /// <param name="Frames">Frames that lie together; <see langword="null"/> where it is something for the handler, or a message to be made for it alone.</param>
    /// <param name="Start">Index of the first byte.</param>
    /// <param name="Length">Bytes.</param>
    /// <param name="Broadcast">The publication, where there are no frames.</param>
    /// <param name="ToHandler">It is for the handler.</param>
    /// <param name="Next">The subscriber's next one; −1 for none.</param>
    public readonly record struct Delivery(SharedBuffer? Frames, int Start, int Length, Broadcast? Broadcast, bool ToHandler, int Next);

    /// <summary>Its number among the server's loops.</summary>
    public int Index => index;

    /// <summary>Where frames are written; on the loop.</summary>
    public FrameArena Arena { get; } = new();

    /// <summary>What compresses; on the loop.</summary>
    public DeflatePool Deflate => loop.Deflate;

    /// <summary>Where events are logged.</summary>
    public ServerLog Log => loop.Log;

    /// <summary>Nothing is to be delivered.</summary>
    public bool IsIdle => _inbox.IsEmpty;

    /// <summary>The calling thread is the loop's.</summary>
    public bool IsCurrent => loop.IsCurrent;

    /// <summary>Something was published; from any thread.</summary>
    public void Post(Broadcast broadcast) => Post(new Item(ItemKind.Broadcast, broadcast, null, null));

    /// <summary>From here on the subscriber gets what is published; from any thread.</summary>
    public void PostAdd(Subscriber subscriber, Subscribing subscribing) => Post(new Item(ItemKind.Add, null, subscriber, subscribing));

    /// <summary>From here on the subscriber gets nothing more; from any thread.</summary>
    public void PostRemove(Subscriber subscriber, Subscribing subscribing) => Post(new Item(ItemKind.Remove, null, subscriber, subscribing));

    /// <summary>A delivery of this turn.</summary>
    public Delivery At(int delivery) => _deliveries[delivery];

    /// <summary>Delivers what has come; once a turn, on the loop.</summary>
    public void Deliver()
    {
        if (_inbox.IsEmpty) return;
        // As many as were there: what they cause waits for the next turn, so that sockets get theirs.
        for (var count = _inbox.Count; count > 0 && _inbox.TryDequeue(out var item); count--)
        {
            try
            {
                Take(item);
            }
            catch (Exception exception)
            {
                loop.Failed(null, exception);
            }
        }
        foreach (var subscriber in _marked)
        {
            try
            {
                subscriber.Connection.DeliverTopics(subscriber, this);
            }
            catch (Exception exception)
            {
                loop.Failed(subscriber.Connection, exception);
            }
            subscriber.First = subscriber.Last = -1;
        }
        _marked.Clear();
        _deliveries.AsSpan(0, _used).Clear();
        _used = 0;
        foreach (var broadcast in _broadcasts) broadcast.Release();
        _broadcasts.Clear();
    }

    /// <summary>Lets go of everything; the loop has ended.</summary>
    public void Dispose()
    {
        while (_inbox.TryDequeue(out var item)) item.Broadcast?.Release();
        Arena.Drop();
    }

    private void Post(Item item)
    {
        _inbox.Enqueue(item);
        if (!loop.IsCurrent) loop.RequestWake();
    }

    private void Take(in Item item)
    {
        switch (item.Kind)
        {
            case ItemKind.Add:
                if (item.Subscriber!.Connection.IsOver) break;
                item.Subscribing!.Set.Add(index, item.Subscriber, item.Subscribing);
                loop.Counters.Subscriptions++;
                break;
            case ItemKind.Remove:
                if (item.Subscribing!.Index >= 0)
                {
                    item.Subscribing.Set.Remove(index, item.Subscribing);
                    loop.Counters.Subscriptions--;
                }
                item.Subscribing.Set.Want(index, -1);
                if (item.Subscribing.Set.IsUnwanted) table.Left(item.Subscribing.Set);
                break;
            default:
                _broadcasts.Add(item.Broadcast!);
                Mark(item.Broadcast!);
                break;
        }
    }

    private void Mark(Broadcast broadcast)
    {
        var several = broadcast.Patterns.Length > 0;
        _stamp++;
        if (broadcast.Own is { } own) Mark(broadcast, own.On(index), several);
        foreach (var pattern in broadcast.Patterns) Mark(broadcast, pattern.On(index), several);
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
            if (subscribing.ToHandler || subscriber.Form is null)
            {
                Append(subscriber, null, 0, 0, broadcast, subscribing.ToHandler);
                loop.Counters.OtherDeliveries++;
                continue;
            }
            if (!ReferenceEquals(subscriber.Form, form))
            {
                form = subscriber.Form;
                frame = broadcast.FrameFor(form, this);
            }
            if (frame.Buffer is not null) Append(subscriber, frame);
        }
    }

    private void Append(Subscriber subscriber, in SharedFrame frame)
    {
        loop.Counters.SharedDeliveries++;
        if (subscriber.Last >= 0)
        {
            ref var last = ref _deliveries[subscriber.Last];
            if (ReferenceEquals(last.Frames, frame.Buffer) && last.Start + last.Length == frame.Start)
            {
                last = last with { Length = last.Length + frame.Length };
                return;
            }
        }
        Append(subscriber, frame.Buffer, frame.Start, frame.Length, null, false);
    }

    private void Append(Subscriber subscriber, SharedBuffer? frames, int start, int length, Broadcast? broadcast, bool toHandler)
    {
        if (_used == _deliveries.Length) Array.Resize(ref _deliveries, 2 * _used);
        if (subscriber.Last >= 0)
        {
            ref var last = ref _deliveries[subscriber.Last];
            last = last with { Next = _used };
        }
        else
        {
            subscriber.First = _used;
            _marked.Add(subscriber);
        }
        subscriber.Last = _used;
        _deliveries[_used++] = new Delivery(frames, start, length, broadcast, toHandler, -1);
    }
}
