using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Buffers;

namespace PluginHost.Server.Connections;

internal sealed partial class Connection
{
    /// <summary>From this size on a received message is answered from where it lies; below, copying is cheaper than another segment.</summary>
    private const int ReferFrom = 4096;

    private SendLimits _sendLimits;
    private SendQueue? _waiting;
    private bool _wantsWritable;
    private bool _dirty;
    private bool _drainWanted;
    private bool _slow;

    /// <summary>Bytes that wait to be sent.</summary>
    public long WaitingBytes => _waiting?.Length ?? 0;

    private bool IsSendQueueFull => _waiting is not null && _waiting.Cost >= _sendLimits.High;

    // ---- Frames and bytes ----

    private void EmitFrame(Opcode opcode, ReadOnlySpan<byte> payload, ReservedBits bits = ReservedBits.None)
    {
        var size = FrameHeader.SizeFor(payload.Length, masked: false) + payload.Length;
        var room = Room(size);
        if (room.IsEmpty)
        {
            EmitWaiting(opcode, payload, bits);
            return;
        }
        payload.CopyTo(room[FrameEncoder.WriteUnmasked(room, opcode, bits, payload.Length)..]);
        Loop.Output.Commit(size);
    }

    private void EmitWaiting(Opcode opcode, ReadOnlySpan<byte> payload, ReservedBits bits)
    {
        Span<byte> head = stackalloc byte[FrameHeader.MaxSize];
        Wait().AppendFrame(head[..FrameEncoder.WriteUnmasked(head, opcode, bits, payload.Length)], payload, opcode);
        MarkDirty();
    }

    private void EmitBytes(ReadOnlySpan<byte> bytes)
    {
        var room = Room(bytes.Length);
        if (room.IsEmpty)
        {
            Wait().Append(bytes);
            MarkDirty();
            return;
        }
        bytes.CopyTo(room);
        Loop.Output.Commit(bytes.Length);
    }

    /// <summary>Room in the batch of the turn; empty when the bytes have to wait in the queue.</summary>
    private Span<byte> Room(int length)
    {
        if (!_inTurn || WaitingBytes > 0) return default;
        var room = Loop.Output.Reserve(length);
        if (!room.IsEmpty) return room;
        FlushOutput();
        return WaitingBytes > 0 ? default : Loop.Output.Reserve(length);
    }

    private SendQueue Wait() => _waiting ??= new SendQueue(PinnedPool.Shared, _sendLimits.SlowConsumer == SlowConsumerPolicy.DropOldest, Loop.Counters);

    /// <summary>Nothing waits any more that would be counted.</summary>
    private void LeaveQueue()
    {
        _waiting?.Uncount();
        _waiting = null;
    }

    /// <summary>Output that stands in the queue and that no writability is awaited for is sent at the end of the loop's turn.</summary>
    private void MarkDirty()
    {
        if (_dirty || IsOver) return;
        _dirty = true;
        Loop.MarkDirty(this);
    }

    // ---- Sending ----

    /// <summary>Sends what the turn has gathered.</summary>
    private void FlushOutput()
    {
        var output = Loop.Output;
        if (output.IsEmpty) return;
        if (!IsOver && !_lost)
        {
            var sent = _channel.Send(output.Segments);
            if (sent > 0) CountSent(sent);
            if (sent < 0) Lose();
            else if (sent < output.Length) KeepWaiting(output.Segments, sent);
            else OutputLeft();
        }
        output.Clear();
        _assemblyReferred = false;
    }

    private void KeepWaiting(ReadOnlySpan<Segment> segments, long sent)
    {
        var some = sent > 0;
        foreach (var segment in segments)
        {
            if (sent >= segment.Length)
            {
                sent -= segment.Length;
                continue;
            }
            if (ReferenceEquals(segment.Array, _assembly) && _assemblyDone)
            {
                // The message stays where it lies until it is sent; the next one gets another buffer.
                Wait().AppendOwned(_assembly, segment.Start, segment.Length, (int)sent);
                _assembly = null;
                ReleaseAssembly();
            }
            else
            {
                Wait().AppendRest(segment.Span, (int)sent);
            }
            sent = 0;
        }
        Wait().AddPongs(_state.WaitingPongs);
        WantWritable(some);
    }

    private void WantWritable(bool progressed)
    {
        _state = Transitions.OutputWaits(_settings, _state, progressed, Loop.Now);
        if (_wantsWritable) return;
        _wantsWritable = true;
        _channel.WantWritable(_waiting!);
    }

    /// <summary>Nothing waits any more.</summary>
    private void OutputLeft()
    {
        if (_state.WaitingPongs != 0 || _state.SendDeadline != ConnectionState.NoDeadline) _state = Transitions.OutputSent(_state);
    }

    /// <summary>The stream takes bytes again.</summary>
    /// <param name="alreadySent">Bytes of the queue's front that the transport has sent itself.</param>
    public void Writable(long alreadySent)
    {
        _wantsWritable = false;
        if (IsOver || _waiting is null) return;
        _waiting.Held = 0;
        _waiting.Advance(alreadySent);
        CountSent(alreadySent);
        if (alreadySent > 0 && WaitingBytes > 0) _state = Transitions.OutputWaits(_settings, _state, progressed: true, Loop.Now);
        FlushWaiting();
    }

    /// <summary>Sends what waits; at the end of a turn of the loop.</summary>
    public void FlushWaiting()
    {
        _dirty = false;
        if (IsOver) return;
        BeginTurn();
        SendWaiting();
        var drained = _drainWanted && !_lost && WaitingBytes <= _sendLimits.Low;
        if (drained)
        {
            _drainWanted = false;
            _session?.Waiting(WaitingBytes);
            Call(static runner => runner.Drained());
        }
        FinishTurn();
        Resume();
    }

    private void SendWaiting()
    {
        var segments = Loop.Segments.AsSpan();
        while (!_wantsWritable && _waiting is { Length: > 0 } waiting)
        {
            var count = waiting.Peek(segments);
            var sent = _channel.Send(segments[..count]);
            if (sent < 0)
            {
                Lose();
                return;
            }
            waiting.Advance(sent);
            CountSent(sent);
            var all = 0L;
            foreach (var segment in segments[..count]) all += segment.Length;
            if (sent < all) WantWritable(sent > 0);
        }
        if (_waiting is not { Length: 0 })
        {
            if (_waiting is not null && _state.WaitingPongs != 0) _state = Transitions.PongsLeft(_state, _waiting.WaitingPongs);
            return;
        }
        LeaveQueue();
        OutputLeft();
    }

    /// <summary>
    /// A send failed: the peer is gone. The end of the turn acts on it, because a handler may be in the middle of a call now, and its calls do not overlap.
    /// </summary>
    private void Lose()
    {
        _lost = true;
        _waiting?.Clear();
        LeaveQueue();
        _endOutput = false;
    }
}
