using System.Net.WebSockets;
using System.Text.RegularExpressions;
using LanguageExt;
using PluginHost.Abstractions;
using PluginHost.Core.Serving.Metrics;
using PluginHost.Server;
using PluginHost.Server.Counters;
using PluginHost.Server.Metrics;
using PluginHost.Server.Transports;
using PluginHost.Telemetry;
using PluginHost.Tests.Admin;
using PluginHost.Tests.Cli;
using PluginHost.Tests.Server;

namespace PluginHost.Tests.Metrics;

public class MeterTests
{
    private static HandlerDescription Failing => Handler.Inline("fails", _ => new Fails());

    private sealed class Fails : InlineHandler
    {
        public override void OnText(BorrowedMessage message) => throw new InvalidOperationException("on purpose");
    }

    private sealed class Room(Session session) : InlineHandler
    {
        public override void OnOpen() => session.Topics.Subscribe(TopicSubscription.To("room"));

        public override void OnText(BorrowedMessage message) => session.Topics.Publish("room", Publication.Text(message.ToString()));
    }

    private sealed class Burst(Session session) : InlineHandler
    {
        public override void OnText(BorrowedMessage message)
        {
            for (var i = 0; i < 500; i++) session.SendText(new string('x', 4000)); // more than a turn gathers
        }
    }

