using System.Text;
using PluginHost.Abstractions;
using PluginHost.Core.Connection;
using PluginHost.Core.Frames;
using PluginHost.Core.Handshake;
using PluginHost.Core.Limits;
using PluginHost.Server.Buffers;
using PluginHost.Server.Handlers;

namespace PluginHost.Server;

internal sealed partial class Connection
{
    /// <summary>From this size on a received message is answered from where it lies; below, copying is cheaper than another segment.</summary>
    private const int ReferFrom = 4096;

    private SendLimits _sendLimits;
    private SendQueue? _waiting;
    private bool _wantsWritable;
    private bool _dirty;
    private bool _drainWanted;
    private bool _endOutput;
    private bool _close;
    private bool _reset;
    private bool _lost;
    private bool _slow;
    private bool _handlerClosed;
    private byte[]? _reply;
    private string _closeReason = "";

    /// <summary>Bytes that wait to be sent.</summary>
    public long WaitingBytes => _waiting?.Length ?? 0;

    private bool IsSendQueueFull => _waiting is not null && _waiting.Cost >= _sendLimits.High;

    // ---- Turns ----

    private void BeginTurn()
    {
        _inTurn = true;
        Loop.BeginTurn(this);
        Loop.Output.MostCopied = _sendLimits.Batch;
    }

    private void FinishTurn()
    {
        FlushOutput();
        if (_lost) Apply(Transitions.Abort(_state), [], 0);
        else if (_slow) FailSlow();
        if (_close && !_reset) SendWaiting();
        _inTurn = false;
        if (_assemblyDone || _state.Discarding) ReleaseAssembly();
        if (_endOutput && WaitingBytes == 0 && !IsOver)
        {
            _endOutput = false;
            _channel.EndOutput();
        }
        _session?.Waiting(WaitingBytes);
        if (_close) CloseChannel();
        else Loop.Timers.Update(this);
        Loop.EndTurn();
    }

    private void CloseChannel()
    {
        if (IsOver) return;
        IsOver = true;
        if (!_wantsWritable) _waiting?.Clear(); // otherwise the transport may still be sending from it
        LeaveQueue();
        if (_handshakeCounts) Loop.Counters.Abandoned++;
        EndHandshake();
        EndService();
        _account?.Leave(Loop.Now);
        _account = null;
        AbandonDecision();
        LeaveTopics();
        DropCarry();
        ReleaseAssembly();
        _deflate?.Dispose();
        _deflate = null;
        _handlerTimer = long.MaxValue;
        _channel.Close(_reset);
        Loop.Remove(this);
    }

    /// <inheritdoc/>
    internal override void OnDue(long now)
    {
        try
        {
            Due(now);
        }
        catch (Exception exception)
        {
            Loop.Failed(this, exception);
        }
    }

    private void Due(long now)
    {
        if (IsOver) return;
        BeginTurn();
        if (_state.Phase == Phase.Open && IsHeldByThisEnd) Excuse(now);
        if (now >= _state.NextDeadline) Apply(Transitions.Tick(_settings, _state, now), [], 0);
        if (now >= _handlerTimer)
        {
            _handlerTimer = long.MaxValue;
            Call(static runner => runner.Tick());
        }
        OtherDue(now);
        FinishTurn();
        Resume();
    }

    /// <summary>What the peer sends is not read just now: its silence, and a message that does not go on, are this end's doing.</summary>
    private void Excuse(long now)
    {
        _state = Transitions.Heard(_settings, _state, now);
        if (now >= _state.AssemblyDeadline) _state = _state with { AssemblyDeadline = now + _settings.AssemblyTimeout };
    }

    /// <summary>Ends the connection after a fault of this program, whatever state the fault has left behind. Throws nothing.</summary>
    public void Abandon()
    {
        try
        {
            _lost = true;
            BeginTurn();
            Apply(Transitions.Abort(_state), [], 0);
        }
        catch (Exception exception)
        {
            Loop.Log.Write(LogLevel.Error, $"connection {Id}: internal error, {Loop.Describe(exception)}");
        }
        _inTurn = false;
        _close = _reset = true;
        CloseChannel();
    }

