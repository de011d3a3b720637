using System.Text;
using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Frames;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Server;

/// <summary>Handlers that are called on the loop: pure ones and those that declare that they never block.</summary>
public sealed class LoopHandlerTests
{
    private static ManualServer Server(params IEnumerable<HandlerDescription> handlers) => new(handlers);

    private static HandlerDescription Pure<T>(Func<HandshakeInfo, Step<T>> open, Func<T, Event, Step<T>> next) =>
        Handler.Pure("pure", new PureOf<T>(open, next));

    [Fact]
    public void Commands_are_performed_in_order_and_the_state_is_kept()
    {
        var server = Server(Pure(
            _ => Step.To(0, Command.SendText("open")),
            (state, e) => e.Kind == EventKind.Text
                ? Step.To(state + 1, [Command.SendText($"{state + 1}"), Command.SendBinary(new byte[] { 7 }), Command.Send(e.Message)])
                : Step.To(state)));
        var client = server.Connect();
        Assert.EndsWith("\r\n\r\n\u0081\u0004open", ManualServer.Latin1(server.Say(client, Request("/", "pure"))), StringComparison.Ordinal);
        Assert.Equal("810131" + "820107" + "810161", server.SayHex(client, Text("a")));
        Assert.Equal("810132" + "820107" + "810162", server.SayHex(client, Text("b")));
    }

    [Fact]
    public void Tagged_sends_are_answered_in_a_later_turn()
    {
        var events = new List<string>();
        var server = Server(Pure(
            _ => Step.To(0),
            (state, e) =>
            {
                events.Add(e.ToString());
                return e.Kind switch
                {
                    EventKind.Text => Step.To(state, [Command.SendText("x").WithTag(5), Command.SendText("y").WithTag(6)]),
                    EventKind.SendCompleted when e.Tag == 5 => Step.To(state, Command.SendText("z").WithTag(7)),
                    _ => Step.To(state),
                };
            }));
        var client = server.Open("pure");
        client.Write(Text("a"));
        client.Write(Text("b"));
        server.Loop.Turn(mayWait: false);
        Assert.Equal(["Text (1 bytes)", "Text (1 bytes)"], events[..2]);
        server.Turn();
        Assert.Equal(
            ["SendCompleted #5 Sent", "SendCompleted #6 Sent", "SendCompleted #5 Sent", "SendCompleted #6 Sent", "SendCompleted #7 Sent", "SendCompleted #7 Sent"],
            events[2..]);
        Assert.Equal("810178" + "810179" + "810178" + "810179" + "81017A" + "81017A", ManualServer.Hex(client));
    }

    [Fact]
    public void A_timer_ticks_once_when_it_is_due_and_stops_when_told()
    {
        var server = Server(Pure(
            _ => Step.To(0, Command.SetTimer(0, TimeSpan.FromSeconds(1))),
            (state, e) => e.Kind switch
            {
                EventKind.Timer => Step.To(state + 1, Command.SendText($"tick {state}")),
                EventKind.Text => Step.To(state, [Command.SetTimer(0, TimeSpan.FromMilliseconds(500)), Command.StopTimer(0)]),
                EventKind.Binary => Step.To(state, Command.SetTimer(0, TimeSpan.FromMilliseconds(500))),
                _ => Step.To(state),
            }));
        var client = server.Open("pure");
        server.Pass(900);
        Assert.Equal("", ManualServer.Hex(client));
        server.Pass(230);
        Assert.Equal("8106" + Convert.ToHexString("tick 0"u8), ManualServer.Hex(client));
        server.Pass(5_000);
        Assert.Equal("", ManualServer.Hex(client));
        server.Say(client, Text("set and stop"));
        server.Pass(5_000);
        Assert.Equal("", ManualServer.Hex(client));
        server.Say(client, Binary([1]));
        server.Pass(630);
        Assert.Equal("8106" + Convert.ToHexString("tick 1"u8), ManualServer.Hex(client));
    }

