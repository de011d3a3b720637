using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using PluginHost.Abstractions;
using PluginHost.Server;
using PluginHost.Server.Transports;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Topics;

/// <summary>Topics across loops and threads.</summary>
public sealed class ThreadedTopicTests
{
    private const int Publishers = 4;
    private const int Messages = 500;

    /// <summary>Publishes what its client says, from the thread pool; everybody is subscribed.</summary>
    private static HandlerDescription Pool(bool kept) => Handler.Session("pool", own => new SessionOf(own)
    {
        Opened = session =>
        {
            session.Topics.Subscribe("all");
            return default;
        },
        Message = (session, message) =>
        {
            session.Topics.Publish("all", kept ? Publication.Of(message).Keep() : Publication.Of(message));
            return default;
        },
    });

    private static HandlerDescription OnLoop(bool kept) => Handler.Inline("loop", own => new InlineOf(own)
    {
        Opened = session => session.Topics.Subscribe("all"),
        Message = (session, message) => session.Topics.Publish("all", kept ? Publication.Of(message).Keep() : Publication.Of(message)),
    });

    [Theory]
    [InlineData(false, "loop", "loop")]
    [InlineData(false, "pool", "loop")]
    [InlineData(true, "loop", "pool")]
    [InlineData(true, "pool", "pool")]
    public async Task Every_subscriber_sees_what_each_publisher_published_in_its_order_and_kept_messages_in_one_order(bool kept, string one, string other)
    {
        await using var server = TestServer.Start(
            TransportKind.Memory, Place.Memory, [Pool(kept), OnLoop(kept)], "\"limits\": { \"sendQueue\": \"8MiB\" }", loops: 3);
        var clients = new List<RawClient>();
        for (var i = 0; i < Publishers; i++) clients.Add(await server.RawOpenAsync(i % 2 == 0 ? one : other, capacity: 1 << 20));
        // Everybody is subscribed when everybody has seen a message of its own.
        for (var i = 0; i < Publishers; i++)
        {
            await clients[i].SendAsync(Text($"ready {i}"));
            while ((await TextAsync(clients[i])) != $"ready {i}") { }
        }

        var seen = await Task.WhenAll(clients.Select(async (client, index) =>
        {
            var sending = Task.Run(async () =>
            {
                for (var i = 0; i < Messages; i++) await client.SendAsync(Text($"{index}:{i}"));
            });
            var all = new List<string>();
            while (all.Count < Publishers * Messages)
            {
                var text = await TextAsync(client);
                if (!text.StartsWith("ready", StringComparison.Ordinal)) all.Add(text);
            }
            await sending;
            return all;
        }));
        foreach (var all in seen)
            for (var publisher = 0; publisher < Publishers; publisher++)
                Assert.Equal(
                    Enumerable.Range(0, Messages),
                    all.Where(text => text[0] == '0' + publisher).Select(text => int.Parse(text[2..], CultureInfo.InvariantCulture)));
        if (kept) Assert.All(seen, all => Assert.Equal(seen[0], all));
        foreach (var client in clients) client.Dispose();
    }

    [Fact]
    public async Task Whoever_subscribes_while_others_publish_gets_each_kept_message_once_in_the_snapshot_or_after_it()
    {
        const int total = 3000;
        var subscribers = new ConcurrentBag<(TopicSnapshot Snapshot, ConcurrentQueue<long> After)>();
        await using var server = TestServer.Start(
            TransportKind.Memory, Place.Memory,
            [
                Handler.Session("publisher", own => new SessionOf(own)
                {
                    Message = (session, message) =>
                    {
                        for (var i = 0; i < total; i++) session.Topics.Publish("t", Publication.Json($"{i}").Keep());
                        session.SendText("done");
                        return default;
                    },
                }),
                Handler.Inline("subscriber", own => new Catching(own, subscribers)),
            ],
            """ "topics": { "historyLength": 10000, "historyBytes": "1MiB" } """, loops: 2);
        using var publisher = await server.RawOpenAsync("publisher");
        await publisher.SendAsync(Text("go"));
        var clients = new List<RawClient>();
        for (var i = 0; i < 20; i++) clients.Add(await server.RawOpenAsync("subscriber"));
        Assert.Equal("done", await TextAsync(publisher));
        await Wait.Until(
            () => subscribers.Count == 20 && subscribers.All(one => one.Snapshot.Messages.Count + one.After.Count >= total),
            () => string.Join(' ', subscribers.Select(one => $"{one.Snapshot.Messages.Count}+{one.After.Count}")));
        foreach (var (snapshot, after) in subscribers)
        {
            Assert.Equal(Enumerable.Range(1, total).Select(i => (long)i), snapshot.Messages.Select(message => message.Position.Offset).Concat(after));
            Assert.Equal(snapshot.Messages.Count, snapshot.Position.Offset);
        }
        foreach (var client in clients) client.Dispose();
    }

    private static async Task<string> TextAsync(RawClient client) => Encoding.UTF8.GetString((await client.FrameAsync()).Payload);

    private sealed class Catching(Session session, ConcurrentBag<(TopicSnapshot, ConcurrentQueue<long>)> all) : InlineHandler
    {
        private readonly ConcurrentQueue<long> _after = new();

        public override void OnOpen() =>
            all.Add((session.Snapshot(TopicSubscription.To("t").With(HistoryRequest.All).ToHandler()), _after));

        public override void OnTopic(TopicMessage message) => _after.Enqueue(message.Position.Offset);
    }

    [Fact]
    public async Task Topics_are_empty_again_when_everybody_has_left()
    {
        await using var server = TestServer.Start(TransportKind.Default, Place.Tcp4, [Told.Handler()], loops: 2);
        for (var round = 0; round < 5; round++)
        {
            var clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => server.RawOpenAsync("told")));
            await Task.WhenAll(clients.Select((client, i) => client.SendAsync([.. Text("+all"), .. Text($"+own/{i}"), .. Text("+own/#"), .. Text("all=x")])));
            foreach (var client in clients) client.Dispose();
        }
        await server.EmptyAsync();
        await Wait.Until(() => server.Server.Topics.Table.Patterns.Count == 0, () => "patterns are left");
        await Wait.Until(
            () => server.Server.Topics.Table.Topics.All(topic => topic.IsForgettable), () => "subscribers are left");
    }
}
