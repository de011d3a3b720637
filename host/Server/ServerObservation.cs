using System.Diagnostics.Metrics;
using LanguageExt;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Metrics;
using PluginHost.Server.Composition;
using PluginHost.Server.Loading;
using PluginHost.Server.Logging;
using PluginHost.Server.Metrics;
using PluginHost.Server.Reports;

namespace PluginHost.Server;

/// <summary>What can be seen of a server from outside, at any time and from any thread.</summary>
public sealed class ServerObservation : IDisposable
{
    /// <summary>The name of <see cref="Meter"/>.</summary>
    public const string MeterName = ServerMeters.Name;

    private readonly WebSocketServer _server;
    private readonly LoopLag? _lag;
    private readonly TrafficSampler? _traffic;
    private readonly ServerMeters _meters;
    private readonly PluginMeters? _plugins;

    /// <summary>Begins to look at a server.</summary>
    /// <param name="server">The server.</param>
    /// <param name="isSampled">Traffic and delays are measured now and then; otherwise only what is counted anyway can be seen.</param>
    /// <param name="health">How its plugins say that they are; healthy where nobody says anything.</param>
    /// <param name="plugins">What its plugins measure; <see langword="null"/> where nobody looks.</param>
    internal ServerObservation(WebSocketServer server, bool isSampled, PluginHealth? health = null, PluginMeters? plugins = null)
    {
        Health = health ?? new PluginHealth();
        _plugins = plugins;
        _server = server;
        _lag = isSampled ? new LoopLag(server.Loops) : null;
        _traffic = isSampled ? new TrafficSampler(server) : null;
        _meters = new ServerMeters(server, _lag);
    }

    /// <summary>New connections are accepted. False from the first moment of a stop on: who sends clients here should send no more.</summary>
    public bool IsReady => _server.IsReady;

    /// <summary>How its plugins say that they are.</summary>
    public PluginHealth Health { get; }

    /// <summary>What its plugins have measured; nothing unless <see cref="StartOptions.IsObserved"/>.</summary>
    public Seq<MetricFamily> PluginMetrics() => _plugins?.Take() ?? Seq<MetricFamily>.Empty;

    /// <summary>What is measured, as instruments that are read when they are observed.</summary>
    public Meter Meter => _meters.Meter;

    /// <summary>The traffic of the last minutes, a sample a second; empty where nothing is sampled.</summary>
    public TrafficWindow Traffic => _traffic?.Window ?? TrafficWindow.Empty;

    /// <summary>What the server is and serves.</summary>
    /// <param name="page">The host that a browser which shows this calls this machine by.</param>
    public ServerReport Report(Authority page) => ServerReport.Of(_server, page);

    /// <summary>The open listeners as a browser reaches them.</summary>
    /// <param name="page">The host that the browser calls this machine by.</param>
    public IReadOnlyList<ListenerReport> ListenersFor(Authority page) => ServerReport.ListenersOf(_server, page);

    /// <summary>The last faults of handlers, the newest first.</summary>
    public IReadOnlyList<FaultReport> Faults => _server.Faults;

    /// <summary>What would come of a handshake, and why.</summary>
    /// <param name="question">The handshake.</param>
    /// <returns>The steps; <see langword="null"/> where it names a listener that there is not.</returns>
    public HandshakeReport? Explain(HandshakeQuestion question)
    {
        var generation = _server.Generation;
        var listeners = generation.Plan.Plan.Listeners;
        var listener = question.Listener.Match(name => listeners.Find(plan => plan.Name == name), () => listeners.HeadOrNone());
        return listener.MatchUnsafe<HandshakeReport?>(plan => HandshakeReport.Of(generation.Plan, generation.Handlers, plan, question), () => null);
    }

    /// <summary>Lists connections in the order of their numbers; what is told about them is there if <see cref="StartOptions.IsObserved"/>.</summary>
    /// <param name="after">Only those with greater numbers.</param>
    /// <param name="limit">How many at most.</param>
    /// <exception cref="TimeoutException">A loop does not answer.</exception>
    public Task<ListPage<ConnectionReport>> ConnectionsAsync(long after, int limit) => ConnectionList.ReadAsync(_server, after, limit);

    /// <summary>Lists topics and patterns by name.</summary>
    /// <param name="after">Only those whose names come after this one; empty for all.</param>
    /// <param name="limit">How many at most.</param>
    public ListPage<TopicReport> Topics(string after, int limit) => TopicList.Read(_server.Topics.Table, after, limit);

    /// <inheritdoc/>
    public void Dispose()
    {
        _lag?.Dispose();
        _traffic?.Dispose();
        _meters.Dispose();
        _plugins?.Dispose();
    }

    /// <summary>Samples once more, now.</summary>
    internal void Sample() => _traffic?.Take();

    /// <summary>Nothing is sampled any more; what has been can still be seen.</summary>
    internal void EndSampling()
    {
        _lag?.Dispose();
        _traffic?.Dispose();
    }
}
