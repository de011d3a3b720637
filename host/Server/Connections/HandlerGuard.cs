using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server.Counters;
using PluginHost.Server.Logging;
using PluginHost.Server.Threads;
using static LanguageExt.Prelude;

namespace PluginHost.Server.Connections;

/// <summary>What the server knows about the conduct of one handler, whatever connections it serves. From any thread.</summary>
/// <param name="name">What logs call it.</param>
/// <param name="plan">What it may do.</param>
/// <param name="counters">What is counted of it.</param>
/// <param name="threads">The threads that it shares with others.</param>
internal sealed class HandlerGuard(string name, HandlersPlan plan, HandlerCounters counters, HandlerThreads threads)
{
    private readonly Lock _gate = new();
    private Quarantine _quarantine = Quarantine.None;

    /// <summary>What is counted of it.</summary>
    public HandlerCounters Counters => counters;

    /// <summary>What may run on the thread pool at once.</summary>
    public ThreadGate Threads { get; } = threads.Add(plan.Threads);

    /// <summary>What may wait for it on a connection.</summary>
    public HandlerQueuePlan Waiting => plan.Waiting;

    /// <summary>Calls that may overlap on a connection, whatever the handler declares.</summary>
    public int MaxOverlappingCalls => plan.Calls.MaxOverlapping;

    /// <summary>Milliseconds that a message may take which is sent in pieces.</summary>
    public long PiecesWithin { get; } = (long)plan.Calls.Pieces.TotalMilliseconds;

    /// <summary>Milliseconds that calls in flight have once their connection is over.</summary>
    public long AbandonAfter { get; } = (long)plan.Calls.AfterClose.TotalMilliseconds;

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

    private static string Clients(int count) => count == 1 ? "1 client" : $"{count} clients";

    private string Cause(FaultSource? source) => source is null
        ? $"{plan.Quarantine.Faults} faults without any input"
        : $"{plan.Quarantine.Faults} faults or more on the input of at least {Clients(plan.Quarantine.Sources)}";

    /// <summary>A handshake asks for it.</summary>
    /// <param name="source">Who asks.</param>
    /// <param name="now">Milliseconds.</param>
    /// <param name="log">Where it is said that something has changed.</param>
    /// <returns>0 when it goes on; otherwise the seconds after which asking again is worth it.</returns>
    public int Ask(FaultSource source, long now, ServerLog log)
    {
        QuarantineAnswer answer;
        QuarantinePhase before;
        lock (_gate)
        {
            before = _quarantine.Phase;
            answer = _quarantine.Asked(plan.Quarantine, source, now);
            _quarantine = answer.Next;
        }
        if (before != answer.Next.Phase)
        {
            log.Write(LogLevel.Warning, answer.Next.Phase == QuarantinePhase.Trial
                ? $"handler {name}: at most {Clients(plan.Quarantine.Sources)} let through to see whether it works again"
                : $"handler {name}: works again; its quarantine is over");
        }
        return answer.IsAdmitted ? 0 : (int)Math.Max(1, (answer.Next.Until - now + 999) / 1000);
    }

    /// <summary>It has failed.</summary>
    /// <param name="source">On whose input; <see langword="null"/> where there was none.</param>
    /// <param name="now">Milliseconds.</param>
    /// <param name="log">Where it is said that it is quarantined.</param>
    /// <param name="failing">How many of the connections that it serves have failed.</param>
    public void Faulted(FaultSource? source, long now, ServerLog log, int failing = 0)
    {
        counters.Faulted();
        var serving = (int)Math.Clamp(counters.Connections - failing, 0, int.MaxValue);
        QuarantinePhase before, after;
        lock (_gate)
        {
            before = _quarantine.Phase;
            _quarantine = _quarantine.Faulted(plan.Quarantine, new HandlerFault(now, Optional(source)), serving);
            after = _quarantine.Phase;
        }
        if (after == QuarantinePhase.Quarantined && before != after)
        {
            log.Write(LogLevel.Error,
                $"handler {name}: quarantined after {(before == QuarantinePhase.Trial ? "faults in its trial" : Cause(source))}; "
                + $"new handshakes are refused with 503 for {plan.Quarantine.Duration} ms");
        }
    }
}
