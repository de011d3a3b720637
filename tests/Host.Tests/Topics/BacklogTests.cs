using System.Collections.Concurrent;
using PluginHost.Abstractions;
using PluginHost.Core.Policy.Topics;
using PluginHost.Server.Connections;
using PluginHost.Server.Topics;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Topics;

/// <summary>More is published than is delivered at once: turns are bounded, what waits is counted and bounded, publishers are slowed down, and nothing is lost.</summary>
public sealed class BacklogTests
{
    private const string Small = """{ "topics": { "waitingMessages": 16 } }""";

    private static TopicAccess Plugin(ManualServer server) => new(server.Topics, TopicPermission.Everything, "test", null);

    private static string Numbers(int from, int count) =>
        string.Concat(Enumerable.Range(from, count).Select(i => Convert.ToHexString([0x81, 0x05, .. System.Text.Encoding.ASCII.GetBytes($"{i:00000}")])));

    private static byte[] Publications(int count, string topic = "t") => [.. Enumerable.Range(0, count).SelectMany(i => Text($"{topic}={i:00000}"))];

    private static (MemoryClientOf[] Readers, ManualServer Server) Room(int readers, string settings = "{}")
    {
        var server = new ManualServer([Told.Handler()], settings);
        var clients = Enumerable.Range(0, readers).Select(_ => new MemoryClientOf(server.Open("told"))).ToArray();
        foreach (var client in clients) server.Say(client.Client, Text("+t"));
        return (clients, server);
    }

    private sealed record MemoryClientOf(PluginHost.Server.Transports.Memory.MemoryClient Client)
    {
        public string Got { get; private set; } = "";

        public string Read() => Got += ManualServer.Hex(Client);
    }

    [Fact]
    public void A_turn_delivers_a_batch_and_the_rest_comes_later_in_order()
    {
        var (readers, server) = Room(100, """{ "topics": { "waitingMessages": 100000 } }""");
        for (var i = 0; i < 2_000; i++) Assert.Equal(TopicResult.Done, server.Topics.Publish(Plugin(server), null, "t", Publication.Text($"{i:00000}")));
        Assert.Equal(200_000, server.LoopTopics.Waiting.Deliveries);
        var turns = 0;
        for (; server.LoopTopics.Waiting.Messages > 0; turns++)
        {
            var before = server.LoopTopics.Waiting.Deliveries;
            server.Loop.Turn(mayWait: false);
            Assert.InRange(before - server.LoopTopics.Waiting.Deliveries, 0, BacklogLimits.Batch + readers.Length);
        }
        Assert.True(turns >= 200_000 / BacklogLimits.Batch);
        Assert.All(readers, reader => Assert.Equal(Numbers(0, 2_000), reader.Read()));
        Assert.Equal(default, server.LoopTopics.Waiting);
    }

    [Fact]
    public void A_connection_that_publishes_more_than_is_delivered_is_not_read_from_and_loses_nothing()
    {
        var (readers, server) = Room(3, Small);
        var publisher = server.Open("told");
        publisher.Write(Publications(500));
        var most = 0L;
        for (var i = 0; i < 1_000; i++)
        {
            server.Loop.Turn(mayWait: false);
            most = Math.Max(most, server.Loop.Counters.Publications);
            if (i == 0) Assert.Equal(4, most);
        }
        Assert.All(readers, reader => Assert.Equal(Numbers(0, 500), reader.Read()));
        Assert.Empty(publisher.ReadAvailable());
    }

    [Fact]
    public void Others_are_read_from_meanwhile()
    {
        var (readers, server) = Room(1, Small);
        var publisher = server.Open("told");
        publisher.Write(Publications(500));
        server.Loop.Turn(mayWait: false);
        readers[0].Client.Write(Text("-nothing"));
        server.Loop.Turn(mayWait: false);
        Assert.Contains(Convert.ToHexString("NotSubscribed"u8), ManualServer.Hex(readers[0].Client), StringComparison.Ordinal);
        Assert.True(server.Loop.Counters.Publications < 100);
    }

    [Fact]
    public void A_plugin_is_told_when_no_more_may_wait_and_what_was_taken_is_delivered()
    {
        var (readers, server) = Room(2, Small);
        var results = Enumerable.Range(0, 20).Select(i => server.Topics.Publish(Plugin(server), null, "t", Publication.Text($"{i:00000}").Keep())).ToArray();
        Assert.All(results[..16], result => Assert.Equal(TopicResult.Done, result));
        Assert.All(results[16..], result => Assert.Equal(TopicResult.Busy, result));
        Assert.Equal(TopicResult.Done, server.Topics.Publish(Plugin(server), null, "nobody", Publication.Text("is there")));
        server.Turn();
        Assert.Equal(TopicResult.Done, server.Topics.Publish(Plugin(server), null, "t", Publication.Text("00016").Keep()));
        server.Turn();
        Assert.All(readers, reader => Assert.Equal(Numbers(0, 17), reader.Read()));
        Assert.Equal(17, server.Topics.Read(Plugin(server), "t", HistoryRequest.All).Position.Offset);
    }

