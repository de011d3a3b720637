using PluginHost.Abstractions;
using PluginHost.Core.Policy.Calls;
using PluginHost.Server.Buffers;
using PluginHost.Server.Connections;
using PluginHost.Server.Threads;

namespace PluginHost.Server.Handlers;

/// <summary>
/// Runs a handler that may block or await, on the thread pool: one call at a time, and beside it those that overlap. The loop only queues what has come; while
/// more than a bound waits, the connection is not read.
/// </summary>
internal sealed class SessionRunner : HandlerRunner, IThreadPoolWorkItem
{
    private readonly Connection _connection;
    private readonly Func<Session, SessionHandler> _create;
    private readonly HandlerGuard _guard;
    private readonly Lock _gate = new();
    private readonly CallQueue _queue;
    private readonly CallsInFlight _calls;
    private readonly ServerSession _session;
    private SessionHandler? _handler;
    private bool _isDropNoted;
    private bool _isScheduled;
    private bool _isStopping;

    public SessionRunner(Connection connection, Func<Session, SessionHandler> create, HandlerGuard guard, int maxOverlapping)
    {
        (_connection, _create, _guard, _session) = (connection, create, guard, connection.Handler!.Session);
        _queue = new CallQueue(guard.Waiting);
        _calls = new CallsInFlight(this, Math.Min(maxOverlapping, guard.MaxOverlappingCalls));
    }

    /// <summary>What may run on the thread pool at once.</summary>
    public ThreadGate Threads => _guard.Threads;

    /// <summary>Slots for messages that are kept now.</summary>
    internal int Free
    {
        get
        {
            lock (_gate) return _queue.Free;
        }
    }

    public override bool HasHandler => _handler is not null;

    public override bool IsIdle
    {
        get
        {
            lock (_gate) return IsDone && !_isScheduled;
        }
    }

    public override bool IsBetweenCalls
    {
        get
        {
            lock (_gate) return _calls.IsTurnFree && _queue.IsEmpty && !_isScheduled;
        }
    }

    public override int CallsInFlight
    {
        get
        {
            lock (_gate) return _calls.Count;
        }
    }

    // ---- What the loop tells ----

    public override void Open() => Enqueue(new CallWork(CallKind.Open));

    public override void Message(MessageKind kind, Segment payload) => Enqueue(_queue.Copy(kind, payload));

    public override void Timer(int id) => Enqueue(new CallWork(CallKind.Timer, Timer: id));

    public override bool Ask(HandlerQuestion question)
    {
        lock (_gate)
        {
            if (_queue.IsClosing || _queue.IsFull || IsFaulted) return false;
            if (!EnqueueLocked(new CallWork(CallKind.Ask, question))) return true;
        }
        Threads.Run(this);
        return true;
    }

    public override void Stopping(StopInfo stop)
    {
        lock (_gate)
        {
            if (_queue.IsClosing) return;
            _isStopping = true;
            _queue.AddFirst(new CallWork(CallKind.Stopping, stop));
            if (!Schedule()) return;
        }
        Threads.Run(this);
    }

    public override void Closed(CloseInfo close)
    {
        Enqueue(new CallWork(CallKind.Closed, close));
        CallSlot? waiting;
        Abandonment? abandonment = null;
        lock (_gate)
        {
            waiting = _calls.TakeWaiting();
            if (_calls.Count > 0) abandonment = new Abandonment(_connection.Loop.Now + _guard.AbandonAfter, Abandon);
        }
        waiting?.GiveUp(_session.CallsEnded);
        if (abandonment is not null) _connection.Loop.Timers.Update(abandonment);
    }

    /// <inheritdoc/>
    public override void Given(TopicSnapshot snapshot)
    {
        lock (_gate) _queue.Drop(snapshot);
    }

