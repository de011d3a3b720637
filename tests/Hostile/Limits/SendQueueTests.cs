using System.Globalization;
using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Hostile.Support;
using PluginHost.Server.Transports.Memory;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Hostile.Limits;

/// <summary>A peer that does not read: the marks of its queue, what happens at them, and how long nothing may move.</summary>
[Trait("Row", "send queue of one connection, high / low mark; write stalled")]
[Trait("Row", "what a slow consumer gets")]
public sealed class SendQueueTests
{
    private const int Frame = 1000 + 4;
    private const int Pipe = 4096;

    private readonly List<SendResult> _results = [];
    private readonly List<long> _drainedAt = [];
    private Session _session = null!;

    private ManualServer Server(string settings) => new(
        [Handler.Inline("many", own => new InlineOf(own)
        {
            Opened = session => _session = session,
            Message = (session, message) =>
            {
                for (var i = int.Parse(message.ToString(), CultureInfo.InvariantCulture); i > 0; i--) _results.Add(session.SendBinary(Pattern(1000, i)));
            },
            Drained = session => _drainedAt.Add(session.BufferedBytes),
        })],
        settings);

    private static string Routes(string policy) => $$"""
        { "limits": { "slowConsumer": "{{policy}}" }, "routes": [
            { "path": "/", "noOffer": "many" },
            { "path": "/small", "noOffer": "many", "limits": { "sendQueue": "16KiB", "sendQueueLow": "2KiB", "sendTimeout": "1s" } } ] }
        """;

    [Theory]
    [InlineData("/", 256 * 1024)]
    [InlineData("/small", 16 * 1024)]
    public void The_queue_takes_its_high_mark_and_the_message_beyond_closes_with_1008(string path, int high)
    {
        var server = Server(Routes("close"));
        var client = server.Open("many", Pipe, path: path);
        // What fills the stream and the queue up to its mark; the message that crosses it is still taken.
        var fits = ((Pipe + high) / Frame) + 1;
        Tell(server, client, fits);
        Assert.DoesNotContain(SendResult.Dropped, _results);
        Assert.InRange(server.Connections[0].WaitingBytes, high, high + Frame);
        // It is not read now, so the handler has to send of its own.
        Assert.Equal(SendResult.Dropped, _session.SendBinary(Pattern(1000)));
        server.Turn();
        var heard = ReadAll(server, client);
        Assert.Equal(1008, Answer.CloseCode(heard));
        Assert.Equal(fits, Answer.Frames(heard).Count(frame => frame.Opcode == Opcode.Binary));
    }

    [Theory]
    [InlineData("/", 64 * 1024)]
    [InlineData("/small", 2 * 1024)]
    public void It_is_drained_at_its_low_mark(string path, int low)
    {
        var server = Server(Routes("dropNewest"));
        var client = server.Open("many", Pipe, path: path);
        Tell(server, client, 400);
        while (_drainedAt.Count == 0)
        {
            var before = server.Connections[0].WaitingBytes;
            Assert.True(before > low);
            Span<byte> some = new byte[500];
            Assert.True(client.TryRead(some) > 0);
            server.Turn();
        }
        Assert.InRange(_drainedAt[0], 0, low);
        Assert.InRange(server.Connections[0].WaitingBytes, low - Frame - 500, low);
    }

    [Fact]
    public void The_newest_are_dropped_and_the_connection_goes_on()
    {
        var server = Server(Routes("dropNewest"));
        var client = server.Open("many", Pipe, path: "/small");
        Tell(server, client, 100);
        var sent = _results.Count(result => result != SendResult.Dropped);
        Assert.InRange(sent, 16, 22);
        Assert.All(_results.Skip(sent), result => Assert.Equal(SendResult.Dropped, result));
        var heard = Answer.Frames(ReadAll(server, client));
        Assert.Equal(Enumerable.Range(0, sent).Select(i => Pattern(1000, 100 - i)[0]), heard.Select(frame => frame.Payload[0]));
        Assert.Equal([SendResult.Sent], TellAndTake(server, client));
    }