    [Fact]
    public void Bytes_count_too()
    {
        var (_, server) = Room(1, """{ "topics": { "waitingBytes": "8KiB" } }""");
        var big = Publication.Binary(new byte[3_000]);
        TopicResult Publish() => server.Topics.Publish(Plugin(server), null, "t", big);
        Assert.Equal([TopicResult.Done, TopicResult.Done, TopicResult.Done, TopicResult.Busy], Enumerable.Range(0, 4).Select(_ => Publish()).ToArray());
    }

    [Fact]
    public void A_plugin_that_fills_what_may_wait_does_not_keep_a_connection_from_publishing_for_ever()
    {
        var (readers, server) = Room(1, Small);
        var publisher = server.Open("told");
        publisher.Write(Publications(20));
        for (var i = 0; i < 200; i++)
        {
            // Never low: there is always as much as a quarter of what may wait.
            for (var j = 0; j < 5; j++) server.Topics.Publish(Plugin(server), null, "t", Publication.Text("flood"));
            server.Loop.Turn(mayWait: false);
            for (var j = 0; j < 5; j++) server.Topics.Publish(Plugin(server), null, "t", Publication.Text("flood"));
        }
        Assert.Equal(20, server.Loop.Counters.Publications);
        Assert.Equal(Numbers(0, 20), readers[0].Read().Replace($"8105{Convert.ToHexString("flood"u8)}", "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_handler_that_is_slow_to_be_told_waits_for_its_neighbours_and_misses_nothing()
    {
        ManualServer server = null!;
        var notes = new ConcurrentQueue<string>();
        server = new ManualServer([.. TestHandlers.Echoes, Handler.Inline("slow", own => new Slow(own, notes, () => server.Clock += 5))]);
        server.Open("slow");
        var neighbour = server.Open("echo");
        for (var i = 0; i < 50; i++) server.Topics.Publish(Plugin(server), null, "t", Publication.Text($"{i}"));
        server.Loop.Turn(mayWait: false);
        neighbour.Write(Text("neighbour"));
        server.Loop.Turn(mayWait: false);
        Assert.NotEmpty(neighbour.ReadAvailable());
        Assert.InRange(notes.Count, 1, 10);
        for (var i = 0; i < 50; i++) server.Loop.Turn(mayWait: false);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), notes);
    }

    [Fact]
    public void A_session_on_the_pool_that_publishes_too_much_is_not_read_from()
    {
        var server = new ManualServer([Told.Handler(), Handler.Session("pool", own => new SessionOf(own))], Small);
        var reader = server.Open("told");
        server.Say(reader, Text("+t"));
        server.Open("pool");
        var session = server.Connections[^1].Handler!.Session;
        Assert.All(Enumerable.Range(0, 16), _ => Assert.Equal(TopicResult.Done, Elsewhere(() => session.Topics.Publish("t", "x"))));
        Assert.Equal(TopicResult.Busy, Elsewhere(() => session.Topics.Publish("t", "x")));
        server.Loop.Turn(mayWait: false);
        Assert.True(server.Connections[^1].IsReadingPaused);
        server.Turn();
        Assert.False(server.Connections[^1].IsReadingPaused);
        Assert.Equal(TopicResult.Done, Elsewhere(() => session.Topics.Publish("t", "x")));
    }

    private static TopicResult Elsewhere(Func<TopicResult> publish)
    {
        var result = TopicResult.Invalid;
        var thread = new Thread(() => result = publish());
        thread.Start();
        thread.Join();
        return result;
    }

    [Fact]
    public void Lists_that_were_long_shrink()
    {
        var (_, server) = Room(50);
        for (var i = 0; i < 100; i++) server.Topics.Publish(Plugin(server), null, "t", Publication.Json($"{i}")); // each a delivery of its own
        for (var i = 0; i < 2_000; i++) server.Topics.Publish(Plugin(server), null, "t", Publication.Text(new string('x', 100)));
        server.Turn();
        Assert.True(server.LoopTopics.Capacity > 1_000);
        server.Pass(2_000);
        Assert.True(server.LoopTopics.Capacity < 1_000);
    }

    private sealed class Slow(Session session, ConcurrentQueue<string> notes, Action passes) : InlineHandler
    {
        public override void OnOpen() => session.Topics.Subscribe(TopicSubscription.To("t").ToHandler());

        public override void OnTopic(TopicMessage message)
        {
            notes.Enqueue(message.ToString());
            passes();
        }
    }
}
