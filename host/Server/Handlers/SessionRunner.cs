using PluginHost.Abstractions;
using PluginHost.Abstractions.Hosting;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Policy.Topics;
using PluginHost.Server.Buffers;
using PluginHost.Server.Connections;

namespace PluginHost.Server.Handlers;

/// <summary>
/// Runs a handler that may block or await, on the thread pool, one call at a time. The loop only queues what has come; while more than a bound waits, the
/// connection is not read.
/// </summary>
internal sealed class SessionRunner : HandlerRunner, IThreadPoolWorkItem
{
    /// <summary>Slots that are kept for messages to come.</summary>
    internal const int MaxFree = 32;

    private readonly Connection _connection;
    private readonly Func<SessionHandler> _create;
    private readonly HandlerGuard _guard;
    private readonly HandlerContext _context;
    private readonly Lock _gate = new();
    private readonly Queue<Work> _work = new();
    private readonly Stack<MessageSlot> _free = new();
    private readonly Action _goOn;
    private readonly ServerSession _session;
    private SessionHandler? _handler;
    private MessageSlot? _next; // the loop's
    private MessageSlot? _ended; // of the thread that makes the calls
    private ValueTask _awaited;
    private Work _awaitedWork;
    private SlowCall _slow;
    private long _waitingBytes;
    private long _calls;
    private long _call;
    private int _told;
    private bool _dropped;
    private bool _running;
    private bool _closing;

    public SessionRunner(Connection connection, Func<SessionHandler> create, HandlerGuard guard)
    {
        (_connection, _create, _guard, _session) = (connection, create, guard, connection.Handler!.Session);
        _context = new HandlerContext(connection, guard.Threads);
        _goOn = GoOn;
    }

    private enum WorkKind : byte
    {
        Open,
        Message,
        Topic,
        Presence,
        Closed,
    }

    private readonly record struct Work(WorkKind Kind, object? What, OwnedMessage Message, CloseInfo Close);

    /// <summary>Slots that are kept now.</summary>
    internal int Free
    {
        get
        {
            lock (_gate) return _free.Count;
        }
    }

    public override bool HasHandler => _handler is not null;

    public override void Open() => Enqueue(new Work(WorkKind.Open, null, default, default), 0);

    public override void Message(MessageKind kind, Segment payload)
    {
        var slot = _next ?? new MessageSlot(MessagePool.Shared);
        _next = null;
        Enqueue(new Work(WorkKind.Message, slot, slot.Give(kind, payload.Span), default), payload.Length);
    }

    public override void Topic(TopicMessage message) => Tell(new Work(WorkKind.Topic, message, default, default));

    public override void Presence(PresenceChange change) => Tell(new Work(WorkKind.Presence, change, default, default));

    public override void Closed(CloseInfo close) => Enqueue(new Work(WorkKind.Closed, null, default, close), 0);

    /// <inheritdoc/>
    public override void Given(TopicSnapshot snapshot)
    {
        var floor = SnapshotFloors.None.Given(new SnapshotFloors.Floor(0, snapshot.Topic, snapshot.Position.Epoch, snapshot.Position.Offset));
        lock (_gate)
        {
            if (_told == 0) return;
            for (var count = _work.Count; count > 0; count--)
            {
                var work = _work.Dequeue();
                if (work.What is TopicMessage message && !floor.Admits(message.Topic, message.Position.Epoch, message.Position.Offset)) _told--;
                else _work.Enqueue(work);
            }
        }
    }

    /// <summary>Publishers cannot be held up: what a handler that is too slow has no room for is dropped, and that it was is logged once.</summary>
    private void Tell(Work work)
    {
        var run = false;
        var isFirst = false;
        lock (_gate)
        {
            // Again, because the handler may have asked for a snapshot on another thread since it was looked at.
            if (work.What is TopicMessage message && !_connection.Handler!.Admits(message)) return;
            if (_told < _guard.Waiting.Topics)
            {
                _told++;
                run = EnqueueLocked(work, 0);
            }
            else
            {
                isFirst = !_dropped;
                _dropped = true;
            }
        }
        if (run) _guard.Threads.Run(this);
        if (!isFirst) return;
        _connection.Loop.Log.Write(
            LogLevel.Warning,
            $"connection {_connection.Id}: handler {_connection.Handler!.Name} is too slow for its topics: what it has no room for is dropped");
    }