    [Fact]
    public void Nothing_is_delivered_after_Closed()
    {
        var events = new List<EventKind>();
        var server = Server(Pure(
            _ => Step.To(0, Command.SetTimer(0, TimeSpan.FromMilliseconds(300))),
            (state, e) =>
            {
                events.Add(e.Kind);
                return Step.To(state, Command.SendText("tagged").WithTag(1));
            }));
        var client = server.Open("pure");
        server.Say(client, [.. Text("a"), .. Close(1000)]); // the tag of the answer is reported in a later turn: not any more
        server.Pass(2_000); // the peer does not leave, so the connection is still there
        Assert.Equal(1, server.Loop.ConnectionCount);
        Assert.Equal([EventKind.Text, EventKind.Closed], events);
    }

    [Fact]
    public void Paused_reading_holds_messages_back_and_is_no_silence_of_the_peer()
    {
        var server = Server(Pure(
            _ => Step.To(0),
            (state, e) => e.Kind switch
            {
                EventKind.Text => Step.To(state, [Command.Send(e.Message), Command.PauseReading, Command.SetTimer(0, TimeSpan.FromSeconds(100))]),
                EventKind.Timer => Step.To(state, Command.ResumeReading),
                _ => Step.To(state),
            }));
        var client = server.Open("pure");
        Assert.Equal("810161", server.SayHex(client, [.. Text("a"), .. Text("b"), .. Text("c")[..3]]));
        Assert.Equal("", server.SayHex(client, Text("c")[3..]));
        server.Pass(99_000);
        Assert.Equal("", ManualServer.Hex(client));
        server.Pass(2_000);
        Assert.Equal("810162", ManualServer.Hex(client));
        server.Pass(101_000);
        Assert.Equal("810163", ManualServer.Hex(client));
    }

    [Fact]
    public void A_full_queue_drops_and_Drained_follows_once_it_is_empty_enough()
    {
        var results = new List<SendResult>();
        var drained = 0;
        var server = new ManualServer(settings: """{ "limits": { "slowConsumer": "dropNewest" } }""", handlers: [Handler.Inline("inline", own => new InlineOf(own)
        {
            Message = (session, _) =>
            {
                for (var i = 0; i < 10; i++) results.Add(session.SendBinary(Pattern(50_000, i)));
            },
            Drained = _ => drained++,
        })]);
        var client = server.Open("inline", capacity: 1000);
        client.Write(Text("a"));
        server.Turn();
        Assert.Equal([.. results.Where(one => one == SendResult.Sent), .. results.Where(one => one == SendResult.Queued), .. results.Where(one => one == SendResult.Dropped)], results);
        Assert.Contains(SendResult.Queued, results);
        Assert.Contains(SendResult.Dropped, results);
        Assert.Equal(0, drained);
        using var all = new MemoryStream();
        for (byte[] some; (some = client.ReadAvailable()).Length > 0; server.Turn()) all.Write(some);
        Assert.Equal(1, drained);
        var taken = results.Count(one => one != SendResult.Dropped);
        Assert.Equal(taken * 50_004, all.Length);
        for (var i = 0; i < taken; i++) Assert.True(all.ToArray().AsSpan((i * 50_004) + 4, 50_000).SequenceEqual(Pattern(50_000, i)));
    }

    [Fact]
    public void What_other_threads_sent_goes_out_before_a_close_of_the_loop()
    {
        var server = Server(Handler.Inline("inline", own => new InlineOf(own)
        {
            Message = (session, _) =>
            {
                Elsewhere.Run(() => session.SendText("x"));
                session.Close(4000, "");
            },
        }));
        Assert.Equal("810178" + "88020FA0", server.SayHex(server.Open("inline"), Text("a")));
    }

