using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using PluginHost.Abstractions;
using PluginHost.Server.Scripting;
using PluginHost.Tests.Cli;
using PluginHost.Tests.Server;
using PluginHost.Tests.Topics;

namespace PluginHost.Tests.Scripting;

/// <summary>Scripts on topics, over the fabric that plugins use too.</summary>
public sealed class ScriptTopicTests
{
    private const string Follows = "{{ subscribe message }}";

    [Fact]
    public void A_script_without_on_topic_hands_messages_to_its_client()
    {
        var server = new ManualServer([Told.Handler(), ManualScripts.Handler("follow", Follows)]);
        var (client, other) = (server.Open("follow"), server.Open("told"));
        Assert.Empty(server.Tell(client, "news/1"));
        server.Tell(other, "news/1=hello");
        server.Tell(other, "news/2=not for it");
        Assert.Equal(["hello"], client.Heard());
    }

    [Fact]
    public void A_script_with_on_topic_is_told_and_answers_its_client()
    {
        var server = new ManualServer(
        [
            Told.Handler(),
            ManualScripts.Handler(
                "seen",
                "{{ func on_open; subscribe 'a/+' pattern: true; end; func on_topic(name, text); state.n = (state.n ?? 0) + 1; ret $'{state.n} {name}: {text}'; end }}"),
        ]);
        var (client, other) = (server.Open("seen"), server.Open("told"));
        server.Tell(other, "a/b=x");
        server.Tell(other, "a/c=y");
        Assert.Equal(["1 a/b: x", "2 a/c: y"], client.Heard());
    }

    [Fact]
    public void A_wildcard_that_was_not_asked_for_is_refused()
    {
        var lines = new List<string>();
        var server = new ManualServer([Told.Handler(), ManualScripts.Handler("follow", Follows, lines.Add)]);
        var (client, other) = (server.Open("follow"), server.Open("told"));
        Assert.Empty(server.Tell(client, "rooms/+"));
        Assert.Empty(server.Tell(client, "#"));
        Assert.Empty(server.Tell(client, "rooms/\u0001"));
        server.Tell(other, "rooms/7=secret");
        Assert.Empty(client.Heard());
        Assert.Equal(
            "Warning: scripts/follow.sbn: topic \"rooms/+\" was refused: a topic is needed, not a pattern; further refusals on this connection are not logged",
            Assert.Single(lines));
    }

    [Fact]
    public void A_script_publishes_to_plugins_and_to_itself_unless_it_says_others()
    {
        var server = new ManualServer(
        [
            Told.Handler(),
            ManualScripts.Handler("say", "{{ func on_open; subscribe 't'; end; func on_message(text); publish 't' text others: (text | string.starts_with '!'); end }}"),
        ]);
        var (client, other) = (server.Open("say"), server.Open("told"));
        server.Tell(other, "+t");
        Assert.Equal(["one"], server.Tell(client, "one"));
        Assert.Empty(server.Tell(client, "!two"));
        Assert.Equal(["one", "!two"], other.Heard());
    }

    [Fact]
    public void Binary_and_JSON_are_published()
    {
        var server = new ManualServer([Told.Handler(), ManualScripts.Handler("say", "{{ publish_binary 't' 'AP8='; publish_json 't' { a: [1] } }}")]);
        var (client, other) = (server.Open("say"), server.Open("told"));
        server.Tell(other, "+t");
        server.Tell(client, "go");
        Assert.Equal(["00FF", """{"a":[1]}"""], other.Heard());
    }

    [Fact]
    public void What_was_kept_is_seen_later_and_read_without_subscribing()
    {
        const string reader = """
            {{
            func on_message(text); subscribe "t" history: 2; read_topic "t" history: 1; read_topic "t" since: (json); end
            func on_snapshot(name, past); ret $"{past.messages | array.map 'text' | array.join ','} {past.complete} {past.offset}"; end
            }}
            """;
        var server = new ManualServer([ManualScripts.Handler("keep", "{{ publish 't' message keep: true }}"), ManualScripts.Handler("read", reader)]);
        var (keeper, client) = (server.Open("keep"), server.Open("read"));
        foreach (var text in new[] { "a", "b", "c" }) server.Tell(keeper, text);
        var epoch = server.Topics.Table.TryGet("t", out var entry) ? entry.Epoch : 0;
        Assert.Equal(["b,c true 3", "c true 3", "b,c true 3"], server.Tell(client, JsonSerializer.Serialize(new { epoch, offset = 1 })));
        server.Tell(keeper, "d");
        Assert.Equal(["d"], client.Heard());
    }

