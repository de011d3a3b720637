using PluginHost.Core.Policy.Topics;

namespace PluginHost.Server.Topics;

/// <summary>Something that waits to be delivered to one subscriber.</summary>
/// <param name="Frames">Frames that lie together; <see langword="null"/> where it is something for the handler, or a message to be made for it alone.</param>
/// <param name="Start">Index of the first byte.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Broadcast">The publication, where there are no frames.</param>
/// <param name="ToHandler">It is for the handler.</param>
/// <param name="Next">The subscriber's next one; −1 for none.</param>
internal readonly record struct Delivery(SharedBuffer? Frames, int Start, int Length, Broadcast? Broadcast, bool ToHandler, int Next);

/// <summary>What one loop has taken from its inbox and not delivered to everybody yet. One thread's.</summary>
internal sealed class Batch
{
    private const int Least = 256;
    private const int KeptFor = 1000;

    private readonly List<Broadcast> _broadcasts = [];
    private readonly List<Subscriber> _subscribers = [];
    private readonly List<(Subscriber Subscriber, long Ticket)> _snapshots = [];
    private Delivery[] _deliveries = new Delivery[Least];
    private int _used;
    private int _next;
    private long _largeAt;

    /// <summary>What was taken from the inbox for it.</summary>
    public Backlog Taken { get; private set; }

    /// <summary>Entries that its lists have room for.</summary>
    public int Capacity => _deliveries.Length + _subscribers.Capacity + _broadcasts.Capacity;

    /// <summary>Everybody has got theirs.</summary>
    public bool IsDone => _next == _subscribers.Count;

    /// <summary>The subscriber whose turn it is; <see langword="null"/> when all have had theirs.</summary>
    public Subscriber? Next => IsDone ? null : _subscribers[_next];

    /// <summary>A delivery.</summary>
    public Delivery At(int delivery) => _deliveries[delivery];

    /// <summary>Something was taken from the inbox; it is held until the batch is done.</summary>
    public void Take(int deliveries, Broadcast? broadcast)
    {
        if (broadcast is not null) _broadcasts.Add(broadcast);
        Taken = new Backlog(Taken.Messages + 1, Taken.Bytes + (broadcast?.Bytes ?? 0), Taken.Deliveries + deliveries);
    }

    /// <summary>What was published before a snapshot is in this batch or in earlier ones.</summary>
    public void Take(Subscriber subscriber, long ticket) => _snapshots.Add((subscriber, ticket));

    /// <summary>After the one delivery of a subscriber, or at its beginning (−1), comes another one, or none (−1).</summary>
    public void Link(Subscriber subscriber, int before, int next)
    {
        if (before < 0) subscriber.First = next;
        else _deliveries[before] = _deliveries[before] with { Next = next };
        if (next < 0) subscriber.Last = before;
    }

    /// <summary>The subscriber gets a frame.</summary>
    public void Append(Subscriber subscriber, in SharedFrame frame)
    {
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

    /// <summary>The subscriber gets something.</summary>
    public void Append(Subscriber subscriber, SharedBuffer? frames, int start, int length, Broadcast? broadcast, bool toHandler)
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
            _subscribers.Add(subscriber);
        }
        subscriber.Last = _used;
        _deliveries[_used++] = new Delivery(frames, start, length, broadcast, toHandler, -1);
    }

    /// <summary>The subscriber whose turn it was has got everything.</summary>
    public void Delivered(Subscriber subscriber)
    {
        subscriber.First = subscriber.Last = -1;
        _next++;
    }

    /// <summary>Ends it: nothing of it is held any more.</summary>
    public void Clear(long now)
    {
        for (; _next < _subscribers.Count; _next++) _subscribers[_next].First = _subscribers[_next].Last = -1;
        _subscribers.Clear();
        _next = 0;
        if (_used > Least || _broadcasts.Count > Least) _largeAt = now;
        _deliveries.AsSpan(0, _used).Clear();
        _used = 0;
        foreach (var broadcast in _broadcasts) broadcast.Release();
        _broadcasts.Clear();
        foreach (var (subscriber, ticket) in _snapshots) subscriber.Passed(ticket);
        _snapshots.Clear();
        Taken = default;
    }

    /// <summary>There is nothing to do: lists that were long, and have not been so for a while, shrink.</summary>
    public void Trim(long now)
    {
        if (now - _largeAt < KeptFor) return;
        _largeAt = long.MaxValue / 2; // until one is long again
        if (_deliveries.Length > Least) _deliveries = new Delivery[Least];
        if (_subscribers.Capacity > Least) _subscribers.Capacity = Least;
        if (_broadcasts.Capacity > Least) _broadcasts.Capacity = Least;
        if (_snapshots.Capacity > Least) _snapshots.Capacity = Least;
    }
}
