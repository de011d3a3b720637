using PluginHost.Abstractions.Hosting;
using PluginHost.Abstractions.Testing;

namespace PluginHost.Abstractions.Tests;

public class TopicTests
{
    private static readonly TopicMessage Message = new("t", PublicationKind.Text, "hi"u8.ToArray(), null, new TopicPosition(1, 2), 3, false);
    private static readonly PresenceChange Change = new("t", new TopicMember("1", "ann"), true);
    private static readonly TopicSnapshot Snapshot = new("t", TopicResult.Done, [Message], true, new TopicPosition(1, 2), []) { Tag = 9 };

    [Fact]
    public void Publications_are_equal_when_the_same_would_be_published()
    {
        Assert.Equal(Publication.Text("ü"), Publication.Text("ü"u8.ToArray()));
        Assert.Equal(Publication.Text("ü").GetHashCode(), Publication.Text("ü"u8.ToArray()).GetHashCode());
        Assert.Equal(Publication.Value(7), Publication.Value(7));
        Assert.NotEqual(Publication.Value(7), Publication.Value(8));
        Assert.NotEqual(Publication.Text("x"), Publication.Binary("x"u8.ToArray()));
        Assert.NotEqual(Publication.Text("x"), Publication.Text("x").Keep());
        Assert.True(Publication.Text("x").Keep() != Publication.Text("x").ToOthers());
        Assert.True(Publication.Text("x").Keep().ToOthers() == Publication.Text("x").ToOthers().Keep());
        Assert.Equal(["Text \"x\" kept", "Binary 01 to others", "Value 7", "None"],
            [Publication.Text("x").Keep().ToString(), Publication.Binary(new byte[] { 1 }).ToOthers().ToString(), Publication.Value(7).ToString(), default(Publication).ToString()]);
    }

    [Fact]
    public void A_received_message_is_published_as_it_is_within_its_call()
    {
        var lease = new MessageLease();
        var publication = Publication.Of(lease.Lend(MessageKind.Binary, new byte[] { 1 }));
        var command = Command.Publish("t", publication.Keep());
        Assert.True(publication.IsReceived && command.Publication.IsReceived && command.Publication.IsKept);
        Assert.Equal(Publication.Binary(new byte[] { 1 }).Keep(), command.Detach().Publication);
        var detached = command.Detach();
        lease.End();
        Assert.Throws<ObjectDisposedException>(() => command.Publication.Bytes);
        Assert.Equal(1, detached.Publication.Bytes.Length);
        // A value may be whatever it is, also what lends messages.
        Assert.False(Publication.Value(lease).IsReceived);
        Assert.Same(lease, Command.Publish("t", Publication.Value(lease)).Publication.Object);
    }

    [Fact]
    public void Commands_on_topics_are_equal_when_they_do_the_same_and_match_their_own_case()
    {
        Assert.Equal(Command.Publish("t", "x"), Command.Publish("t", Publication.Text("x"u8.ToArray())));
        Assert.NotEqual(Command.Publish("t", "x"), Command.Publish("u", "x"));
        Assert.NotEqual(Command.Publish("t", "x"), Command.Publish("t", "x").WithTag(1));
        Assert.Equal(Command.Subscribe("t"), Command.Subscribe(TopicSubscription.To("t")));
        Assert.NotEqual(Command.Subscribe("t"), Command.Subscribe(TopicSubscription.To("t").ToHandler()));
        Assert.NotEqual(Command.Subscribe("t"), Command.Unsubscribe("t"));
        Assert.Equal(Command.ReadTopic("t", HistoryRequest.Last(1)), Command.ReadTopic("t", HistoryRequest.Last(1)));
        Assert.NotEqual(Command.ReadTopic("t", HistoryRequest.Last(1)), Command.ReadTopic("t", HistoryRequest.All));
        Assert.Equal(5, Command.Subscribe("t").WithTag(5).Tag);
        Assert.Equal("t", Command.Subscribe("t").WithTag(5).Topic);

        static string Name(Command c) => c.Match(
            () => "none", _ => "text", _ => "binary", (_, _) => "close", _ => "timer", () => "stop", () => "pause", () => "resume",
            (topic, publication) => $"publish {topic} {publication}", subscription => $"subscribe {subscription.Topic}", topic => $"unsubscribe {topic}",
            (topic, history) => $"read {topic} {history.Count}");
        Command[] all =
        [
            default, Command.StopTimer, Command.Publish("t", "x"), Command.Subscribe("a/#"), Command.Unsubscribe("a/#"), Command.ReadTopic("t", HistoryRequest.Last(2)),
        ];
        Assert.Equal(["none", "stop", "publish t Text \"x\"", "subscribe a/#", "unsubscribe a/#", "read t 2"], all.Select(Name));
        Assert.Throws<InvalidOperationException>(() => all[2].Match(
            () => 0, _ => 0, _ => 0, (_, _) => 0, _ => 0, () => 0, () => 0, () => 0));
    }

