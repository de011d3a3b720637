using System.Threading.Tasks.Sources;
using PluginHost.Abstractions;
using PluginHost.Abstractions.Hosting;
using PluginHost.Core.Policy.Limits;
using PluginHost.Server.Threads;

namespace PluginHost.Server.Handlers;

/// <summary>Where the call in a slot stands.</summary>
internal enum CallStanding : byte
{
    /// <summary>There is none, or it has completed.</summary>
    None,

    /// <summary>It has the turn.</summary>
    HasTurn,

    /// <summary>It has the turn, and waits for room to overlap.</summary>
    Waits,

    /// <summary>It overlaps.</summary>
    Overlaps,
}

/// <summary>
/// One call of a session handler in flight. It is also the context in which the call goes on after it has awaited something: on the pool, among the threads of its
/// handler, and what it throws there, such as the rest of an <c>async void</c> method, is a fault of its connection. Used for one call after the other.
/// </summary>
/// <param name="runner">Makes the calls.</param>
internal sealed class CallSlot(SessionRunner runner) : SynchronizationContext, ICallHost, IValueTaskSource
{
    private static long s_segments;

    private ManualResetValueTaskSourceCore<bool> _room = new() { RunContinuationsAsynchronously = true };
    private Action? _goOn;
    private ValueTask _task;
    private long _segment;
    private SlowCall _slow;

    /// <summary>The number of the call in it; 0 for none. Written under the runner's lock.</summary>
    public long Turn { get; private set; }

    /// <summary>Where it stands; under the runner's lock.</summary>
    public CallStanding Standing { get; set; }

    /// <summary>What it tells.</summary>
    public CallWork Work { get; private set; }

    /// <summary>Its place among those in flight; under the runner's lock.</summary>
    public int Place { get; set; }

    /// <summary>A call begins; under the runner's lock.</summary>
    public void Begin(long turn, in CallWork work) => (Turn, Work, Standing) = (turn, work, CallStanding.HasTurn);

    /// <summary>The call has completed; under the runner's lock.</summary>
    public void End() => (Turn, Work, Standing) = (0, default, CallStanding.None);

    /// <summary>What the handler sees of the call.</summary>
    public Call Call => HostCalls.New(this, Turn);

    /// <summary>The handler's code runs in the call until <see cref="Exit"/>.</summary>
    public void Enter()
    {
        SetSynchronizationContext(this);
        Volatile.Write(ref _segment, Interlocked.Increment(ref s_segments));
    }

    /// <summary>The host's own code runs again, without a context, so that what it awaits goes on where it is completed.</summary>
    public void Exit()
    {
        Volatile.Write(ref _segment, 0);
        SetSynchronizationContext(null);
    }

    /// <summary>The call goes on after it has returned: it completes later.</summary>
    public void Await(ValueTask task)
    {
        _task = task;
        task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_goOn ??= GoOn);
    }

    /// <summary>Looks whether a thread has been running the call for long. A call that awaits something runs on none.</summary>
    public bool IsSlow(long limit, long now)
    {
        var answer = _slow.Looked(limit, Volatile.Read(ref _segment), now);
        _slow = answer.Next;
        return answer.IsSlow;
    }

    /// <summary>The call begins to wait for room; under the runner's lock.</summary>
    public ValueTask WaitForRoom()
    {
        Standing = CallStanding.Waits;
        _room.Reset();
        return new ValueTask(this, _room.Version);
    }

    /// <summary>There is room.</summary>
    public void LetIn() => _room.SetResult(true);

    /// <summary>The connection is over before there was room.</summary>
    public void GiveUp(CancellationToken cancellation) => _room.SetException(new OperationCanceledException(cancellation));

    private ThreadGate Threads => runner.Threads;

    CancellationToken ICallHost.CancellationOf(long turn) => runner.CancellationOf(this, turn);

    ValueTask ICallHost.OverlapAsync(long turn) => runner.OverlapAsync(this, turn);

    bool ICallHost.TryOverlap(long turn) => runner.TryOverlap(this, turn);

    void IValueTaskSource.GetResult(short token) => _room.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _room.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _room.OnCompleted(continuation, state, token, flags);

    public override void Post(SendOrPostCallback d, object? state) => Threads.Run(new Continuation(this, d, state));

    public override void Send(SendOrPostCallback d, object? state) => Run(d, state);

    public override SynchronizationContext CreateCopy() => this;

    private void GoOn()
    {
        try
        {
            _task.GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            runner.Fail(exception);
        }
        _task = default;
        runner.Completed(this);
    }

    private void Run(SendOrPostCallback callback, object? state)
    {
        try
        {
            callback(state);
        }
        catch (Exception exception)
        {
            runner.Fail(exception);
        }
    }

    private sealed class Continuation(CallSlot slot, SendOrPostCallback callback, object? state) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            try
            {
                slot.Enter();
                slot.Run(callback, state);
            }
            finally
            {
                slot.Exit();
                slot.Threads.Leave();
            }
        }
    }
}
