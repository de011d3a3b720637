using PluginHost.Core.Serving.Metrics;
using PluginHost.Server.Composition;

namespace PluginHost.Server.Metrics;

/// <summary>Counts the traffic of a server once a second, for those who look at it later.</summary>
internal sealed class TrafficSampler : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly WebSocketServer _server;
    private readonly Timer _timer;
    private TrafficWindow _window = TrafficWindow.Empty;

    /// <summary>Begins to count.</summary>
    public TrafficSampler(WebSocketServer server)
    {
        _server = server;
        _timer = new Timer(static state => ((TrafficSampler)state!).Take(), this, TimeSpan.Zero, Interval);
    }

    /// <summary>What was counted. From any thread.</summary>
    public TrafficWindow Window => Volatile.Read(ref _window);

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    /// <summary>Counts once.</summary>
    public void Take()
    {
        var loops = _server.Loops.Select(loop => loop.Counters).ToArray();
        var now = new Traffic(
            Environment.TickCount64,
            _server.ConnectionCount,
            loops.Sum(counters => counters.Abandoned + counters.Handshakes.Sum(answered => answered.Count)),
            loops.Sum(counters => Volatile.Read(ref counters.MessagesReceived)),
            loops.Sum(counters => Volatile.Read(ref counters.MessagesSent) + Volatile.Read(ref counters.SharedDeliveries)),
            loops.Sum(counters => Volatile.Read(ref counters.BytesReceived)),
            loops.Sum(counters => Volatile.Read(ref counters.BytesSent)));
        lock (_timer) Volatile.Write(ref _window, _window.Take(now));
    }
}
