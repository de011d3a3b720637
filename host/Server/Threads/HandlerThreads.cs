using PluginHost.Core.Policy.Limits;

namespace PluginHost.Server.Threads;

/// <summary>
/// What the handlers of one server that may block share: threads of the framework's pool, as the core says. Beyond its minimum that pool grows by one or two
/// threads a second; so its minimum is what handlers may use at once, and some for everything else. From any thread.
/// </summary>
/// <param name="shares">Who may have how many.</param>
internal sealed class HandlerThreads(ThreadShares shares)
{
    /// <summary>Threads for what is not under a gate: timers, continuations, cancellations, the framework's own.</summary>
    private const int Others = 16;

    /// <summary>However many kinds of handlers there are, the pool makes no more at once.</summary>
    private const int MaxAtOnce = 1024;

    private readonly Lock _gate = new();
    private readonly Queue<ThreadGate> _line = new();
    private int _kinds;
    private int _shared;

    /// <summary>What work of one more kind of handler goes through.</summary>
    /// <param name="most">How many pieces of it may run at once; 1 and above.</param>
    public ThreadGate Add(int most)
    {
        lock (_gate)
        {
            _kinds++;
            var wanted = Math.Min(MaxAtOnce, shares.Total(_kinds) + Others);
            ThreadPool.GetMinThreads(out var workers, out var ports);
            if (workers < wanted) ThreadPool.SetMinThreads(wanted, ports);
        }
        return new ThreadGate(this, most);
    }

    /// <summary>Begins a piece of work, now or once there is room.</summary>
    public void Run(ThreadGate gate, IThreadPoolWorkItem work)
    {
        lock (_gate)
        {
            if (!MayBegin(gate))
            {
                gate.Waiting.Enqueue(work);
                Line(gate);
                return;
            }
            Begin(gate);
        }
        ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
    }

    /// <summary>A piece of work is at its end: the next one begins, of the same kind where the thread is its own, otherwise of the kind that has waited longest.</summary>
    public void Leave(ThreadGate gate)
    {
        IThreadPoolWorkItem? next = null;
        lock (_gate)
        {
            gate.Running--;
            if (!shares.IsShared(gate.Running))
            {
                if (gate.Waiting.Count > 0 && MayBegin(gate)) next = TakeWaiting(gate);
            }
            else
            {
                _shared--;
                Line(gate);
                next = TakeLined();
            }
        }
        if (next is not null) ThreadPool.UnsafeQueueUserWorkItem(next, preferLocal: false);
    }

    private bool MayBegin(ThreadGate gate) => shares.MayBegin(gate.Most, gate.Running, _shared);

    private void Begin(ThreadGate gate)
    {
        if (shares.IsShared(gate.Running)) _shared++;
        gate.Running++;
    }

    private IThreadPoolWorkItem TakeWaiting(ThreadGate gate)
    {
        Begin(gate);
        return gate.Waiting.Dequeue();
    }

    /// <summary>Puts a kind that waits at the end of the line, where it is not in it.</summary>
    private void Line(ThreadGate gate)
    {
        if (gate.IsLined || gate.Waiting.Count == 0) return;
        gate.IsLined = true;
        _line.Enqueue(gate);
    }

    private IThreadPoolWorkItem? TakeLined()
    {
        for (var count = _line.Count; count > 0; count--)
        {
            var gate = _line.Dequeue();
            gate.IsLined = false;
            var work = gate.Waiting.Count > 0 && MayBegin(gate) ? TakeWaiting(gate) : null;
            Line(gate);
            if (work is not null) return work;
        }
        return null;
    }
}