    /// <summary>The value of a sample, by its name and labels as Prometheus shows them; 0 where there is none.</summary>
    private static double Value(ServerMeters meters, string sample) =>
        PrometheusText.Write(MeterReading.Take(meters.Meter)).Split('\n').Where(line => line.StartsWith(sample + " ", StringComparison.Ordinal))
            .Select(line => double.Parse(line[(sample.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture)).SingleOrDefault();

    private static Task Reaches(ServerMeters meters, string sample, double value) =>
        Wait.Until(() => Value(meters, sample) == value, () => $"{sample} is {Value(meters, sample)}, not {value}");

    [Theory]
    [InlineData("Sockets")]
    [InlineData("Epoll")]
    public async Task What_happens_is_counted(string transport)
    {
        if (transport == "Epoll" && !OperatingSystem.IsLinux()) return;
        await using var server = TestServer.Start(Enum.Parse<TransportKind>(transport), Place.Tcp4, [.. TestHandlers.Echoes, Failing, Handler.Inline("room", own => new Room(own))]);
        using var meters = new ServerMeters(server.Server, null);

        Assert.Equal(1, Value(meters, "pluginhost_ready"));
        using (var echo = await server.ConnectAsync("/", "echo"))
        {
            Assert.Equal("one", await echo.AskAsync("one"));
            Assert.Equal("two", await echo.AskAsync("two"));
            await Reaches(meters, "pluginhost_connections", 1);
            await Reaches(meters, "pluginhost_handler_connections{handler=\"echo\",plugin=\"test\"}", 1);
            await Reaches(meters, "pluginhost_messages_received_total", 2);
            await Reaches(meters, "pluginhost_messages_sent_total", 2);
            Assert.True(Value(meters, "pluginhost_received_bytes_total") > 2 * 9);
            Assert.True(Value(meters, "pluginhost_sent_bytes_total") > 2 * 5);
            await echo.CloseAsync(WebSocketCloseStatus.NormalClosure, "", Limit.Token());
        }
        using (var session = await server.ConnectAsync("/", "echo.session"))
        {
            Assert.Equal("three", await session.AskAsync("three")); // sent from another thread
            await Reaches(meters, "pluginhost_messages_sent_total", 3);
            await session.CloseAsync((WebSocketCloseStatus)4321, "", Limit.Token());
        }
        await Reaches(meters, "pluginhost_closes_total{code=\"1000\"}", 1);
        await Reaches(meters, "pluginhost_closes_total{code=\"4xxx\"}", 1);
        await Reaches(meters, "pluginhost_handshakes_total{result=\"accepted\",status=\"101\"}", 2);

        await Assert.ThrowsAsync<WebSocketException>(() => server.ConnectAsync("/", "nobody.serves.this"));
        await Reaches(meters, "pluginhost_handshakes_total{result=\"refused\",status=\"400\"}", 1);
        server.Open().Dispose();
        await Reaches(meters, "pluginhost_handshakes_total{result=\"abandoned\",status=\"\"}", 1);

        using (var fails = await server.ConnectAsync("/", "fails"))
        {
            await fails.SendAsync("x"u8.ToArray(), WebSocketMessageType.Text, true, Limit.Token());
            await fails.ReceiveAsync(new byte[10], Limit.Token());
            await Reaches(meters, "pluginhost_handler_faults_total{handler=\"fails\",plugin=\"test\"}", 1);
        }

        using (var one = await server.ConnectAsync("/", "room"))
        using (var two = await server.ConnectAsync("/", "room"))
        {
            await Reaches(meters, "pluginhost_subscriptions", 2);
            Assert.Equal("hi", await one.AskAsync("hi"));
            await Reaches(meters, "pluginhost_topic_publications_total", 1);
            await Reaches(meters, "pluginhost_topic_deliveries_total", 2);
            await Reaches(meters, "pluginhost_messages_sent_total", 5);
            await Reaches(meters, "pluginhost_topics", 1);
        }
        await Reaches(meters, "pluginhost_connections", 0);
        await Reaches(meters, "pluginhost_subscriptions", 0);
        await Reaches(meters, "pluginhost_handler_connections{handler=\"room\",plugin=\"test\"}", 0);
        Assert.Equal(7, Value(meters, "pluginhost_connections_opened_total"));
        Assert.Equal(0, Value(meters, "pluginhost_handshakes_pending"));
    }

    [Fact]
    public async Task What_waits_and_what_is_dropped_is_counted_and_what_is_over_no_longer()
    {
        await using var server = TestServer.Start(
            TransportKind.Memory, Place.Memory, [.. TestHandlers.Echoes, Handler.Inline("burst", own => new Burst(own))],
            """
            "limits": { "sendQueue": "1KiB", "slowConsumer": "dropNewest", "sendTimeout": "1h", "connections": 2 },
            "rates": { "messageBurst": 2, "messagesPerSecond": 1, "over": "drop" }
            """,
            loops: 1);
        using var meters = new ServerMeters(server.Server, null);
        using (var eager = await server.RawOpenAsync("echo"))
        {
            await eager.SendAsync([.. Enumerable.Repeat(ClientFrames.Text("x"), 6)]);
            await Wait.Until(() => Value(meters, "pluginhost_messages_received_total") == 6, () => "not all have come");
            Assert.InRange(Value(meters, "pluginhost_messages_dropped_total{reason=\"rate\"}"), 1, 4); // one a second may go on
        }
        await Reaches(meters, "pluginhost_connections", 0);
        using (var slow = await server.RawOpenAsync("burst", capacity: 600))
        {
            await slow.SendAsync(ClientFrames.Text("go")); // it reads nothing
            await Wait.Until(() => Value(meters, "pluginhost_messages_dropped_total{reason=\"slow_consumer\"}") > 50, () => "nothing is dropped");
            using var second = server.Open();
            using var third = server.Open();
            await Reaches(meters, "pluginhost_connections_refused_total{limit=\"connections\"}", 1);
            await Reaches(meters, "pluginhost_send_queues", 1);
            Assert.True(Value(meters, "pluginhost_send_queue_bytes") > 1024);
            var rest = slow.RestAsync(); // now it reads
            await Reaches(meters, "pluginhost_send_queues", 0);
            await Reaches(meters, "pluginhost_send_queue_bytes", 0);
        }
        await Reaches(meters, "pluginhost_connections", 0);
        using var late = await server.RawOpenAsync("burst", capacity: 600);
        await late.SendAsync(ClientFrames.Text("go"));
        await Reaches(meters, "pluginhost_send_queues", 1);
        await server.Server.StopAsync(new CancellationToken(canceled: true));
        Assert.Equal(0, Value(meters, "pluginhost_send_queues"));
        Assert.Equal(0, Value(meters, "pluginhost_send_queue_bytes"));
    }

    [Fact]
    public void Codes_that_peers_choose_do_not_make_counters_of_their_own()
    {
        var counters = new LoopCounters();
        for (var code = 0; code < 6000; code++) counters.Closed(code);
        for (var status = 0; status < 1000; status++) counters.Answered(status);

        Assert.Equal(18, counters.Closes.Count());
        Assert.Equal(6000, counters.Closes.Sum(one => one.Count));
        Assert.Contains((3000, 1000), counters.Closes);
        Assert.Equal(500, counters.Handshakes.Count());
    }

    [Fact]
    public async Task They_are_served_in_the_text_format()
    {
        await using var server = TestServer.Start(TransportKind.Sockets, Place.Tcp4, TestHandlers.Echoes);
        await using var admin = await OpenAdmin.StartAsync();
        Assert.Equal(503, (await admin.GetAsync("/metrics")).Status);
        using var watched = admin.Watch(server.Server);

        using var answer = await admin.Http.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n');
        Assert.Equal("", lines[^1]);
        var line = new Regex("^(# (HELP|TYPE) [a-z_][a-z0-9_]* .+|[a-z_][a-z0-9_]*({([a-z_]+=\"[^\"]*\",?)+})? [-+.0-9eE]+)$");
        Assert.All(lines[..^1], one => Assert.Matches(line, one));
        Assert.Contains("# TYPE pluginhost_messages_received_total counter", lines);
        Assert.Contains("# TYPE pluginhost_connections gauge", lines);
        Assert.Contains("pluginhost_connections 0", lines);
        Assert.Contains(lines, one => one.StartsWith("dotnet_gc_collections_total{", StringComparison.Ordinal)); // .NET's own
        Assert.Contains(lines, one => one.StartsWith("pluginhost_loop_lag_seconds{loop=\"1\"} ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_loop_that_is_held_up_shows()
    {
        await using var server = TestServer.Start(TransportKind.Sockets, Place.Tcp4, TestHandlers.Echoes, loops: 1);
        using var lag = new LoopLag(server.Server.Loops);
        using var release = new ManualResetEventSlim();
        using var held = new ManualResetEventSlim();
        server.Server.Loops[0].Post(() =>
        {
            held.Set();
            release.Wait(Limit.Time);
        });
        Assert.True(held.Wait(Limit.Time));
        lag.Look();
        await Wait.Until(() => lag.Seconds.Single() > 0.05, () => "it does not grow");
        release.Set();
        await Wait.Until(() =>
        {
            lag.Look();
            return lag.Seconds.Single() is > 0.05;
        }, () => "it is forgotten");
    }

    /// <summary>The table in <c>docs/admin.md</c> is made of the instruments; <c>UPDATE_GENERATED=1</c> writes it.</summary>
    [Fact]
    public async Task Every_metric_is_in_the_documentation()
    {
        await using var server = TestServer.Start(TransportKind.Memory, Place.Memory, TestHandlers.Echoes);
        using var lag = new LoopLag(server.Server.Loops);
        using var meters = new ServerMeters(server.Server, lag);
        var rows = MeterReading.Take(meters.Meter).Where(one => one.Name.StartsWith("pluginhost.", StringComparison.Ordinal)).Select(one =>
            $"| `{PrometheusText.NameOf(one.Name, one.Unit, one.Kind)}` | `{one.Name}` | {(one.Kind == MetricKind.Counter ? "counter" : "gauge")} | {one.Help} |\n");
        var table = "| Prometheus | OpenTelemetry | | meaning |\n| --- | --- | --- | --- |\n" + string.Concat(rows);

        const string Begin = "<!-- metrics: begin -->\n", End = "<!-- metrics: end -->";
        var path = Path.Combine(Clients.ForeignClient.Scripts, "..", "..", "docs", "admin.md");
        var text = await File.ReadAllTextAsync(path);
        var wanted = text[..(text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)] + table + text[text.IndexOf(End, StringComparison.Ordinal)..];
        if (Environment.GetEnvironmentVariable("UPDATE_GENERATED") == "1") await File.WriteAllTextAsync(path, wanted);
        else Assert.True(text == wanted, "docs/admin.md is out of step; run: UPDATE_GENERATED=1 dotnet test tests/Host.Tests --filter Every_metric");
    }
}
