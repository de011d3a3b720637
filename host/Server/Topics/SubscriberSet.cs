namespace PluginHost.Server.Topics;

/// <summary>One subscription of one connection.</summary>
/// <param name="set">What it has subscribed to.</param>
internal sealed class Subscribing(SubscriberSet set)
{
    /// <summary>What it has subscribed to.</summary>
    public readonly SubscriberSet Set = set;

    /// <summary>Its place in the loop's list; −1 before it is in and after it has left. The loop's only.</summary>
    public int Index = -1;

    /// <summary>The number of its snapshot (<see cref="Subscriber.Given"/>); 0 for none.</summary>
    public long Ticket;

    /// <summary>Messages go to the handler.</summary>
    public bool ToHandler;

    /// <summary>It is told who comes and goes.</summary>
    public bool Watches;

    /// <summary>Others see it.</summary>
    public bool IsMember;
}

/// <summary>A place in a list of subscribers.</summary>
internal readonly record struct Place(Subscriber Subscriber, Subscribing Subscribing);

/// <summary>The subscribers of one loop to one topic or pattern. The loop's only.</summary>
internal sealed class LoopSubscribers
{
    private Place[] _places = new Place[4];
    private int _count;

    public ReadOnlySpan<Place> Places => _places.AsSpan(0, _count);

    public void Add(Subscriber subscriber, Subscribing subscribing)
    {
        if (_count == _places.Length) Array.Resize(ref _places, _count < 64 ? _count + Math.Max(2, _count / 2) : 2 * _count);
        subscribing.Index = _count;
        _places[_count++] = new Place(subscriber, subscribing);
    }

    public void Remove(Subscribing subscribing)
    {
        var last = _places[--_count];
        _places[_count] = default;
        if (subscribing.Index != _count)
        {
            _places[subscribing.Index] = last;
            last.Subscribing.Index = subscribing.Index;
        }
        subscribing.Index = -1;
    }
}

/// <summary>
/// Who has subscribed to one topic or pattern. Each loop has its own list, which it alone reads and writes; publishers only look how many there are
/// on which loop, so subscribing and publishing do not wait for each other. What needs an order (counts, history, members) is changed under the
/// set's own lock.
/// </summary>
/// <param name="name">The topic or the pattern.</param>
/// <param name="loops">Loops of the server.</param>
internal class SubscriberSet(string name, int loops)
{
    private readonly Slot[] _slots = new Slot[loops];

    private struct Slot
    {
        public LoopSubscribers? Subscribers;
        public int Wanted;
    }

    /// <summary>The topic or the pattern.</summary>
    public string Name => name;

    /// <summary>It has been forgotten: whoever finds it so looks again. Under the lock.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>How many on that loop have subscribed, or are about to. From any thread.</summary>
    public int Wanted(int loop) => Volatile.Read(ref _slots[loop].Wanted);

    /// <summary>Nobody on any loop has subscribed.</summary>
    public bool IsUnwanted
    {
        get
        {
            for (var i = 0; i < _slots.Length; i++)
                if (Wanted(i) > 0) return false;
            return true;
        }
    }

    /// <summary>Those who have subscribed, or are about to. From any thread.</summary>
    public int Count => _slots.Sum(slot => slot.Wanted);

    /// <summary>Somebody on that loop is about to subscribe, or has left. From any thread.</summary>
    public void Want(int loop, int more) => Interlocked.Add(ref _slots[loop].Wanted, more);

    /// <summary>The subscribers on a loop; on that loop.</summary>
    public ReadOnlySpan<Place> On(int loop) => _slots[loop].Subscribers is { } subscribers ? subscribers.Places : default;

    /// <summary>Puts a subscriber in; on its loop.</summary>
    public void Add(int loop, Subscriber subscriber, Subscribing subscribing) =>
        (_slots[loop].Subscribers ??= new LoopSubscribers()).Add(subscriber, subscribing);

    /// <summary>Takes a subscriber out; on its loop.</summary>
    public void Remove(int loop, Subscribing subscribing)
    {
        var subscribers = _slots[loop].Subscribers!;
        subscribers.Remove(subscribing);
        if (subscribers.Places.IsEmpty) _slots[loop].Subscribers = null;
    }
}