    [Fact]
    public void Events_of_topics_match_their_own_case_and_refuse_the_others()
    {
        static string Name(Event e) => e.Match(
            _ => "text", _ => "binary", _ => "closed", (_, _) => "sent", () => "tick", () => "drained",
            message => $"topic {message}", change => $"presence {change.Member.Info}", snapshot => $"snapshot {snapshot.Messages.Count}",
            (tag, result) => $"completed {tag} {result}");
        Event[] all =
        [
            Event.Tick, Event.Published(Message), Event.PresenceChanged(Change), Event.Answered(Snapshot), Event.TopicCompleted(4, TopicResult.Forbidden),
        ];
        Assert.Equal(["tick", "topic hi", "presence ann", "snapshot 1", "completed 4 Forbidden"], all.Select(Name));
        Assert.Equal([0, 0, 0, 9, 4], all.Select(e => e.Tag));
        Assert.Throws<InvalidOperationException>(() => all[1].Match(_ => 0, _ => 0, _ => 0, (_, _) => 0, () => 0, () => 0));
        Assert.Throws<InvalidOperationException>(() => Event.Tick.TopicMessage);
        Assert.Throws<InvalidOperationException>(() => Event.Tick.Presence);
        Assert.Throws<InvalidOperationException>(() => Event.Tick.Snapshot);
        Assert.Throws<InvalidOperationException>(() => Event.Tick.TopicResult);
    }

    [Fact]
    public void A_subscription_is_changed_by_copies()
    {
        var plain = TopicSubscription.To("t");
        var full = plain.ToHandler().With(HistoryRequest.Since(new TopicPosition(1, 5))).As("ann").WatchPresence();
        Assert.Equal((TopicDelivery.Client, HistoryRequest.None, (string?)null, false), (plain.Delivery, plain.History, plain.Member, plain.WatchesPresence));
        Assert.Equal((TopicDelivery.Handler, true, "ann", true), (full.Delivery, full.History.IsSince, full.Member, full.WatchesPresence));
        Assert.Equal(5, full.History.Position.Offset);
        Assert.Throws<ArgumentOutOfRangeException>(() => HistoryRequest.Last(-1));
    }

    [Fact]
    public void An_encoded_message_is_text_binary_or_nothing()
    {
        Assert.True(EncodedMessage.Nothing.IsNothing && default(EncodedMessage).IsNothing);
        Assert.False(EncodedMessage.Text("").IsNothing);
        Assert.Equal((MessageKind.Text, 2), (EncodedMessage.Text("ü").Kind, EncodedMessage.Text("ü").Bytes.Length));
        Assert.Equal(MessageKind.Binary, EncodedMessage.Binary(new byte[1]).Kind);
    }

    [Fact]
    public void A_pure_handler_on_topics_is_tested_as_a_function()
    {
        var steps = PureTest.Run(new Relay(), new HandshakeInfo(), [PureTest.Text("hi"), Event.Published(Message), Event.Answered(Snapshot)]);
        Assert.Equal(
            [Command.Subscribe("t"), Command.Publish("t", Publication.Text("hi").ToOthers()), Command.SendText("hi"), Command.SendText("1")],
            PureTest.AllCommands(steps));
    }

    private sealed class Relay : PureHandler<int>
    {
        public override Step<int> Open(HandshakeInfo handshake) => Step.To(0, Command.Subscribe("t"));

        public override Step<int> Next(int state, Event e) => e.Kind switch
        {
            EventKind.Text => Step.To(state, Command.Publish("t", Publication.Of(e.Message).ToOthers())),
            EventKind.Topic => Step.To(state, Command.SendText(e.TopicMessage.Bytes)),
            EventKind.Snapshot => Step.To(state, Command.SendText($"{e.Snapshot.Messages.Count}")),
            _ => Step.To(state),
        };
    }
}
