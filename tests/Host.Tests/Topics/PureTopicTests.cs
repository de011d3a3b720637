using System.Collections.Concurrent;
using PluginHost.Abstractions;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Topics;

/// <summary>Pure and session handlers on topics.</summary>
public sealed class PureTopicTests
{
    private static HandlerDescription Pure(string token, Func<HandshakeInfo, Step<int>> open, Func<int, Event, Step<int>> next) =>
        Handler.Pure(token, new PureOf<int>(open, next));

    [Fact]
    public void A_pure_handler_asks_by_commands_and_is_answered_by_events_before_anything_that_comes_after()
    {
        var events = new List<string>();
        var server = new ManualServer(
        [
            Told.Handler(),
            Pure(
                "pure",
                _ => Step.To(0, [
                    Command.Publish("t", Publication.Text("first").Keep()),
                    Command.Subscribe(TopicSubscription.To("t").ToHandler().With(HistoryRequest.All).As("me").WatchPresence()).WithTag(7),
                    Command.Publish("t", "second"), Command.ReadTopic("t", HistoryRequest.Last(1)), Command.Publish("bad/+", "x").WithTag(8),
                    Command.Unsubscribe("other").WithTag(9), Command.Publish("bad/#", "untagged"), Command.Publish("bad/#", "again"),
                ]),
                (state, e) =>
                {
                    events.Add(e.ToString());
                    return e.Kind == EventKind.Snapshot && e.Tag == 7
                        ? Step.To(state, Command.SendText($"welcome {string.Join(',', e.Snapshot.Messages)} {e.Snapshot.Members.Count}"))
                        : e.Kind == EventKind.Topic ? Step.To(state, Command.SendText(e.TopicMessage.Bytes)) : Step.To(state);
                }),
        ]);
        var client = server.Open("pure");
        var other = server.Open("told");
        server.Say(other, Text("t=third"));
        Assert.Equal(
            [
                "Snapshot t Done", "Snapshot t Done", "TopicCompleted #8 Invalid", "TopicCompleted #9 NotSubscribed", "Topic t \"second\"", "Topic t \"third\"",
            ],
            events);
        Assert.Equal(Frames.Hex("third"), client.Hex());
        Assert.Single(server.Lines, line => line.Contains("was refused to publish to \"bad/#\": Invalid", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_session_subscribes_and_publishes_from_the_thread_pool_and_sees_its_own()
    {
        var notes = new ConcurrentQueue<string>();
        var server = new ManualServer(
        [
            Handler.Session("pool", own => new Pool(own, notes)),
        ]);
        var client = server.Open("pool");
        server.Say(client, Text("hello"));
        await server.Until(() => notes.Contains("message hello"), string.Join(' ', notes));
        Assert.Equal(["snapshot Done 1", "message hello"], notes.Where(note => !note.StartsWith("presence", StringComparison.Ordinal)));
        server.Open("pool");
        await server.Until(() => notes.Contains("presence +pool"), string.Join(' ', notes));
        client.Break();
        await server.Until(() => notes.Contains("presence -pool"), string.Join(' ', notes));
    }

    private sealed class Pool(Session session, ConcurrentQueue<string> notes) : SessionHandler
    {
        public override ValueTask OnOpenAsync(Call call)
        {
            var snapshot = session.Snapshot(TopicSubscription.To("t").ToHandler().As("pool").WatchPresence());
            if (snapshot.Members.Count == 1) notes.Enqueue($"snapshot {snapshot.Result} {snapshot.Members.Count}");
            return default;
        }

        public override ValueTask OnTextAsync(OwnedMessage message, Call call)
        {
            session.Topics.Publish("t", Publication.Of(message));
            return default;
        }

        public override ValueTask OnTopicAsync(TopicMessage message, Call call)
        {
            notes.Enqueue($"{(message.Presence is null ? "message" : "presence")} {message}");
            return default;
        }
    }

    [Theory]
    [InlineData("{}", 1024)]
    [InlineData("""{ "handlers": { "waitingTopics": 5 } }""", 5)]
    public async Task A_session_that_is_too_slow_for_its_topics_loses_messages_and_holds_up_nobody(string configuration, int waiting)
    {
        using var gate = new ManualResetEventSlim();
        var got = 0;
        var server = new ManualServer(
        [
            Told.Handler(),
            Handler.Session("slow", own => new Slow(own, gate, () => Interlocked.Increment(ref got))),
        ], configuration);
        var slow = server.Open("slow");
        var quick = server.Open("told");
        await server.Until(() => server.Topics.Table.Count > 0, "not subscribed");
        server.Say(quick, Text("+t"));
        for (var i = 0; i < 1500; i++) server.Say(quick, Text("t=x"));
        gate.Set();
        await server.Until(() => Volatile.Read(ref got) >= waiting, $"{got}");
        Assert.InRange(got, waiting, waiting + 1);
        Assert.Single(server.Lines, line => line.Contains("is too slow for its topics", StringComparison.Ordinal));
        Assert.Equal("", slow.Hex());
    }

    private sealed class Slow(Session session, ManualResetEventSlim gate, Action got) : SessionHandler
    {
        public override ValueTask OnOpenAsync(Call call)
        {
            session.Topics.Subscribe(TopicSubscription.To("t").ToHandler());
            return default;
        }

        public override ValueTask OnTopicAsync(TopicMessage message, Call call)
        {
            gate.Wait(Limit.Time);
            got();
            return default;
        }
    }
}
