using System.Runtime.InteropServices;
using System.Text;
using PluginHost.Abstractions;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Server.Buffers;
using PluginHost.Server.Compression;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Connections;

/// <summary>What handlers and the server want of a connection. On its loop only, but for <see cref="ServerSession"/>, which crosses threads.</summary>
internal sealed partial class Connection
{
    private ServerSession? _session;

    /// <summary>The facts of the connection, once the handshake was accepted.</summary>
    public HandshakeInfo Handshake { get; private set; } = s_unknown;

    private static readonly HandshakeInfo s_unknown = new();

    /// <summary>Nobody will ask for the facts any more; an idle connection does not pay for them.</summary>
    public void ForgetHandshake() => Handshake = s_unknown;

    /// <summary>The token whose handler serves the connection, for logs.</summary>
    public string HandlerName => _handler?.Name ?? "";

    // ---- The opening handshake ----

    /// <summary>Cancelled when nobody waits for the decision any more.</summary>
    public CancellationToken Abandoned => (_abandoned ??= new CancellationTokenSource()).Token;

    private CancellationTokenSource? _abandoned;

    // Registered callbacks are the plugin's: not on the loop, and what they throw is not the loop's.
    private void AbandonDecision()
    {
        if (_abandoned is not { } abandoned) return;
        _abandoned = null;
        CancelOnPool(abandoned, Loop.Log);
    }

    /// <summary>Cancels where callbacks may block and throw.</summary>
    public static void CancelOnPool(CancellationTokenSource source, ServerLog log) => ThreadPool.UnsafeQueueUserWorkItem(
        static both =>
        {
            try
            {
                both.source.Cancel();
            }
            catch (AggregateException exception)
            {
                both.log.Write(LogLevel.Error, $"a callback on cancellation failed: {ExceptionText.Describe(exception.InnerException ?? exception)}");
            }
        },
        (source, log),
        preferLocal: false);

    /// <summary>The handshake service accepts.</summary>
    public void Accept(AcceptedHandshake accepted)
    {
        if (!_state.IsConnecting) return;
        var nested = _inTurn;
        if (!nested) BeginTurn();
        _settings = accepted.Settings;
        _sendLimits = accepted.Terms.SendLimits;
        Loop.Output.MostCopied = _sendLimits.Batch;
        _handler = accepted.Handler;
        if (accepted.Terms.Rates.LimitsConnection || accepted.Terms.Rates.LimitsAddress)
            _rates = new ConnectionRates(accepted.Terms.Rates, _account, Loop.Now);
        if (accepted.Deflate is { } agreement) _deflate = new MessageDeflate(agreement, accepted.Compression, Loop.Deflate);
        _reply = accepted.Reply;
        Handshake = accepted.Info;
        _user = accepted.Info.User?.Name;
        if (Loop.KeepsRecords) _record = new ConnectionRecord(accepted.Info.Path, accepted.Info.Subprotocol ?? "", accepted.Info.User?.Name, Loop.Now);
        _served = _handler is not null;
        _handler?.Guard.Counters.Serve(1);
        Apply(Transitions.Accept(_settings, _state, ExpiryOf(accepted), Loop.Now), [], 0);
        if (accepted.CloseAfter) Close(CloseCode.ProtocolError, "");
        else Open(accepted);
        if (nested) return;
        FinishTurn();
        Resume();
    }

    private long ExpiryOf(AcceptedHandshake accepted) =>
        accepted.TimeLeft < ConnectionState.NoDeadline - Loop.Now ? Loop.Now + accepted.TimeLeft : ConnectionState.NoDeadline;

    /// <summary>The handshake service refuses.</summary>
    public void Refuse(Rejection rejection)
    {
        if (!_state.IsConnecting) return;
        var nested = _inTurn;
        if (!nested) BeginTurn();
        if (rejection.Reason is not (RejectionReason.PlainHttp or RejectionReason.Unwritable)) LogRefusal(rejection);
        _reply = rejection.ToBytes();
        Apply(Transitions.Refuse(_settings, _state, rejection.Status, Loop.Now), [], 0);
        if (nested) return;
        FinishTurn();
        Resume();
    }

    private void Open(AcceptedHandshake accepted)
    {
        try
        {
            _runner = accepted.Handler?.CreateRunner(this);
            _runner?.Open();
        }
        catch (Exception exception)
        {
            Fault(exception);
        }
    }

