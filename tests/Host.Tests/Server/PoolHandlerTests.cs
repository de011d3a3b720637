using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server;
using PluginHost.Server.Transports;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Server;

/// <summary>Handlers on the thread pool, and sessions from other threads and loops.</summary>
public sealed class PoolHandlerTests
{
    /// <summary>A full queue drops and goes on: these handlers wait and try again.</summary>
    private const string Drops = "\"limits\": { \"slowConsumer\": \"dropNewest\" }";

    private static TestServer Start(params IEnumerable<HandlerDescription> handlers) =>
        TestServer.Start(TransportKind.Default, Place.Tcp4, [.. TestHandlers.Echoes, .. handlers], Drops);

    [Fact]
    public async Task A_blocked_handler_stalls_nobody_else()
    {
        using var release = new ManualResetEventSlim();
        var blocked = 0;
        await using var server = Start(Handler.Session("block", own => new SessionOf(own)
        {
            Message = (session, message) =>
            {
                Interlocked.Increment(ref blocked);
                release.Wait();
                session.Send(message);
                return default;
            },
        }));
        var stuck = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.RawOpenAsync("block")));
        foreach (var client in stuck) await client.SendAsync(Text("a"));
        await Wait.Until(() => Volatile.Read(ref blocked) == stuck.Length, () => $"{blocked} of {stuck.Length} handlers were called");
        foreach (var protocol in new[] { "echo", "echo.inline", "echo.session" })
        {
            using var client = await server.RawOpenAsync(protocol);
            for (var i = 0; i < 20; i++)
            {
                await client.SendAsync(Binary(Pattern(i)));
                await client.ExpectAsync(Opcode.Binary, Pattern(i));
            }
        }
        release.Set();
        foreach (var client in stuck)
        {
            await client.ExpectAsync(Opcode.Text, "a"u8.ToArray());
            client.Dispose();
        }
    }

    [Fact]
    public async Task Calls_do_not_overlap_and_a_message_is_the_handlers_own()
    {
        var running = 0;
        var overlapped = false;
        var kept = new ConcurrentQueue<OwnedMessage>();
        var ended = new ConcurrentQueue<OwnedMessage>();
        await using var server = Start(Handler.Session("own", own => new SessionOf(own)
        {
            Message = async (session, message) =>
            {
                overlapped |= Interlocked.Increment(ref running) != 1;
                var before = message.ToArray();
                await Task.Yield();
                if (!before.AsSpan().SequenceEqual(message.Bytes.Span)) throw new InvalidOperationException("the message has changed");
                if (before.Length % 2 == 0) kept.Enqueue(message.Keep());
                else ended.Enqueue(message);
                session.Send(message);
                Interlocked.Decrement(ref running);
            },
        }));
        using var client = await server.RawOpenAsync("own");
        await client.SendAsync([.. Enumerable.Range(0, 500).Select(i => Binary(Pattern(i, i)))]);
        for (var i = 0; i < 500; i++) await client.ExpectAsync(Opcode.Binary, Pattern(i, i));
        Assert.False(overlapped);
        await Wait.Until(() => ended.All(IsOver), () => "a message is not over");
        foreach (var (message, i) in kept.Select((message, i) => (message, i)))
        {
            Assert.Equal(Pattern(2 * i, 2 * i), message.ToArray());
            message.Dispose();
            Assert.Throws<ObjectDisposedException>(() => message.Bytes);
        }

        static bool IsOver(OwnedMessage message)
        {
            try
            {
                _ = message.Bytes;
                return false;
            }
            catch (ObjectDisposedException)
            {
                return true;
            }
        }
    }

    [Fact]
    public async Task Sends_from_several_threads_arrive_whole_and_in_each_threads_order()
    {
        const int Threads = 6;
        const int Each = 2_000;
        await using var server = Start(Handler.Session("many", own => new SessionOf(own)
        {
            Message = async (session, _) => await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(async () =>
            {
                for (var i = 0; i < Each; i++)
                {
                    while (session.SendText($"{thread}:{i}:{new string('x', i % 200)}") == SendResult.Dropped) await session.DrainedAsync(default);
                }
            }))),
        }));
        using var client = await server.RawOpenAsync("many");
        await client.SendAsync(Text("go"));
        var next = new int[Threads];
        for (var i = 0; i < Threads * Each; i++)
        {
            var parts = (await client.FrameAsync()).Text.Split(':');
            var thread = int.Parse(parts[0], CultureInfo.InvariantCulture);
            Assert.Equal(next[thread], int.Parse(parts[1], CultureInfo.InvariantCulture));
            Assert.Equal(next[thread]++ % 200, parts[2].Length);
        }
    }

    [Fact]
    public async Task Inline_handlers_send_to_sessions_of_other_loops()
    {
        var sessions = new ConcurrentDictionary<long, Session>();
        await using var server = Start(Handler.Inline("room", own => new InlineOf(own)
        {
            Opened = session => sessions[session.Id.Number] = session,
            Message = (_, message) =>
            {
                foreach (var one in sessions.Values) one.Send(message);
            },
            Closed = (session, _) => sessions.TryRemove(session.Id.Number, out var _),
        }));
        var clients = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.RawOpenAsync("room")));
        await Wait.Until(() => sessions.Count == 8, () => "somebody is missing");
        for (var i = 0; i < 200; i++) await clients[i % 8].SendAsync(Text($"{i % 8}:{i / 8}"));
        foreach (var client in clients)
        {
            var next = new int[8];
            for (var i = 0; i < 200; i++)
            {
                var parts = (await client.FrameAsync()).Text.Split(':');
                Assert.Equal(next[int.Parse(parts[0], CultureInfo.InvariantCulture)]++, int.Parse(parts[1], CultureInfo.InvariantCulture));
            }
            client.Dispose();
        }
        await Wait.Until(() => sessions.IsEmpty, () => "a session was not closed");
    }

    [Fact]
    public async Task A_full_queue_drops_and_draining_is_announced()
    {
        var results = new ConcurrentQueue<SendResult>();
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = Start(Handler.Session("flood", own => new SessionOf(own)
        {
            Message = async (session, _) =>
            {
                SendResult result;
                do results.Enqueue(result = session.SendBinary(Pattern(60_000)));
                while (result != SendResult.Dropped);
                Assert.True(session.BufferedBytes >= 256 * 1024);
                await session.DrainedAsync(default);
                Assert.True(session.BufferedBytes <= 64 * 1024);
                drained.SetResult();
            },
        }));
        using var client = await server.RawOpenAsync("flood", receiveBuffer: 4096);
        await client.SendAsync(Text("go"));
        await Wait.Until(() => results.Contains(SendResult.Dropped), () => "nothing was dropped");
        var taken = results.Count - 1;
        for (var i = 0; i < taken; i++) await client.ExpectAsync(Opcode.Binary, Pattern(60_000));
        await Limit.Within(drained.Task);
    }

    [Fact]
    public async Task A_wait_for_draining_ends_with_its_token_and_with_the_connection()
    {
        var waiting = new TaskCompletionSource<(Task Cancelled, Task Ended)>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var cancel = new CancellationTokenSource();
        // In memory, where nothing but the client takes what is queued.
        await using var server = TestServer.Start(TransportKind.Memory, Place.Memory, [Handler.Session("flood", own => new SessionOf(own)
        {
            Message = (session, _) =>
            {
                while (session.SendBinary(Pattern(60_000)) != SendResult.Dropped) { }
                waiting.SetResult((session.DrainedAsync(cancel.Token).AsTask(), session.DrainedAsync(default).AsTask()));
                return default;
            },
        })], Drops);
        using var client = await server.RawOpenAsync("flood", capacity: 1000);
        await client.SendAsync(Text("go"));
        var (cancelled, ended) = await Limit.Within(waiting.Task);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Limit.Within(cancelled));
        Assert.False(ended.IsCompleted);
        client.Reset();
        await Limit.Within(ended);
    }

    [Fact]
    public async Task Closed_is_cancelled_when_the_connection_is_over_and_not_before()
    {
        var opened = new TaskCompletionSource<Session>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = Start(Handler.Session("token", own => new SessionOf(own)
        {
            Opened = session =>
            {
                opened.SetResult(session);
                return default;
            },
            Message = (session, _) =>
            {
                session.Close(4000, "");
                return default;
            },
        }));
        using var client = await server.RawOpenAsync("token");
        var session = await Limit.Within(opened.Task);
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = session.Closed.Register(over.SetResult);
        await client.SendAsync(Text("a"));
        await client.ExpectCloseAsync(4000);
        Assert.False(session.Closed.IsCancellationRequested);
        Assert.Equal(SendResult.Closed, session.SendText("late"));
        await client.SendAsync(Close(4000));
        await Limit.Within(over.Task);
        Assert.True(session.Closed.IsCancellationRequested);
        session.Close(1000, "again");
        Assert.Equal(SendResult.Closed, session.SendBinary(new byte[1]));
        await Limit.Within(session.DrainedAsync(default).AsTask());
    }

    [Theory]
    [InlineData("open")]
    [InlineData("at once")]
    [InlineData("later")]
    public async Task An_exception_closes_that_connection_only_with_one_line_and_one_Closed(string where)
    {
        var closed = new ConcurrentQueue<CloseInfo>();
        var disposed = 0;
        await using var server = Start(Handler.Session("bad", own => new SessionOf(own)
        {
            Opened = _ => where == "open" ? throw new FormatException("at open") : default,
            Message = async (_, _) =>
            {
                if (where == "later") await Task.Yield();
                throw new FormatException("at a message");
            },
            Closed = (_, close) =>
            {
                closed.Enqueue(close);
                return default;
            },
            Disposed = () => Interlocked.Increment(ref disposed),
        }));
        using var other = await server.RawOpenAsync("echo");
        using var client = await server.ConnectAsync("/", "bad");
        if (where != "open") await client.SendAsync("x"u8.ToArray(), WebSocketMessageType.Text, true, Limit.Token());
        if (where != "open") await client.SendAsync("y"u8.ToArray(), WebSocketMessageType.Text, true, Limit.Token());
        Assert.Equal(WebSocketCloseStatus.InternalServerError, (await client.ReceiveAsync(new byte[10], Limit.Token())).CloseStatus);
        await client.CloseAsync(WebSocketCloseStatus.InternalServerError, "", Limit.Token());
        await Wait.Until(() => Volatile.Read(ref disposed) == 1, () => "the handler was not disposed");
        Assert.Equal(1011, Assert.Single(closed).Code);
        Assert.Contains("handler \"bad\" of test failed: FormatException: at ", Assert.Single(server.Lines), StringComparison.Ordinal);
        await other.SendAsync(Text("fine"));
        await other.ExpectAsync(Opcode.Text, "fine"u8.ToArray());
    }

    [Fact]
    public async Task A_reset_is_noticed_also_while_the_handler_does_not_read()
    {
        var paused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = TestServer.Start(TransportKind.Epoll, Place.Tcp4, [Handler.Pure("pause", new PureOf<int>(
            _ => Step.To(0),
            (state, e) =>
            {
                if (e.Kind == EventKind.Text) paused.SetResult();
                return e.Kind == EventKind.Text ? Step.To(state, Command.PauseReading) : Step.To(state);
            }))]);
        using var client = await server.RawOpenAsync("pause");
        await client.SendAsync(Text("a"));
        await Limit.Within(paused.Task);
        client.Reset();
        await server.EmptyAsync();
    }

    [Fact]
    public async Task What_was_sent_before_a_close_from_another_thread_goes_out_first()
    {
        await using var server = Start(Handler.Session("last", own => new SessionOf(own)
        {
            Message = (session, _) =>
            {
                for (var i = 0; i < 50; i++) session.SendText($"{i}");
                session.Close(4001, "done");
                Assert.Equal(SendResult.Closed, session.SendText("late"));
                return default;
            },
        }));
        using var client = await server.RawOpenAsync("last");
        await client.SendAsync(Text("go"));
        for (var i = 0; i < 50; i++) await client.ExpectAsync(Opcode.Text, Encoding.UTF8.GetBytes($"{i}"));
        await client.ExpectCloseAsync(4001);
    }
}
