using System.Buffers.Binary;
using System.Net;
using System.Text;
using System.Threading.Channels;
using PluginHost.Tests.Cli;
using PluginHost.Tests.Server;

namespace PluginHost.Tests.Metrics;

/// <summary>The process against a collector that takes OTLP over HTTP.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task Metrics_are_exported_with_the_headers_and_once_more_at_the_end()
    {
        await using var collector = new Collector();
        using var folder = new TempFolder();
        folder.Write("key", "s3cret, with=signs\n");
        var config = folder.Write("plugins.json", $$"""
            { "telemetry": { "endpoint": "{{collector.Url}}", "interval": "1s", "service": "edge-1", "headers": [{ "name": "api-key", "value": "{file:key}" }] } }
            """);
        await using var host = HostProcess.Start(folder.Path, "--config", config, "--listen", "127.0.0.1:0", "--json");
        var url = (await host.StartedAsync())["default"];
        using var client = await Served.ConnectAsync(url, "echo");
        Assert.Equal("hello", await client.AskAsync("hello"));

        var post = await collector.NextAsync(one => one.Values.GetValueOrDefault("pluginhost.messages.received") == 1);
        Assert.Equal("/v1/metrics", post.Path);
        Assert.Equal("application/x-protobuf", post.ContentType);
        Assert.Equal("s3cret, with=signs", post.Key);
        Assert.Contains("edge-1", post.Text, StringComparison.Ordinal);
        Assert.Equal(1, post.Values["pluginhost.connections"]);
        Assert.Equal(1, post.Values["pluginhost.ready"]);
        Assert.True(post.Values.ContainsKey("dotnet.process.memory.working_set"));

        host.Signal(15);
        await client.CloseOutputAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, Served.Limit());
        var last = await collector.NextAsync(one => one.Values.GetValueOrDefault("pluginhost.ready", 1) == 0 && one.Values["pluginhost.connections"] == 0);
        Assert.Equal(1, last.Values["pluginhost.messages.received"]);
        Assert.Equal(0, (await host.EndAsync()).ExitCode);
        Assert.DoesNotContain("s3cret", host.Output + host.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_is_not_there_costs_a_line_and_nothing_else()
    {
        using var folder = new TempFolder();
        var config = folder.Write("plugins.json", """{ "telemetry": { "endpoint": "http://127.0.0.1:1", "interval": "1s", "timeout": "1s" } }""");
        await using var host = HostProcess.Start(folder.Path, "--config", config, "--listen", "127.0.0.1:0", "--json");
        var url = (await host.StartedAsync())["default"];
        await Wait.Until(() => host.Error.Contains("telemetry: metrics were not exported to http://127.0.0.1:1/v1/metrics", StringComparison.Ordinal), () => host.Error);
        using (var client = await Served.ConnectAsync(url, "echo")) Assert.Equal("hello", await client.AskAsync("hello"));
        host.Signal(15);
        Assert.Equal(0, (await host.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task A_header_that_cannot_be_read_is_a_problem_of_the_start()
    {
        using var folder = new TempFolder();
        folder.Write("plugins.json", """{ "telemetry": { "endpoint": "http://127.0.0.1:1", "headers": [{ "name": "a", "value": "{file:none}" }] } }""");
        var check = await HostProcess.RunAsync(folder.Path, "check");
        check.Failed(1);
        Assert.Equal([$"plugins.json:1:88: /telemetry/headers/0/value: there is no file {folder["none"]}; create it, or name another"], check.Problems);
    }

    /// <summary>What was posted.</summary>
    private sealed record Post(string Path, string? ContentType, string? Key, string Text, IReadOnlyDictionary<string, double> Values);

    private sealed class Collector : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly Channel<Post> _posts = Channel.CreateUnbounded<Post>();
        private readonly Task _serving;

        public Collector()
        {
            using (var free = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                Url = $"http://{free.LocalEndpoint}";
            }
            _listener.Prefixes.Add(Url + "/");
            _listener.Start();
            _serving = ServeAsync();
        }

        public string Url { get; }

        public async Task<Post> NextAsync(Func<Post, bool> wanted)
        {
            while (true)
            {
                var post = await _posts.Reader.ReadAsync(Limit.Token());
                if (wanted(post)) return post;
            }
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    using var body = new MemoryStream();
                    await context.Request.InputStream.CopyToAsync(body);
                    var bytes = body.ToArray();
                    var values = new Dictionary<string, double>();
                    Protobuf.Metrics(bytes, values);
                    _posts.Writer.TryWrite(new Post(
                        context.Request.Url!.AbsolutePath, context.Request.ContentType, context.Request.Headers["api-key"], Encoding.UTF8.GetString(bytes), values));
                    context.Response.Close();
                }
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                // It has been stopped.
            }
        }
    }

    /// <summary>As much of the message ExportMetricsServiceRequest as is asked for: the sum of each metric's points.</summary>
    private static class Protobuf
    {
        public static void Metrics(ReadOnlySpan<byte> request, Dictionary<string, double> values)
        {
            foreach (var resource in Fields(request, 1))
                foreach (var scope in Fields(resource, 2))
                    foreach (var metric in Fields(scope, 2))
                        Metric(metric, values);
        }

        private static void Metric(byte[] metric, Dictionary<string, double> values)
        {
            var name = Encoding.UTF8.GetString(Fields(metric, 1).Single());
            foreach (var data in Fields(metric, 5).Concat(Fields(metric, 7))) // gauge, sum
                foreach (var point in Fields(data, 1))
                    values[name] = values.GetValueOrDefault(name)
                        + Fields(point, 6).Sum(one => (double)BinaryPrimitives.ReadInt64LittleEndian(one)) + Fields(point, 4).Sum(one => BinaryPrimitives.ReadDoubleLittleEndian(one));
        }

        private static List<byte[]> Fields(ReadOnlySpan<byte> message, int wanted)
        {
            var found = new List<byte[]>();
            while (!message.IsEmpty)
            {
                var key = Varint(ref message);
                var length = (key & 7) switch
                {
                    0 => -1,
                    1 => 8,
                    5 => 4,
                    _ => (int)Varint(ref message),
                };
                if (length < 0)
                {
                    Varint(ref message);
                    continue;
                }
                if (key >> 3 == (ulong)wanted) found.Add(message[..length].ToArray());
                message = message[length..];
            }
            return found;
        }

        private static ulong Varint(ref ReadOnlySpan<byte> message)
        {
            ulong value = 0;
            for (var shift = 0; ; shift += 7)
            {
                var one = message[0];
                message = message[1..];
                value |= (ulong)(one & 0x7F) << shift;
                if (one < 0x80) return value;
            }
        }
    }
}