    [Fact]
    public void Drained_follows_also_what_other_threads_sent_in_vain()
    {
        var drained = 0;
        var dropped = 0;
        var server = Server(Handler.Inline("inline", own => new InlineOf(own)
        {
            Message = (session, _) => Elsewhere.Run(() =>
            {
                for (var i = 0; i < 10; i++)
                    if (session.SendBinary(new byte[50_000]) == SendResult.Dropped) dropped++;
            }),
            Drained = _ => drained++,
        }));
        var client = server.Open("inline");
        server.Say(client, Text("a")); // the stream takes at once all that was not dropped
        Assert.InRange(dropped, 1, 9);
        Assert.Equal(1, drained);
    }

    [Fact]
    public void Drained_does_not_follow_Closed()
    {
        var calls = new List<string>();
        var server = Server(Handler.Inline("inline", own => new InlineOf(own)
        {
            Message = (session, _) =>
            {
                for (var i = 0; i < 3; i++) session.SendBinary(new byte[80_000]);
                Assert.Equal(SendResult.Queued, session.SendBinary(new byte[10]));
            },
            Drained = _ => calls.Add("drained"),
            Closed = (_, _) => calls.Add("closed"),
        }));
        var client = server.Open("inline", capacity: 1000);
        client.Write([.. Text("a"), .. Close(1000)]);
        server.Turn();
        while (client.ReadAvailable().Length > 0) server.Turn();
        Assert.Equal(["closed"], calls);
        Assert.True(client.IsAtEnd);
    }

    [Fact]
    public void A_handler_sends_to_other_connections_of_its_loop()
    {
        var sessions = new List<Session>();
        var server = Server(Handler.Inline("inline", own => new InlineOf(own)
        {
            Opened = sessions.Add,
            Message = (_, message) =>
            {
                foreach (var one in sessions) one.Send(message);
            },
            Closed = (session, _) => sessions.Remove(session),
        }));
        var clients = Enumerable.Range(0, 5).Select(_ => server.Open("inline")).ToArray();
        var large = TextPattern(100_000);
        clients[2].Write(Of(Opcode.Text, large));
        clients[2].Write(Text("and this"));
        server.Turn();
        foreach (var client in clients)
        {
            var got = client.ReadAvailable();
            Assert.True(got.AsSpan(10, large.Length).SequenceEqual(large));
            Assert.Equal("8108" + Convert.ToHexString("and this"u8), Convert.ToHexString(got.AsSpan(10 + large.Length)));
        }
    }

    [Fact]
    public void A_borrowed_message_that_is_kept_throws_later()
    {
        BorrowedMessage kept = default;
        var server = Server(Handler.Inline("inline", own => new InlineOf(own) { Message = (_, message) => kept = message }));
        server.Say(server.Open("inline"), Text("a"));
        Assert.Throws<ObjectDisposedException>(() => kept.Bytes);
    }

    [Theory]
    [InlineData("open")]
    [InlineData("message")]
    [InlineData("drained")]
    public void An_exception_closes_that_connection_only_with_one_line_and_one_Closed(string where)
    {
        var closed = new List<CloseInfo>();
        var disposed = 0;
        void Throw(string here)
        {
            if (here == where) throw new InvalidOperationException("broken\nhandler");
        }

        var server = Server(
        [
            .. TestHandlers.Echoes,
            Handler.Inline("inline", own => new InlineOf(own)
            {
                Opened = _ => Throw("open"),
                Message = (session, _) =>
                {
                    session.SendBinary(new byte[500_000]);
                    Throw("message");
                },
                Drained = _ => Throw("drained"),
                Closed = (_, close) => closed.Add(close),
                Disposed = () => disposed++,
            }),
        ]);
        var other = server.Open("echo");
        var client = server.Connect(capacity: 10_000);
        client.Write(Request("/", "inline"));
        server.Turn();
        client.Write(Text("a"));
        using var all = new MemoryStream();
        for (byte[] some; (some = ReadOn()).Length > 0;) all.Write(some);
        Assert.Equal("880203F3", Convert.ToHexString(all.ToArray().AsSpan((int)all.Length - 4)));
        Assert.Empty(closed);
        server.Say(client, Close(1011));
        Assert.Equal(new CloseInfo(1011, "", true), Assert.Single(closed));
        Assert.Equal(1, disposed);
        var line = Assert.Single(server.Lines);
        Assert.StartsWith("Error: connection 2: handler \"inline\" of test failed: InvalidOperationException: broken\\u000ahandler (", line, StringComparison.Ordinal);
        Assert.Equal("81016F", server.SayHex(other, Text("o")));

        byte[] ReadOn()
        {
            server.Turn();
            return client.ReadAvailable();
        }
    }

