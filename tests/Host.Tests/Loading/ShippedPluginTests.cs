using System.Text;
using PluginHost.Abstractions;
using PluginHost.Abstractions.Hosting;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Server.Loading;
using PluginHost.Server.Transports.Memory;
using PluginHost.Testing;
using PluginHost.Tests.Server;

namespace PluginHost.Tests.Loading;

/// <summary>What the shipped plugins do, driven through the contract as the host drives it.</summary>
public sealed class ShippedPluginTests : IAsyncLifetime
{
    private readonly List<string> _log = [];
    private PluginSet _set = null!;
    private long _lastId;

    public async Task InitializeAsync() => _set = await Start("{}");

    public async Task DisposeAsync()
    {
        Assert.Empty(await _set.StopAsync(default));
        _set.Unload();
    }

    [Fact]
    public void Echo_sends_back_what_came_as_it_came()
    {
        var run = _set.Handlers["echo"].Description.Tier.Match(create => create(), _ => null!, _ => null!);
        Assert.Empty(run.Open(new HandshakeInfo()));
        var text = run.Next(PureTest.Text("grüß"))[0];
        Assert.Equal(Command.SendText("grüß"), text);
        Assert.True(text.IsReceived);
        Assert.Equal(Command.SendBinary(new byte[] { 0, 255 }), run.Next(PureTest.Binary([0, 255]))[0]);
        Assert.Empty(run.Next(PureTest.Closed(1000, "")));
    }

    [Fact]
    public void Upper_closes_after_a_quiet_minute()
    {
        var run = _set.Handlers["upper.v1"].Description.Tier.Match(create => create(), _ => null!, _ => null!);
        var minute = Command.SetTimer(0, TimeSpan.FromMinutes(1));
        Assert.Equal([minute], run.Open(new HandshakeInfo()));
        Assert.Equal([Command.SendText("HI"), minute], run.Next(PureTest.Text("hi")));
        Assert.Equal([Command.SendText("good bye"), Command.Close(1000, "quiet for a minute")], run.Next(Event.TimerElapsed(0)));
        Assert.Equal([Command.Close(1003, "text only")], run.Next(PureTest.Binary([1])));
    }

    [Fact]
    public void A_room_hears_joins_messages_and_leaves()
    {
        var server = Chat();
        var ann = Join(server, "/chat/tea?name=ann");
        var bob = Join(server, "/chat/tea?name=bob");
        var eve = Join(server, "/chat/coffee?name=eve");
        Say(server, ann, """{"text":"hellö \"all\""}""");
        bob.Write(ClientFrames.Close(1000));
        server.Turn();

        Assert.Equal(
            [
                """{"type":"welcome","room":"tea","name":"ann","members":["ann"],"history":[],"epoch":100,"offset":0,"complete":true}""",
                """{"type":"join","room":"tea","name":"bob"}""",
                """{"type":"message","room":"tea","name":"ann","text":"hellö \"all\"","offset":1}""",
                """{"type":"leave","room":"tea","name":"bob"}""",
            ],
            Texts(ann));
        Assert.Equal(
            [
                """{"type":"welcome","room":"tea","name":"bob","members":["ann","bob"],"history":[],"epoch":100,"offset":0,"complete":true}""",
                """{"type":"message","room":"tea","name":"ann","text":"hellö \"all\"","offset":1}""",
            ],
            Texts(bob).Take(2));
        Assert.Single(Texts(eve));
    }

    [Fact]
    public void One_connection_may_be_in_several_rooms()
    {
        var server = Chat();
        var (ann, bob) = (Join(server, "/tea?name=ann"), Join(server, "/a/b%2B/?room=1%23+/x&name=bob"));
        Say(server, ann, """{"join":"1#+/x"}""", """{"room":"1#+/x","text":"hi"}""", """{"text":"to tea"}""", """{"room":"milk","text":"?"}""");
        Say(server, ann, """{"leave":"1#+/x"}""", """{"room":"1#+/x","text":"?"}""", """{"leave":"1#+/x"}""", """{"leave":"tea"}""", """{"text":"?"}""");
        Assert.Equal(
            [
                """{"type":"welcome","room":"1#+/x","name":"bob","members":["bob"],"history":[],"epoch":101,"offset":0,"complete":true}""",
                """{"type":"join","room":"1#+/x","name":"ann"}""",
                """{"type":"message","room":"1#+/x","name":"ann","text":"hi","offset":1}""",
                """{"type":"leave","room":"1#+/x","name":"ann"}""",
            ],
            Texts(bob));
        const string refused = """{"type":"error","reason":"no such room, or not in it"}""";
        Assert.Equal(
            [
                """{"type":"welcome","room":"1#+/x","name":"ann","members":["ann","bob"],"history":[],"epoch":101,"offset":0,"complete":true}""",
                refused,
                """{"type":"message","room":"1#+/x","name":"ann","text":"hi","offset":1}""",
                """{"type":"message","room":"tea","name":"ann","text":"to tea","offset":1}""",
                refused, refused, refused,
            ],
            Texts(ann).Skip(1));
    }

