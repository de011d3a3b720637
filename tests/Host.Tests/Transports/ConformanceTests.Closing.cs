using System.Net.WebSockets;
using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Transports;

public abstract partial class ConformanceTests
{
    [Theory]
    [InlineData(1000, "bye")]
    [InlineData(1001, "")]
    [InlineData(3000, "own")]
    [InlineData(4999, "")]
    public async Task A_close_is_answered_with_its_code_and_the_server_ends_first(int code, string reason)
    {
        using var client = await Server.RawOpenAsync("echo");
        await client.SendAsync(Close(code, reason));
        await client.ExpectCloseAsync(code);
        await client.ExpectEndAsync();
        client.EndOutput();
        await Server.EmptyAsync();
    }

    [Fact]
    public async Task An_empty_close_is_answered_with_an_empty_one()
    {
        using var client = await Server.RawOpenAsync("echo");
        await client.SendAsync(Of(Opcode.Close, default));
        await client.ExpectAsync(Opcode.Close, Array.Empty<byte>());
        await client.ExpectEndAsync();
    }

    [Fact]
    public async Task The_server_closes_and_the_client_answers()
    {
        var closed = new TaskCompletionSource<CloseInfo>(TaskCreationOptions.RunContinuationsAsynchronously);
        var handler = Handler.Inline("closing", own => new InlineOf(own)
        {
            Message = (session, _) => session.Close(4000, "enough"),
            Closed = (_, close) => closed.SetResult(close),
        });
        await using var server = Start("", handler);
        using var client = await server.ConnectAsync("/", "closing");
        await client.SendAsync("x"u8.ToArray(), WebSocketMessageType.Text, true, Limit.Token());
        var result = await client.ReceiveAsync(new byte[100], Limit.Token());
        Assert.Equal((4000, "enough"), ((int)result.CloseStatus!, result.CloseStatusDescription));
        await client.CloseAsync((WebSocketCloseStatus)4000, "enough", Limit.Token());
        Assert.Equal(new CloseInfo(4000, "enough", true), await Limit.Within(closed.Task));
        await server.EmptyAsync();
    }

    [Fact]
    public async Task Closes_that_cross_end_both_in_order()
    {
        var handler = Handler.Inline("closing", own => new InlineOf(own) { Message = (session, _) => session.Close(4000, "") });
        await using var server = Start("", handler);
        using var client = await server.RawOpenAsync("closing");
        await client.SendAsync(Text("x"), Close(1000)); // the client's is under way before it has seen the server's
        await client.ExpectCloseAsync(4000);
        await client.ExpectEndAsync();
        client.EndOutput();
        await server.EmptyAsync();
    }

    [Fact]
    public async Task Nothing_is_said_after_the_close_frame()
    {
        using var client = await Server.RawOpenAsync("echo");
        await client.SendAsync(Text("before"), Close(1000), Text("after"), Of(Opcode.Ping, "p"u8));
        await client.ExpectAsync(Opcode.Text, "before"u8.ToArray());
        await client.ExpectCloseAsync(1000);
        await client.ExpectEndAsync();
    }

