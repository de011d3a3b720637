using PluginHost.Abstractions;
using PluginHost.Server.Topics;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Topics;

/// <summary>Subscribers that do not read. Buffers are counted, which belong to the process.</summary>
[Collection("Alone")]
public sealed class SlowSubscriberTests
{
    private const int Queue = 16 * 1024;

    private static ManualServer Server() => new(
        [Handler.Inline("fan", () => new InlineOf
        {
            Opened = session => session.Subscribe("all"),
            Message = (session, message) => session.Publish("all", Publication.Of(message).ToOthers()),
        })],
        $$"""{ "limits": { "sendQueue": {{Queue}} } }""");

    [Theory]
    [InlineData(100)]
    [InlineData(10_000)]
    public void One_that_does_not_read_holds_up_nobody_and_keeps_no_more_than_its_queue(int size)
    {
        var before = SharedBuffer.Live;
        var server = Server();
        var (publisher, reader, slow) = (CountedChannel.Open(server, "fan"), CountedChannel.Open(server, "fan"), CountedChannel.Open(server, "fan"));
        (reader.IsKept, slow.Room) = (false, 0);
        var message = Binary(Pattern(size));
        const int count = 1000;
        for (var i = 0; i < count; i++) publisher.Receive(message);
        Assert.Equal(count, reader.Sends);
        // Beyond the mark by one message at most, for it is not cut.
        Assert.InRange(slow.Connection.WaitingBytes, slow.IsClosed ? 0 : Queue, Queue + size + 10);
        // What waits is a copy: one that does not read keeps no buffer that others send from.
        Assert.InRange(SharedBuffer.Live - before, 0, 2);
        server.Loop.Topics.Dispose();
        server.Topics.Close();
        Assert.Equal(before, SharedBuffer.Live);
    }

    [Fact]
    public void A_burst_that_the_socket_does_not_take_is_cut_between_messages_only()
    {
        var server = Server();
        var (publisher, slow) = (CountedChannel.Open(server, "fan"), CountedChannel.Open(server, "fan"));
        slow.Room = 100;
        var messages = Enumerable.Range(0, 200).Select(i => Binary(Pattern(120, i))).ToArray();
        for (var i = 0; i < messages.Length; i += 50) publisher.Receive([.. messages.Skip(i).Take(50).SelectMany(one => one)]);
        slow.Room = long.MaxValue;
        slow.Connection.Writable(0);
        server.Turn();
        var got = slow.TakeHex();
        var expected = string.Concat(Enumerable.Range(0, 200).Select(i => "827" + "8" + Convert.ToHexString(Pattern(120, i))));
        // What was dropped, if the connection is still there, is the end of it: what has come is the beginning, message by message.
        Assert.StartsWith(got.Length > 0 ? got[..(got.Length / 244 * 244)] : "", expected, StringComparison.Ordinal);
        Assert.True(got.Length >= 2 * 100);
        if (!slow.IsClosed) Assert.Equal(0, got.Length % 244);
    }
}
