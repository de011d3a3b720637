using System.Collections.Concurrent;
using System.Text;
using PluginHost.Abstractions;
using PluginHost.Server.Connections;
using PluginHost.Server.Topics;
using PluginHost.Server.Transports.Memory;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Topics;

/// <summary>Topics with a clock and turns by hand: exact bytes, exact numbers of sends.</summary>
public sealed class TopicTests
{
    private static void Say(ManualServer server, MemoryClient client, params string[] texts)
    {
        foreach (var text in texts) client.Write(Text(text));
        server.Turn();
    }

    private static MemoryClient Open(ManualServer server, string protocol, params string[] texts)
    {
        var client = server.Open(protocol);
        Say(server, client, texts);
        return client;
    }

    [Fact]
    public void What_is_published_reaches_the_subscribers_of_every_handler_and_nobody_else()
    {
        var server = new ManualServer([Told.Handler("one"), Told.Handler("two")]);
        var (a, b, c) = (Open(server, "one", "+room/1"), Open(server, "two", "+room/+"), Open(server, "two", "+room/2"));
        Say(server, a, "room/1=hi");
        Assert.Equal((Frames.Hex("hi"), Frames.Hex("hi"), ""), (a.Hex(), b.Hex(), c.Hex()));
        Say(server, c, "room/2=x", "room/3=y", "room=z", "room/2/a=w");
        Assert.Equal(("", Frames.Hex("x", "y"), Frames.Hex("x")), (a.Hex(), b.Hex(), c.Hex()));
    }

    [Fact]
    public void Whoever_has_several_subscriptions_that_match_gets_it_once()
    {
        var server = new ManualServer([Told.Handler()]);
        var a = Open(server, "told", "+a/b", "+a/+", "+#", "+a/b");
        Say(server, a, "a/b=x", "a=y");
        Assert.Equal(Frames.Hex("x", "y"), a.Hex());
    }

    [Fact]
    public void A_publisher_may_leave_itself_out()
    {
        var server = new ManualServer([Told.Handler()]);
        var (a, b) = (Open(server, "told", "+t"), Open(server, "told", "+t"));
        Say(server, a, "t!x", "t=y");
        Assert.Equal((Frames.Hex("y"), Frames.Hex("x", "y")), (a.Hex(), b.Hex()));
    }

    [Fact]
    public void Unsubscribing_ends_it_and_so_does_the_end_of_the_connection()
    {
        var server = new ManualServer([Told.Handler()]);
        var (a, b) = (Open(server, "told", "+t", "+p/#"), Open(server, "told", "+t"));
        Say(server, b, "-t", "t=x", "-t");
        Assert.Equal((Frames.Hex("x"), Frames.Hex("NotSubscribed")), (a.Hex(), b.Hex()));
        Assert.Equal(2, server.Topics.Table.Count);
        Say(server, b, "p=y");
        Assert.Equal(Frames.Hex("y"), a.Hex());
        a.Write(Close(1000));
        server.Turn();
        Say(server, b, "+t", "-t");
        Assert.Equal(1, server.Topics.Table.Count); // "p", which is remembered for the pattern that it matched
        Assert.Equal(0, server.Topics.Table.Patterns.Count);
    }

    [Fact]
    public void A_broken_connection_leaves_its_topics_too()
    {
        var server = new ManualServer([Told.Handler()]);
        var a = Open(server, "told", "+t", "+p/#");
        a.Break();
        server.Turn();
        Assert.Equal(0, server.Topics.Table.Count);
    }

    [Fact]
    public void All_messages_of_a_turn_leave_in_one_send()
    {
        var server = new ManualServer([Told.Handler()]);
        var subscribers = Enumerable.Range(0, 5).Select(_ => CountedChannel.Open(server, "told")).ToArray();
        foreach (var one in subscribers) one.Receive(Text("+t"));
        var publisher = CountedChannel.Open(server, "told");
        publisher.Receive([.. Text("t=a"), .. Text("t=b"), .. Text("t=c")]);
        Assert.All(subscribers, one => Assert.Equal((1, Frames.Hex("a", "b", "c")), (one.Sends, one.TakeHex())));
    }