    [Theory]
    [InlineData("83 00", 1002)] // a reserved opcode
    [InlineData("C1 80 00 00 00 00", 1002)] // RSV1 without an extension
    [InlineData("81 01 41", 1002)] // not masked
    [InlineData("09 80 00 00 00 00", 1002)] // a fragmented ping
    [InlineData("80 80 00 00 00 00", 1002)] // a continuation of nothing
    [InlineData("81 81 00 00 00 00 FF", 1007)] // not UTF-8
    [InlineData("88 81 00 00 00 00 03", 1002)] // half a close code
    [InlineData("88 82 00 00 00 00 03 ED", 1002)] // 1005 on the wire
    public async Task A_violation_is_failed_after_what_came_before_was_answered(string hex, int code)
    {
        using var client = await Server.RawOpenAsync("echo");
        await client.SendAsync(Text("good"), Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), Text("ignored"));
        await client.ExpectAsync(Opcode.Text, "good"u8.ToArray());
        await client.ExpectCloseAsync(code);
        await client.ExpectEndAsync();
        client.EndOutput();
        await Server.EmptyAsync();
    }

    [Fact]
    public async Task A_half_close_without_a_close_frame_is_1006_after_everything_was_answered()
    {
        var closed = new TaskCompletionSource<CloseInfo>(TaskCreationOptions.RunContinuationsAsynchronously);
        var handler = Handler.Inline("half", own => new InlineOf(own)
        {
            Message = (session, message) => session.Send(message),
            Closed = (_, close) => closed.SetResult(close),
        });
        await using var server = Start("", handler);
        using var client = await server.RawOpenAsync("half");
        await client.SendAsync([.. Enumerable.Range(0, 100).Select(i => Binary(Pattern(i)))]);
        client.EndOutput();
        for (var i = 0; i < 100; i++) await client.ExpectAsync(Opcode.Binary, Pattern(i));
        await client.ExpectEndAsync();
        Assert.Equal(new CloseInfo(1006, "", false), await Limit.Within(closed.Task));
        await server.EmptyAsync();
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("head")]
    [InlineData("open")]
    [InlineData("frame")]
    [InlineData("message")]
    [InlineData("closed")]
    [InlineData("refused")]
    public async Task A_reset_in_any_phase_leaves_nothing_behind(string phase)
    {
        using var client = Server.Raw();
        if (phase == "head") await client.SendAsync("GET / HT"u8.ToArray());
        else if (phase == "refused") await client.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        else if (phase != "nothing") await client.HandshakeAsync("/", "echo");
        if (phase == "frame") await client.SendAsync(Binary(Pattern(100_000))[..50_000]);
        if (phase == "message") await client.SendAsync(Of(Opcode.Text, "begun"u8, fin: false));
        if (phase == "closed") await client.SendAsync(Close(1000));
        await Wait.Until(() => Server.Server.ConnectionCount == 1, () => "nobody came");
        client.Reset();
        await Server.EmptyAsync();
    }

    [Fact]
    public async Task A_reset_while_the_server_has_much_to_send_leaves_nothing_behind()
    {
        using var client = await Server.RawOpenAsync("echo");
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++) await client.SendAsync(Binary(Pattern(Mebibyte)));
        });
        await client.ExpectAsync(Opcode.Binary, Pattern(Mebibyte));
        client.Reset();
        await Assert.ThrowsAnyAsync<Exception>(() => sending);
        await Server.EmptyAsync();
    }

    [Fact]
    public async Task A_stopping_server_closes_everybody_with_1001_and_ends()
    {
        var server = Start("\"shutdown\": { \"drain\": \"20s\" }");
        var clients = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => server.ConnectAsync("/", "echo")));
        var before = Received();
        using var undecided = server.Raw();
        await undecided.SendAsync("GET /"u8.ToArray());
        await Wait.Until(() => Received() == before + 5, () => "the head has not come"); // a TLS handshake ends later for the server than for the client
        var stopping = server.Server.StopAsync(default);
        foreach (var client in clients)
        {
            var result = await client.ReceiveAsync(new byte[10], Limit.Token());
            Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, result.CloseStatus);
            await client.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "", Limit.Token());
            client.Dispose();
        }
        Assert.StartsWith("HTTP/1.1 503", await undecided.HeadAsync(), StringComparison.Ordinal);
        undecided.Dispose();
        Assert.Equal(0, await Limit.Within(stopping));
        await server.DisposeAsync();

        long Received() => server.Server.Loops.Sum(loop => Volatile.Read(ref loop.Counters.BytesReceived));
    }

    [Fact]
    public async Task A_stopping_server_resets_who_does_not_answer()
    {
        var server = Start("\"shutdown\": { \"drain\": \"50ms\" }");
        using var client = await server.RawOpenAsync("echo");
        Assert.Equal(1, await Limit.Within(server.Server.StopAsync(default)));
        await client.GoneAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_close_that_is_not_answered_ends_with_a_reset()
    {
        var handler = Handler.Inline("closing", own => new InlineOf(own) { Message = (session, _) => session.Close(4000, "") });
        await using var server = Start("\"keepAlive\": { \"close\": \"100ms\" }", handler);
        using var client = await server.RawOpenAsync("closing");
        await client.SendAsync(Text("x"));
        await client.ExpectCloseAsync(4000);
        await client.GoneAsync();
        await server.EmptyAsync();
    }
}
