using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Hostile.Support;
using PluginHost.Server.Connections;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Hostile.Attacks;

/// <summary>Peers that do not read, do not go on, do not answer, or are not there any more.</summary>
[Trait("Row", "ping flood from a peer that never reads")]
[Trait("Row", "reader that never reads")]
[Trait("Row", "message dribbled forever")]
[Trait("Row", "close never answered, or answered with more data")]
[Trait("Row", "peer vanishes (no FIN)")]
public sealed class PeerAttackTests
{
    /// <summary>So many control frames that only the pongs that wait bound them.</summary>
    private const string ManyPings = """{ "limits": { "controlFramesPerSecond": 1000000, "controlFrameBurst": 1000000 } }""";

    [Theory]
    [InlineData(ManyPings, 16)]
    [InlineData("""{ "limits": { "controlFramesPerSecond": 1000000 }, "routes": [{ "path": "/", "limits": { "waitingPongs": 3 } }] }""", 3)]
    public void So_many_pongs_wait_and_the_next_ping_is_1008(string configuration, int pongs)
    {
        var server = new ManualServer(TestHandlers.Echoes, configuration);
        var client = server.Open("echo", capacity: 200);
        client.ReadAvailable();
        var sent = 0;
        // The stream takes some; then they wait.
        while (server.Connections[0].WaitingBytes == 0)
        {
            client.Write(Of(Opcode.Ping, "12345678"u8));
            server.Turn();
            sent++;
        }
        for (var i = 1; i < pongs; i++)
        {
            client.Write(Of(Opcode.Ping, "12345678"u8));
            server.Turn();
            Assert.Equal(Phase.Open, server.Connections[0].Phase);
        }
        client.Write(Of(Opcode.Ping, "12345678"u8));
        server.Turn();
        Assert.Equal(Phase.Failed, server.Connections[0].Phase);
        Assert.Contains(server.Lines, line => line.Contains("pings, but their answers are not read", StringComparison.Ordinal));
    }

    [Fact]
    public void Pings_of_one_packet_are_all_answered_to_a_peer_that_reads()
    {
        var server = new ManualServer(TestHandlers.Echoes, ManyPings);
        var client = server.Open("echo");
        client.ReadAvailable();
        var pings = 5 * ConnectionSettings.Default.MaxWaitingPongs;
        client.Write([.. Enumerable.Repeat(Of(Opcode.Ping, "12345678"u8), pings).SelectMany(ping => ping)]);
        server.Turn();
        Assert.Equal(Phase.Open, server.Connections[0].Phase);
        Assert.Equal(pings * 10, client.ReadAvailable().Length);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData(ManyPings)]
    public void A_million_pings_that_are_never_read_cost_next_to_nothing(string settings)
    {
        var server = new ManualServer(TestHandlers.Echoes, settings);
        var client = server.Open("echo", capacity: 32 * 1024);
        var pings = Enumerable.Repeat(Of(Opcode.Ping, "abcd"u8), 3_000).SelectMany(ping => ping).ToArray();
        client.TryWrite(pings);
        server.Turn();
        var grown = Cost.Allocated(() =>
        {
            for (var i = 0; i < 334; i++)
            {
                client.TryWrite(pings);
                server.Turn();
            }
        });
        Assert.InRange(grown, 0, 256 * 1024);
        server.Pass(5_300);
        Assert.Equal(0, server.Loop.ConnectionCount);
    }

