using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Transports;

public abstract partial class ConformanceTests
{
    [Theory]
    [InlineData("echo")]
    [InlineData("echo.session")]
    public async Task A_client_that_reads_late_gets_ten_thousand_messages_in_order(string protocol)
    {
        using var client = await Server.RawOpenAsync(protocol, capacity: 16 * 1024, receiveBuffer: 4096);
        var sent = 0;
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < 10_000; i += 100)
            {
                await client.SendAsync([.. Enumerable.Range(i, 100).Select(n => Binary(Pattern(n % 300, n)))]);
                Volatile.Write(ref sent, i);
            }
        });
        // Until nothing goes in any more: by then the server's queue is full, and the client's bytes stay in the stream.
        await Stalled(() => Volatile.Read(ref sent));
        for (var i = 0; i < 10_000; i++) await client.ExpectAsync(Opcode.Binary, Pattern(i % 300, i));
        await sending;
    }

    [Fact]
    public async Task A_full_send_queue_stops_reading_and_what_was_unread_is_served_later()
    {
        var received = 0;
        var handler = Handler.Inline("big", own => new InlineOf(own)
        {
            Message = (session, _) =>
            {
                Interlocked.Increment(ref received);
                session.SendBinary(Pattern(64 * 1024));
            },
        });
        await using var server = Start("\"limits\": { \"sendQueue\": \"64KiB\", \"sendQueueLow\": \"16KiB\" }", handler);
        using var client = await server.RawOpenAsync("big", capacity: 8192, receiveBuffer: 4096);
        const int Count = 2000;
        var sending = client.SendAsync([.. Enumerable.Range(0, Count).Select(_ => Text("more"))]);
        await Wait.Until(() => Volatile.Read(ref received) > 0, () => "nothing was received");
        var stopped = await Stalled(() => Volatile.Read(ref received));
        Assert.InRange(stopped, 1, Count - 1);
        for (var i = 0; i < Count; i++)
        {
            var frame = await client.FrameAsync();
            Assert.Equal(64 * 1024, frame.Payload.Length);
        }
        await sending;
        Assert.Equal(Count, Volatile.Read(ref received));
    }

    [Fact]
    public async Task A_close_waits_behind_what_is_queued()
    {
        var handler = Handler.Inline("last", own => new InlineOf(own)
        {
            Message = (session, _) =>
            {
                for (var i = 0; i < 20; i++) session.SendBinary(Pattern(10_000, i));
                session.Close(1000, "that was all");
                Assert.Equal(SendResult.Closed, session.SendText("too late"));
            },
        });
        await using var server = Start("", handler);
        using var client = await server.RawOpenAsync("last", capacity: 4096, receiveBuffer: 4096);
        await client.SendAsync(Text("go"));
        for (var i = 0; i < 20; i++) await client.ExpectAsync(Opcode.Binary, Pattern(10_000, i));
        await client.ExpectCloseAsync(1000);
        await client.SendAsync(Close(1000));
        await client.ExpectEndAsync();
        client.EndOutput();
        await server.EmptyAsync();
    }

    [Fact]
    public async Task A_close_of_the_client_is_answered_behind_what_is_queued()
    {
        var handler = Handler.Inline("last", own => new InlineOf(own)
        {
            Message = (session, _) =>
            {
                for (var i = 0; i < 20; i++) session.SendBinary(Pattern(10_000, i));
            },
        });
        await using var server = Start("", handler);
        using var client = await server.RawOpenAsync("last", capacity: 4096, receiveBuffer: 4096);
        await client.SendAsync(Text("go"), Close(1000));
        for (var i = 0; i < 20; i++) await client.ExpectAsync(Opcode.Binary, Pattern(10_000, i));
        await client.ExpectCloseAsync(1000);
        await client.ExpectEndAsync();
    }

    /// <summary>The value once it has not changed for a while: nothing announces that the server waits.</summary>
    private static async Task<int> Stalled(Func<int> value)
    {
        var last = value();
        for (var same = 0; same < 20; same++)
        {
            await Task.Delay(5);
            if (value() == last) continue;
            last = value();
            same = 0;
        }
        return last;
    }
}