    [Fact]
    public void A_message_is_framed_once_and_delivering_it_allocates_nothing()
    {
        var server = new ManualServer([Handler.Inline("fan", own => new InlineOf(own)
        {
            Opened = session => session.Topics.Subscribe("all"),
            Message = (session, message) => session.Topics.Publish("all", Publication.Of(message).ToOthers()),
        })]);
        var channels = Enumerable.Range(0, 101).Select(_ => CountedChannel.Open(server, "fan")).ToArray();
        foreach (var one in channels) one.IsKept = false;
        var publisher = channels[0].Connection;
        var frame = Text(new string('x', 64));
        long Round()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
            {
                var target = publisher.InputTarget();
                frame.CopyTo(target.Array.AsSpan(target.Start));
                publisher.Receive(target, frame.Length);
                server.Loop.Turn(mayWait: false);
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        var least = Enumerable.Range(0, 10).Min(_ => Round()); // the first rounds compile and grow what is kept
        Assert.Equal(0, least);
        Assert.Equal(1000, channels[5].Sends);
        Assert.Equal(0, channels[0].Sends);
    }

    [Fact]
    public void A_JSON_value_is_encoded_once_for_each_handler()
    {
        var calls = 0;
        OutgoingMessage Encode(string name, TopicMessage message)
        {
            calls++;
            return message.ToString() switch
            {
                "true" => throw new InvalidOperationException("no booleans"),
                "null" => OutgoingMessage.None,
                var json => OutgoingMessage.Text($"{name}{json}"),
            };
        }

        var server = new ManualServer(
        [
            Told.Handler("a").WithEncoder(message => Encode("a", message)), Told.Handler("b").WithEncoder(message => Encode("b", message)), Told.Handler("c"),
            Handler.Inline("value", own => new InlineOf(own)
            {
                Message = (session, message) => session.Topics.Publish("t", Publication.Json(message.ToString())),
            }),
        ]);
        var clients = new[] { "a", "a", "a", "b", "b", "c" }.Select(token => Open(server, token, "+t")).ToArray();
        var publisher = Open(server, "value", "7");
        Assert.Equal(["a7", "a7", "a7", "b7", "b7", "7"], clients.Select(client => Encoding.ASCII.GetString(client.ReadAvailable())[2..]));
        Assert.Equal(2, calls);
        // What an encoder makes nothing of is not sent; without one it goes as it is.
        Say(server, publisher, "null");
        Assert.All(clients[..5], client => Assert.Equal("", client.Hex()));
        Assert.Equal(Frames.Hex("null"), clients[5].Hex());
        // An encoder that fails costs nobody a connection.
        Say(server, publisher, "true", "7");
        Assert.Equal("81026137", clients[0].Hex());
        Assert.Equal(2, server.Lines.Count(line => line.Contains("a message was not encoded: InvalidOperationException: no booleans", StringComparison.Ordinal)));
        // Texts and bytes are no matter of an encoder.
        foreach (var client in clients) client.Hex();
        Say(server, clients[0], "t=plain");
        Assert.All(clients, client => Assert.Equal(Frames.Hex("plain"), client.Hex()));
    }

    [Fact]
    public void Compressed_connections_share_the_compressed_frame_and_those_with_a_context_get_their_own()
    {
        const string offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
        var text = string.Concat(Enumerable.Repeat("the same again ", 20));
        foreach (var takeover in (bool[])[false, true])
        {
            var server = new ManualServer(
                [Told.Handler()], $$"""{ "compression": { "enabled": true, "threshold": 32, "contextTakeover": {{(takeover ? "true" : "false")}} } }""");
            var plain = CountedChannel.Open(server, "told");
            var compressed = Enumerable.Range(0, 2).Select(_ => CountedChannel.Open(server, "told", offer)).ToArray();
            foreach (var one in (CountedChannel[])[plain, .. compressed]) one.Receive(Text("+t"));
            string Publish(string message)
            {
                plain.Receive(Text("t=" + message));
                var both = compressed.Select(one => one.TakeHex()).ToArray();
                Assert.Equal(both[0], both[1]);
                return both[0];
            }

            Assert.StartsWith("81", Publish("short"), StringComparison.Ordinal);
            var (first, second) = (Publish(text), Publish(text));
            Assert.StartsWith("C1", first, StringComparison.Ordinal);
            Assert.True(first.Length < 200);
            // With a context the second time costs next to nothing.
            Assert.Equal(takeover, second.Length < first.Length / 2);
            Assert.Contains(Convert.ToHexString(Encoding.ASCII.GetBytes(text)), plain.TakeHex(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Large_and_binary_messages_arrive_whole()
    {
        var server = new ManualServer([Handler.Inline("fan", own => new InlineOf(own)
        {
            Opened = session => session.Topics.Subscribe("all"),
            Message = (session, message) => session.Topics.Publish("all", Publication.Of(message)),
        })]);
        var client = server.Open("fan", 4 << 20);
        foreach (var size in (int[])[0, 125, 126, 32_760, 32_768, 65_535, 65_536, 300_000])
        {
            var payload = Pattern(size);
            Assert.Equal(payload, server.Say(client, Binary(payload))[(size < 126 ? 2 : size < 65_536 ? 4 : 10)..]);
        }
    }

    [Fact]
    public void A_text_that_is_none_is_refused_to_the_publisher_alone()
    {
        var server = new ManualServer([Told.Handler(), Handler.Inline("bad", own => new InlineOf(own)
        {
            Message = (session, message) => session.Topics.Publish("t", message.Length == 1 ? Publication.Text("\ud800") : Publication.Text(new byte[] { 0xFF })),
        })]);
        var a = Open(server, "told", "+t");
        Assert.Contains("880203F3", Open(server, "bad", "1").Hex(), StringComparison.Ordinal);
        Assert.Contains("880203F3", Open(server, "bad", "22").Hex(), StringComparison.Ordinal);
        Say(server, a, "t=x");
        Assert.Equal(Frames.Hex("x"), a.Hex());
    }

    [Fact]
    public void A_plugin_uses_the_topics_that_its_entry_allows()
    {
        var server = new ManualServer(
            [Told.Handler()], """{ "plugins": { "entries": { "test": { "topics": { "subscribe": ["in/#"], "publish": ["out/+"] } } } } }""");
        var a = Open(server, "told", "+in/a", "+out/a", "+#", "in/a=x", "out/a=y", "out/a/b=z");
        Assert.Equal(Frames.Hex("Forbidden", "Forbidden", "Forbidden", "Forbidden"), a.Hex());
    }

    [Fact]
    public void Plugins_publish_and_read_without_a_connection()
    {
        var server = new ManualServer([Told.Handler()]);
        var a = Open(server, "told", "+t");
        var plan = TestServer.Bind("""{ "plugins": { "entries": { "Shy": { "topics": { "publish": [] } } } } }""", TestHandlers.Table([])).Plan.Plugins;
        var topics = new PluginTopics(server.Topics, plan.TopicsOf("test"), "test");
        Assert.Equal(TopicResult.Done, topics.Publish("t", Publication.Text("x").Keep()));
        Assert.Equal(TopicResult.Forbidden, new PluginTopics(server.Topics, plan.TopicsOf("shy"), "shy").Publish("t", Publication.Text("y")));
        Assert.Equal(TopicResult.Invalid, topics.Publish("t", default(Publication)));
        server.Turn();
        Assert.Equal(Frames.Hex("x"), a.Hex());
        TopicSnapshot Read(string topic, HistoryRequest history) => topics.ReadAsync(topic, history, default).GetAwaiter().GetResult();
        Assert.Equal("x", Assert.Single(Read("t", HistoryRequest.Last(5)).Messages).ToString());
        Assert.Empty(Read("unknown", HistoryRequest.All).Messages);
        Assert.Equal(TopicResult.Invalid, Read("t/#", HistoryRequest.All).Result);
    }

    [Fact]
    public void A_handler_may_take_messages_for_itself()
    {
        var notes = new ConcurrentQueue<string>();
        var server = new ManualServer([Told.Handler(), Noting.Handler("noting", notes, session => session.Snapshot(TopicSubscription.To("+/x").ToHandler()))]);
        var noting = server.Open("noting");
        Open(server, "told", "a/x=1", "b/x&2", "b/y=3");
        Assert.Equal(["Done . ", "a/x=1@0", "b/x=2@1"], notes);
        Assert.Equal("", noting.Hex());
    }
}
