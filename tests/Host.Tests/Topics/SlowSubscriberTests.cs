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

    private static ManualServer Server(string policy = "dropNewest") => new(
        [Handler.Inline("fan", own => new InlineOf(own)
        {
            Opened = session => session.Topics.Subscribe("all"),
            Message = (session, message) => session.Topics.Publish("all", Publication.Of(message).ToOthers()),
        })],
        $$"""{ "limits": { "sendQueue": {{Queue}} }, "routes": [{ "path": "/", "slowConsumer": "{{policy}}" }] }""");

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
        server.LoopTopics.Dispose();
        server.Topics.Close();
        Assert.Equal(before, SharedBuffer.Live);
    }

    private static byte[] Numbered(int i) => [.. BitConverter.GetBytes(i), .. Pattern(116)];

    [Theory]
    [InlineData("close")]
    [InlineData("dropNewest")]
    [InlineData("dropOldest")]
    public void A_burst_that_the_socket_does_not_take_is_cut_between_messages_only(string policy)
    {
        var server = Server(policy);
        var (publisher, slow) = (CountedChannel.Open(server, "fan"), CountedChannel.Open(server, "fan"));
        slow.Room = 100;
        const int count = 600;
        var messages = Enumerable.Range(0, count).Select(i => Binary(Numbered(i))).ToArray();
        for (var i = 0; i < count; i += 50) publisher.Receive([.. messages.Skip(i).Take(50).SelectMany(one => one)]);
        Assert.InRange(slow.Connection.WaitingBytes, 0, Queue + SharedBuffer.Size);
        slow.Room = long.MaxValue;
        slow.Connection.Writable(0);
        server.Turn();
        var got = slow.TakeHex();
        const int length = 2 * 122;
        var numbers = Enumerable.Range(0, count).ToDictionary(i => "8278" + Convert.ToHexString(Numbered(i)));
        var end = got.Length - (got.Length % length);
        var seen = Enumerable.Range(0, end / length).Select(i => numbers[got.Substring(i * length, length)]).ToArray();
        Assert.Equal(seen.Order(), seen);
        Assert.InRange(seen.Length, 100, count - 1);
        if (policy == "close") Assert.StartsWith("88", got[end..], StringComparison.Ordinal);
        else Assert.Equal("", got[end..]);
        Assert.Equal(policy == "dropOldest", seen[^1] == count - 1);
    }
}
