using System.Collections.Concurrent;
using System.Diagnostics;
using PluginHost.Abstractions.Hosting;
using PluginHost.Server.Buffers;
using PluginHost.Server.Compression;
using PluginHost.Server.Counters;
using PluginHost.Server.Logging;
using PluginHost.Server.Threads;

namespace PluginHost.Server.Connections;

/// <summary>
/// One thread that owns connections, their memory and their clock. What other threads want of it goes through its mailbox. Transports derive from it
/// and say how to wait.
/// </summary>
internal abstract class Loop
{
    /// <summary>Free bytes before the place where input is received: a message there can be answered in place (a server's header has at most 10).</summary>
    public const int Headroom = 16;

    private const int ReceiveSize = 256 * 1024;

    private readonly ConcurrentQueue<Action> _mail = new();
    private readonly ConcurrentQueue<Connection> _posted = new();
    private readonly List<Connection> _dirty = [];
    private readonly HashSet<Connection> _connections = [];
    private readonly Func<long> _clock;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _emptied;
    private int _connectionCount;
    private int _wakeRequested;
    private int _ownerThread;
    private int _systemThread;
    private Connection? _current;
    private long _call;
    private bool _isDriven;
    private int _timeOf = -1;
    private DateTimeOffset _time;

    protected Loop(Func<long> clock, ServerLog log)
    {
        _clock = clock;
        Now = clock();
        Log = log;
        Timers = new TimerWheel(Now);
    }

    /// <summary>The buffer that input is received into, from <see cref="Headroom"/> on.</summary>
    public byte[] ReceiveBuffer { get; } = GC.AllocateUninitializedArray<byte>(ReceiveSize + Headroom, pinned: true);

    /// <summary>What the turn in progress sends.</summary>
    public OutputBatch Output { get; } = new();

    /// <summary>What connections share of compression.</summary>
    public DeflatePool Deflate { get; } = new();

    /// <summary>What encrypted connections share; made when there is one.</summary>
    public TlsBuffers Tls => field ??= new TlsBuffers();

    /// <summary>Scratch space for sends.</summary>
    public Segment[] Segments { get; } = new Segment[16];

    /// <summary>The reason that the close frame is to carry which a connection is about to send.</summary>
    public string CloseReason { get; set; } = "";

    /// <summary>Lends messages to handlers that are called on this loop.</summary>
    public MessageLease Lease { get; } = new();

    /// <summary>The topics as this loop sees them. Set before the loop runs.</summary>
    public LoopTopicsPort Topics { get; set; } = null!;

    /// <summary>What is counted.</summary>
    public LoopCounters Counters { get; } = new();

    /// <summary>Connections keep what they are told about by. Set before the loop runs.</summary>
    public bool KeepsRecords { get; set; }

    /// <summary>The timer of all connections.</summary>
    public TimerWheel Timers { get; }

    /// <summary>Counts the loop's turns: a connection has one share of each.</summary>
    public int Turns { get; private set; }

    /// <summary>Microseconds that only go forward; not 0. Of a loop that is driven from outside, as the clock goes that it was given.</summary>
    public long Microseconds => _isDriven ? (1000 * _clock()) + 1 : (Stopwatch.GetTimestamp() / TicksPerMicrosecond) + 1;

    private static readonly long TicksPerMicrosecond = Math.Max(1, Stopwatch.Frequency / 1_000_000);

    /// <summary>Milliseconds, read once a turn.</summary>
    public long Now { get; private set; }

    /// <summary>Tells the time of day. Set before the loop runs.</summary>
    public TimeProvider TimeOfDay { get; set; } = TimeProvider.System;

    /// <summary>The time of day for what happens in this turn; read when first asked for.</summary>
    public DateTimeOffset Time
    {
        get
        {
            if (_timeOf != Turns) (_timeOf, _time) = (Turns, TimeOfDay.GetUtcNow());
            return _time;
        }
    }

    /// <summary>Where events are logged.</summary>
    public ServerLog Log { get; }

    /// <summary>The loop has been asked to end.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>The connections that this loop owns.</summary>
    public IReadOnlyCollection<Connection> Connections => _connections;

    /// <summary>How many there are; from any thread.</summary>
    public int ConnectionCount => Volatile.Read(ref _connectionCount);

