using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace PluginHost.Tests.Cli;

public class RunTests
{
    private const int SigHup = 1;
    private const int SigInt = 2;
    private const int SigTerm = 15;

    [Fact]
    public async Task It_serves_where_it_says_and_closes_clients_with_1001_on_SIGTERM()
    {
        using var folder = new TempFolder();
        await using var host = HostProcess.Start(folder.Path, "--config", folder.Write("plugins.json", "{}"), "--listen", "127.0.0.1:0");
        var line = await host.LineAsync(one => one.StartsWith("Listening on ", StringComparison.Ordinal));
        var url = line.Split(' ')[2];

        using var client = await Served.ConnectAsync(url);
        Assert.Equal("hello", await client.AskAsync("hello"));

        host.Signal(SigTerm);
        var closed = await client.ReceiveAsync(new byte[10], Served.Limit());
        Assert.Equal(WebSocketMessageType.Close, closed.MessageType);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, client.CloseStatus); // 1001
        await client.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, Served.Limit());

        var end = await host.EndAsync();
        Assert.True(end.ExitCode == 0, end.Error);
        Assert.Equal("", end.Error);
        Assert.Contains("Serving echo by Echo 1.0", end.Lines);
        Assert.Contains("Serving upper.v1 by Upper 1.0", end.Lines);
        Assert.Equal("Stopped by SIGTERM: 1 connection closed, 0 reset", end.Lines[^1]);
        Assert.DoesNotContain("\u001b", end.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SIGHUP_is_logged_and_ends_nothing()
    {
        using var folder = new TempFolder();
        await using var host = HostProcess.Start(folder.Path, "--config", folder.Write("plugins.json", "{}"), "--listen", "127.0.0.1:0");
        var line = await host.LineAsync(one => one.StartsWith("Listening on ", StringComparison.Ordinal));
        using var client = await Served.ConnectAsync(line.Split(' ')[2]);

        host.Signal(SigHup);
        await host.ErrorAsync("SIGHUP is ignored: plugins.json is read at the start only");
        Assert.Equal("hello", await client.AskAsync("hello"));
        host.Signal(SigTerm);
        Assert.Equal(0, (await host.EndAsync()).ExitCode);
    }

    [Theory]
    [InlineData("epoll")]
    [InlineData("sockets")]
    public async Task Each_transport_serves_IPv6_and_Unix_sockets_too(string transport)
    {
        using var folder = new TempFolder();
        var socket = folder["host.sock"];
        var config = folder.Write("plugins.json",
            """{ "listeners": [{ "name": "six", "address": "[::1]:0" }, { "name": "local", "address": "unix:host.sock" }, { "name": "all", "address": "*:0" }] }""");
        await using var host = HostProcess.Start("/", "--config", config, "--json", "--transport", transport, "--loops", "1");
        var urls = await host.StartedAsync();

        Assert.StartsWith("ws://[::1]:", urls["six"], StringComparison.Ordinal);
        Assert.Equal("unix:" + socket, urls["local"]);
        Assert.StartsWith("ws://localhost:", urls["all"], StringComparison.Ordinal);
        using (var six = await Served.ConnectAsync(urls["six"])) Assert.Equal("6", await six.AskAsync("6"));
        using (var local = await Served.ConnectUnixAsync(socket)) Assert.Equal("u", await local.AskAsync("u"));
        using (var all = await Served.ConnectAsync(urls["all"], "upper.v1")) Assert.Equal("A", await all.AskAsync("a"));

        host.Signal(SigInt);
        var end = await host.EndAsync();
        Assert.Equal(0, end.ExitCode);
        Assert.False(File.Exists(socket));
        var last = JsonDocument.Parse(end.Lines[^1]).RootElement;
        Assert.Equal("stopped", last.GetProperty("event").GetString());
        Assert.Equal("SIGINT", last.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_second_signal_ends_it_at_once()
    {
        using var folder = new TempFolder();
        await using var host = HostProcess.Start(
            folder.Path, "--config", folder.Write("plugins.json", """{ "keepAlive": { "close": "1h" }, "shutdown": { "drain": "1h" } }"""), "--listen", "127.0.0.1:0", "--json");
        var url = (await host.StartedAsync())["default"];
        using var client = await Served.ConnectAsync(url);

        host.Signal(SigTerm);
        Assert.Equal(WebSocketMessageType.Close, (await client.ReceiveAsync(new byte[10], Served.Limit())).MessageType);
        host.Signal(SigTerm); // the client has not answered, so the first one still waits

        Assert.Equal(143, (await host.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task A_thousand_clients_are_all_told_1001_and_the_process_leaves_within_five_seconds()
    {
        using var folder = new TempFolder();
        var config = folder.Write("plugins.json", """{ "limits": { "connectionsPerAddress": 1000 } }""");
        await using var host = HostProcess.Start(folder.Path, "--config", config, "--listen", "127.0.0.1:0", "--json");
        var url = new Uri((await host.StartedAsync())["default"]);
        var clients = new List<TcpClient>();
        try
        {
            var watch = System.Diagnostics.Stopwatch.StartNew();
            for (var i = 0; i < 1000; i++) clients.Add(await OpenAsync(url));
            var opening = watch.Elapsed;
            watch.Restart();
            host.Signal(SigTerm);
            await Task.WhenAll(clients.Select(CloseAsync));
            var end = await host.EndAsync();
            Assert.True(end.ExitCode == 0, end.Error);
            Assert.Contains("\"closed\":1000,\"reset\":0", end.Lines[^1], StringComparison.Ordinal);
            // Where the machine is so busy that opening them took long, closing them may too.
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromTicks(Math.Max(TimeSpan.FromSeconds(5).Ticks, opening.Ticks)));
        }
        finally
        {
            foreach (var client in clients) client.Dispose();
        }
    }

    private static async Task<TcpClient> OpenAsync(Uri url)
    {
        var client = new TcpClient(AddressFamily.InterNetwork);
        await client.ConnectAsync(url.Host, url.Port, Served.Limit());
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET / HTTP/1.1\r\nHost: {url.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: echo\r\n\r\n"), Served.Limit());
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await client.GetStream().ReadExactlyAsync(one, Served.Limit());
            head.Append((char)one[0]);
        }
        Assert.StartsWith("HTTP/1.1 101 ", head.ToString(), StringComparison.Ordinal);
        return client;
    }

    /// <summary>Takes the close frame, answers it, reads to the end and closes.</summary>
    private static async Task CloseAsync(TcpClient client)
    {
        var stream = client.GetStream();
        var frame = new byte[4];
        await stream.ReadExactlyAsync(frame, Served.Limit());
        Assert.Equal("880203E9", Convert.ToHexString(frame));
        await stream.WriteAsync(new byte[] { 0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE9 }, Served.Limit());
        Assert.Equal(0, await stream.ReadAsync(frame, Served.Limit()));
        client.Close();
    }

    [Fact]
    public async Task The_shipped_file_accepts_the_known_request_from_any_origin()
    {
        using var folder = new TempFolder();
        var shipped = Path.Combine(Path.GetDirectoryName(HostProcess.Program)!, "plugins.json");
        await using var host = HostProcess.Start(folder.Path, "--config", shipped, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--json");
        var url = new Uri((await host.StartedAsync())["default"]);

        using var socket = new TcpClient(url.Host, url.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Join("\r\n",
            "GET ws://echo.websocket.org/?encoding=text HTTP/1.1", "Origin: http://websocket.org", "Cookie: __utma=99as", "Connection: Upgrade",
            "Host: echo.websocket.org", "Sec-WebSocket-Key: uRovscZjNol/umbTt5uKmw==", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "", "")));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        Assert.Equal("HTTP/1.1 101 Switching Protocols", await reader.ReadLineAsync(Served.Limit()));
        var headers = new List<string>();
        while (await reader.ReadLineAsync(Served.Limit()) is { Length: > 0 } line) headers.Add(line);
        Assert.Contains("Sec-WebSocket-Accept: rLHCkw/SKsO9GAH/ZSFhBATDKrU=", headers);
    }

    [Fact]
    public async Task A_plugin_logs_one_line_an_event_with_time_and_level()
    {
        using var folder = new TempFolder();
        Loading.PluginSource.Compile(folder["plugins"], "talks", """
            public class P : Plugin
            {
                public override PluginDescription Describe() => new("P", "1.0", new[] { Handler.Inline("talks", _ => new H()) });
                public override ValueTask StartAsync(PluginContext context, CancellationToken cancellation)
                {
                    context.Log.Information("one {0}\ntwo \u001b[31m");
                    context.Log.With("user", "ann\nbob").Debug("not shown");
                    context.Log.With("user", "ann\nbob").Error("failed", new Exception("no more"));
                    return default;
                }
            }
            public class H : InlineHandler { }
            """);
        await using var host = HostProcess.Start(folder.Path, "--config", folder.Write("plugins.json", "{}"), "--listen", "127.0.0.1:0", "--json");
        await host.StartedAsync();
        host.Signal(SigTerm);
        var end = await host.EndAsync();

        Assert.Equal(0, end.ExitCode);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info: plugin\.talks one \{0\}\\u000atwo \\u001b\[31m$", end.Problems[0]);
        Assert.Matches(@" fail: plugin\.talks failed user=ann\\u000abob exception=System\.Exception: no more$", end.Problems[1]);
        Assert.Equal(2, end.Problems.Length);
    }
}
