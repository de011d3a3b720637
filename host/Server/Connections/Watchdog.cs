using PluginHost.Core.Policy.Limits;

namespace PluginHost.Server.Connections;

/// <summary>
/// A thread that looks at the loops now and then: one that has long been in the same call is held up by the handler, which is named. Time in which the loop's
/// thread had no processor is not the handler's.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private readonly IReadOnlyList<Loop> _loops;
    private readonly SlowCall[] _seen;
    private readonly long _limit;
    private readonly Func<long> _clock;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread? _thread;

    /// <summary>Begins to look.</summary>
    /// <param name="loops">What to look at.</param>
    /// <param name="limit">Milliseconds that a call may take.</param>
    /// <param name="clock">The loops' clock.</param>
    /// <param name="isManual">Looks only when told to.</param>
    public Watchdog(IReadOnlyList<Loop> loops, long limit, Func<long> clock, bool isManual = false)
    {
        (_loops, _seen, _limit, _clock) = (loops, new SlowCall[loops.Count], limit, clock);
        if (isManual) return;
        _thread = new Thread(Run) { IsBackground = true, Name = "watchdog" };
        _thread.Start();
    }

    /// <summary>Looks once.</summary>
    public void Look()
    {
        var now = _clock();
        for (var i = 0; i < _loops.Count; i++)
        {
            var (connection, call) = _loops[i].Current;
            var answer = _seen[i].Looked(_limit, call, now - (call == 0 ? 0 : _loops[i].Waited));
            _seen[i] = answer.Next;
            if (answer.IsSlow) connection!.Handler?.ReportBlocking(now);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Set();
        _thread?.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        var pause = (int)Math.Clamp(_limit / 4, 1, 1000);
        while (!_stop.Wait(pause)) Look();
    }
}
