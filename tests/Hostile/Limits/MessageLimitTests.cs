using PluginHost.Core.Protocol.Frames;
using PluginHost.Hostile.Support;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Hostile.Limits;

/// <summary>Bytes and fragments of a message: both sides of each limit, the default, the server's and the route's.</summary>
[Trait("Row", "message, raw and inflated")]
[Trait("Row", "fragments in a message")]
public sealed class MessageLimitTests
{
    private const string Small = """{ "limits": { "message": "4KiB" }, "compression": { "enabled": true } }""";
    private const string Route = """
        { "limits": { "message": "64KiB" }, "routes": [
            { "path": "/", "protocols": ["echo"], "noOffer": "echo" },
            { "path": "/small", "protocols": ["echo"], "noOffer": "echo", "limits": { "message": 100, "fragments": 7 } } ] }
        """;

    [Theory]
    [InlineData("{}", "/", 1 << 20, 1, true)]
    [InlineData("{}", "/", (1 << 20) + 1, 1, false)]
    [InlineData("{}", "/", 1 << 20, 5, true)]
    [InlineData("{}", "/", (1 << 20) + 1, 5, false)]
    [InlineData(Small, "/", 4096, 3, true)]
    [InlineData(Small, "/", 4097, 3, false)]
    [InlineData(Route, "/", 101, 1, true)]
    [InlineData(Route, "/small", 100, 1, true)]
    [InlineData(Route, "/small", 101, 1, false)]
    [InlineData(Route, "/small", 101, 4, false)]
    public void A_message_of_the_limit_is_taken_and_one_byte_more_is_1009(string settings, string path, int length, int fragments, bool taken)
    {
        var server = new ManualServer(TestHandlers.Echoes, settings);
        var client = server.Open("echo", path: path);
        var answer = server.Feed(client, Drive.Fragments(Opcode.Binary, Pattern(length), fragments));
        if (taken) Assert.Equal(Pattern(length), Assert.Single(Answer.Frames(answer)).Payload);
        else Assert.Equal(1009, Answer.CloseCode(answer));
    }

    [Theory]
    [InlineData(4096, 1, true)]
    [InlineData(4097, 1, false)]
    [InlineData(4096, 3, true)]
    [InlineData(4097, 3, false)]
    public void What_a_message_inflates_to_counts(int length, int fragments, bool taken)
    {
        var server = new ManualServer(TestHandlers.Echoes, Small);
        var client = server.OpenDeflate("echo");
        var answer = server.Feed(client, Drive.Fragments(Opcode.Binary, Drive.Deflated(Pattern(length)), fragments, ReservedBits.Rsv1));
        if (taken) Assert.Equal(Opcode.Binary, Assert.Single(Answer.Frames(answer)).Opcode);
        else Assert.Equal(1009, Answer.CloseCode(answer));
    }

    [Theory]
    [InlineData("{}", "/", 16_384, 1)]
    [InlineData("{}", "/", 16_384, 0)]
    [InlineData(Small, "/", 1_024, 1)]
    [InlineData(Route, "/", 1_024, 1)]
    [InlineData(Route, "/small", 7, 1)]
    [InlineData(Route, "/small", 7, 0)]
    public void As_many_fragments_as_may_be_are_taken_and_one_more_is_1008(string settings, string path, int most, int each)
    {
        var server = new ManualServer(TestHandlers.Echoes, settings);
        var client = server.Open("echo", path: path);
        var answer = server.Feed(client, Drive.Fragments(Opcode.Binary, new byte[most * each], most));
        Assert.Equal(most * each, Assert.Single(Answer.Frames(answer)).Payload.Length);
        Assert.Equal(1008, Answer.CloseCode(server.Feed(client, Drive.Fragments(Opcode.Binary, new byte[(most + 1) * each], most + 1))));
    }
}
