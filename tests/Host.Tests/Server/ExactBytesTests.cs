using System.Net.WebSockets;
using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Transports.Memory;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Server;

/// <summary>What goes over the wire and when, byte for byte, with a clock that the test moves.</summary>
public sealed class ExactBytesTests
{
    private const string Accepted =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

    private static ManualServer Server(string settings = "{}", params IEnumerable<HandlerDescription> more) =>
        new([.. TestHandlers.Echoes, .. more], settings);

    [Fact]
    public void Handshake_echo_ping_and_close()
    {
        var server = Server();
        var client = server.Connect();
        Assert.Equal(Accepted + "Sec-WebSocket-Protocol: echo\r\n\r\n", ManualServer.Latin1(server.Say(client, Request("/", "echo"))));
        Assert.Equal("810548656C6C6F", server.SayHex(client, Text("Hello")));
        Assert.Equal("8203010203", server.SayHex(client, Binary([1, 2, 3])));
        Assert.Equal("8100", server.SayHex(client, Text("")));
        Assert.Equal("8A0568656C6C6F", server.SayHex(client, Of(Opcode.Ping, "hello"u8)));
        Assert.Equal("", server.SayHex(client, Of(Opcode.Pong, "unasked"u8)));
        Assert.Equal("880203E8", server.SayHex(client, Close(1000, "bye")));
        Assert.True(client.IsAtEnd);
        Assert.False(client.IsReset);
        client.EndOutput();
        server.Turn();
        Assert.Equal(0, server.Loop.ConnectionCount);
    }

    [Fact]
    public void A_refusal_says_why_and_ends()
    {
        var server = Server();
        var client = server.Connect();
        var reply = ManualServer.Latin1(server.Say(client, Request("/", "unknown")));
        Assert.Equal(
            "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 55\r\n\r\n"
            + "400 Bad Request: no offered subprotocol is served here\n",
            reply);
        Assert.True(client.IsAtEnd);
    }

    [Fact]
    public void Several_frames_of_one_packet_are_answered_in_order()
    {
        var server = Server();
        var client = server.Open("echo");
        Assert.Equal("810161" + "8A0170" + "810162", server.SayHex(client, [.. Text("a"), .. Of(Opcode.Ping, "p"u8), .. Text("b")]));
    }

    [Fact]
    public void A_violation_is_failed_with_its_code_and_the_client_hears_nothing_more()
    {
        var server = Server();
        var client = server.Open("echo");
        var answer = server.Say(client, Text("a"), [0x81, 0x01, 0x41], Text("b"));
        Assert.Equal("810161" + "88", Convert.ToHexString(answer)[..8]);
        Assert.Equal("03EA", Convert.ToHexString(answer.AsSpan(5, 2)));
        Assert.Equal(answer[4] + 5, answer.Length);
        Assert.True(client.IsAtEnd);
    }

    [Fact]
    public void A_head_that_does_not_come_is_answered_at_its_deadline_and_not_before()
    {
        var server = Server();
        var client = server.Connect();
        server.Pass(4_900);
        Assert.Empty(client.ReadAvailable());
        server.Pass(230); // two ticks of the wheel
        Assert.StartsWith("HTTP/1.1 408 ", ManualServer.Latin1(client.ReadAvailable()), StringComparison.Ordinal);
        Assert.True(client.IsAtEnd);
        Assert.False(client.IsReset);
        server.Pass(5_200); // the time to leave
        Assert.True(client.IsReset);
        Assert.Equal(0, server.Loop.ConnectionCount);
    }

    [Fact]
    public void A_head_that_dribbles_has_the_same_deadline()
    {
        var server = Server();
        var client = server.Connect();
        foreach (var one in Request()[..90])
        {
            client.Write([one]);
            server.Pass(50);
        }
        Assert.Empty(client.ReadAvailable());
        server.Pass(630);
        Assert.StartsWith("HTTP/1.1 408 ", ManualServer.Latin1(client.ReadAvailable()), StringComparison.Ordinal);
    }

