using PluginHost.Abstractions;
using PluginHost.Server.Buffers;
using PluginHost.Server.Logging;
using CloseCode = PluginHost.Core.Protocol.Frames.CloseCode;

namespace PluginHost.Server.Connections;

/// <summary>
/// The handler of one connection: calls it, as long as it may be called, and holds what belongs to it (its session, its topics). What it throws fails
/// its connection only.
/// </summary>
internal sealed class HandlerPort
{
    private static readonly HandshakeInfo s_forgotten = new();

    private readonly Connection _connection;
    private ServerSession? _session;
    private TopicPort? _topics;
    private HandlerTimers? _timers;
    private readonly KeyClaim? _claim;
    private HandlerReading? _reading;
    private readonly bool _hasRates;
    private bool _isCounted;
    private bool _isClosed;

    /// <summary>The handshake of a connection was accepted for a handler.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="served">The handler.</param>
    /// <param name="handshake">The facts that it sees.</param>
    /// <param name="claim">The key that it has given the connection.</param>
    public HandlerPort(Connection connection, ServedHandler served, HandshakeInfo handshake, KeyClaim? claim)
    {
        _connection = connection;
        Served = served;
        Handshake = handshake;
        User = handshake.User?.Name;
        _claim = claim;
        claim?.Accepted();
        if (User is { } user) served.Directory.SignIn(served.Plugin, user, connection);
        _hasRates = connection.Accounting.HasRates;
        _isCounted = true;
        served.Guard.Counters.Serve(1);
    }

    /// <summary>The handler, as all connections that it serves see it.</summary>
    public ServedHandler Served { get; }

    /// <summary>The token and the plugin, for logs.</summary>
    public string Name => Served.Name;

    /// <summary>The user's name, if it has one.</summary>
    public string? User { get; }

    /// <summary>The key that it has given the connection, if any.</summary>
    public string? Key => _claim?.Key;

    /// <summary>What calls it; <see langword="null"/> until it is opened.</summary>
    public HandlerRunner? Runner { get; private set; }

    /// <summary>What calls it, while it may be called.</summary>
    public HandlerRunner? Callable => Runner is { IsFaulted: false } runner && !_isClosed ? runner : null;

    /// <summary>What it has thrown, other than to close the connection; <see langword="null"/> for nothing.</summary>
    public Exception? Thrown { get; private set; }

    /// <summary>The facts of the connection.</summary>
    public HandshakeInfo Handshake { get; private set; }

    /// <summary>The session that imperative handlers see; made when first asked for.</summary>
    public ServerSession Session => _session ??= new ServerSession(_connection, _connection.Outbox.Limits, ended: !_connection.State.CanSend);

    /// <summary>The connection's topics; made when first asked for. From any thread.</summary>
    public TopicPort Topics
    {
        get
        {
            if (Volatile.Read(ref _topics) is { } topics) return topics;
            var made = Served.Topics.Connect(_connection);
            return Interlocked.CompareExchange(ref _topics, made, null) ?? made;
        }
    }

    /// <summary>It has as much to do as it may have: nothing is read.</summary>
    public bool IsBusy => Runner is { IsBusy: true };

    /// <summary>When <see cref="Due"/> is to be called.</summary>
    public long DueAt => Math.Min(
        Math.Min(Runner?.DueAt ?? long.MaxValue, Volatile.Read(ref _timers)?.DueAt ?? long.MaxValue), _reading?.DueAt ?? long.MaxValue);

    /// <summary>Nobody will ask for the facts any more; an idle connection does not pay for them.</summary>
    public void ForgetHandshake() => Handshake = s_forgotten;

    // ---- Calls ----

    /// <summary>Makes the handler, and tells it that the connection is open.</summary>
    public void Open()
    {
        try
        {
            Runner = Served.CreateRunner(_connection);
            Runner.Open();
        }
        catch (Exception exception)
        {
            Fault(exception);
        }
    }

