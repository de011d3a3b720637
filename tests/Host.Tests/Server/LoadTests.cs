using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server;
using PluginHost.Server.Buffers;
using PluginHost.Server.Transports;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Server;

/// <summary>Tests that count what belongs to the whole process run when no other does.</summary>
[CollectionDefinition("Alone", DisableParallelization = true)]
public sealed class AloneCollection;

/// <summary>Much of everything.</summary>
[Collection("Alone")]
public sealed class LoadTests
{
    private const int Clients = 1_000;
    private const int Rounds = 20;
    private const int Threads = 4;

    [Theory]
    [InlineData(Opcode.Text)]
    [InlineData(Opcode.Binary)]
    public async Task Ten_thousand_messages_of_every_size_around_the_boundaries_come_back(Opcode opcode)
    {
        await using var server = TestServer.Start(TransportKind.Default, Place.Tcp4, TestHandlers.Echoes);
        using var client = await server.RawOpenAsync("echo");
        int[] sizes = [.. Enumerable.Range(0, 131), .. Enumerable.Range(4093, 7), .. Enumerable.Range(65_532, 8)];
        byte[] Payload(int i) => opcode == Opcode.Text ? TextPattern(sizes[i % sizes.Length], i) : Pattern(sizes[i % sizes.Length], i);
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < 10_000; i += 50) await client.SendAsync([.. Enumerable.Range(i, 50).Select(n => Of(opcode, Payload(n)))]);
        });
        for (var i = 0; i < 10_000; i++) await client.ExpectAsync(opcode, Payload(i));
        await sending;
    }

    /// <summary>Each client opens, is greeted by a handler of its own, echoes a message, closes; a thousand at once, twenty times.</summary>
    [Fact]
    public async Task Twenty_thousand_connections_leave_no_descriptor_no_handler_and_little_memory_behind()
    {
        var handlers = new ConcurrentBag<WeakReference>();
        T Noted<T>(T handler)
        {
            handlers.Add(new WeakReference(handler));
            return handler;
        }

        await using var server = TestServer.Start(
            TransportKind.Default, Place.Tcp4,
            [Handler.Inline("inline", own => Noted(new InlineEcho(own))), Handler.Session("session", own => Noted(new SessionEcho(own)))]);
        RunRound(server, null);
        await server.EmptyAsync();
        var descriptors = Descriptors();
        var memory = GC.GetTotalMemory(forceFullCollection: true);

        using var all = new Barrier(Threads, _ => Assert.Equal(Clients, server.Server.ConnectionCount));
        for (var round = 1; round < Rounds; round++) RunRound(server, all);
        await server.EmptyAsync();

        Assert.Equal(Clients * Rounds, handlers.Count);
        await Wait.Until(
            () => Descriptors().Count <= descriptors.Count,
            () => $"{Descriptors().Count} descriptors are open, {descriptors.Count} were: {string.Join(' ', Descriptors().Except(descriptors))}");
        await Wait.Until(
            () =>
            {
                GC.Collect();
                return handlers.All(one => !one.IsAlive);
            },
            () => $"{handlers.Count(one => one.IsAlive)} handlers are still alive");
        Assert.InRange(PinnedPool.Shared.KeptBytes, 0, 64 << 20);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - memory - PinnedPool.Shared.KeptBytes;
        Assert.True(grown < 8 << 20, $"{grown} bytes more are in use");
    }

    /// <summary>What is open, by number and kind, but for assemblies, which the runtime maps when it first needs them.</summary>
    private static List<string> Descriptors() =>
    [
        .. Directory.GetFiles("/proc/self/fd").Select(file => $"{Path.GetFileName(file)}={new FileInfo(file).LinkTarget}")
            .Where(one => !one.EndsWith(".dll", StringComparison.Ordinal)),
    ];

    private static void RunRound(TestServer server, Barrier? all)
    {
        var failures = new ConcurrentQueue<Exception>();
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            try
            {
                RunClients((IPEndPoint)server.EndPoint, Clients / Threads, all);
            }
            catch (Exception exception)
            {
                failures.Enqueue(exception);
                all?.RemoveParticipant();
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        if (!failures.IsEmpty) throw new AggregateException(failures);
    }

    private static void RunClients(IPEndPoint server, int count, Barrier? all)
    {
        var sockets = new Socket[count];
        var buffer = new byte[4096];
        for (var i = 0; i < count; i++)
        {
            var socket = sockets[i] = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 30_000 };
            socket.Connect(server);
            socket.Send(Request("/", i % 2 == 0 ? "inline" : "session"));
        }
        foreach (var socket in sockets)
        {
            var head = 0;
            while (!buffer.AsSpan(0, head).EndsWith("\r\n\r\n"u8)) head += Read(socket, buffer.AsSpan(head));
            Assert.True(buffer.AsSpan(0, head).StartsWith("HTTP/1.1 101 "u8));
        }
        all?.SignalAndWait();
        foreach (var socket in sockets) socket.Send(Text("hello"));
        foreach (var socket in sockets)
        {
            for (var got = 0; got < 7;) got += Read(socket, buffer.AsSpan(got));
            Assert.Equal("8105" + Convert.ToHexString("hello"u8), Convert.ToHexString(buffer.AsSpan(0, 7)));
            socket.Send(Close(1000));
        }
        foreach (var socket in sockets)
        {
            var rest = 0;
            for (int got; (got = socket.Receive(buffer.AsSpan(rest))) > 0;) rest += got;
            Assert.Equal(4, rest);
            socket.Dispose();
        }
    }

    private static int Read(Socket socket, Span<byte> target)
    {
        var count = socket.Receive(target);
        return count > 0 ? count : throw new EndOfStreamException();
    }
}
