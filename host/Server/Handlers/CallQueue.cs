using PluginHost.Abstractions;
using PluginHost.Abstractions.Hosting;
using PluginHost.Core.Policy.Topics;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server.Buffers;

namespace PluginHost.Server.Handlers;

/// <summary>The calls that are to be made for one connection, in their order, and the memory of their messages. Under its owner's lock, but for what says otherwise.</summary>
/// <param name="bounds">What may wait.</param>
internal sealed class CallQueue(HandlerQueuePlan bounds)
{
    /// <summary>Slots that are kept for messages to come.</summary>
    internal const int MaxFree = 32;

    private readonly Queue<CallWork> _work = new();
    private readonly Stack<MessageSlot> _free = new();
    private MessageSlot? _next; // the loop's
    private CallWork? _urgent;
    private long _bytes;
    private int _topics;

    /// <summary>Slots that are kept now.</summary>
    public int Free => _free.Count;

    /// <summary>Nothing waits.</summary>
    public bool IsEmpty => _work.Count == 0 && _urgent is null;

    /// <summary>The last call is in it: nothing is added any more.</summary>
    public bool IsClosing { get; private set; }

    /// <summary>As much waits as may: the connection is not read.</summary>
    public bool IsFull => _work.Count - _topics >= bounds.Messages || _bytes >= bounds.Bytes;

    /// <summary>Little enough waits for the connection to be read again.</summary>
    public bool IsLow => _work.Count - _topics <= bounds.Messages / 4 && _bytes <= bounds.Bytes / 4;

    /// <summary>There is room for what topics tell.</summary>
    public bool HasRoomForTopics => _topics < bounds.Topics;

    /// <summary>A message over memory of the host's. On the loop, without the lock.</summary>
    public CallWork Copy(MessageKind kind, Segment payload)
    {
        var slot = _next ?? new MessageSlot(MessagePool.Shared);
        _next = null;
        return new CallWork(CallKind.Message, slot, slot.Give(kind, payload.Span));
    }

    /// <summary>Adds a call.</summary>
    public void Add(in CallWork work)
    {
        IsClosing = work.Kind == CallKind.Closed;
        _work.Enqueue(work);
        _bytes += work.Message.Length;
        if (work.Kind == CallKind.Topic) _topics++;
        if (_next is null && work.Kind == CallKind.Message) _free.TryPop(out _next);
    }

    /// <summary>Adds a call that comes before all that wait.</summary>
    public void AddFirst(in CallWork work) => _urgent = work;

    /// <summary>What the next call tells.</summary>
    public bool TryPeek(out CallKind next)
    {
        next = IsUrgentNext ? _urgent!.Value.Kind : _work.TryPeek(out var work) ? work.Kind : default;
        return !IsEmpty;
    }

    // Nothing comes before the opening.
    private bool IsUrgentNext => _urgent is not null && !(_work.TryPeek(out var first) && first.Kind == CallKind.Open);

    /// <summary>Takes the next call.</summary>
    public CallWork Take()
    {
        if (IsUrgentNext)
        {
            var urgent = _urgent!.Value;
            _urgent = null;
            return urgent;
        }
        var work = _work.Dequeue();
        _bytes -= work.Message.Length;
        if (work.Kind == CallKind.Topic) _topics--;
        return work;
    }

    /// <summary>A call is over: its message ends.</summary>
    public void End(in CallWork work)
    {
        if (work.What is MessageSlot message && message.EndCall() && _free.Count < MaxFree) _free.Push(message);
    }

    /// <summary>Drops messages of a topic that are in a snapshot which the handler has been given.</summary>
    public void Drop(TopicSnapshot snapshot)
    {
        if (_topics == 0) return;
        var floor = SnapshotFloors.None.Given(new SnapshotFloors.Floor(0, snapshot.Topic, snapshot.Position.Epoch, snapshot.Position.Offset));
        for (var count = _work.Count; count > 0; count--)
        {
            var work = _work.Dequeue();
            if (work.What is TopicMessage message && !floor.Admits(message.Topic, message.Position.Epoch, message.Position.Offset)) _topics--;
            else _work.Enqueue(work);
        }
    }
}