    /// <summary>Delivers a message.</summary>
    public void Deliver(MessageKind kind, Segment payload)
    {
        if (Callable is not { } runner || _reading is { IsClosed: true }) return;
        if (_hasRates && !_connection.Accounting.IsWithinRates(payload.Length)) return;
        try
        {
            runner.Message(kind, payload);
        }
        catch (Exception exception)
        {
            Fault(exception);
        }
    }

    /// <summary>Calls it, if it may be called.</summary>
    public void Call(Action<HandlerRunner> call)
    {
        if (Callable is not { } runner) return;
        try
        {
            call(runner);
        }
        catch (Exception exception)
        {
            Fault(exception);
        }
    }

    /// <summary>Answers that it has asked for are told before what has happened since.</summary>
    public void TellAnswers()
    {
        if (Runner is { HasAnswers: true }) Call(static runner => runner.Posted());
    }

    /// <summary>The send queue is at its low mark again after something was queued or dropped.</summary>
    public void Drained()
    {
        TellWaiting();
        Call(static runner => runner.Drained());
    }

    /// <summary>The time has come that its runner has asked for, that a timer has run out, or that its calls have had their time.</summary>
    public void Due(long now)
    {
        if (Runner is not { } runner) return;
        try
        {
            if (now >= runner.DueAt) runner.Due(now);
            while (Volatile.Read(ref _timers) is { } timers && timers.TryTake(now, out var id)) Callable?.Timer(id);
        }
        catch (Exception exception)
        {
            Fault(exception);
        }
    }

    /// <summary>The connection is to end: the handler is told ahead of what waits. In a turn.</summary>
    /// <param name="code">The close code.</param>
    /// <param name="within">Milliseconds.</param>
    public void Stop(CloseCode code, long within)
    {
        if (_isClosed || !Reading.Stop((int)code, within)) return;
        _session?.BeginStopping();
        Call(runner => runner.Stopping(new StopInfo((int)code, TimeSpan.FromMilliseconds(within))));
    }

    /// <summary>Its calls have had their time, and it is going to be closed: the peer's close frame is wanted.</summary>
    public void StopNow() => _reading?.End();

    /// <summary>The last call: nothing more comes in or goes out.</summary>
    public void Closed(CloseInfo close)
    {
        if (Runner is not { } runner || _isClosed) return;
        _isClosed = true;
        _timers?.End();
        try
        {
            runner.Closed(close);
        }
        catch (Exception exception)
        {
            LogFault(exception);
        }
    }

    // ---- What it wants ----

    private HandlerReading Reading => _reading ??= new HandlerReading(_connection);

    /// <summary>Pauses or resumes reading.</summary>
    public void SetReading(bool paused) => Reading.Set(paused);

    /// <summary>Sets a timer. From any thread.</summary>
    /// <exception cref="InvalidOperationException">Too many run.</exception>
    public void SetTimer(int id, TimeSpan delay)
    {
        var timers = Volatile.Read(ref _timers);
        if (timers is null)
        {
            timers = new HandlerTimers();
            timers = Interlocked.CompareExchange(ref _timers, timers, null) ?? timers;
        }
        if (_isClosed) timers.End();
        timers.Set(id, _connection.Loop.Now + Math.Max(1, (long)delay.TotalMilliseconds));
        if (!_connection.Loop.IsCurrent) _connection.Loop.Post(_connection);
        else if (!_connection.IsOver) _connection.Loop.Timers.Update(_connection);
    }

    /// <summary>Stops a timer. From any thread.</summary>
    public void StopTimer(int id) => Volatile.Read(ref _timers)?.Stop(id);

    /// <summary>A message may reach it: it is not older than a snapshot that it has. From any thread.</summary>
    public bool Admits(TopicMessage message) => Volatile.Read(ref _topics)?.Admits(message) ?? true;

    // ---- Its session, and what other threads leave there ----

    /// <summary>Sends what topics have marked for the client: it is older than what is sent now.</summary>
    public void SendMarked() => _topics?.SendMarked();

    /// <summary>Takes the frames that other threads have left, before a close.</summary>
    public Segment TakePostedFrames() => _session?.TakeFrames() ?? default;

    /// <summary>What called it was busy and is ready again; from any thread.</summary>
    public void RunnerReady() => _connection.Loop.Post(_connection);