    [Fact]
    public void Those_who_come_and_go_are_told()
    {
        const string member = """
            {{
            func on_open; subscribe "t" as: connection.query.name; end
            func on_snapshot(name, past); ret "here: " + (past.members | array.map "info" | array.sort | array.join ","); end
            func on_join(name, who); ret "+" + who.info; end
            func on_leave(name, who); ret "-" + who.info; end
            func on_message(text); unsubscribe "t"; end
            }}
            """;
        var server = new ManualServer([ManualScripts.Handler("room", member), ManualScripts.Handler("say", "{{ publish 't' message }}")]);
        var (ann, bob) = (server.Connect(), server.Connect());
        Assert.Equal(["here: ann"], server.Enter(ann, "room", "/?name=ann"));
        Assert.Equal(["here: ann,bob"], server.Enter(bob, "room", "/?name=bob"));
        Assert.Equal(["+bob"], ann.Heard());
        // There is one subscription for both: messages come by way of the script, and go to the client as they are.
        server.Tell(server.Open("say"), "hi");
        Assert.Equal(["hi"], ann.Heard());
        bob.Break();
        server.Turn();
        Assert.Equal(["-bob"], ann.Heard());
        server.Tell(ann, "leave");
        server.Open("room", path: "/?name=eve");
        Assert.Empty(ann.Heard());
    }

    [Fact]
    public void A_script_can_say_goodbye_to_others_when_its_connection_ends()
    {
        var server = new ManualServer([Told.Handler(), ManualScripts.Handler("bye", "{{ func on_close; send 'x'; publish 't' 'bye'; end }}")]);
        var (client, other) = (server.Open("bye"), server.Open("told"));
        server.Tell(other, "+t");
        client.Break();
        server.Turn();
        Assert.Equal(["bye"], other.Heard());
    }

    [Fact]
    public void Messages_of_topics_are_seen_as_text_or_bytes_and_JSON_as_its_text()
    {
        TopicMessage Of(TopicMessageKind kind, byte[] bytes) => new("t", kind, bytes, new TopicPosition(1, 2), 3, false);
        Assert.True(ScriptTopics.MessageOf(Of(TopicMessageKind.Text, "a"u8.ToArray()))!.IsText);
        Assert.False(ScriptTopics.MessageOf(Of(TopicMessageKind.Binary, [1]))!.IsText);
        var json = ScriptTopics.MessageOf(Of(TopicMessageKind.Json, "{}"u8.ToArray()))!;
        Assert.Equal((true, "{}"), (json.IsText, Encoding.UTF8.GetString(json.Payload.Span)));
        Assert.Null(ScriptTopics.MessageOf(new TopicMessage(new PresenceChange("t", new TopicMember("1", "ann"), true))));
    }

    [Fact]
    public async Task Only_the_topics_that_the_entry_allows_may_be_used()
    {
        await using var server = await ScriptServer.StartAsync(
            "{{ if json; subscribe json.topic; publish json.topic 'hi'; end }}",
            """{ "scripts": { "entries": { "test": { "topics": { "subscribe": ["mine/#"], "publish": ["mine/+"] } } } } }""");
        using var client = await server.ConnectAsync();
        await client.SayAsync("""{ "topic": "other" }""");
        await server.LineAsync("was refused to publish to \"other\": Forbidden");
        await server.LineAsync("test.sbn Warning: scripts/test.sbn: topic \"other\" was refused: forbidden");
        Assert.Equal("hi", await client.AskAsync("""{ "topic": "mine/1" }"""));
    }

    [Fact]
    public void A_timer_ticks_when_its_time_has_come()
    {
        var server = new ManualServer(
        [
            ManualScripts.Handler("clock", "{{ func on_open; timer 2; end; func on_message(text); timer (text == 'stop' ? null : (timespan.from_seconds 5)); end; func on_tick; ret 'tick'; end }}"),
        ]);
        var client = server.Open("clock");
        server.Pass(1800);
        Assert.Empty(client.Heard());
        server.Pass(400);
        Assert.Equal(["tick"], client.Heard());
        server.Pass(10_000);
        Assert.Empty(client.Heard());
        server.Tell(client, "again");
        server.Pass(4800);
        Assert.Empty(client.Heard());
        server.Tell(client, "again");
        server.Pass(4800);
        Assert.Empty(client.Heard());
        server.Pass(400);
        Assert.Equal(["tick"], client.Heard());
        server.Tell(client, "again");
        server.Tell(client, "stop");
        server.Pass(10_000);
        Assert.Empty(client.Heard());
    }
}