    [Fact]
    public void The_oldest_are_dropped_and_the_newest_arrive()
    {
        var server = Server(Routes("dropOldest"));
        var client = server.Open("many", Pipe, path: "/small");
        Tell(server, client, 100);
        Assert.DoesNotContain(SendResult.Dropped, _results);
        Assert.InRange(server.Connections[0].WaitingBytes, 14 * 1024, (16 * 1024) + Frame);
        var heard = Answer.Frames(ReadAll(server, client));
        Assert.All(heard, frame => Assert.Equal(1000, frame.Payload.Length));
        Assert.Equal(Pattern(1000, 1), heard[^1].Payload);
        Assert.InRange(heard.Count, 16, 23);
    }

    [Theory]
    [InlineData("/", 5_000)]
    [InlineData("/small", 1_000)]
    public void What_makes_no_progress_is_reset_and_what_makes_some_is_not(string path, int limit)
    {
        var server = Server(Routes("dropNewest"));
        var stalled = server.Open("many", Pipe, path: path);
        Tell(server, stalled, 20);
        var slow = server.Open("many", Pipe, path: path);
        Tell(server, slow, 20);
        Span<byte> some = new byte[500];
        for (var passed = 0; passed < limit - 250; passed += 250)
        {
            server.Pass(250);
            slow.TryRead(some);
        }
        Assert.False(stalled.IsReset);
        server.Pass(250 + 230);
        Assert.True(stalled.IsReset);
        Assert.False(slow.IsReset);
        server.Pass(limit + 230);
        Assert.True(slow.IsReset);
        Assert.Equal(0, server.Loop.ConnectionCount);
    }

    [Fact]
    public void What_is_echoed_from_where_it_was_received_waits_within_the_mark_too()
    {
        const int Capacity = 300 * 1024;
        var server = new ManualServer(TestHandlers.Echoes, """{ "routes": [{ "path": "/", "noOffer": "echo", "slowConsumer": "dropNewest", "limits": { "sendQueue": "16KiB" } }] }""");
        var client = server.Open("echo", Capacity);
        var message = Binary(Pattern(4096));
        // The stream to the client has next to no room left, and nothing waits yet.
        for (var i = 0; i < 74; i++)
        {
            client.Write(message);
            server.Turn();
        }
        Assert.Equal(0, server.Connections[0].WaitingBytes);
        client.Write([.. Enumerable.Repeat(message, 60).SelectMany(frame => frame)]);
        server.Turn();
        Assert.InRange(server.Connections[0].WaitingBytes, 16 * 1024, (16 + 8) * 1024);
    }

    [Fact]
    public void Who_sends_in_vain_again_and_again_from_another_thread_does_not_take_the_processor()
    {
        var server = Server(Routes("dropNewest"));
        server.Open("many", Pipe, path: "/small");
        var watch = new System.Diagnostics.Stopwatch();
        Elsewhere.Run(() =>
        {
            while (_session.SendBinary(new byte[100]) != SendResult.Dropped) { }
            watch.Start();
            for (var i = 0; i < 6_400; i++) Assert.Equal(SendResult.Dropped, _session.SendBinary(new byte[100]));
            watch.Stop();
        });
        // A hundred times it has slept for a millisecond.
        Assert.True(watch.ElapsedMilliseconds >= 95, $"{watch.ElapsedMilliseconds} ms");
    }

    private static void Tell(ManualServer server, MemoryClient client, int count)
    {
        client.Write(Text($"{count}"));
        server.Turn();
    }

    private List<SendResult> TellAndTake(ManualServer server, MemoryClient client)
    {
        _results.Clear();
        Tell(server, client, 1);
        return _results;
    }

    private static byte[] ReadAll(ManualServer server, MemoryClient client)
    {
        using var heard = new MemoryStream();
        for (byte[] some; (some = client.ReadAvailable()).Length > 0; server.Turn()) heard.Write(some);
        return heard.ToArray();
    }
}