    /// <summary>Does what other threads have left.</summary>
    public void RunPosted()
    {
        var posted = _session?.TakePosted() ?? default;
        if (_connection.IsOver)
        {
            if (posted.Frames.Length > 0) PinnedPool.Shared.Return(posted.Frames.Array);
            return;
        }
        _connection.BeginTurn();
        _connection.Outbox.SendPosted(posted.Frames);
        if (posted.Dropped && _connection.State.CanSend) _connection.Outbox.MakeUpForDropped();
        if (posted.Pause is { } paused) SetReading(paused);
        if (posted.Close is { } wanted) _connection.Close((CloseCode)wanted.Code, wanted.Reason);
        Call(static runner => runner.Posted());
        _connection.FinishTurn();
        _connection.Resume();
    }

    /// <summary>Tells the session how much waits to be sent, and closes a connection that has finished.</summary>
    public void EndTurn()
    {
        TellWaiting();
        if (_reading is { IsEnding: true }) _reading.Look(Runner?.IsIdle ?? true);
    }

    private void TellWaiting() => _session?.Waiting(_connection.WaitingBytes);

    /// <summary>Nothing more is sent for it: calls in flight can answer nothing any more.</summary>
    public void EndSending() => _session?.EndSending();

    // ---- Its end ----

    /// <summary>It is over for the handler: only <see cref="Closed"/> follows.</summary>
    public void Over()
    {
        _session?.Over();
        Topics.Leave(); // also where there are none yet: whoever asks for them later finds that they have been left
    }

    /// <summary>The stream is closed.</summary>
    public void Close()
    {
        EndService();
        Topics.Leave();
    }

    /// <summary>It failed: 1011 on this connection, one line in the log, and no call but the last. Or it has thrown to close the connection.</summary>
    public void Fault(Exception exception)
    {
        if (exception is CloseConnectionException { Code: not CloseCodes.InternalError } close)
        {
            if (Runner is not null) Runner.IsFaulted = true;
            _connection.Close((CloseCode)close.Code, close.Reason);
            return;
        }
        LogFault(exception);
        if (Runner is not null) Runner.IsFaulted = true;
        EndService();
        if (exception is HandlerException { IsOfTheSender: true }) _connection.Accounting.CountOffence();
        // What fails before it has been made has seen no input.
        else if (Runner is not { HasHandler: true }) Served.Guard.Faulted(null, _connection.Loop.Now, _connection.Loop.Log);
        else _connection.Accounting.CountFault(Served.Guard, User);
        _connection.Close(CloseCode.InternalError, (exception as CloseConnectionException)?.Reason ?? "");
    }

    /// <summary>A call of it on the thread pool takes long.</summary>
    public void ReportSlow() => _connection.Loop.Log.Write(
        LogLevel.Warning, $"connection {_connection.Id}: a call of handler {Name} has been running for over {Served.Guard.SlowAfter} ms");

    /// <summary>A call of it on the loop takes long; from any thread.</summary>
    public void ReportBlocking(long now)
    {
        var log = _connection.Loop.Log;
        log.Write(
            LogLevel.Error,
            $"connection {_connection.Id}: a call of handler {Name} has been blocking its event loop for over {Served.Guard.SlowAfter} ms; all connections of the loop wait");
        Served.Guard.Faulted(_connection.Accounting.SourceOf(User), now, log, failing: 1);
    }

    /// <summary>It serves the connection no longer.</summary>
    private void EndService()
    {
        if (!_isCounted) return;
        _isCounted = false;
        Served.Guard.Counters.Serve(-1);
        _claim?.Release();
        if (User is { } user) Served.Directory.Remove(Served.Plugin, ConnectionTargetKind.User, user, _connection);
    }

    private void LogFault(Exception exception)
    {
        Thrown ??= exception;
        _connection.Loop.Log.Faults.Add(_connection.Id, Served.Token, Served.Plugin, ExceptionText.Split(exception));
        _connection.Loop.Log.Write(
            LogLevel.Error, $"connection {_connection.Id}: handler {Name} failed: {ExceptionText.Describe(exception)}; closed with 1011");
    }
}