    [Fact]
    public void Who_comes_back_is_told_what_was_missed_and_whether_that_is_all()
    {
        var server = Chat("""{ "topics": { "historyLength": 3 } }""");
        var ann = Join(server, "/tea?name=ann");
        Say(server, ann, """{"text":"a"}""", """{"text":"b"}""", """{"text":"c"}""", """{"text":"d"}""");
        var bob = Join(server, "/lobby?name=bob");
        Say(server, bob, """{"join":"tea","epoch":100,"offset":2}""", """{"join":"tea","epoch":100,"offset":0}""", """{"join":"tea","epoch":7,"offset":4}""");
        var welcomes = Texts(bob).Skip(1).ToArray();
        Assert.EndsWith("""
            "history":[{"name":"ann","text":"c"},{"name":"ann","text":"d"}],"epoch":100,"offset":4,"complete":true}
            """, welcomes[0]);
        Assert.Contains("\"text\":\"b\"", welcomes[1]);
        Assert.All(welcomes[1..], welcome => Assert.EndsWith("\"complete\":false}", welcome));
    }

    [Theory]
    [InlineData("/", "lobby")]
    [InlineData("/tea", "tea")]
    [InlineData("/chat/tea/", "tea")]
    [InlineData("/chat?room=milk", "milk")]
    public void The_room_is_in_the_query_or_the_path(string target, string room) =>
        Assert.StartsWith($$"""{"type":"welcome","room":"{{room}}","name":"guest-1",""", Texts(Join(Chat(), target))[0]);

    [Fact]
    public void The_route_value_outweighs_query_and_path() => Assert.Contains(
        "\"room\":\"c\"",
        Texts(Join(Chat("""{ "routes": [{ "path": "/a/{room}/d", "protocols": ["chat.v1"] }] }"""), "/a/c/d?room=b"))[0]);

    [Theory]
    [InlineData("hello")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"text\":1}")]
    [InlineData("{\"text\":\"\"}")]
    [InlineData("{\"text\":\"\\ud800\"}")]
    public void What_is_no_message_is_answered_with_an_error(string text)
    {
        var server = Chat();
        var client = Join(server, "/tea");
        Say(server, client, text);
        Assert.Equal("""{"type":"error","reason":"send {\"text\":\"...\"}"}""", Texts(client)[1]);
        client.Write(ClientFrames.Binary([1]));
        server.Turn();
        Assert.StartsWith("8822" + "03EB", ManualServer.Hex(client), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/tea?name=ann", 0)]
    [InlineData("/tea?name=", 400)]
    [InlineData("/tea?name= ", 400)]
    [InlineData("/tea?name=a\nb", 400)]
    [InlineData("/tea?name=12345678901234567890123456789012", 0)]
    [InlineData("/tea?name=123456789012345678901234567890123", 400)]
    [InlineData("/tea?room=", 400)]
    public async Task A_bad_name_is_refused_before_the_connection_exists(string target, int status)
    {
        var decision = await _set.Handlers["chat.v1"].Description.Decide!(Handshake(target, null), default);
        Assert.Equal(status, decision.Match(_ => 0, (refused, _, _) => refused));
    }

    [Fact]
    public async Task A_newcomer_is_shown_the_last_messages()
    {
        await DisposeAsync();
        _set = await Start("""{"history":2}""");
        var server = Chat();
        var ann = Join(server, "/tea?name=ann");
        foreach (var text in "abc")
            Say(server, ann, $$"""{"text":"{{text}}"}""");
        Assert.Contains("""
            "history":[{"name":"ann","text":"b"},{"name":"ann","text":"c"}],
            """, Texts(Join(server, "/tea?name=bob"))[0]);
    }

    private async Task<PluginSet> Start(string chat)
    {
        var sources = PluginSources.Default(AppContext.BaseDirectory) with { Entries = [new("chat", OptionsJson: chat)] };
        var set = PluginLoader.Load(sources).Match(s => s, problems => throw new Xunit.Sdk.XunitException(string.Join("\n", problems)));
        Assert.Empty(set.Validate());
        Assert.Empty(await set.StartAsync(TestServices.Noting((id, level, line) => _log.Add($"{id} {level} {line}")), default));
        return set;
    }

    private ManualServer Chat(string settings = "{}") => new([_set.Handlers["chat.v1"].Description], settings);

    private static MemoryClient Join(ManualServer server, string target)
    {
        var client = server.Connect();
        client.Write(ClientFrames.Request(target, "chat.v1"));
        // The handler decides on the handshake on another thread.
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                server.Turn();
                return server.Connections[^1].Phase == Phase.Open;
            },
            Limit.Time));
        server.Turn();
        return client;
    }

    private static void Say(ManualServer server, MemoryClient client, params string[] texts)
    {
        foreach (var text in texts)
            client.Write(ClientFrames.Text(text));
        server.Turn();
    }

    /// <summary>The payloads of the text frames that a client has been sent.</summary>
    private static List<string> Texts(MemoryClient client)
    {
        var bytes = client.ReadAvailable().AsSpan();
        var texts = new List<string>();
        if (bytes.StartsWith("HTTP/1.1 101 "u8)) bytes = bytes[(bytes.IndexOf("\r\n\r\n"u8) + 4)..];
        while (bytes.Length > 0 && bytes[0] == 0x81)
        {
            var (length, start) = bytes[1] < 126 ? (bytes[1], 2) : ((bytes[2] << 8) | bytes[3], 4);
            texts.Add(Encoding.UTF8.GetString(bytes.Slice(start, length)));
            bytes = bytes[(start + length)..];
        }

        return texts;
    }

    private HandshakeInfo Handshake(string target, Dictionary<string, string>? route)
    {
        var parts = target.Split('?');
        var query = parts.Length == 1 ? []
            : parts[1].Split('&').Select(p => p.Split('=')).Select(p => KeyValuePair.Create(p[0], p[1])).ToList();
        return new() { ConnectionId = ++_lastId, Path = parts[0], QueryValues = query, RouteValues = route ?? [] };
    }
}