    public override void Due(long now)
    {
        var call = Volatile.Read(ref _call);
        var answer = _slow.Looked(_guard.SlowAfter, call, now);
        _slow = answer.Next;
        if (answer.IsSlow) _connection.Handler!.ReportSlow();
        // Also while a call waits for a thread: it is looked at once it has begun.
        lock (_gate) DueAt = _running ? now + LookAfter : long.MaxValue;
    }

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            using var call = _context.Enter();
            while (TryDequeue(out var work))
            {
                if (!Call(work)) return;
            }
        }
        finally
        {
            _guard.Threads.Leave();
        }
    }

    private long LookAfter => Math.Max(1, _guard.SlowAfter / 4);

    private void Enqueue(Work work, int bytes)
    {
        lock (_gate)
        {
            if (!EnqueueLocked(work, bytes)) return;
        }
        _guard.Threads.Run(this);
    }

    /// <summary>Under the lock.</summary>
    /// <returns>Whether it is to be run.</returns>
    private bool EnqueueLocked(Work work, int bytes)
    {
        if (_closing) return false;
        _closing = work.Kind == WorkKind.Closed;
        _work.Enqueue(work);
        _waitingBytes += bytes;
        if (_next is null && work.Kind == WorkKind.Message) _free.TryPop(out _next);
        if (_work.Count - _told >= _guard.Waiting.Messages || _waitingBytes >= _guard.Waiting.Bytes) IsBusy = true;
        if (DueAt == long.MaxValue) DueAt = _connection.Loop.Now + LookAfter;
        if (_running) return false;
        return _running = true;
    }

    /// <summary>Makes a call.</summary>
    /// <returns>Whether it is over; otherwise the next ones follow once it is.</returns>
    private bool Call(Work work)
    {
        Volatile.Write(ref _call, ++_calls);
        try
        {
            var call = Begin(work);
            if (!call.IsCompleted)
            {
                (_awaited, _awaitedWork) = (call, work);
                call.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_goOn);
                return false;
            }
            call.GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
        End(work);
        return true;
    }

    private ValueTask Begin(Work work) => work switch
    {
        { Kind: WorkKind.Closed } => CloseAsync(work.Close),
        _ when IsFaulted => default,
        { Kind: WorkKind.Open } => (_handler = _create()).OnOpenAsync(_session),
        { What: TopicMessage message } => _handler!.OnTopicAsync(_session, message),
        { What: PresenceChange change } => _handler!.OnPresenceAsync(_session, change),
        { Message.Kind: MessageKind.Text } => _handler!.OnTextAsync(_session, work.Message),
        _ => _handler!.OnBinaryAsync(_session, work.Message),
    };

    /// <summary>The task of the call that was awaited has completed.</summary>
    private void GoOn()
    {
        var work = _awaitedWork;
        try
        {
            _awaited.GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
        (_awaited, _awaitedWork) = (default, default);
        End(work);
        _guard.Threads.Run(this);
    }

    private void Fail(Exception exception)
    {
        IsFaulted = true;
        _connection.Loop.Post(_connection, () => _connection.Handler!.Fault(exception));
    }

    private void End(Work work)
    {
        Volatile.Write(ref _call, 0);
        if (work.What is MessageSlot slot && slot.EndCall()) _ended = slot;
    }

    private async ValueTask CloseAsync(CloseInfo close)
    {
        if (_handler is not { } handler) return; // it could not even be made
        try
        {
            await handler.OnClosedAsync(_session, close).ConfigureAwait(false);
        }
        finally
        {
            if (handler is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync().ConfigureAwait(false);
            else (handler as IDisposable)?.Dispose();
        }
    }

    private bool TryDequeue(out Work work)
    {
        var ready = false;
        bool found;
        lock (_gate)
        {
            if (_ended is not null && _free.Count < MaxFree) _free.Push(_ended);
            _ended = null;
            found = _work.TryDequeue(out work);
            if (!found) _running = false;
            _waitingBytes -= work.Message.Length;
            if (work.Kind is WorkKind.Topic or WorkKind.Presence) _told--;
            if (IsBusy && _work.Count - _told <= _guard.Waiting.Messages / 4 && _waitingBytes <= _guard.Waiting.Bytes / 4)
            {
                IsBusy = false;
                ready = true;
            }
        }
        if (ready) _connection.Handler!.RunnerReady();
        return found;
    }
}
