using System.Buffers;
using System.Text;
using System.Text.Json;
using PluginHost.Abstractions;
using PluginHost.Server.Connections;
using PluginHost.Server.Transports.Memory;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Server;

/// <summary>Messages that are written into the host's memory, sent as a whole, in segments or in pieces.</summary>
public sealed class PiecesTests
{
    private static string Hex(string text) => $"81{Encoding.ASCII.GetByteCount(text):X2}{Convert.ToHexString(Encoding.ASCII.GetBytes(text))}";

    private static string Piece(string head, string text) => $"{head}{text.Length:X2}{Convert.ToHexString(Encoding.ASCII.GetBytes(text))}";

    /// <summary>A session whose handler does nothing by itself.</summary>
    private static (ManualServer Server, MemoryClient Client, Session Session) Open(string settings = "{}", int capacity = 1 << 20)
    {
        Session? session = null;
        var server = new ManualServer([Handler.Inline("quiet", own => new InlineOf(own) { Opened = opened => session = opened, Message = (own, message) => own.Send(message) })], settings);
        var client = server.Open("quiet", capacity);
        return (server, client, session!);
    }

    private static async Task<string> Heard(ManualServer server, MemoryClient client, Func<string, bool> isDone)
    {
        var heard = "";
        await server.Until(() => isDone(heard += ManualServer.Hex(client)), heard);
        return heard;
    }

