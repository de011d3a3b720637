using System.Net.WebSockets;
using System.Text;
using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Transports;

public abstract partial class ConformanceTests
{
    /// <summary>The request known to the core's tests, sent by hand.</summary>
    [Fact]
    public async Task The_known_vector_gets_its_101_byte_for_byte()
    {
        await using var server = Start("\"routes\": [{ \"path\": \"/\", \"origins\": [\"http://websocket.org\"], \"protocols\": [\"echo\"] }]");
        using var client = server.Raw();
        await client.SendAsync(Encoding.ASCII.GetBytes(
            "GET ws://echo.websocket.org/?encoding=text HTTP/1.1\r\nOrigin: http://websocket.org\r\nCookie: __utma=99as\r\nConnection: Upgrade\r\n"
            + "Host: echo.websocket.org\r\nSec-WebSocket-Key: uRovscZjNol/umbTt5uKmw==\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n"));
        Assert.Equal(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: rLHCkw/SKsO9GAH/ZSFhBATDKrU=\r\n\r\n",
            await client.HeadAsync());
        await client.SendAsync(Text("hello"));
        await client.ExpectAsync(Opcode.Text, "hello"u8.ToArray());
    }

    [Theory]
    [InlineData("/", "echo", "echo")]
    [InlineData("/", "nobody, echo.inline, echo", "echo.inline")]
    [InlineData("/server", "echo.session, echo", "echo")]
    [InlineData("/accept", "nobody", null)]
    [InlineData("/", null, null)]
    public async Task The_subprotocol_is_chosen_as_the_route_says(string path, string? offer, string? chosen)
    {
        await using var server = Start(Routes);
        using var client = server.Raw();
        var head = await client.RequestAsync(Request(path, offer));
        Assert.StartsWith("HTTP/1.1 101 ", head, StringComparison.Ordinal);
        Assert.Equal(chosen is not null, head.Contains("Sec-WebSocket-Protocol", StringComparison.Ordinal));
        if (chosen is not null) Assert.Contains($"\r\nSec-WebSocket-Protocol: {chosen}\r\n", head, StringComparison.Ordinal);
        await client.SendAsync(Text("x"));
        await client.ExpectAsync(Opcode.Text, "x"u8.ToArray());
    }

    private const string Routes = """
        "routes": [
          { "path": "/" },
          { "path": "/server", "protocols": ["echo", "echo.session"], "prefer": "server" },
          { "path": "/accept", "protocols": ["echo"], "noMatch": "accept" },
          { "path": "/close", "protocols": ["echo"], "noMatch": "acceptThenClose" },
          { "path": "/strict", "protocols": ["echo"], "noOffer": "reject" }
        ]
        """;

    [Theory]
    [InlineData("/nowhere", "echo", "", 404)]
    [InlineData("/", "nobody", "", 400)]
    [InlineData("/strict", null, "", 400)]
    [InlineData("/", "echo", "Origin: https://evil.example\r\n", 403)]
    [InlineData("/", "echo", "Sec-WebSocket-Version: 13\r\n", 400)]
    [InlineData("/", "echo", "Content-Length: 3\r\n", 400)]
    [InlineData("/%zz", "echo", "", 400)]
    [InlineData("/%2e%2e", "echo", "", 400)]
    public async Task A_refused_handshake_is_answered_and_the_stream_ends(string path, string? offer, string more, int status)
    {
        await using var server = Start(Routes);
        using var client = server.Raw();
        await client.SendAsync(Request(path, offer, more));
        var reply = Encoding.ASCII.GetString(await client.RestAsync());
        Assert.StartsWith($"HTTP/1.1 {status} ", reply, StringComparison.Ordinal);
        Assert.Equal(2, reply.Split("HTTP/1.1").Length);
        client.EndOutput();
        await server.EmptyAsync();
    }

