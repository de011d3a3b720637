using PluginHost.Core.Policy.Limits;
using PluginHost.Server.Compression;

namespace PluginHost.Server;

/// <summary>Gives memory back to the system in quiet moments, which <see cref="QuietMoments"/> recognizes.</summary>
internal sealed class IdleMemory : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly Timer _timer;
    private readonly Func<Usage> _usage;
    private readonly Action _collect;
    private QuietMoments _moments;

    /// <summary>Watches this process.</summary>
    public IdleMemory() : this(Usage, Collect, s_interval) { }

    /// <summary>Watches what it is told to.</summary>
    /// <param name="usage">Tells what has been used so far.</param>
    /// <param name="collect">Gives memory back.</param>
    /// <param name="interval">Between two samples.</param>
    public IdleMemory(Func<Usage> usage, Action collect, TimeSpan interval)
    {
        _usage = usage;
        _collect = collect;
        _moments = QuietMoments.Start(usage());
        _timer = new Timer(static state => ((IdleMemory)state!).Sample(), this, interval, interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Sample()
    {
        (_moments, var collect) = _moments.Take(_usage());
        if (collect) _collect();
    }

    private static Usage Usage() => new(
        Environment.TickCount64, (long)Environment.CpuUsage.TotalTime.TotalMilliseconds, GC.GetTotalAllocatedBytes(precise: false));

    // Compacting, and back to the system: a few milliseconds for each 10,000 connections. Then what the compiler has used and freed.
    private static void Collect()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        NativeHeap.Trim();
    }
}