    /// <summary>Begins something on a thread that has never turned the loop: to the loop, who turned it last is the loop's thread.</summary>
    private static Task<T> Elsewhere<T>(Func<Task<T>> begin) => Task.Factory.StartNew(begin, default, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

    private static Task Elsewhere(Func<Task> begin) => Task.Factory.StartNew(begin, default, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

    private static Task Elsewhere(Action action) => Task.Factory.StartNew(action, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Put(MessageWriter writer, string text) => writer.Write(Encoding.ASCII.GetBytes(text));

    [Fact]
    public async Task A_message_is_written_by_a_json_writer_and_sent_as_a_whole()
    {
        var (server, client, session) = Open();
        await Elsewhere(() =>
        {
            using var writer = session.Write(MessageKind.Text);
            using (var json = new Utf8JsonWriter(writer)) json.WriteStringValue(new string('x', 1000));
            Assert.Equal(1002, writer.WrittenCount);
            writer.Send();
            Assert.Throws<ObjectDisposedException>(() => writer.Send());
            Assert.Throws<ObjectDisposedException>(() => writer.GetSpan(0));
        });
        var heard = await Heard(server, client, hex => hex.Length > 0);
        Assert.Equal("817E03EA22" + Convert.ToHexString(Encoding.ASCII.GetBytes(new string('x', 1000))) + "22", heard);
    }

    [Fact]
    public async Task Nothing_is_sent_of_a_message_that_is_given_up()
    {
        var (server, client, session) = Open();
        using (var writer = session.Write(MessageKind.Binary)) Put(writer, "never");
        server.Turn();
        Assert.Equal("", ManualServer.Hex(client));
        await Elsewhere(() => session.SendText("a"));
        Assert.Equal(Hex("a"), await Heard(server, client, hex => hex.Length > 0));
    }

    [Fact]
    public async Task Segments_are_sent_as_one_message()
    {
        var (server, client, session) = Open();
        var first = new Segment("ab"u8.ToArray(), null);
        var last = new Segment("cd"u8.ToArray(), first);
        await Elsewhere(() =>
        {
            session.SendText(new ReadOnlySequence<byte>(first, 0, last, 2));
            session.SendBinary(new ReadOnlySequence<byte>("x"u8.ToArray()));
            Assert.Throws<ArgumentException>(() => session.SendText(new ReadOnlySequence<byte>(new byte[] { 0xC3 })));
        });
        Assert.Equal(Hex("abcd") + "820178", await Heard(server, client, hex => hex.Length >= 18));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "compression": { "enabled": true, "threshold": 1 } }""")]
    public async Task Pieces_are_fragments_and_what_others_send_meanwhile_follows_in_order(string settings)
    {
        var (server, client, session) = Open(settings);
        var writer = session.Write(MessageKind.Text);
        Put(writer, "one,");
        var flushed = Elsewhere(async () => await writer.FlushAsync(default));
        await server.Until(() => flushed.IsCompleted, "not flushed");
        Assert.Equal(SendResult.Sent, await flushed);
        Assert.Equal(Piece("01", "one,"), ManualServer.Hex(client));
        // Others wait, pongs do not.
        await Elsewhere(() => Assert.Equal(SendResult.Queued, session.SendText("later")));
        server.Turn();
        Assert.Equal("8A00", server.SayHex(client, Of(Core.Protocol.Frames.Opcode.Ping, default)));
        Assert.Equal("", server.SayHex(client, Text("echo")));
        Put(writer, "two,");
        flushed = Elsewhere(async () => await writer.FlushAsync(default));
        await server.Until(() => flushed.IsCompleted, "not flushed");
        Assert.Equal(Piece("00", "two,"), ManualServer.Hex(client));
        Put(writer, "three");
        await Elsewhere(() => writer.Send());
        Assert.Equal(Piece("80", "three") + Hex("later") + Hex("echo"), await Heard(server, client, hex => hex.Length >= 40));
        Assert.Equal(Hex("after"), server.SayHex(client, Text("after")));
    }

    [Fact]
    public async Task What_topics_deliver_meanwhile_follows_and_is_counted_once_sent_or_not()
    {
        var (server, client, session) = Open("""{ "limits": { "sendQueue": "1KiB" } }""");
        session.Topics.Subscribe("t");
        var before = server.Loop.Counters.MessagesSent + server.Loop.Counters.SharedDeliveries;
        var writer = session.Write(MessageKind.Binary);
        Put(writer, "a");
        var flushed = Elsewhere(async () => await writer.FlushAsync(default));
        await server.Until(() => flushed.IsCompleted, "not flushed");
        session.Topics.Publish("t", "hi");
        server.Turn();
        for (var i = 0; i < 3; i++) // the first fills the queue
        {
            session.Topics.Publish("t", new string('x', 1100));
            server.Turn();
        }
        Assert.Equal("020161", ManualServer.Hex(client));
        await Elsewhere(() => writer.Send());
        var heard = await Heard(server, client, hex => hex.Length > 2000);
        Assert.StartsWith("8000" + Hex("hi") + "817E044C78", heard, StringComparison.Ordinal);
        Assert.Equal(2 * (2 + 4 + 4 + 1100), heard.Length);
        Assert.Equal(3, server.Loop.Counters.MessagesSent + server.Loop.Counters.SharedDeliveries - before);
        Assert.Equal(2, server.Loop.Counters.DroppedUnsent);
    }

    [Fact]
    public async Task A_text_may_be_cut_within_a_character_and_must_be_whole_at_the_end()
    {
        var (server, client, session) = Open();
        var writer = session.Write(MessageKind.Text);
        writer.Write(new byte[] { 0xC3 });
        var flushed = Elsewhere(async () => await writer.FlushAsync(default));
        await server.Until(() => flushed.IsCompleted, "not flushed");
        Assert.Throws<ArgumentException>(() => writer.Send()); // half a character
        writer.Write(new byte[] { 0xBC });
        writer.Send();
        Assert.Equal("0101C38001BC", await Heard(server, client, hex => hex.Length >= 12));
        var bad = session.Write(MessageKind.Text);
        bad.Write(new byte[] { 0xFF });
        await Assert.ThrowsAsync<ArgumentException>(async () => await bad.FlushAsync(default));
    }

    [Fact]
    public async Task A_second_message_in_pieces_waits_for_the_first_and_goes_as_a_whole()
    {
        var (server, client, session) = Open();
        var (first, second) = (session.Write(MessageKind.Binary), session.Write(MessageKind.Binary));
        async Task<SendResult> Flush(MessageWriter writer)
        {
            var flushed = Elsewhere(async () => await writer.FlushAsync(default));
            await server.Until(() => flushed.IsCompleted, "not flushed");
            return await flushed;
        }
        Put(first, "a");
        Assert.Equal(SendResult.Sent, await Flush(first));
        Put(second, "x");
        Assert.Equal(SendResult.Queued, await Flush(second));
        Put(second, "y");
        await Elsewhere(() => second.Send());
        await Elsewhere(() => first.Send());
        Assert.Equal("020161" + "8000" + "82027879", await Heard(server, client, hex => hex.Length >= 18));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_in_pieces_that_is_not_ended_closes_the_connection(bool isDisposed)
    {
        var (server, client, session) = Open("""{ "handlers": { "pieces": "2s" } }""");
        var writer = session.Write(MessageKind.Binary);
        Put(writer, "a");
        var flushed = Elsewhere(async () => await writer.FlushAsync(default));
        await server.Until(() => flushed.IsCompleted, "not flushed");
        Assert.Equal("020161", ManualServer.Hex(client));
        if (isDisposed) writer.Dispose();
        server.Pass(isDisposed ? 100 : 1_500);
        if (!isDisposed) Assert.Equal("", ManualServer.Hex(client));
        server.Pass(isDisposed ? 0 : 1_000);
        Assert.Equal("880203F3", ManualServer.Hex(client));
        Assert.Single(server.Lines, line => line.Contains("begun in pieces", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_sent_before_is_with_the_socket_once_a_flush_completes()
    {
        var (server, client, session) = Open(capacity: 1000);
        await session.FlushAsync(default);
        var flushed = Elsewhere(async () =>
        {
            session.SendBinary(new byte[5000]);
            await session.FlushAsync(default);
        });
        await server.Until(() => session.BufferedBytes > 0, "nothing waits");
        Assert.False(flushed.IsCompleted);
        var heard = 0;
        await server.Until(
            () =>
            {
                heard += client.ReadAvailable().Length;
                return flushed.IsCompleted;
            },
            $"{heard} bytes");
        Assert.InRange(heard, 4004, 5004); // the rest is in the stream
        var last = Elsewhere(async () =>
        {
            session.SendBinary(new byte[5000]);
            await session.FlushAsync(default);
        });
        await server.Until(() => session.BufferedBytes > 0, "nothing waits");
        client.Break();
        await server.Until(() => last.IsCompleted, "it waits for a connection that is over");
    }

    [Fact]
    public void A_piece_is_not_dropped_for_newer_messages_as_whole_messages_are()
    {
        foreach (var finished in (bool[])[false, true])
        {
            var queue = new PluginHost.Server.Buffers.SendQueue(PluginHost.Server.Buffers.PinnedPool.Shared, tracksMessages: true);
            byte[][] frames = [[0x01, 1, (byte)'a'], [0x81, 1, (byte)'w'], [0x80, 1, (byte)'b']];
            foreach (var frame in frames)
            {
                if (finished) queue.Append(frame);
                else queue.AppendFrame(frame.AsSpan(0, 2), frame.AsSpan(2), (Core.Protocol.Frames.Opcode)(frame[0] & 15), isWhole: frame[0] == 0x81);
            }
            Assert.True(queue.TryDropOldest()); // the whole one
            Assert.Equal(6, queue.Length);
            Assert.False(queue.TryDropOldest());
            queue.Clear();
        }
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, Segment? before)
        {
            Memory = bytes;
            if (before is null) return;
            before.Next = this;
            RunningIndex = before.RunningIndex + before.Memory.Length;
        }
    }
}
