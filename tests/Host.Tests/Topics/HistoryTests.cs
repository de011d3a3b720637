using System.Collections.Concurrent;
using PluginHost.Abstractions;
using PluginHost.Server.Transports.Memory;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Topics;

/// <summary>What topics keep, who is on them, and the bounds of both.</summary>
public sealed class HistoryTests
{
    private readonly ConcurrentQueue<string> _notes = new();

    private ManualServer Server(HistoryRequest request, string topics = "") => new(
        [Told.Handler(), Noting.Handler("noting", _notes, session => session.Snapshot(TopicSubscription.To("t").With(request).ToHandler()))],
        $$"""{ "topics": { {{topics}} } }""");

    private static MemoryClient Open(ManualServer server, params string[] texts)
    {
        var client = server.Open("told");
        foreach (var text in texts) client.Write(Text(text));
        server.Turn();
        return client;
    }

    [Fact]
    public void The_last_messages_come_with_the_subscription_and_what_follows_after_them()
    {
        var server = Server(HistoryRequest.Last(2));
        var client = Open(server, "t&a", "t&b", "t=not kept", "t&c");
        server.Open("noting");
        client.Write(Text("t&d"));
        server.Turn();
        Assert.Equal(["Done b,c. ", "t=d@4"], _notes);
    }

    [Theory]
    [InlineData(0, "a,b,c.")]
    [InlineData(2, "c.")]
    [InlineData(3, ".")]
    [InlineData(4, "a,b,c?")]
    [InlineData(-1, "a,b,c?")]
    public void Everything_since_a_place_comes_with_the_subscription(long offset, string expected)
    {
        // The first topic of this server has epoch 100; it is "t".
        var server = Server(HistoryRequest.Since(new TopicPosition(100, offset)));
        Open(server, "t&a", "t&b", "t&c");
        server.Open("noting");
        Assert.Equal([$"Done {expected} "], _notes);
    }

    [Fact]
    public void What_is_no_longer_kept_and_what_another_life_of_the_topic_had_is_missing()
    {
        var server = Server(HistoryRequest.Since(new TopicPosition(100, 1)), "\"historyLength\": 2");
        Open(server, "t&a", "t&b", "t&c", "t&d");
        server.Open("noting");
        Assert.Equal(["Done c,d? "], _notes);
        _notes.Clear();
        var later = Server(HistoryRequest.Since(new TopicPosition(99, 1)));
        Open(later, "t&a", "t&b");
        later.Open("noting");
        Assert.Equal(["Done a,b? "], _notes);
    }

    [Theory]
    [InlineData("\"historyLength\": 3", "bbb,ccc,dddd")]
    [InlineData("\"historyLength\": 0", "")]
    [InlineData("\"historyBytes\": 10", "bbb,ccc,dddd")]
    [InlineData("\"historyBytes\": 9", "ccc,dddd")]
    [InlineData("\"historyBytes\": 4", "dddd")]
    [InlineData("\"historyBytes\": 3", "")]
    [InlineData("\"historyTotal\": 10", "bbb,ccc,dddd")]
    [InlineData("\"historyTotal\": 9", "ccc,dddd")]
    public void History_is_bounded_in_messages_and_bytes(string limits, string expected)
    {
        var server = Server(HistoryRequest.All, limits);
        var client = Open(server, "+t", "t&aaa", "t&bbb", "t&ccc", "t&dddd");
        Assert.Equal(Frames.Hex("aaa", "bbb", "ccc", "dddd"), client.Hex());
        server.Open("noting");
        Assert.Equal($"Done {expected}".TrimEnd(), Assert.Single(_notes).TrimEnd(' ', '.', '?'));
        Assert.Equal(expected.Replace(",", "", StringComparison.Ordinal).Length, server.Topics.Table.KeptBytes);
    }

    [Fact]
    public void A_topic_without_subscribers_gives_up_its_history_for_others()
    {
        var server = Server(HistoryRequest.All, "\"historyTotal\": 10");
        var client = Open(server, "+with", "with&aaaa", "without&bbbb", "t&cccc");
        Assert.Equal(8, server.Topics.Table.KeptBytes);
        Assert.False(server.Topics.Table.TryGet("without", out _));
        client.Write(Text("t&ddddddd"));
        server.Turn();
        // It has subscribers: it keeps its own, and the other has room for what is left.
        Assert.True(server.Topics.Table.TryGet("with", out var with));
        Assert.Equal(4, with.KeptBytes);
        Assert.InRange(server.Topics.Table.KeptBytes, 4, 10);
    }

