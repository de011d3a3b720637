using System.Collections.Concurrent;
using PluginHost.Core.Policy.Limits;
using PluginHost.Server.Connections;
using PluginHost.Server.Threads;

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
        var threads = new HandlerThreads(ThreadShares.Default);
        for (var i = 0; i < 6; i++) threads.Add(32);
        ThreadPool.GetMinThreads(out var workers, out _);
        Assert.True(workers >= ThreadShares.Default.Total(6));
    }
}