    /// <summary>Completes when the loop has no connection any more; asked for once, from any thread.</summary>
    public Task Emptied
    {
        get
        {
            var emptied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Post(() =>
            {
                _emptied = emptied;
                if (_connections.Count == 0) emptied.TrySetResult();
            });
            return emptied.Task;
        }
    }

    /// <summary>The calling thread is that of some loop.</summary>
    [field: ThreadStatic]
    public static bool IsLoopThread { get; private set; }

    /// <summary>The calling thread is the loop's.</summary>
    public bool IsCurrent => Volatile.Read(ref _ownerThread) == Environment.CurrentManagedThreadId;

    /// <summary>A handler is called on the loop, for a connection.</summary>
    /// <returns>False where this happens within another call, whose end <see cref="EndCall"/> is to be.</returns>
    public bool BeginCall(Connection connection)
    {
        if ((_call & 1) != 0) return false;
        if (!ReferenceEquals(_current, connection)) Volatile.Write(ref _current, connection);
        Volatile.Write(ref _call, _call + 1);
        return true;
    }

    /// <summary>The call has returned.</summary>
    public void EndCall() => Volatile.Write(ref _call, _call + 1);

    /// <summary>
    /// The connection for which a handler is being called, and a number that no other call on this loop has; <see langword="null"/> and 0 where none is. From any
    /// thread; perhaps just over.
    /// </summary>
    public (Connection? Connection, long Call) Current
    {
        get
        {
            var call = Volatile.Read(ref _call);
            var connection = Volatile.Read(ref _current);
            return (call & 1) != 0 && connection is not null ? (connection, call) : (null, 0);
        }
    }

    /// <summary>Milliseconds in which the loop's thread was ready to run and no processor was free; 0 where the system does not tell. From any thread.</summary>
    public long Waited => ThreadTimes.WaitedForProcessor(Volatile.Read(ref _systemThread));

    /// <summary>Has an action run on the loop. From any thread.</summary>
    public void Post(Action action)
    {
        _mail.Enqueue(action);
        RequestWake();
    }

    /// <summary>Has an action run on the loop for a connection; what it throws ends that connection. From any thread.</summary>
    public void Post(Connection connection, Action action) => Post(() =>
    {
        try
        {
            action();
        }
        catch (Exception exception)
        {
            Failed(connection, exception);
        }
    });

    /// <summary>Has <see cref="HandlerPort.RunPosted"/> run on the loop. From any thread; the connection sees to it that it is not queued twice.</summary>
    public void Post(Connection connection)
    {
        _posted.Enqueue(connection);
        RequestWake();
    }

    /// <summary>The connection has output that another connection's turn produced: it is sent at the end of the turn.</summary>
    public void MarkDirty(Connection connection) => _dirty.Add(connection);

    /// <summary>A connection begins.</summary>
    public void Add(Connection connection)
    {
        _connections.Add(connection);
        Counters.Opened++;
        Volatile.Write(ref _connectionCount, _connections.Count);
        Timers.Update(connection);
    }

    /// <summary>A connection is over.</summary>
    public void Remove(Connection connection)
    {
        _connections.Remove(connection);
        Volatile.Write(ref _connectionCount, _connections.Count);
        if (_connections.Count == 0) _emptied?.TrySetResult();
        Timers.Remove(connection);
    }

    /// <summary>Ends the loop after the turn in progress. From any thread.</summary>
    public void Stop() => Post(() => IsStopped = true);

    /// <summary>Runs until <see cref="Stop"/>.</summary>
    public void Run()
    {
        Volatile.Write(ref _ownerThread, Environment.CurrentManagedThreadId);
        Volatile.Write(ref _systemThread, ThreadTimes.CurrentThread());
        IsLoopThread = true;
        try
        {
            while (!IsStopped) Turn(mayWait: true);
        }
        finally
        {
            End();
        }
    }

    /// <summary>
    /// Takes turns, without a thread of its own, until nothing is left to be done at this time. What is due is due to the millisecond: of two turns that are far
    /// apart, the second does not depend on how the timers are grouped.
    /// </summary>
    /// <returns>Milliseconds until something is due; −1 for never.</returns>
    public long Drive()
    {
        if (Ended.IsCompleted) return -1;
        do
        {
            Turn(mayWait: false);
            foreach (var connection in _connections.Where(connection => connection.DueAt <= Now).ToArray()) connection.OnDue(Now);
        }
        while (HasWork && !IsStopped);
        if (IsStopped)
        {
            End();
            return -1;
        }
        var next = Timers.MillisecondsToNext(Now);
        var due = _connections.Select(connection => connection.DueAt).DefaultIfEmpty(long.MaxValue).Min();
        return due == long.MaxValue ? next : Math.Min(Math.Max(0, due - Now), next < 0 ? long.MaxValue : next);
    }

