using PluginHost.Abstractions;
using PluginHost.Plugins.Chat;
using PluginHost.Plugins.Echo;
using PluginHost.Testing;

namespace PluginHost.Kit.Tests;

/// <summary>The plugins that come with the host have the properties of the kit.</summary>
public sealed class ShippedTests
{
    private static readonly HandlerUnderTest s_echo = new(() => new EchoPlugin(), "echo")
    {
        Samples = [Conversation.Of("hello", "", "grüß"), Conversation.Of(ClientStep.Binary(new byte[] { 0, 1, 255 }), ClientStep.Text("x"), ClientStep.Close(1000, "bye"))],
        Cases = 60,
    };

    private static readonly HandlerUnderTest s_chat = new(() => new ChatPlugin(), "chat.v1")
    {
        Samples =
        [
            Conversation.Of("""{"text":"hi"}"""),
            Conversation.Of("""{"join":"tea"}""", """{"room":"tea","text":"hi"}""", """{"leave":"tea"}"""),
            Conversation.Of("""{"join":"tea","epoch":1,"offset":7}""", """{"text":"grüß"}"""),
        ],
        Settings = new TestSettings { Options = """{ "history": 5 }""" },
        Cases = 60,
        ConnectionsInteract = true,
    };

    public static TheoryData<string> Handlers => ["echo", "chat"];

    private static HandlerUnderTest Of(string name) => name == "echo" ? s_echo : s_chat;

    [Theory]
    [MemberData(nameof(Handlers))]
    public void Answers_do_not_depend_on_the_transport(string name) => HandlerProperties.AnswersDoNotDependOnTransport(Of(name));

    [Theory]
    [MemberData(nameof(Handlers))]
    public void Junk_is_no_fault(string name) => HandlerProperties.JunkIsNoFault(Of(name));

    [Theory]
    [MemberData(nameof(Handlers))]
    public void They_stop_cleanly(string name) => HandlerProperties.StopsCleanly(Of(name));

    /// <summary>More calls than may overlap, each of which waits for the clock: what waits for room is not stuck.</summary>
    [Fact]
    public void A_handler_whose_calls_wait_for_room_and_for_the_clock_is_right()
    {
        var slow = new HandlerUnderTest(HostTests.Slow, "slow") { Samples = [Conversation.Of("1", "2", "3", "4", "5", "6", "7", "8", "9", "10")], Cases = 10 };
        HandlerProperties.JunkIsNoFault(slow);
        HandlerProperties.AnswersDoNotDependOnTransport(slow);
        HandlerProperties.StopsCleanly(slow);
    }

    [Fact]
    public void Echo_is_deterministic() => HandlerProperties.IsDeterministic(s_echo);

    [Fact]
    public async Task Chat_is_a_conversation_of_several()
    {
        await using var host = await TestHost.StartAsync(new ChatPlugin());
        var ann = await host.OpenAsync(new TestRequest("chat.v1") { Path = "/tea?name=ann" });
        Assert.Contains("\"members\":[\"ann\"]", await ann.ExpectTextAsync(), StringComparison.Ordinal);
        var bob = await host.OpenAsync(new TestRequest("chat.v1") { Path = "/tea?name=bob", Compression = true });
        Assert.Contains("welcome", await bob.ExpectTextAsync(), StringComparison.Ordinal);
        Assert.Equal("""{"type":"join","room":"tea","name":"bob"}""", await ann.ExpectTextAsync());
        await bob.SayAsync("""{"text":"hi"}""");
        Assert.Contains("\"text\":\"hi\"", await ann.ExpectTextAsync(), StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<HandshakeRefusedException>(() => host.OpenAsync(new TestRequest("chat.v1") { Path = "/?name=%07" }));
        Assert.Equal(400, refused.Status);
        Assert.Contains("no control characters", refused.Answer, StringComparison.Ordinal);
    }
}
