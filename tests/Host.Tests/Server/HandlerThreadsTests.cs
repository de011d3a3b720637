using System.Collections.Concurrent;
using PluginHost.Core.Configuration;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Connections;
using PluginHost.Server.Threads;
using PluginHost.Server.Transports;

namespace PluginHost.Tests.Server;

/// <summary>How handlers that block share the threads of the pool.</summary>
public sealed class HandlerThreadsTests
{
    private sealed class Work(ThreadGate gate, Action action) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            action();
            gate.Leave();
        }
    }

    [Fact]
    public async Task A_kind_that_blocks_all_it_can_get_leaves_a_few_for_each_other_one()
    {
        var threads = new HandlerThreads(new ThreadShares(2, 3));
        using var release = new ManualResetEventSlim();
        var (blocked, answered) = (0, 0);
        ThreadGate[] blocking = [threads.Add(4), threads.Add(4)];
        foreach (var gate in blocking)
            for (var i = 0; i < 10; i++)
                gate.Run(new Work(gate, () =>
                {
                    Interlocked.Increment(ref blocked);
                    release.Wait();
                }));
        await Wait.Until(() => Volatile.Read(ref blocked) == 7, () => $"{blocked} run"); // two of each, and three that they share
        var other = threads.Add(4);
        for (var i = 0; i < 20; i++) other.Run(new Work(other, () => Interlocked.Increment(ref answered)));
        await Wait.Until(() => Volatile.Read(ref answered) == 20, () => $"{answered} were answered");
        Assert.Equal(7, Volatile.Read(ref blocked));
        release.Set();
        await Wait.Until(() => Volatile.Read(ref blocked) == 20, () => $"{blocked} have run");
    }

    [Fact]
    public async Task Those_that_wait_for_a_shared_thread_get_it_in_turn()
    {
        var threads = new HandlerThreads(new ThreadShares(1, 1));
        var began = new ConcurrentQueue<int>();
        var ends = new[] { new SemaphoreSlim(0), new SemaphoreSlim(0) };
        ThreadGate[] gates = [threads.Add(8), threads.Add(8)];
        for (var i = 0; i < 2; i++)
        {
            var kind = i;
            for (var j = 0; j < 6; j++)
                gates[kind].Run(new Work(gates[kind], () =>
                {
                    began.Enqueue(kind);
                    ends[kind].Wait();
                }));
        }
        // Each has its own; the first has the shared one as well, and has waited for another one longest. After that it is the other's turn.
        await Wait.Until(() => began.Count == 3, () => $"{began.Count} have begun");
        Assert.Equal(2, began.Count(kind => kind == 0));
        ends[0].Release();
        await Wait.Until(() => began.Count == 4, () => $"{began.Count} have begun");
        ends[0].Release();
        await Wait.Until(() => began.Count == 5, () => $"{began.Count} have begun");
        Assert.Equal(2, began.Count(kind => kind == 1));
        ends[0].Release(20);
        ends[1].Release(20);
        await Wait.Until(() => began.Count == 12, () => $"{began.Count} have begun");
    }

    [Fact]
    public void The_pool_has_threads_ready_for_all_of_them()
    {
        var shares = ConfigurationReader.Default.Handlers.Shares;
        var threads = new HandlerThreads(shares);
        for (var i = 0; i < 6; i++) threads.Add(32);
        ThreadPool.GetMinThreads(out var workers, out _);
        Assert.True(workers >= shares.Total(6));
    }

    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(2, 0, 2)]
    [InlineData(2, 3, 5)]
    public async Task Handlers_of_one_kind_run_on_their_own_threads_and_on_the_shared_ones(int own, int shared, int running)
    {
        using var release = new ManualResetEventSlim();
        var blocked = 0;
        await using var server = TestServer.Start(
            TransportKind.Memory,
            Place.Memory,
            [
                Abstractions.Handler.Session("blocks", own => new SessionOf(own)
                {
                    Message = (_, _) =>
                    {
                        Interlocked.Increment(ref blocked);
                        release.Wait();
                        return default;
                    },
                }),
            ],
            $$""" "handlers": { "ownThreads": {{own}}, "sharedThreads": {{shared}} } """);
        var clients = await Task.WhenAll(Enumerable.Range(0, running + 1).Select(_ => server.RawOpenAsync("blocks")));
        foreach (var client in clients)
        {
            await client.SendAsync(ClientFrames.Text("x"), ClientFrames.Of(Opcode.Ping, default));
            await client.ExpectAsync(Opcode.Pong, default); // the handler has the message, or it waits for a thread
        }
        await Wait.Until(() => Volatile.Read(ref blocked) == running, () => $"{blocked} run");
        await clients[0].SendAsync(ClientFrames.Of(Opcode.Ping, default));
        await clients[0].ExpectAsync(Opcode.Pong, default);
        Assert.Equal(running, Volatile.Read(ref blocked));
        release.Set();
        await Wait.Until(() => Volatile.Read(ref blocked) == running + 1, () => "the last does not run");
        foreach (var client in clients) client.Dispose();
    }
}