    [Fact]
    public void Silence_is_answered_with_a_ping_and_more_silence_with_the_end()
    {
        var server = Server();
        var client = server.Open("echo");
        server.Pass(19_900);
        Assert.Equal("", ManualServer.Hex(client));
        server.Pass(230);
        Assert.Equal("8900", ManualServer.Hex(client));
        Assert.Equal("", server.SayHex(client, Of(Opcode.Pong, default)));
        server.Pass(19_900);
        Assert.Equal("", ManualServer.Hex(client));
        server.Pass(230);
        Assert.Equal("8900", ManualServer.Hex(client));
        server.Pass(19_800);
        Assert.Equal("", ManualServer.Hex(client));
        server.Pass(330);
        Assert.Equal("88", ManualServer.Hex(client)[..2]);
        Assert.Equal(1, server.Loop.ConnectionCount);
        server.Pass(5_200);
        Assert.True(client.IsReset);
        Assert.Equal(0, server.Loop.ConnectionCount);
    }

    [Fact]
    public void Traffic_puts_the_ping_off()
    {
        var server = Server();
        var client = server.Open("echo");
        for (var i = 0; i < 10; i++)
        {
            server.Pass(15_000);
            Assert.Equal("810161", server.SayHex(client, Text("a")));
        }
    }

    [Fact]
    public void A_message_that_is_dribbled_is_failed_with_1008_at_its_deadline()
    {
        var server = Server();
        var client = server.Open("echo");
        client.Write(Of(Opcode.Text, "a"u8, fin: false));
        for (var i = 0; i < 29; i++)
        {
            server.Pass(1_000);
            Assert.Equal("", server.SayHex(client, Of(Opcode.Continuation, "b"u8, fin: false)));
        }
        server.Pass(1_130);
        var close = client.ReadAvailable();
        Assert.Equal("8803F0", Convert.ToHexString([close[0], close[2], close[3]]));
    }

    [Fact]
    public void A_close_that_is_not_answered_is_a_reset_at_its_deadline_and_not_before()
    {
        var server = Server(more: Handler.Inline("closing", own => new InlineOf(own) { Message = (session, _) => session.Close(4000, "") }));
        var client = server.Open("closing");
        Assert.Equal("88020FA0", server.SayHex(client, Text("x")));
        server.Pass(4_900);
        Assert.False(client.IsReset);
        server.Pass(230);
        Assert.True(client.IsReset);
        Assert.Equal(0, server.Loop.ConnectionCount);
    }

    [Fact]
    public void Closes_that_cross_are_not_answered_twice()
    {
        var server = Server(more: Handler.Inline("closing", own => new InlineOf(own) { Message = (session, _) => session.Close(4000, "") }));
        var client = server.Open("closing");
        Assert.Equal("88020FA0", server.SayHex(client, Text("x"), Close(1000)));
        Assert.True(client.IsAtEnd);
        Assert.Equal(Phase.CloseReceived, server.Connections[0].Phase);
    }

    [Fact]
    public void A_lost_stream_in_the_middle_of_a_call_calls_OnClosed_after_it()
    {
        var calls = new List<string>();
        MemoryClient? client = null;
        var server = Server(more: Handler.Inline("lost", own => new InlineOf(own)
        {
            Message = (session, _) =>
            {
                calls.Add("message");
                client!.Break();
                for (var i = 0; i < 4; i++) session.SendBinary(new byte[100_000]);
                Assert.Equal(SendResult.Closed, session.SendBinary(new byte[1]));
                calls.Add("returned");
            },
            Closed = (_, close) => calls.Add($"closed {close.Code}"),
            Disposed = () => calls.Add("disposed"),
        }));
        client = server.Open("lost");
        server.Say(client, [.. Text("x"), .. Text("y")]);
        Assert.Equal(["message", "returned", "closed 1006", "disposed"], calls);
        Assert.Equal(0, server.Loop.ConnectionCount);
    }

    [Fact]
    public async Task The_framework_agrees()
    {
        var server = Server();
        var client = server.Open("echo.inline");
        using var socket = WebSocket.CreateFromStream(client, new WebSocketCreationOptions { IsServer = false, SubProtocol = "echo.inline" });
        for (var size = 0; size < 400; size++)
        {
            var payload = Pattern(size);
            await socket.SendAsync(payload, WebSocketMessageType.Binary, true, Limit.Token());
            server.Turn();
            var buffer = new byte[500];
            var result = await socket.ReceiveAsync(buffer, Limit.Token());
            Assert.Equal(payload, buffer[..result.Count]);
        }
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "bye", Limit.Token());
        server.Turn();
        Assert.Equal(WebSocketCloseStatus.NormalClosure, (await socket.ReceiveAsync(new byte[10], Limit.Token())).CloseStatus);
        Assert.Equal(0, server.Loop.Connections.Count(connection => connection.Phase == Phase.Open));
    }
}
