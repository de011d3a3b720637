using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Hostile.Support;
using PluginHost.Server;
using PluginHost.Server.Connections;
using PluginHost.Server.Transports;
using PluginHost.Server.Transports.Memory;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Hostile.Limits;

/// <summary>Every deadline, by a clock that the test moves: not before, and within the timer's two steps after.</summary>
[Trait("Row", "handshake, from accept to 101, TLS included")]
[Trait("Row", "time to assemble one message")]
[Trait("Row", "ping after silence; pong deadline")]
[Trait("Row", "close handshake, in total")]
public sealed class TimeLimitTests
{
    /// <summary>The timer looks about ten times a second.</summary>
    private const int Steps = 230;

    private const string Short = """
        { "limits": { "handshake": "1s" }, "routes": [
            { "path": "/", "protocols": ["echo", "closing"], "noOffer": "echo" },
            { "path": "/short", "protocols": ["echo", "closing"], "noOffer": "echo", "limits": { "assembly": "2s" },
              "keepAlive": { "ping": "3s", "timeout": "4s", "close": "1s" } } ] }
        """;

    private static HandlerDescription Closing =>
        Handler.Inline("closing", own => new InlineOf(own) { Message = (session, _) => session.Close(4000, "") });

    private static ManualServer Server(string settings) => new([.. TestHandlers.Echoes, Closing], settings);

    [Theory]
    [InlineData("{}", 5_000, 0)]
    [InlineData("{}", 5_000, 100)]
    [InlineData(Short, 1_000, 40)]
    public void Handshake(string settings, int limit, int dribbled)
    {
        var server = Server(settings);
        var client = server.Connect();
        foreach (var one in Request()[..dribbled])
        {
            client.Write([one]);
            server.Pass((limit - 100) / dribbled);
        }
        server.Pass(limit - 50 - (dribbled == 0 ? 0 : (limit - 100) / dribbled * dribbled));
        Assert.Empty(client.ReadAvailable());
        server.Pass(50 + Steps);
        Assert.Equal(408, Answer.Status(client.ReadAvailable()));
        Assert.True(client.IsAtEnd);
    }

    [Fact]
    public async Task Handshake_with_TLS_that_never_comes()
    {
        await using var server = TestServer.Start(TransportKind.Memory, Place.MemoryTls, TestHandlers.Echoes, """ "limits": { "handshake": "1s" } """);
        using var silent = new RawClient(server.OpenPlain());
        await silent.GoneAsync();
        using var halfway = new RawClient(server.OpenPlain());
        await halfway.SendAsync([0x16, 0x03, 0x01]);
        await halfway.GoneAsync();
        using var quick = server.Raw();
        await quick.HandshakeAsync(protocol: "echo");
    }

    [Theory]
    [InlineData("/", 30_000)]
    [InlineData("/short", 2_000)]
    public void Assembly(string path, int limit)
    {
        foreach (var first in new byte[][] { Of(Opcode.Text, "a"u8, fin: false), [0x81], [0x81, 0xFE, 0x01] })
        {
            var server = Server(Short);
            var client = server.Open("echo", path: path);
            client.Write(first);
            for (var passed = 0; passed < limit - 1_000; passed += 1_000)
            {
                server.Pass(1_000);
                if (first.Length > 3) client.Write(Of(Opcode.Continuation, "b"u8, fin: false));
                // A ping between fragments is no progress of the message.
                if (first.Length > 3) client.Write(Of(Opcode.Pong, default));
                Assert.DoesNotContain(Answer.Frames(client.ReadAvailable()), frame => frame.Opcode == Opcode.Close);
            }
            server.Pass(950);
            Assert.DoesNotContain(Answer.Frames(client.ReadAvailable()), frame => frame.Opcode == Opcode.Close);
            server.Pass(50 + Steps);
            Assert.Equal(1008, Answer.CloseCode(client.ReadAvailable()));
        }
    }

    [Theory]
    [InlineData("/", 20_000, 20_000, 5_000)]
    [InlineData("/short", 3_000, 4_000, 1_000)]
    public void Silence_ping_and_close(string path, int ping, int timeout, int close)
    {
        var server = Server(Short);
        var client = server.Open("echo", path: path);
        server.Pass(ping - 50);
        Assert.Empty(client.ReadAvailable());
        server.Pass(50 + Steps);
        Assert.Equal("8900", ManualServer.Hex(client));
        server.Pass(timeout - Steps - 50);
        Assert.Empty(client.ReadAvailable());
        server.Pass(50 + Steps + Steps);
        Assert.Equal(1008, Answer.CloseCode(client.ReadAvailable()));
        server.Pass(close - (2 * Steps) - 100);
        Assert.False(client.IsReset);
        server.Pass(100 + (3 * Steps));
        Assert.True(client.IsReset);
        Assert.Equal(0, server.Loop.ConnectionCount);
    }

    [Theory]
    [InlineData("/", 20_000)]
    [InlineData("/short", 3_000)]
    public void An_answer_to_the_ping_begins_the_silence_anew(string path, int ping)
    {
        var server = Server(Short);
        var client = server.Open("echo", path: path);
        for (var i = 0; i < 5; i++)
        {
            server.Pass(ping + Steps);
            Assert.Equal("8900", ManualServer.Hex(client));
            Assert.Empty(server.Say(client, Of(Opcode.Pong, default)));
        }
    }

    [Theory]
    [InlineData("/", 5_000)]
    [InlineData("/short", 1_000)]
    public void Close_in_total(string path, int limit)
    {
        foreach (var answersWithData in new[] { false, true })
        {
            var server = Server(Short);
            var client = server.Open("closing", path: path);
            Assert.Equal(4000, Answer.CloseCode(server.Say(client, Text("x"))));
            for (var passed = 0; passed < limit - 100; passed += 100)
            {
                if (answersWithData) Offer(client, Text("still talking"));
                server.Pass(100);
            }
            Assert.False(client.IsReset);
            server.Pass(100 + Steps); // less than half a second
            Assert.True(client.IsReset);
            Assert.Equal(0, server.Loop.ConnectionCount);
        }
    }

    private static void Offer(MemoryClient client, byte[] bytes) => client.TryWrite(bytes);
}
