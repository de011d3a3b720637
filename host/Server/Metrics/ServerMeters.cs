using System.Diagnostics.Metrics;
using PluginHost.Core.Policy.Limits;
using PluginHost.Server.Composition;
using PluginHost.Server.Counters;
using PluginHost.Server.Handshakes;
using PluginHost.Server.Reports;

namespace PluginHost.Server.Metrics;

/// <summary>
/// The instruments of a server, as a meter named <c>PluginHost</c>. All of them are read when somebody observes them, and only then: what they read is
/// counted by loops anyway.
/// </summary>
internal sealed class ServerMeters : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string Name = "PluginHost";

    private readonly WebSocketServer _server;
    private readonly LoopLag? _lag;
    private readonly double _started = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;

    /// <summary>Makes them.</summary>
    /// <param name="server">What is measured.</param>
    /// <param name="lag">How long loops let others wait, where that is looked at.</param>
    public ServerMeters(WebSocketServer server, LoopLag? lag)
    {
        (_server, _lag) = (server, lag);
        Meter = new Meter(new MeterOptions(Name) { Version = ServerVersion.Text });
        OfServer();
        OfTraffic();
        OfHandlers();
        OfTopics();
        OfLoops();
    }

    /// <summary>The meter.</summary>
    public Meter Meter { get; }

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    private void OfServer()
    {
        Gauge("pluginhost.ready", "", "1 while connections are accepted, 0 before and while the server drains.", () => _server.IsReady ? 1 : 0);
        Meter.CreateObservableGauge("pluginhost.start_time", () => _started, "s", "When the server started, in seconds since 1970.");
        Meter.CreateObservableGauge(
            "pluginhost.build_info",
            () => new Measurement<long>(1, Tag("version", ServerVersion.Text), Tag("runtime", Environment.Version.ToString())),
            "", "1, with the versions of the server and of .NET.");
        Gauge("pluginhost.connections", "{connection}", "Open connections, those in their handshake among them.", () => _server.ConnectionCount);
        Gauge("pluginhost.handshakes.pending", "{handshake}", "Connections in their handshake.", () => _server.Counts.Handshakes);
        Counter("pluginhost.connections.opened", "{connection}", "Connections that were accepted.", counted => counted.Opened);
        Counters("pluginhost.connections.refused", "{connection}", "Connections that were refused when they came, by the limit that they met.", () =>
        [
            (Sum(counted => counted.RefusedConnections), [Tag("limit", "connections")]),
            (Sum(counted => counted.RefusedOfAddress), [Tag("limit", "connectionsPerAddress")]),
            (Sum(counted => counted.RefusedHandshakes), [Tag("limit", "pendingHandshakes")]),
        ]);
        Counters("pluginhost.handshakes", "{handshake}", "Handshakes that ended, by how: accepted, refused with a status, or abandoned by the client.", () =>
        [
            .. Grouped(counted => counted.Handshakes)
                .Select(counted => (counted.Count, (KeyValuePair<string, object?>[])[Tag("result", counted.Key == 101 ? "accepted" : "refused"), Tag("status", counted.Key)])),
            (Sum(counted => counted.Abandoned), [Tag("result", "abandoned"), Tag("status", "")]),
        ]);
        Counters(
            "pluginhost.closes", "{connection}", "Connections that were open and closed, by close code; 3xxx and 4xxx stand for all of those.",
            () => [.. Grouped(counted => counted.Closes).Select(counted => (counted.Count, (KeyValuePair<string, object?>[])[Tag("code", CodeOf(counted.Key))]))]);
    }

    private void OfTraffic()
    {
        Counter("pluginhost.messages.received", "{message}", "Messages from clients.", counted => counted.MessagesReceived);
        Counter("pluginhost.messages.sent", "{message}", "Messages to clients, those of topics among them.", counted => counted.MessagesSent + counted.SharedDeliveries);
        Counters("pluginhost.messages.dropped", "{message}", "Messages that were dropped: to clients that read slowly, or from clients over their rate.", () =>
        [
            (Sum(counted => counted.DroppedUnsent + Interlocked.Read(ref counted.DroppedElsewhere)), [Tag("reason", "slow_consumer")]),
            (Sum(counted => counted.DroppedOverRate), [Tag("reason", "rate")]),
        ]);
        Counter("pluginhost.received", "By", "Bytes from clients, without what TLS adds.", counted => counted.BytesReceived);
        Counter("pluginhost.sent", "By", "Bytes to clients, without what TLS adds.", counted => counted.BytesSent);
        Gauge("pluginhost.send_queue", "By", "Bytes that wait because clients read more slowly than they are sent to.", () => Sum(counted => counted.QueuedBytes));
        Gauge("pluginhost.send_queues", "{connection}", "Connections with bytes that wait.", () => Sum(counted => counted.Queues));
    }

    private void OfHandlers()
    {
        Meter.CreateObservableUpDownCounter(
            "pluginhost.handler.connections",
            () => _server.Handlers.All.Select(counted => new Measurement<long>(counted.Connections, Of(counted))), "{connection}", "Connections that a handler serves.");
        Counters(
            "pluginhost.handler.faults", "{fault}", "Faults of a handler: exceptions, and calls that block a loop.",
            () => [.. _server.Handlers.All.Select(handler => (handler.Faults, Of(handler)))]);
        Meter.CreateObservableGauge(
            "pluginhost.handler.quarantined",
            () => _server.Generation.Guards.Select(guard => new Measurement<long>(guard.Phase == QuarantinePhase.Healthy ? 0 : 1, Of(guard.Counters))),
            "", "1 while a handler is in quarantine or on trial after it.");
    }

    private void OfTopics()
    {
        Gauge("pluginhost.topics", "{topic}", "Topics and patterns that are remembered.", () => _server.Topics.Table.Count);
        Gauge("pluginhost.topic.history", "By", "Bytes that topics keep.", () => _server.Topics.Table.KeptBytes);
        Gauge("pluginhost.subscriptions", "{subscription}", "Subscriptions of connections.", () => Sum(counted => counted.Subscriptions));
        Meter.CreateObservableCounter(
            "pluginhost.topic.publications", () => Sum(counted => counted.Publications) + _server.Topics.PublishedElsewhere, "{message}", "Messages that were published.");
        Counter("pluginhost.topic.deliveries", "{message}", "Messages delivered to subscribers.", counted => counted.SharedDeliveries + counted.OtherDeliveries);
    }

    private void OfLoops()
    {
        Meter.CreateObservableCounter(
            "pluginhost.loop.busy",
            () => _server.Loops.Select((loop, i) => new Measurement<double>(Volatile.Read(ref loop.Counters.BusyMilliseconds) / 1000.0, Tag("loop", i))),
            "s", "Time in which a loop had something to do.");
        if (_lag is not { } lag) return;
        Meter.CreateObservableGauge(
            "pluginhost.loop.lag", () => lag.Seconds.Select((seconds, i) => new Measurement<double>(seconds, Tag("loop", i))),
            "s", $"The longest that a loop let a message to it wait, of the last {LoopLag.Kept} probes, one a second.");
    }

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);

    private static KeyValuePair<string, object?>[] Of(HandlerCounters handler) => [Tag("handler", handler.Handler), Tag("plugin", handler.Plugin)];

    private static string CodeOf(int code) => code switch
    {
        3000 => "3xxx",
        4000 => "4xxx",
        _ => code.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    private void Gauge(string name, string unit, string help, Func<long> read) => Meter.CreateObservableUpDownCounter(name, read, unit, help);

    private void Counter(string name, string unit, string help, Func<LoopCounters, long> read) => Meter.CreateObservableCounter(name, () => Sum(read), unit, help);

    private void Counters(string name, string unit, string help, Func<IReadOnlyList<(long Count, KeyValuePair<string, object?>[] Tags)>> read) =>
        Meter.CreateObservableCounter(name, () => read().Select(counted => new Measurement<long>(counted.Count, counted.Tags)), unit, help);

    private long Sum(Func<LoopCounters, long> read) => _server.Loops.Sum(loop => read(loop.Counters));

    private IEnumerable<(int Key, long Count)> Grouped(Func<LoopCounters, IEnumerable<(int Key, long Count)>> read) =>
        _server.Loops.SelectMany(loop => read(loop.Counters)).GroupBy(counted => counted.Key).OrderBy(group => group.Key).Select(group => (group.Key, group.Sum(counted => counted.Count)));
}