    // ---- Messages ----

    /// <summary>Sends a message.</summary>
    /// <param name="opcode">Text or binary.</param>
    /// <param name="payload">For text, valid UTF-8.</param>
    public SendResult Send(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        if (!MaySend(out var refused)) return refused;
        CountMessageSent();
        if (!TryEmitCompressed(opcode, payload)) EmitFrame(opcode, payload);
        return Result();
    }

    /// <summary>Sends a message that this loop has received, from where it lies if it is long.</summary>
    public SendResult SendReceived(Opcode opcode, ReadOnlyMemory<byte> payload)
    {
        if (!MaySend(out var refused)) return refused;
        CountMessageSent();
        if (TryEmitCompressed(opcode, payload.Span)) return Result();
        if (payload.Length < ReferFrom || !TryRefer(opcode, payload)) EmitFrame(opcode, payload.Span);
        return Result();
    }

    /// <summary>Sends a text message.</summary>
    /// <exception cref="ArgumentException">The text holds lone surrogates.</exception>
    public SendResult Send(string text)
    {
        var bytes = System.Buffers.ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            return Send(Opcode.Text, TextEncoding.Encode(text, bytes));
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private bool MaySend(out SendResult refused)
    {
        refused = SendResult.Closed;
        if (!_state.AllowsWholeSend || _lost || _slow) return false;
        if (!IsSendQueueFull || MakesRoom()) return true;
        refused = SendResult.Dropped;
        Loop.Counters.DroppedUnsent++;
        _drainWanted = true;
        return false;
    }

    private SendResult Result()
    {
        if (WaitingBytes == 0) return SendResult.Sent;
        if (_inTurn || _wantsWritable) _drainWanted = true;
        return _wantsWritable ? SendResult.Queued : SendResult.Sent;
    }

    /// <summary>Writes the header in front of the payload: into what was the client's longer header, or into the headroom.</summary>
    private bool TryRefer(Opcode opcode, ReadOnlyMemory<byte> payload)
    {
        if (!_inTurn || WaitingBytes > 0 || !MemoryMarshal.TryGetArray(payload, out var where)) return false;
        if (!ReferenceEquals(where.Array, Loop.ReceiveBuffer) && !ReferenceEquals(where.Array, _assembly)) return false;
        var header = new FrameHeader(true, ReservedBits.None, opcode, false, 0, payload.Length);
        var start = where.Offset - header.Size;
        if (Loop.Output.Length >= _sendLimits.High)
        {
            FlushOutput(); // what the stream does not take now waits, and counts
            if (WaitingBytes > 0) return false;
        }
        if (!Loop.Output.TryRefer(where.Array!, start, header.Size + payload.Length)) return false;
        if (ReferenceEquals(where.Array, _assembly)) _assemblyReferred = true;
        FrameEncoder.WriteHeader(where.Array.AsSpan(start), header);
        return true;
    }

    // ---- Closing ----

    /// <summary>Starts the close handshake, if the connection is open.</summary>
    public void Close(CloseCode code, string reason)
    {
        if (_state.Phase != Phase.Open) return;
        if (_session is { } session) EmitPosted(session.TakeFrames()); // sent before, by other threads
        _closeReason = reason;
        // In another connection's turn the frame goes to the queue, which is sent at the end of the loop's turn.
        Apply(Transitions.Close(_settings, _state, code, Encoding.UTF8.GetByteCount(reason), Loop.Now), [], 0);
        if (!_inTurn) Loop.Timers.Update(this);
    }

    /// <summary>The server goes down: closes what is open with that code, refuses what is not open yet.</summary>
    public void ShutDown(CloseCode code)
    {
        if (_state.IsConnecting) Refuse(Rejection.Of(RejectionReason.Unavailable));
        else Close(code, "");
    }

    /// <summary>Ends the connection with a reset.</summary>
    public void Abort() => Broken();

    // ---- The handler's reading and timer ----

    /// <summary>Stops delivering messages until <see cref="ResumeReading"/>.</summary>
    public void PauseReading() => _paused = true;

    /// <summary>Delivers messages again.</summary>
    public void ResumeReading()
    {
        if (!_paused) return;
        _paused = false;
        MarkDirty(); // what was left behind is read at the end of the loop's turn
    }

    /// <summary>Pauses or resumes reading.</summary>
    public void SetReading(bool paused)
    {
        if (paused) PauseReading();
        else ResumeReading();
    }

    /// <summary>The handler's runner was busy and is ready again; from any thread.</summary>
    public void RunnerReady() => Loop.Post(this);

    /// <summary>Sets or stops the handler's timer.</summary>
    public void SetTimer(TimeSpan? delay)
    {
        if (IsOver || _handlerClosed) return;
        _handlerTimer = delay is { } wait ? Loop.Now + Math.Max(1, (long)wait.TotalMilliseconds) : long.MaxValue;
        Loop.Timers.Update(this);
    }

    // ---- Crossing threads ----

    /// <summary>The session that imperative handlers see; made when first asked for.</summary>
    public ServerSession Session => _session ??= new ServerSession(this, _sendLimits, ended: !_state.CanSend);

    /// <summary>What other threads have posted for this connection.</summary>
    public void RunPosted()
    {
        var posted = _session?.TakePosted() ?? default;
        if (IsOver)
        {
            if (posted.Frames.Length > 0) PinnedPool.Shared.Return(posted.Frames.Array);
            return;
        }
        BeginTurn();
        EmitPosted(posted.Frames);
        if (posted.Dropped && _state.CanSend)
        {
            _drainWanted = true;
            FlushOutput();
            // What the stream takes now was full for the sender's haste; what it does not take, for the peer's slowness.
            if (IsSendQueueFull) MakesRoom();
            MarkDirty();
        }
        if (posted.Pause is { } paused) SetReading(paused);
        if (posted.Close is { } wanted) Close((CloseCode)wanted.Code, wanted.Reason);
        Call(static runner => runner.Posted());
        FinishTurn();
        Resume();
    }

    private void EmitPosted(Segment frames)
    {
        if (frames.Length == 0) return;
        if (_state.AllowsWholeSend && !_lost)
        {
            _topics?.SendMarked();
            CountFramesSent(frames.Span);
            if (_deflate is null) EmitBytes(frames.Span);
            else EmitFrames(frames.Span);
            if (WaitingBytes > 0) _drainWanted = true;
            if (_sendLimits.SlowConsumer == SlowConsumerPolicy.DropOldest && IsSendQueueFull) MakesRoom();
        }
        PinnedPool.Shared.Return(frames.Array);
    }

    /// <summary>Nothing more is sent for the application.</summary>
    private void EndSending() => _session?.EndSending();

    // ---- Faults ----

    private void Call(Action<HandlerRunner> call)
    {
        if (_runner is not { IsFaulted: false } runner || _handlerClosed) return;
        try
        {
            call(runner);
        }
        catch (Exception exception)
        {
            Fault(exception);
        }
    }

    /// <summary>The handler failed: 1011 on this connection, one line in the log, and no call but the last.</summary>
    public void Fault(Exception exception)
    {
        LogFault(exception);
        if (_runner is not null) _runner.IsFaulted = true;
        EndService();
        if (exception is HandlerException { IsOfTheSender: true }) CountOffence();
        // What fails before it has been made has seen no input.
        else if (_runner is not { HasHandler: true }) _handler?.Guard.Faulted(null, Loop.Now, Loop.Log);
        else if (_handler is { } handler) CountFault(handler.Guard, _user);
        Close(CloseCode.InternalError, "");
    }

    private void LogFault(Exception exception) => Loop.Log.Write(
        LogLevel.Error,
        $"connection {Id}: handler {HandlerName} failed: {ExceptionText.Describe(exception)}; closed with 1011");

    // The kind is the reason's own text: a handler's may differ each time.
    private void LogRefusal(Rejection rejection)
    {
        if (!Loop.Log.IsEnabled(LogLevel.Information)) return;
        var kind = rejection.Reason == RejectionReason.Handler ? "by the handler" : Rejection.Of(rejection.Reason).Explanation;
        var detail = rejection.Explanation == kind ? "" : $": {rejection.Explanation}";
        Loop.Log.Peers.Note(LogLevel.Information, Peer, $"refused with {rejection.Status}: {kind}", Loop.Now, detail);
    }

    private void LogViolation(ViolationKind kind)
    {
        if (!Loop.Log.IsEnabled(LogLevel.Debug)) return;
        var violation = Violations.Describe(kind);
        Loop.Log.Write(LogLevel.Debug, $"connection {Id}: {violation.Explanation} ({violation.Section}); closed with {(int)violation.CloseCode}");
    }
}