    // ---- The interpreter: the only place where what the core decided is done ----

    private void Apply(Transition transition, byte[] buffer, int at)
    {
        _state = transition.State;
        var actions = transition.Actions;
        if (actions.First.Kind == ActionKind.None) return;
        Perform(actions.First, buffer, at);
        if (actions.Second.Kind == ActionKind.None) return;
        Perform(actions.Second, buffer, at);
        if (actions.Third.Kind != ActionKind.None) Perform(actions.Third, buffer, at);
    }

    private void Perform(ConnectionAction action, byte[] buffer, int at)
    {
        switch (action.Kind)
        {
            case ActionKind.DeliverData:
                OnData(action, buffer, at);
                break;
            case ActionKind.SendPong:
                EmitFrame(Opcode.Pong, buffer.AsSpan(at + action.Start, action.Length));
                if (_state.WaitingPongs == ConnectionSettings.MaxWaitingPongs) FlushOutput(); // perhaps they only wait for the end of the turn
                break;
            case ActionKind.SendPing:
                EmitFrame(Opcode.Ping, default);
                break;
            case ActionKind.SendClose:
                EmitFrame(Opcode.Close, FrameEncoder.ClosePayload(action.CloseCode, CloseReason(action)));
                EndSending();
                break;
            case ActionKind.DeliverClosed:
                OnClosed(action, buffer, at);
                break;
            case ActionKind.DecideHandshake:
                _handshakes.Decide(this, buffer.AsSpan(at + action.Start, action.Length));
                break;
            case ActionKind.SendHandshakeReply:
                if (action.HeadFault == HeadFault.BadMethod) LogSpeech(buffer.AsSpan(at));
                EmitBytes(action.Status == 0 ? _reply : Refusal(action));
                _reply = null;
                Loop.Counters.Answered(action.Status == 0 ? 101 : action.Status);
                EndHandshake();
                if (action.Status != 0) AbandonDecision();
                break;
            case ActionKind.EndOutput:
                _endOutput = true;
                break;
            case ActionKind.CloseStream:
                _close = true;
                break;
            case ActionKind.ResetStream:
                _close = _reset = true;
                break;
        }
    }

    /// <summary>The peer speaks another protocol: most often somebody's configuration is wrong, so it is worth a line.</summary>
    private void LogSpeech(ReadOnlySpan<byte> head)
    {
        var speech = FirstBytes.Guess(head);
        if (speech is Speech.Tls or Speech.Proxy)
            Loop.Log.Write(LogLevel.Information, $"connection {Id} from {_channel.RemoteEndPoint}, listener {ListenerName}: {FirstBytes.OnPlainListener(speech)}");
    }

    private ReadOnlySpan<byte> CloseReason(ConnectionAction action)
    {
        if (action.Violation != ViolationKind.None) return Encoding.ASCII.GetBytes(Violations.Describe(action.Violation).Explanation);
        var reason = Encoding.UTF8.GetBytes(_closeReason);
        _closeReason = "";
        return reason;
    }

    private byte[] Refusal(ConnectionAction action)
    {
        if (_reply is not null) return _reply;
        if (action.HeadFault != HeadFault.None) return Rejection.Of(action.HeadFault).ToBytes();
        return Rejection.Of(action.Status == 408 ? RejectionReason.Timeout : RejectionReason.Unavailable).ToBytes();
    }

    private void OnClosed(ConnectionAction action, byte[] buffer, int at)
    {
        Loop.Counters.Closed((int)action.CloseCode);
        _session?.Over();
        LeaveTopics();
        _handlerTimer = long.MaxValue;
        if (action.Violation != ViolationKind.None) LogViolation(action.Violation);
        var reason = action.Length == 0 ? "" : Encoding.UTF8.GetString(buffer, at + action.Start, action.Length);
        var clean = action.CloseCode != CloseCode.AbnormalClosure;
        var runner = _runner;
        if (runner is null || _handlerClosed) return;
        _handlerClosed = true;
        try
        {
            runner.Closed(new CloseInfo((int)action.CloseCode, reason, clean));
        }
        catch (Exception exception)
        {
            LogFault(exception);
        }
    }

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
