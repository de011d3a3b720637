using System.Collections.Concurrent;
using PluginHost.Abstractions;
using PluginHost.Server.Topics;
using PluginHost.Server.Transports.Memory;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Topics;

/// <summary>A broker between the servers of a test: it holds what it is given, and hands it on in whatever order, as often, or not at all.</summary>
internal sealed class TestBroker
{
    private readonly List<Port> _ports = [];
    private readonly List<(Port To, BackplaneMessage Message)> _held = [];

    /// <summary>One server's end.</summary>
    public sealed class Port(TestBroker broker) : IBackplane
    {
        /// <summary>The server at this end.</summary>
        public TopicFabric Fabric { get; set; } = null!;

        public bool IsShared => true;

        public void Tell(BackplaneMessage message) =>
            broker._held.AddRange(broker._ports.Where(port => port != this).Select(port => (port, message)));
    }

    /// <summary>Connects one more server.</summary>
    public ManualServer Add(Func<IBackplane, ManualServer> start)
    {
        var port = new Port(this);
        _ports.Add(port);
        var server = start(port);
        port.Fabric = server.Topics;
        return server;
    }

    /// <summary>Delivers what it holds, as a plan says: the numbers of messages, in any order, any number of times.</summary>
    public void Deliver(Func<int, IEnumerable<int>> plan)
    {
        var held = _held.ToArray();
        _held.Clear();
        foreach (var i in plan(held.Length)) held[i].To.Fabric.Receive(held[i].Message);
    }

    /// <summary>Delivers everything once, in order.</summary>
    public void Deliver() => Deliver(count => Enumerable.Range(0, count));
}

/// <summary>Topics that several servers share over a broker that loses, repeats and delays.</summary>
public sealed class BackplaneTests
{
    private readonly TestBroker _broker = new();
    private readonly ConcurrentQueue<string> _notes = new();

    private ManualServer Server(HistoryRequest history = default) => _broker.Add(backplane => new ManualServer(
    [
        Told.Handler(),
        Noting.Handler("noting", _notes, session => session.Snapshot(TopicSubscription.To("t").As($"n{session.Id.Number}").WatchPresence().With(history).ToHandler())),
        Handler.Inline("value", own => new InlineOf(own)
        {
            Message = (session, message) => session.Topics.Publish("t", Publication.Json($"{message.Length}")),
        }).WithEncoder(message => OutgoingMessage.Text($"<{message}>")),
    ], backplane: backplane));

    private static MemoryClient Open(ManualServer server, params string[] texts)
    {
        var client = server.Open("told");
        Say(server, client, texts);
        return client;
    }

    private static void Say(ManualServer server, MemoryClient client, params string[] texts)
    {
        foreach (var text in texts) client.Write(Text(text));
        server.Turn();
    }

    [Fact]
    public void What_is_published_on_one_server_reaches_the_subscribers_of_the_other()
    {
        var (here, there) = (Server(), Server());
        var (a, b) = (Open(here, "+room/+"), Open(there, "+room/1"));
        Say(here, a, "room/1=hi");
        Say(there, b, "room/1=ho");
        _broker.Deliver();
        here.Turn();
        there.Turn();
        Assert.Equal((Frames.Hex("hi", "ho"), Frames.Hex("ho", "hi")), (a.Hex(), b.Hex()));
    }

    [Fact]
    public void A_value_crosses_as_its_publishers_subprotocol_has_it()
    {
        var (here, there) = (Server(), Server());
        var b = Open(there, "+t");
        Say(here, here.Open("value"), "four");
        _broker.Deliver();
        there.Turn();
        Assert.Equal(Frames.Hex("4"), b.Hex());
    }

    [Fact]
    public void What_is_repeated_or_late_is_dropped_and_what_is_lost_is_marked()
    {
        var (here, there) = (Server(), Server());
        var b = Open(there, "+t");
        there.Open("noting");
        _broker.Deliver();
        _notes.Clear();
        Say(here, Open(here), "t&1", "t&2", "t&3", "t&4", "t&5");
        _broker.Deliver(_ => [0, 0, 1, 3, 2, 1, 4]); // 3 comes after 4
        there.Turn();
        Assert.Equal(["t=1@1", "t=2@2", "t=4@3 gap", "t=5@4"], _notes);
        Assert.Equal(Frames.Hex("1", "2", "4", "5"), b.Hex());
        Assert.True(there.Topics.Table.TryGet("t", out var topic));
        // Whoever has what came after the gap has missed nothing since; whoever has not, has.
        Assert.False(topic.Past(HistoryRequest.Since(new TopicPosition(topic.Epoch, 2))).IsComplete);
        Assert.True(topic.Past(HistoryRequest.Since(new TopicPosition(topic.Epoch, 3))).IsComplete);
    }

    [Fact]
    public void Who_is_there_is_known_on_every_server_whatever_the_broker_does()
    {
        var random = new Random(7);
        var (here, there) = (Server(), Server());
        var clients = new List<(ManualServer Server, MemoryClient Client)>();
        for (var i = 0; i < 40; i++)
        {
            if (clients.Count > 0 && random.Next(3) == 0)
            {
                var (server, client) = clients[random.Next(clients.Count)];
                clients.RemoveAll(one => one.Client == client);
                client.Break();
                server.Turn();
            }
            else
            {
                var server = random.Next(2) == 0 ? here : there;
                clients.Add((server, server.Open("noting")));
            }
            // Some is lost, some comes twice, nothing comes in order.
            if (random.Next(3) == 0) _broker.Deliver(count => Enumerable.Range(0, count).Where(_ => random.Next(4) > 0).Concat(Enumerable.Range(0, count / 2)).OrderBy(_ => random.Next()));
        }
        here.Topics.Announce();
        there.Topics.Announce();
        _broker.Deliver(count => Enumerable.Range(0, count).Reverse());
        string[] Members(ManualServer server) => [.. server.Topics.Read(Everything(server), "t", HistoryRequest.None).Members.Select(member => member.Id)];
        Assert.Equal(clients.Count, Members(here).Length);
        Assert.Equal(Members(here), Members(there));
        here.Topics.Farewell();
        _broker.Deliver();
        Assert.Equal(clients.Count(one => one.Server == there), Members(there).Length);
    }

    private static TopicAccess Everything(ManualServer server) => new(server.Topics, Core.Policy.Topics.TopicPermission.Everything, "test", null);

    [Fact]
    public void What_another_server_tells_is_checked_as_what_a_handler_publishes()
    {
        var server = Server();
        var client = Open(server, "+#");
        server.Topics.Receive(new BackplaneMessage.Published("a/+", 99, 1, 1, TopicMessageKind.Text, "x"u8.ToArray(), false));
        server.Topics.Receive(new BackplaneMessage.News("", 99, 1, 1, 1, "x"));
        server.Topics.Receive(new BackplaneMessage.Published("a", server.Topics.Server, 1, 1, TopicMessageKind.Text, "x"u8.ToArray(), false));
        Assert.Throws<ArgumentException>(() =>
            server.Topics.Receive(new BackplaneMessage.Published("a", 99, 1, 1, TopicMessageKind.Text, new byte[] { 0xFF }, false)));
        server.Turn();
        Assert.Equal("", client.Hex());
        server.Topics.Receive(new BackplaneMessage.Published("a", 99, 1, 1, TopicMessageKind.Binary, new byte[] { 1 }, false));
        server.Turn();
        Assert.Equal("820101", client.Hex());
    }
}
