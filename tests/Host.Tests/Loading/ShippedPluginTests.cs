using System.Text;
using PluginHost.Abstractions;
using PluginHost.Abstractions.Hosting;
using PluginHost.Abstractions.Testing;
using PluginHost.Loading;

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
        var run = _set.Handlers["echo"].Description.Match(create => create(), _ => null!, _ => null!);
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
        var run = _set.Handlers["upper.v1"].Description.Match(create => create(), _ => null!, _ => null!);
        var minute = Command.SetTimer(TimeSpan.FromMinutes(1));
        Assert.Equal([minute], run.Open(new HandshakeInfo()));
        Assert.Equal([Command.SendText("HI"), minute], run.Next(PureTest.Text("hi")));
        Assert.Equal([Command.SendText("good bye"), Command.Close(1000, "quiet for a minute")], run.Next(Event.Tick));
        Assert.Equal([Command.Close(1003, "text only")], run.Next(PureTest.Binary([1])));
    }

    [Fact]
    public void A_room_hears_joins_messages_and_leaves()
    {
        var (ann, annSession) = Join("/chat/tea?name=ann");
        var (bob, bobSession) = Join("/chat/tea?name=bob");
        var (_, otherSession) = Join("/chat/coffee?name=eve");
        Say(ann, annSession, """{"text":"hellö \"all\""}""");
        bob.OnClosed(bobSession, new CloseInfo(1000, "", true));

        Assert.Equal(
            [
                """{"type":"welcome","room":"tea","name":"ann","members":["ann"],"history":[]}""",
                """{"type":"join","room":"tea","name":"bob"}""",
                """{"type":"message","room":"tea","name":"ann","text":"hellö \"all\""}""",
                """{"type":"leave","room":"tea","name":"bob"}""",
            ],
            annSession.Texts);
        Assert.Equal(
            [
                """{"type":"welcome","room":"tea","name":"bob","members":["ann","bob"],"history":[]}""",
                """{"type":"message","room":"tea","name":"ann","text":"hellö \"all\""}""",
            ],
            bobSession.Texts);
        Assert.Single(otherSession.Texts);
    }

    [Theory]
    [InlineData("/", "lobby")]
    [InlineData("/tea", "tea")]
    [InlineData("/chat/tea/", "tea")]
    [InlineData("/chat?room=milk", "milk")]
    public void The_room_is_in_the_query_or_the_path(string target, string room)
    {
        var (_, session) = Join(target);
        Assert.StartsWith($$"""{"type":"welcome","room":"{{room}}","name":"guest-1",""", session.Texts[0]);
    }

    [Fact]
    public void The_route_value_outweighs_query_and_path()
    {
        var (_, session) = Join("/a?room=b", new Dictionary<string, string> { ["room"] = "c" });
        Assert.Contains("\"room\":\"c\"", session.Texts[0]);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"text\":1}")]
    [InlineData("{\"text\":\"\"}")]
    [InlineData("{\"text\":\"\\ud800\"}")]
    public void What_is_no_message_is_answered_with_an_error(string text)
    {
        var (handler, session) = Join("/tea");
        Say(handler, session, text);
        Assert.Equal("""{"type":"error","reason":"send {\"text\":\"...\"}"}""", session.Texts[1]);
        handler.OnBinary(session, default);
        Assert.Equal(1003, session.ClosedWith?.Code);
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
        var (ann, session) = Join("/tea?name=ann");
        foreach (var text in "abc")
            Say(ann, session, $$"""{"text":"{{text}}"}""");
        var (_, late) = Join("/tea?name=bob");
        Assert.EndsWith("""
            "history":[{"name":"ann","text":"b"},{"name":"ann","text":"c"}]}
            """, late.Texts[0]);
    }

    private async Task<PluginSet> Start(string chat)
    {
        var sources = PluginSources.Default(AppContext.BaseDirectory) with { Entries = [new("chat", OptionsJson: chat)] };
        var set = PluginLoader.Load(sources).Match(s => s, problems => throw new Xunit.Sdk.XunitException(string.Join("\n", problems)));
        Assert.Empty(set.Validate());
        Assert.Empty(await set.StartAsync(TimeProvider.System, (id, level, line) => _log.Add($"{id} {level} {line}"), default));
        return set;
    }

    private (InlineHandler Handler, FakeSession Session) Join(string target, Dictionary<string, string>? route = null)
    {
        var handler = _set.Handlers["chat.v1"].Description.Match(_ => null!, _ => null!, create => create());
        var session = new FakeSession(Handshake(target, route));
        handler.OnOpen(session);
        return (handler, session);
    }

    private HandshakeInfo Handshake(string target, Dictionary<string, string>? route)
    {
        var parts = target.Split('?');
        var query = parts.Length == 1 ? []
            : parts[1].Split('&').Select(p => p.Split('=')).Select(p => KeyValuePair.Create(p[0], p[1])).ToList();
        return new() { ConnectionId = ++_lastId, Path = parts[0], QueryValues = query, RouteValues = route ?? [] };
    }

    private static void Say(InlineHandler handler, FakeSession session, string text)
    {
        var lease = new MessageLease();
        handler.OnText(session, lease.Lend(MessageKind.Text, Encoding.UTF8.GetBytes(text)));
        lease.End();
    }
}