    /// <summary>Publishers cannot be held up: what a handler that is too slow has no room for is dropped, and that it was is logged once.</summary>
    public override void Topic(TopicMessage message)
    {
        lock (_gate)
        {
            // Again, because the handler may have asked for a snapshot on another thread since it was looked at.
            if (!_connection.Handler!.Admits(message)) return;
            if (_queue.HasRoomForTopics)
            {
                if (!EnqueueLocked(new CallWork(CallKind.Topic, message))) return;
            }
            else
            {
                if (_isDropNoted) return;
                _isDropNoted = true;
                _connection.Loop.Log.Write(
                    LogLevel.Warning,
                    $"connection {_connection.Id}: handler {_connection.Handler!.Name} is too slow for its topics: what it has no room for is dropped");
                return;
            }
        }
        Threads.Run(this);
    }

    public override void Due(long now)
    {
        bool isSlow;
        lock (_gate)
        {
            isSlow = _calls.AreSlow(_guard.SlowAfter, now);
            // Also while a call waits for a thread: it is looked at once it has begun.
            DueAt = _calls.Count > 0 || _isScheduled ? now + LookAfter : long.MaxValue;
        }
        if (isSlow) _connection.Handler!.ReportSlow();
    }

    // ---- What calls ask for, from any thread ----

    /// <summary>See <see cref="Abstractions.Call.Cancellation"/>.</summary>
    public CancellationToken CancellationOf(CallSlot slot, long turn)
    {
        lock (_gate)
        {
            if (slot.Turn != turn) return new CancellationToken(canceled: true);
        }
        return _session.CallsEnded;
    }

    /// <summary>See <see cref="Abstractions.Call.OverlapAsync"/>.</summary>
    public ValueTask OverlapAsync(CallSlot slot, long turn)
    {
        lock (_gate)
        {
            var verdict = _calls.Overlap(slot, turn, mayWait: !_queue.IsClosing);
            if (verdict == OverlapVerdict.NotDeclared) throw NotDeclared();
            if (verdict == OverlapVerdict.Waits) return _calls.Wait(slot);
            if (verdict != OverlapVerdict.Overlaps || !Schedule()) return default;
        }
        Threads.Run(this);
        return default;
    }

    /// <summary>See <see cref="Abstractions.Call.TryOverlap"/>.</summary>
    public bool TryOverlap(CallSlot slot, long turn)
    {
        lock (_gate)
        {
            var verdict = _calls.Overlap(slot, turn, mayWait: false);
            if (verdict == OverlapVerdict.NotDeclared) throw NotDeclared();
            if (verdict != OverlapVerdict.Overlaps) return false;
            if (!Schedule()) return true;
        }
        Threads.Run(this);
        return true;
    }

    /// <summary>A call has thrown.</summary>
    public void Fail(Exception exception)
    {
        if (exception is OperationCanceledException && _session.AreCallsEnded) return;
        IsFaulted = true;
        _connection.Loop.Post(_connection, () => _connection.Handler!.Fault(exception));
    }

    /// <summary>A call that was awaited has completed.</summary>
    public void Completed(CallSlot slot)
    {
        CallSlot? letIn;
        bool mustRun;
        bool isDone;
        lock (_gate)
        {
            letIn = End(slot);
            _calls.Leave(slot);
            mustRun = Schedule();
            isDone = _isStopping && IsDone;
        }
        letIn?.LetIn();
        if (mustRun) Threads.Run(this);
        if (isDone) _connection.Handler!.RunnerReady();
    }

    // ---- Making calls ----

    void IThreadPoolWorkItem.Execute()
    {
        CallSlot? slot = null;
        try
        {
            while (TryBegin(ref slot)) Call(ref slot!);
        }
        finally
        {
            Threads.Leave();
        }
    }

    private long LookAfter => Math.Max(1, _guard.SlowAfter / 4);

    /// <summary>No call is in flight, and none waits.</summary>
    private bool IsDone => _calls.IsIdle && _queue.IsEmpty;

    private bool MayBegin => _queue.TryPeek(out var next) && _calls.Admits(next);

    private void Enqueue(in CallWork work)
    {
        lock (_gate)
        {
            if (!EnqueueLocked(work)) return;
        }
        Threads.Run(this);
    }

    /// <summary>Under the lock.</summary>
    /// <returns>Whether it is to be run.</returns>
    private bool EnqueueLocked(in CallWork work)
    {
        if (_queue.IsClosing) return false;
        _queue.Add(work);
        if (_queue.IsFull) IsBusy = true;
        if (DueAt == long.MaxValue) DueAt = _connection.Loop.Now + LookAfter;
        return Schedule();
    }

