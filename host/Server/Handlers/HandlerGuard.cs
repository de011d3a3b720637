using PluginHost.Core.Configuration;
using PluginHost.Core.Limits;
using PluginHost.Metrics;

namespace PluginHost.Server.Handlers;

/// <summary>What the server knows about the conduct of one handler, whatever connections it serves. From any thread.</summary>
/// <param name="name">What logs call it.</param>
/// <param name="plan">What it may do.</param>
/// <param name="counters">What is counted of it.</param>
internal sealed class HandlerGuard(string name, HandlersPlan plan, HandlerCounters counters)
{
    private readonly Lock _gate = new();
    private Quarantine _quarantine = Quarantine.None;

    /// <summary>What is counted of it.</summary>
    public HandlerCounters Counters => counters;

    /// <summary>What may run on the thread pool at once.</summary>
    public ThreadGate Threads { get; } = new(plan.Threads);

    /// <summary>Milliseconds after which a call is slow.</summary>
    public long SlowAfter { get; } = (long)plan.Slow.TotalMilliseconds;

    /// <summary>Where it stands.</summary>
    public QuarantinePhase Phase
    {
        get
        {
            lock (_gate) return _quarantine.Phase;
        }
    }

    /// <summary>A handshake asks for it.</summary>
    /// <returns>0 when it goes on; otherwise the seconds after which asking again is worth it.</returns>
    public int Ask(long now, ServerLog log)
    {
        QuarantineAnswer answer;
        QuarantinePhase before;
        lock (_gate)
        {
            before = _quarantine.Phase;
            answer = _quarantine.Asked(plan.Quarantine, now);
            _quarantine = answer.Next;
        }
        if (before != answer.Next.Phase)
        {
            log.Write(LogLevel.Warning, answer.Next.Phase == QuarantinePhase.Trial
                ? $"handler {name}: one handshake is let through to see whether it works again"
                : $"handler {name}: works again; its quarantine is over");
        }
        return answer.IsAdmitted ? 0 : (int)Math.Max(1, (answer.Next.Until - now + 999) / 1000);
    }

    /// <summary>It has failed.</summary>
    public void Faulted(long now, ServerLog log)
    {
        counters.Faulted();
        QuarantinePhase before, after;
        lock (_gate)
        {
            before = _quarantine.Phase;
            _quarantine = _quarantine.Faulted(plan.Quarantine, now);
            after = _quarantine.Phase;
        }
        if (after == QuarantinePhase.Quarantined && before != after)
        {
            log.Write(LogLevel.Error,
                $"handler {name}: quarantined after {(before == QuarantinePhase.Trial ? "another fault" : $"{plan.Quarantine.Faults} faults")}; "
                + $"new handshakes are refused with 503 for {plan.Quarantine.Duration} ms");
        }
    }
}