    [Fact]
    public void A_pure_handler_that_throws_is_not_called_again()
    {
        var calls = 0;
        var server = Server(Pure<int>(_ => Step.To(0), (_, _) => calls++ == 0 ? throw new FormatException("no") : Step.To(0)));
        var client = server.Open("pure");
        Assert.Equal("880203F3", server.SayHex(client, [.. Text("a"), .. Text("b")]));
        server.Say(client, Close(1011));
        Assert.Equal(1, calls);
        Assert.Single(server.Lines);
    }

    [Fact]
    public void Text_that_is_none_closes_with_1011_and_never_reaches_the_peer()
    {
        var invalid = new byte[] { 0x61, 0xC3 };
        Assert.Equal("880203F3", Answer(session => session.SendText("lone \uD800 surrogate")));
        Assert.Equal("880203F3", Answer(session => session.SendText(invalid)));
        var server = Server(Pure(_ => Step.To(0), (state, e) => e.Kind == EventKind.Text ? Step.To(state, Command.SendText(invalid)) : Step.To(state)));
        Assert.Equal("880203F3", server.SayHex(server.Open("pure"), Text("a")));
        server = Server(Pure(_ => Step.To(0), (state, e) => e.Kind == EventKind.Text ? Step.To(state, Command.SendText("\uDC00")) : Step.To(state)));
        Assert.Equal("880203F3", server.SayHex(server.Open("pure"), Text("a")));

        static string Answer(Action<Session> act)
        {
            var server = Server(Handler.Inline("inline", own => new InlineOf(own) { Message = (session, _) => act(session) }));
            return server.SayHex(server.Open("inline"), Text("a"));
        }
    }

    [Fact]
    public async Task A_handler_that_cannot_be_made_is_1011_after_the_101()
    {
        var server = Server(
            Handler.Inline("inline", _ => throw new InvalidOperationException("no memory")),
            Handler.Session("session", _ => throw new InvalidOperationException("no memory")));
        foreach (var protocol in new[] { "inline", "session" })
        {
            var client = server.Connect();
            var answer = server.Say(client, Request("/", protocol)).ToList();
            Assert.StartsWith("HTTP/1.1 101", ManualServer.Latin1([.. answer]), StringComparison.Ordinal);
            await server.Until( // session handlers are made on the thread pool
                () =>
                {
                    answer.AddRange(client.ReadAvailable());
                    return client.IsAtEnd || answer[^4] == 0x88;
                },
                "nothing was closed");
            Assert.Equal("880203F3", Convert.ToHexString(answer.ToArray().AsSpan(answer.Count - 4)));
        }
        Assert.Equal(2, server.Lines.Count);
    }

    [Fact]
    public void An_exception_that_does_not_describe_itself_is_no_more_than_a_fault_of_its_handler()
    {
        var server = Server(Handler.Inline("inline", own => new InlineOf(own) { Message = (_, _) => throw new Mute() }));
        Assert.Equal("880203F3", server.SayHex(server.Open("inline"), Text("a")));
        Assert.Contains("Mute, which does not describe itself", Assert.Single(server.Lines), StringComparison.Ordinal);
    }

    private sealed class Mute : Exception
    {
        public override string Message => throw new InvalidOperationException();
    }
}