    [Fact]
    public void The_number_of_topics_is_bounded_and_the_one_that_has_been_idle_for_longest_is_forgotten()
    {
        var server = Server(HistoryRequest.All, "\"count\": 3");
        var client = Open(server, "+a", "b&1", "c&1", "b&2", "d&1");
        Assert.Equal(3, server.Topics.Table.Count);
        Assert.Equal(["a", "b", "d"], server.Topics.Table.Topics.Select(topic => topic.Name).Order());
        Assert.Equal("", client.Hex());
        client.Write(Text("+e"));
        client.Write(Text("+f"));
        client.Write(Text("+g"));
        client.Write(Text("+g/#"));
        client.Write(Text("h&1"));
        client.Write(Text("h=1"));
        server.Turn();
        Assert.Equal(Frames.Hex("TooManyTopics", "TooManyTopics", "TooManyTopics"), client.Hex());
        Assert.Equal(3, server.Topics.Table.Count);
        client.Write(Text("-e"));
        server.Turn();
        client.Write(Text("+g/#"));
        server.Turn();
        Assert.Equal("", client.Hex());
    }

    [Fact]
    public void Subscriptions_and_names_are_bounded()
    {
        var server = Server(HistoryRequest.None, "\"subscriptionsPerConnection\": 2, \"length\": 4, \"levels\": 2");
        var client = Open(server, "+a", "+a", "+b", "+c", "-b", "+c/d", "+abcd", "-a", "+abcd", "-abcd", "+abcde", "+a/b/c", "+a+", "abcd=x", "abcde=x", "a/b/c=x");
        Assert.Equal(
            Frames.Hex(
                "TooManySubscriptions", "TooManySubscriptions", "Invalid", "Invalid", "Invalid", "Invalid", "Invalid"),
            client.Hex());
    }

    [Fact]
    public void Those_who_want_to_know_are_told_who_comes_and_goes()
    {
        var server = new ManualServer(
        [
            Noting.Handler("noting", _notes, session => session.Snapshot(TopicSubscription.To("t").As("noting").WatchPresence().ToHandler())),
            Handler.Inline("member", own => new InlineOf(own)
            {
                Opened = session => session.Topics.Subscribe(TopicSubscription.To("t").As("member").WatchPresence()),
                Message = (session, message) => session.Topics.Subscribe(TopicSubscription.To("t").As(message.ToString())),
            }).WithEncoder(message => message.Presence is { } change
                ? OutgoingMessage.Text((change.IsJoin ? "+" : "-") + change.Member.Info)
                : OutgoingMessage.None),
        ]);
        var first = server.Open("member");
        server.Open("noting");
        var second = server.Open("member");
        Assert.Equal(Frames.Hex("+noting", "+member"), first.Hex());
        server.Say(second, Text("renamed"));
        Assert.Equal(Frames.Hex("-member", "+renamed"), first.Hex());
        second.Write(Close(1000));
        first.Break();
        server.Turn();
        Assert.Equal(["Done . member,noting", "t+member", "t-member", "t+renamed", "t-renamed", "t-member"], _notes);
    }

    [Fact]
    public void Presence_is_a_topics_and_what_is_said_of_a_member_is_bounded()
    {
        var results = new List<TopicResult>();
        var server = new ManualServer(
            [Handler.Inline("m", own => new InlineOf(own)
            {
                Opened = session => results.AddRange(
                [
                    session.Topics.Subscribe(TopicSubscription.To("t").As("four")),
                    session.Topics.Subscribe(TopicSubscription.To("t").As("fiive")),
                    session.Topics.Subscribe(TopicSubscription.To("t").As("ééé")),
                    session.Topics.Subscribe(TopicSubscription.To("t/#").As("x")),
                    session.Topics.Subscribe(TopicSubscription.To("t/#").WatchPresence()),
                    session.Topics.Subscribe(TopicSubscription.To("t/#").With(HistoryRequest.Last(1))),
                    session.Topics.Subscribe("t/#"),
                ]),
            })], """{ "topics": { "memberInfo": 4 } }""");
        server.Open("m");
        Assert.Equal(
            [
                TopicResult.Done, TopicResult.InfoTooLong, TopicResult.InfoTooLong, TopicResult.NeedsTopic, TopicResult.NeedsTopic, TopicResult.NeedsTopic,
                TopicResult.Done,
            ],
            results);
    }
}