    [Fact]
    public async Task Version_and_upgrade_and_size_have_replies_of_their_own()
    {
        Assert.StartsWith("HTTP/1.1 426 ", await ReplyAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 405 ", await ReplyAsync("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400 ", await ReplyAsync("\u0001\u0002 rubbish\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith(
            "HTTP/1.1 431 ", await ReplyAsync($"GET / HTTP/1.1\r\nHost: localhost\r\nX: {new string('x', 20_000)}\r\n\r\n"), StringComparison.Ordinal);
        var old = Encoding.ASCII.GetString(Request()).Replace("Version: 13", "Version: 8", StringComparison.Ordinal);
        Assert.Contains("\r\nSec-WebSocket-Version: 13\r\n", await ReplyAsync(old), StringComparison.Ordinal);
        await Server.EmptyAsync();
    }

    [Fact]
    public async Task A_head_that_does_not_come_is_answered_with_408()
    {
        await using var server = Start("\"limits\": { \"handshake\": \"100ms\" }");
        using var client = server.Raw();
        await client.SendAsync("GET / HTTP/1.1\r\nHost:"u8.ToArray());
        Assert.StartsWith("HTTP/1.1 408 ", Encoding.ASCII.GetString(await client.RestAsync()), StringComparison.Ordinal);
        client.EndOutput();
        await server.EmptyAsync();
    }

    [Fact]
    public async Task A_head_longer_than_the_receive_buffer_is_read_where_the_limit_allows_it()
    {
        await using var server = Start("\"limits\": { \"head\": \"1MiB\", \"requestLine\": \"1MiB\" }");
        using var client = server.Raw();
        var long1 = await client.RequestAsync(Request("/?" + new string('q', 900_000), "echo"));
        Assert.StartsWith("HTTP/1.1 101 ", long1, StringComparison.Ordinal);
        await client.SendAsync(Text("x"));
        await client.ExpectAsync(Opcode.Text, "x"u8.ToArray());
    }

    [Fact]
    public async Task Frames_right_behind_the_request_are_answered()
    {
        using var client = Server.Raw();
        await client.SendAsync(Request("/", "echo"), Text("early"), Of(Opcode.Ping, "p"u8));
        Assert.StartsWith("HTTP/1.1 101 ", await client.HeadAsync(), StringComparison.Ordinal);
        await client.ExpectAsync(Opcode.Text, "early"u8.ToArray());
        await client.ExpectAsync(Opcode.Pong, "p"u8.ToArray());
    }

    [Fact]
    public async Task Frames_right_behind_the_request_wait_for_a_decision()
    {
        var decide = new TaskCompletionSource<HandshakeDecision>(TaskCreationOptions.RunContinuationsAsynchronously);
        var handler = Handler.Inline("slow", own => new InlineEcho(own)).WithDecision((_, _) => new ValueTask<HandshakeDecision>(decide.Task));
        await using var server = Start("", handler);
        using var client = server.Raw();
        var late = Enumerable.Range(0, 300).Select(i => Pattern(i)).ToArray();
        await client.SendAsync([Request("/", "slow"), .. late.Select(one => Binary(one))]);
        await Wait.Until(() => server.Server.ConnectionCount == 1, () => "nobody came");
        decide.SetResult(HandshakeDecision.Accept);
        Assert.StartsWith("HTTP/1.1 101 ", await client.HeadAsync(), StringComparison.Ordinal);
        foreach (var one in late) await client.ExpectAsync(Opcode.Binary, one);
    }

    [Fact]
    public async Task Rubbish_right_behind_the_request_is_failed_after_the_101()
    {
        using var client = Server.Raw();
        await client.SendAsync(Request("/", "echo"), Text("good"), "GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        Assert.StartsWith("HTTP/1.1 101 ", await client.HeadAsync(), StringComparison.Ordinal);
        await client.ExpectAsync(Opcode.Text, "good"u8.ToArray());
        await client.ExpectCloseAsync(1002);
        await client.ExpectEndAsync();
    }

    [Fact]
    public async Task Accept_then_close_does_that()
    {
        await using var server = Start(Routes);
        using var client = server.Raw();
        Assert.StartsWith("HTTP/1.1 101 ", await client.RequestAsync(Request("/close", "nobody")), StringComparison.Ordinal);
        Assert.Equal(Opcode.Close, (await client.FrameAsync()).Opcode);
        await client.SendAsync(Close(1000));
        await client.ExpectEndAsync();
    }

    [Fact]
    public async Task Handlers_see_the_facts_of_the_connection()
    {
        HandshakeInfo? seen = null;
        var handler = Handler.Inline("facts", own => new InlineOf(own) { Opened = session => seen = session.Handshake });
        await using var server = Start("\"routes\": [{ \"path\": \"/ocpp/{identity}\", \"protocols\": [\"facts\"] }]", handler);
        using var client = await server.ConnectAsync("/ocpp/a%20b?x=1&x=2", "other", "facts");
        await Wait.Until(() => seen is not null, () => "the handler was not opened");
        Assert.Equal(("/ocpp/a b", "a b", "1", "facts"), (seen!.Path, seen.RouteValue("identity"), seen.QueryValue("x"), seen.Subprotocol));
        Assert.Equal(["other", "facts"], seen.OfferedSubprotocols);
        Assert.Equal("localhost", seen.Header("host"));
        Assert.Equal(
            _place switch { Place.Tcp4 or Place.Tls => "127.0.0.1", Place.Tcp6 => "::1", Place.Unix => "unix", _ => "" },
            seen.RemoteAddress);
        Assert.Equal(_place is Place.Tls or Place.MemoryTls, seen.IsSecure);
        Assert.Equal(WebSocketState.Open, client.State);
    }

    private async Task<string> ReplyAsync(string request)
    {
        using var client = Server.Raw();
        await client.SendAsync(Encoding.Latin1.GetBytes(request));
        return Encoding.ASCII.GetString(await client.RestAsync());
    }
}