    [Theory]
    [InlineData("close")]
    [InlineData("dropNewest")]
    [InlineData("dropOldest")]
    public void A_hundred_readers_that_never_read_cost_their_bound_each(string policy)
    {
        var sessions = new List<Session>();
        var server = new ManualServer(
            [Handler.Inline("fan", own => new InlineOf(own)
            {
                Opened = sessions.Add,
                Message = (_, message) =>
                {
                    foreach (var session in sessions) session.Send(message);
                },
            })],
            $$"""{ "limits": { "connectionsPerAddress": 1000, "slowConsumer": "{{policy}}" } }""");
        for (var i = 0; i < 100; i++) server.Open("fan", capacity: 4096);
        var speaker = server.Open("fan", capacity: 1 << 20);
        for (var i = 0; i < 400; i++)
        {
            server.Say(speaker, Binary(Pattern(1000, i)));
            if (i % 50 == 0) Assert.All(server.Connections, connection => Assert.InRange(connection.WaitingBytes, 0, (256 + 64) * 1024));
        }
        Assert.All(server.Connections.Take(100), connection => Assert.InRange(connection.WaitingBytes, 0, (256 + 64) * 1024));
        Assert.Single(Answer.Frames(server.Say(speaker, Binary(Pattern(10)))));
        server.Pass(11_000); // nothing moves: what is left is reset
        Assert.Equal(1, server.Loop.ConnectionCount);
    }

    [Fact]
    public void Of_a_peer_that_sends_and_never_reads_little_is_kept_unread()
    {
        const int Capacity = 400 * 1024; // neither a multiple of what is read at once nor of what may wait
        var server = new ManualServer(TestHandlers.Echoes);
        var client = server.Open("echo", Capacity);
        var messages = Enumerable.Repeat(Binary(Pattern(1000)), 2_000).SelectMany(frame => frame).ToArray();
        var accepted = 0L;
        for (var stuck = 0; stuck < 10;)
        {
            // As much as there is room for in one packet.
            var before = accepted;
            for (int taken; (taken = client.TryWrite(messages.AsSpan((int)(accepted % messages.Length)))) > 0;) accepted += taken;
            stuck = accepted == before ? stuck + 1 : 0;
            server.Turn();
        }
        // The pipes are full in both directions; what the server has taken is what it has answered and what it holds.
        var waiting = server.Connections[0].WaitingBytes;
        var held = accepted - Capacity - ((waiting + Capacity) * 1008 / 1004);
        Assert.InRange(waiting, 256 * 1024, (256 * 1024) + 1004);
        Assert.InRange(held, 0, 64 * 1024);
    }

    [Fact]
    public void A_message_that_never_ends_is_1008_at_its_deadline()
    {
        var server = new ManualServer(TestHandlers.Echoes);
        var client = server.Open("echo");
        var frame = Of(Opcode.Binary, Pattern(1000));
        var heard = new List<byte>();
        for (var i = 0; i < 31; i++)
        {
            client.TryWrite(frame.AsSpan(i, 1));
            server.Pass(1_000);
            heard.AddRange(client.ReadAvailable());
            if (i < 29) Assert.Empty(heard);
        }
        Assert.Equal(1008, Answer.CloseCode(heard.ToArray()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_close_that_is_not_answered_is_reset_within_half_a_second_of_its_deadline(bool talksOn)
    {
        var server = new ManualServer(TestHandlers.Echoes);
        var client = server.Open("echo");
        server.Connections[0].Stop(CloseCode.GoingAway, 0);
        server.Turn();
        Assert.Equal(1001, Answer.CloseCode(client.ReadAvailable()));
        for (var passed = 0; passed < 4_900; passed += 100)
        {
            if (talksOn) client.TryWrite(Text("more"));
            server.Pass(100);
            Assert.False(client.IsReset);
        }
        server.Pass(600);
        Assert.True(client.IsReset);
        Assert.Equal(0, server.Loop.ConnectionCount);
    }

    [Fact]
    public void A_peer_that_has_vanished_is_noticed_by_its_silence()
    {
        var closed = 0;
        var server = new ManualServer([Handler.Inline("watch", own => new InlineOf(own) { Closed = (_, close) => closed = close.Code })]);
        server.Open("watch");
        server.Pass(40_000 - 100);
        Assert.Equal((1, 0), (server.Loop.ConnectionCount, closed));
        server.Pass(600);
        Assert.Equal(1006, closed);
        server.Pass(5_500);
        Assert.Equal(0, server.Loop.ConnectionCount);
    }
}
