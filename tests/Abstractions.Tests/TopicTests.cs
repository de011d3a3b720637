using PluginHost.Abstractions.Hosting;
using PluginHost.Testing;

namespace PluginHost.Abstractions.Tests;

public class TopicTests
{
    private static readonly TopicMessage Message = new("t", TopicMessageKind.Text, "hi"u8.ToArray(), new TopicPosition(1, 2), 3, false);
    private static readonly PresenceChange Change = new("t", new TopicMember("1", "ann"), true);
    private static readonly TopicSnapshot Snapshot = new("t", TopicResult.Done, [Message], true, new TopicPosition(1, 2), []) { Tag = 9 };

    [Fact]
    public void Publications_are_equal_when_the_same_would_be_published()
    {
        Assert.Equal(Publication.Text("ü"), Publication.Text("ü"u8.ToArray()));
        Assert.Equal(Publication.Text("ü").GetHashCode(), Publication.Text("ü"u8.ToArray()).GetHashCode());
        Assert.Equal(Publication.Json("7"), Publication.Json("7"u8.ToArray()));
        Assert.NotEqual(Publication.Json("7"), Publication.Json("8"));
        Assert.NotEqual(Publication.Json("7"), Publication.Text("7"));
        Assert.NotEqual(Publication.Text("x"), Publication.Binary("x"u8.ToArray()));
        Assert.NotEqual(Publication.Text("x"), Publication.Text("x").Keep());
        Assert.True(Publication.Text("x").Keep() != Publication.Text("x").ToOthers());
        Assert.True(Publication.Text("x").Keep().ToOthers() == Publication.Text("x").ToOthers().Keep());
        Assert.Equal(["Text \"x\" kept", "Binary 01 to others", "Json 7", "None"],
            [Publication.Text("x").Keep().ToString(), Publication.Binary(new byte[] { 1 }).ToOthers().ToString(), Publication.Json("7").ToString(), default(Publication).ToString()]);
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
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("1 2")]
    [InlineData("// no\n1")]
    [InlineData("[1,]")]
    public void Only_one_json_value_is_published_as_json(string text)
    {
        Assert.Throws<ArgumentException>(() => Publication.Json(text));
        Assert.ThrowsAny<ArgumentException>(() => Publication.Json("\"\ud800\""));
        Assert.Throws<ArgumentException>(() => Publication.Json(new string('[', 65) + new string(']', 65)));
        Assert.Equal("[1,{\"a\":null}]", System.Text.Encoding.UTF8.GetString(Publication.Json("[1,{\"a\":null}]").Bytes.Span));
    }

    [Fact]
    public void Commands_on_topics_are_equal_when_they_do_the_same()
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

        Command[] all = [Command.StopTimer(3), Command.Publish("t", "x"), Command.Subscribe("a/#"), Command.Unsubscribe("a/#"), Command.ReadTopic("t", HistoryRequest.Last(2))];
        Assert.Equal(["StopTimer 3", "Publish t Text \"x\"", "Subscribe a/#", "Unsubscribe a/#", "ReadTopic t"], all.Select(c => c.ToString()));
    }

    [Fact]
    public void Events_of_topics_tell_their_own_and_refuse_the_others()
    {
        Event[] all =
        [
            Event.TimerElapsed(5), Event.Published(Message), Event.Published(new TopicMessage(Change)), Event.Answered(Snapshot),
            Event.TopicCompleted(4, TopicResult.Forbidden),
        ];
        Assert.Equal(["Timer 5", "Topic t \"hi\"", "Topic t \"+ann\"", "Snapshot t Done", "TopicCompleted #4 Forbidden"], all.Select(e => e.ToString()));
        Assert.Equal([0, 0, 0, 9, 4], all.Select(e => e.Tag));
        Assert.Same(Change, all[2].TopicMessage.Presence);
        Assert.Null(all[1].TopicMessage.Presence);
        Assert.Throws<InvalidOperationException>(() => Event.TimerElapsed(0).TopicMessage);
        Assert.Throws<InvalidOperationException>(() => Event.TimerElapsed(0).Snapshot);
        Assert.Throws<InvalidOperationException>(() => Event.TimerElapsed(0).TopicResult);
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
        Assert.True(OutgoingMessage.None.IsNone && default(OutgoingMessage).IsNone);
        Assert.False(OutgoingMessage.Text("").IsNone);
        Assert.Equal((MessageKind.Text, 2), (OutgoingMessage.Text("ü").Kind, OutgoingMessage.Text("ü").Bytes.Length));
        Assert.Equal(MessageKind.Binary, OutgoingMessage.Binary(new byte[1]).Kind);
        Assert.Equal((MessageKind.Text, 2), (OutgoingMessage.Of(Message).Kind, OutgoingMessage.Of(Message).Bytes.Length));
        Assert.True(OutgoingMessage.Of(new TopicMessage(Change)).IsNone);
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
