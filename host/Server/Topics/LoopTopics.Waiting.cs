using PluginHost.Core.Policy.Topics;

namespace PluginHost.Server.Topics;

/// <summary>What waits on the loop to be delivered, and the loop's connections that are not read from because they publish more than can be delivered.</summary>
internal sealed partial class LoopTopics
{
    private readonly Queue<ConnectionTopics> _held = new();
    private int _heldCount;
    private long _delivered;
    private bool _isHeldNew;
    private long _messages;
    private long _bytes;
    private long _deliveries;

    /// <summary>What waits; from any thread.</summary>
    public Backlog Waiting => new(Interlocked.Read(ref _messages), Interlocked.Read(ref _bytes), Interlocked.Read(ref _deliveries));

    /// <summary>No more may wait; from any thread.</summary>
    public bool IsFull => Waiting.IsFull(limits);

    /// <summary>Publishers are to be slowed down; from any thread.</summary>
    public bool IsHigh => Waiting.IsHigh(limits);

    /// <summary>Publishers may go on; from any thread.</summary>
    public bool IsLow => Waiting.IsLow(limits);

    /// <summary>Reads no more from a connection until less waits on <see cref="ConnectionTopics.AwaitedLoop"/>; on the loop.</summary>
    public void Hold(ConnectionTopics connection)
    {
        _held.Enqueue(connection);
        // A full fence: a batch that is delivered from now on is told to this loop; whether one just was, is looked at before the loop waits.
        Interlocked.Increment(ref _heldCount);
        _isHeldNew = true;
    }

    /// <summary>A batch was delivered on some loop; from any thread.</summary>
    public void Delivered(int somewhere)
    {
        if (Volatile.Read(ref _heldCount) == 0) return;
        Interlocked.Or(ref _delivered, 1L << somewhere);
        loop.RequestWake();
    }

    private void Wait(long messages, long bytes, long deliveries)
    {
        Interlocked.Add(ref _messages, messages);
        if (bytes != 0) Interlocked.Add(ref _bytes, bytes);
        Interlocked.Add(ref _deliveries, deliveries);
    }

    /// <summary>
    /// Reads again from connections whose loop has little left; where it has not, from one of them for each batch that it delivers, the longest held first: others
    /// that are not slowed down, such as a plugin, must not keep a connection from publishing for ever.
    /// </summary>
    private void LetGo()
    {
        if (!_isHeldNew && Volatile.Read(ref _delivered) == 0) return;
        _isHeldNew = false;
        var delivered = Interlocked.Exchange(ref _delivered, 0);
        for (var count = _held.Count; count > 0; count--)
        {
            var connection = _held.Dequeue();
            var awaited = 1L << connection.AwaitedLoop;
            if (!fabric.IsLow(connection.AwaitedLoop) && (delivered & awaited) == 0)
            {
                _held.Enqueue(connection);
                continue;
            }
            if (!fabric.IsLow(connection.AwaitedLoop)) delivered &= ~awaited;
            Interlocked.Decrement(ref _heldCount);
            connection.LetGo();
        }
    }
}
