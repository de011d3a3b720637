using PluginHost.Abstractions;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Buffers;

namespace PluginHost.Server.Connections;

/// <summary>What one connection has to send and its stream does not take yet. It is made when something first waits.</summary>
/// <param name="connection">The connection.</param>
internal sealed class Backlog(Connection connection)
{
    private SendQueue? _queue;
    private bool _awaitsWritable;
    private bool _wantsDrained;

    /// <summary>Bytes that wait.</summary>
    public long Length => _queue?.Length ?? 0;

    private SendQueue Queue => _queue ??= new SendQueue(PinnedPool.Shared, Limits.SlowConsumer == SlowConsumerPolicy.DropOldest, connection.Loop.Counters);

    private SendLimits Limits => connection.Outbox.Limits;

    /// <summary>As much waits as may.</summary>
    public bool IsFull(SendLimits limits) => _queue is { } queue && queue.Cost >= limits.High;

    /// <summary>Adds a frame.</summary>
    public void Append(Opcode opcode, ReadOnlySpan<byte> payload, ReservedBits bits, bool isLast)
    {
        Span<byte> head = stackalloc byte[FrameHeader.MaxSize];
        head = head[..FrameEncoder.WriteUnmasked(head, opcode, bits, payload.Length)];
        if (!isLast) head[0] &= 0x7F; // FIN (RFC 6455 §5.2)
        Queue.AppendFrame(head, payload, opcode, isWhole: isLast && opcode != Opcode.Continuation);
    }

    /// <summary>Adds whole frames, or a reply to the handshake.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => Queue.Append(bytes);

    /// <summary>Adds what the stream has not taken of a batch.</summary>
    /// <param name="segments">The batch.</param>
    /// <param name="sent">Bytes that it has taken.</param>
    public void Keep(ReadOnlySpan<Segment> segments, long sent)
    {
        var some = sent > 0;
        foreach (var segment in segments)
        {
            if (sent >= segment.Length)
            {
                sent -= segment.Length;
                continue;
            }
            // A message that was assembled stays where it lies until it is sent; the next one gets another buffer.
            if (connection.Inbox.GivesAway(segment.Array)) Queue.AppendOwned(segment.Array, segment.Start, segment.Length, (int)sent);
            else Queue.AppendRest(segment.Span, (int)sent);
            sent = 0;
        }
        Queue.AddPongs(connection.State.WaitingPongs);
        AwaitWritable(some);
    }

    /// <summary>Sends as much as the stream takes now, unless the transport is to say when that is.</summary>
    public void Send()
    {
        var segments = connection.Loop.Segments.AsSpan();
        while (!_awaitsWritable && _queue is { Length: > 0 } queue)
        {
            var count = queue.Peek(segments);
            var sent = connection.Channel.Send(segments[..count]);
            if (sent < 0)
            {
                connection.Outbox.Lose();
                return;
            }
            queue.Advance(sent);
            connection.CountSent(sent);
            var all = 0L;
            foreach (var segment in segments[..count]) all += segment.Length;
            if (sent < all) AwaitWritable(sent > 0);
        }
        if (_queue is not { } rest) return;
        if (rest.Length > 0)
        {
            connection.PongsLeft(rest.WaitingPongs);
            return;
        }
        Leave();
        connection.OutputSent();
    }

    /// <summary>The stream takes bytes again.</summary>
    /// <param name="alreadySent">Bytes of the front that the transport has sent itself.</param>
    /// <returns>Whether there is something to be sent.</returns>
    public bool Writable(long alreadySent)
    {
        _awaitsWritable = false;
        if (connection.IsOver || _queue is not { } queue) return false;
        queue.Held = 0;
        queue.Advance(alreadySent);
        connection.CountSent(alreadySent);
        if (alreadySent > 0 && queue.Length > 0) connection.OutputWaits(progressed: true);
        return true;
    }

    /// <summary>It is full: tries to send from it, then does what the policy says.</summary>
    /// <returns>Whether a message may be appended now.</returns>
    public bool MakeRoom()
    {
        // Output of another connection's turn has not been tried yet: that is not the peer's slowness.
        if (!_awaitsWritable) Send();
        if (connection.Half == SendingHalf.Lost) return false;
        if (!IsFull(Limits)) return true;
        switch (Limits.SlowConsumer)
        {
            case SlowConsumerPolicy.Close:
                connection.Outbox.BecomeTooSlow();
                return false;
            case SlowConsumerPolicy.DropNewest:
                connection.NoteDrops("the peer reads slowly: the newest messages are dropped");
                return false;
            default:
                connection.NoteDrops("the peer reads slowly: the oldest messages are dropped");
                while (IsFull(Limits))
                {
                    if (!_queue!.TryDropOldest()) return false;
                    connection.Loop.Counters.DroppedUnsent++;
                }
                return true;
        }
    }

    /// <summary>What a message gets that was sent while something waits.</summary>
    public SendResult Result()
    {
        if (connection.IsInTurn || _awaitsWritable) _wantsDrained = true;
        return _awaitsWritable ? SendResult.Queued : SendResult.Sent;
    }

    /// <summary>The handler is to be told when little waits again.</summary>
    public void WantDrained() => _wantsDrained = true;

    /// <summary>So little waits again that it is to be told; once.</summary>
    public bool TakeDrained(SendLimits limits)
    {
        if (!_wantsDrained || Length > limits.Low) return false;
        _wantsDrained = false;
        return true;
    }

    /// <summary>Nothing of it can be sent any more.</summary>
    public void Drop()
    {
        _queue?.Clear();
        Leave();
    }

    /// <summary>The stream is closed. Where the transport was to say when it takes bytes, it may still be sending from the queue.</summary>
    public void Close()
    {
        if (_awaitsWritable) Leave();
        else Drop();
    }

    private void AwaitWritable(bool progressed)
    {
        connection.OutputWaits(progressed);
        if (_awaitsWritable) return;
        _awaitsWritable = true;
        connection.Channel.WantWritable(_queue!);
    }

    /// <summary>Nothing waits any more that would be counted.</summary>
    private void Leave()
    {
        _queue?.Uncount();
        _queue = null;
    }
}