    /// <summary>Under the lock.</summary>
    /// <returns>Whether it is to be run: a call may begin, and nobody is there to make it.</returns>
    private bool Schedule() => !_isScheduled && MayBegin && (_isScheduled = true);

    /// <summary>The call in the slot, if any, is over, and the next one begins, if it may.</summary>
    private bool TryBegin(ref CallSlot? slot)
    {
        var isReady = false;
        CallSlot? letIn = null;
        bool found;
        lock (_gate)
        {
            if (slot is not null) letIn = End(slot);
            found = MayBegin;
            if (found)
            {
                slot = _calls.Begin(slot, _queue.Take());
            }
            else
            {
                if (slot is not null) _calls.Leave(slot);
                _isScheduled = false;
                isReady = _isStopping && IsDone;
            }
            if (IsBusy && _queue.IsLow)
            {
                IsBusy = false;
                isReady = true;
            }
        }
        letIn?.LetIn();
        if (isReady) _connection.Handler!.RunnerReady();
        return found;
    }

    private CallSlot? End(CallSlot slot)
    {
        _queue.End(slot.Work);
        return _calls.End(slot);
    }

    /// <summary>Makes the call that has begun in a slot. A call that goes on after it has returned keeps the slot.</summary>
    private void Call(ref CallSlot? slot)
    {
        var current = slot!;
        current.Enter();
        try
        {
            var task = Make(current.Work, current.Call);
            if (!task.IsCompleted)
            {
                slot = null;
                current.Exit();
                current.Await(task);
                return;
            }
            task.GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
        current.Exit();
    }

    private ValueTask Make(in CallWork work, Call call) => work.Kind switch
    {
        CallKind.Closed => CloseAsync((CloseInfo)work.What!),
        CallKind.Ask => AnswerAsync((HandlerQuestion)work.What!, call),
        _ when IsFaulted => default,
        CallKind.Message => work.Message.Kind == MessageKind.Text
            ? _handler!.OnTextAsync(work.Message, call)
            : _handler!.OnBinaryAsync(work.Message, call),
        CallKind.Open => (_handler = _create(_session)).OnOpenAsync(call),
        CallKind.Timer => _handler!.OnTimerAsync(work.Timer, call),
        CallKind.Topic => _handler!.OnTopicAsync((TopicMessage)work.What!, call),
        _ => _handler is { } handler ? handler.OnStoppingAsync((StopInfo)work.What!, call) : default,
    };

    private async ValueTask AnswerAsync(HandlerQuestion question, Call call)
    {
        ReadOnlyMemory<byte>? answer = null;
        try
        {
            if (!IsFaulted) answer = await _handler!.OnAskAsync(question.Bytes, call).ConfigureAwait(false);
        }
        finally
        {
            question.SetAnswer(answer);
        }
    }

    private async ValueTask CloseAsync(CloseInfo close)
    {
        if (_handler is not { } handler) return; // it could not even be made
        try
        {
            await handler.OnClosedAsync(close).ConfigureAwait(false);
        }
        finally
        {
            if (handler is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync().ConfigureAwait(false);
            else (handler as IDisposable)?.Dispose();
        }
    }

    private InvalidOperationException NotDeclared() => new(
        $"Handler {_connection.Handler!.Name} does not declare that its calls overlap: add WithOverlappingCalls to its description.");

    /// <summary>The connection is over, and its calls have had their time.</summary>
    private void Abandon()
    {
        int count;
        bool mustRun;
        lock (_gate)
        {
            count = _calls.Count;
            _calls.TimeOver();
            mustRun = Schedule();
        }
        if (mustRun) Threads.Run(this);
        if (count == 0) return;
        _connection.Loop.Log.Write(
            LogLevel.Warning,
            $"connection {_connection.Id}: handler {_connection.Handler!.Name} has {count} {(count == 1 ? "call" : "calls")} that did not end within {_guard.AbandonAfter} ms of the connection");
    }
}