    /// <summary>Completes when the loop has taken its last turn.</summary>
    public Task Ended => _ended.Task;

    private void End()
    {
        Release();
        Topics.Dispose();
        Deflate.Dispose();
        _ended.SetResult();
    }

    /// <summary>Something has been left for the next turn.</summary>
    protected virtual bool HasWork => !_mail.IsEmpty || !_posted.IsEmpty || !Topics.IsIdle;

    /// <summary>One turn: what has come in, the mailbox, the timers.</summary>
    /// <param name="mayWait">Waits when there is nothing to do; otherwise returns at once.</param>
    public void Turn(bool mayWait)
    {
        Turns++;
        _isDriven = !mayWait;
        if (!mayWait) Volatile.Write(ref _ownerThread, Environment.CurrentManagedThreadId);
        Interlocked.Exchange(ref _wakeRequested, 0); // a full fence: what was posted before it is seen below
        var idle = mayWait && _mail.IsEmpty && _posted.IsEmpty && Topics.IsIdle;
        var before = Now;
        if (idle)
        {
            var asleep = _clock();
            Counters.BusyMilliseconds += asleep - before;
            Poll(Timers.MillisecondsToNext(asleep));
            Now = _clock();
        }
        else
        {
            Poll(0);
            Now = _clock();
            if (mayWait) Counters.BusyMilliseconds += Now - before;
        }
        Dispatch();
        ReadMail();
        Topics.Deliver();
        Timers.Advance(Now);
        FlushDirty();
        _current = null; // a connection that is over must not be kept alive by having been the last one
    }

    /// <summary>
    /// The last guard: a fault of this program, not of a handler or a peer, ends the connection whose turn it was. The loop, and with it every other
    /// connection, goes on. Every entry from the loop into a connection stands under it.
    /// </summary>
    public void Failed(Connection? connection, Exception exception)
    {
        Output.Clear(); // the next connection's turn starts with an empty batch, or it would send what was meant for this one
        Log.Write(LogLevel.Error, $"{(connection is null ? "loop" : $"connection {connection.Id}")}: internal error, {ExceptionText.Describe(exception)}");
        if ((_call & 1) != 0) EndCall();
        connection?.Abandon();
    }

    /// <summary>Frees a loop that was never run.</summary>
    public void Discard() => Release();

    /// <summary>Waits for input, for <see cref="Wake"/>, or for that many milliseconds; −1 for as long as it takes, 0 not at all.</summary>
    protected abstract void Poll(int milliseconds);

    /// <summary>Calls the connections that have input or may send.</summary>
    protected abstract void Dispatch();

    /// <summary>Ends a <see cref="Poll"/> in progress, or the next one. From any thread.</summary>
    protected abstract void Wake();

    /// <summary>Frees what the loop holds.</summary>
    protected abstract void Release();

    /// <summary>Has the loop take another turn. From any thread.</summary>
    public void RequestWake()
    {
        if (Interlocked.Exchange(ref _wakeRequested, 1) == 0) Wake();
    }

    private void ReadMail()
    {
        // As many as were there: what they post in turn waits for the next turn, so that sockets get theirs.
        for (var count = _mail.Count; count > 0 && _mail.TryDequeue(out var action); count--)
        {
            try
            {
                action();
            }
            catch (Exception exception)
            {
                Failed(null, exception);
            }
        }
        for (var count = _posted.Count; count > 0 && _posted.TryDequeue(out var connection); count--)
        {
            try
            {
                connection.Handler?.RunPosted();
            }
            catch (Exception exception)
            {
                Failed(connection, exception);
            }
        }
    }

    private void FlushDirty()
    {
        // Handlers that are told of a drained queue may make more.
        for (var i = 0; i < _dirty.Count; i++)
        {
            try
            {
                _dirty[i].FlushWaiting();
            }
            catch (Exception exception)
            {
                Failed(_dirty[i], exception);
            }
        }
        _dirty.Clear();
    }
}
