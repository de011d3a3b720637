using PluginHost.Core.Protocol.Frames;
using PluginHost.Hostile.Support;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Hostile.Limits;

/// <summary>Pings and pongs: the burst, the rate, and a route's own of both.</summary>
[Trait("Row", "control frames from one peer")]
public sealed class ControlFrameTests
{
    private const string Routes = """
        { "limits": { "controlFramesPerSecond": 20 }, "routes": [
            { "path": "/", "noOffer": "echo" },
            { "path": "/more", "noOffer": "echo", "limits": { "controlFramesPerSecond": 100, "controlFrameBurst": 300 } },
            { "path": "/less", "noOffer": "echo", "limits": { "controlFrameBurst": 3 } } ] }
        """;

    [Theory]
    [InlineData("{}", "/", 100, 50)]
    [InlineData(Routes, "/", 40, 20)]
    [InlineData(Routes, "/more", 300, 100)]
    [InlineData(Routes, "/less", 3, 20)]
    public void The_burst_is_taken_at_once_one_more_is_1008_and_the_rate_comes_back(string settings, string path, int burst, int perSecond)
    {
        foreach (var opcode in new[] { Opcode.Ping, Opcode.Pong })
        {
            var server = new ManualServer(TestHandlers.Echoes, settings);
            var client = server.Open("echo", path: path);
            var pongs = 0;
            for (var i = 0; i < burst; i++) pongs += Answer.Frames(server.Say(client, Of(opcode, [1]))).Count(frame => frame.Opcode == Opcode.Pong);
            Assert.Equal(opcode == Opcode.Ping ? burst : 0, pongs);
            server.Pass(1000 / perSecond);
            Assert.Equal(0, Answer.CloseCode(server.Say(client, Of(opcode, [1]))));
            server.Pass((1000 / perSecond) - 1);
            Assert.Equal(1008, Answer.CloseCode(server.Say(client, Of(opcode, [1]))));
        }
    }

    [Fact]
    public void A_close_frame_does_not_count()
    {
        var server = new ManualServer(TestHandlers.Echoes);
        var client = server.Open("echo");
        for (var i = 0; i < 100; i++) server.Say(client, Of(Opcode.Pong, default));
        Assert.Equal(1000, Answer.CloseCode(server.Say(client, Close(1000))));
    }
}
