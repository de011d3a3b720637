using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Handlers;
using PluginHost.Server.Transports.Memory;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Server;

/// <summary>What a message costs in memory, and what is kept after many.</summary>
public sealed class AllocationTests
{
    private static ManualServer Server(params IEnumerable<HandlerDescription> handlers) => new(handlers);

    [Fact]
    public void Echo_allocates_nothing_for_a_message()
    {
        var server = Server(TestHandlers.Echoes);
        foreach (var (protocol, size) in new[] { ("echo", 20), ("echo", 200), ("echo", 20_000), ("echo", 200_000), ("echo.inline", 20) })
        {
            var client = server.Open(protocol);
            var frame = Of(Opcode.Text, TextPattern(size));
            var back = new byte[size + 20];
            Assert.Equal(0, Measured(server, client, frame, back, size));
        }
    }

    [Fact]
    public void A_handler_on_the_pool_gets_and_answers_messages_without_an_allocation_for_them()
    {
        const int Batch = 32;
        var (done, thread, first, onPool) = (0, 0, 0L, long.MaxValue);
        var server = Server(Handler.Session("pool", own => new SessionOf(own)
        {
            Message = (session, message) =>
            {
                var place = done % Batch;
                if (place == 0) (thread, first) = (Environment.CurrentManagedThreadId, GC.GetAllocatedBytesForCurrentThread());
                session.Send(message);
                if (place == Batch - 1 && thread == Environment.CurrentManagedThreadId) onPool = Math.Min(onPool, GC.GetAllocatedBytesForCurrentThread() - first);
                Volatile.Write(ref done, done + 1);
                return default;
            },
        }));
        var client = server.Open("pool");
        byte[] frames = [.. Enumerable.Range(0, Batch).SelectMany(_ => Text("twenty bytes of text"))];
        var back = new byte[Batch * 22];
        var onLoop = long.MaxValue;
        for (var round = 1; round <= 200 && (onLoop > 0 || onPool > 0); round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            client.TryWrite(frames);
            server.Loop.Turn(mayWait: false);
            while (Volatile.Read(ref done) < round * Batch) Thread.Yield();
            for (var got = 0; got < back.Length;)
            {
                server.Loop.Turn(mayWait: false);
                got += client.TryRead(back.AsSpan(got));
            }
            onLoop = Math.Min(onLoop, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.Equal((0, 0), (onLoop, onPool));
    }

    [Fact]
    public void What_a_handler_on_the_pool_keeps_after_a_crowd_of_messages_is_bounded()
    {
        const int Crowd = 4 * CallQueue.MaxFree;
        using var goOn = new ManualResetEventSlim();
        var done = 0;
        var server = Server(Handler.Session("pool", own => new SessionOf(own)
        {
            Message = (_, _) =>
            {
                goOn.Wait();
                Interlocked.Increment(ref done);
                return default;
            },
        }));
        var client = server.Open("pool");
        client.TryWrite([.. Enumerable.Range(0, Crowd).SelectMany(_ => Text("twenty bytes of text"))]);
        server.Loop.Turn(mayWait: false);
        goOn.Set();
        var runner = Assert.IsType<SessionRunner>(server.Connections[0].Handler!.Runner);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref done) == Crowd && runner.Free > 0, TimeSpan.FromSeconds(20)));
        Assert.InRange(runner.Free, 1, CallQueue.MaxFree);
    }

    private static long Measured(ManualServer server, MemoryClient client, byte[] frame, byte[] back, int size)
    {
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 400; i++)
            {
                client.TryWrite(frame);
                server.Loop.Turn(mayWait: false);
                if (client.TryRead(back) <= size) throw new InvalidOperationException("the echo is not there"); // an Assert would allocate
            }
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before); // the first rounds compile and grow what is kept
        }
        return least / 400;
    }
}
