using PluginHost.Core.Protocol.Frames;
using PluginHost.Hostile.Support;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Hostile.Limits;

/// <summary>Messages and bytes of a connection and of an address, with each of the three ways to deal with what is too much.</summary>
public sealed class RateTests
{
    private static string Rates(string keys) => $$"""{ "rates": { {{keys}} } }""";

    [Theory]
    [InlineData("\"messagesPerSecond\": 10")]
    [InlineData("\"addressMessagesPerSecond\": 10")]
    [InlineData("\"bytesPerSecond\": 10")]
    [InlineData("\"addressBytesPerSecond\": 10")]
    public void Delay_answers_the_burst_at_once_and_the_rest_at_the_rate(string rate)
    {
        var server = new ManualServer(TestHandlers.Echoes, Rates(rate));
        var client = server.Open("echo", address: "192.0.2.1:1");
        var answered = Answer.Frames(server.Say(client, [.. Enumerable.Repeat(Text("x"), 20)])).Count;
        Assert.InRange(answered, 10, 11); // delay takes what has come and reads nothing more
        server.Pass(500);
        answered += Answer.Frames(client.ReadAvailable()).Count;
        Assert.InRange(answered, 14, 16);
        server.Pass(1_000);
        Assert.Equal(20, answered + Answer.Frames(client.ReadAvailable()).Count);
    }

    [Theory]
    [InlineData("drop", 10, 0)]
    [InlineData("close", 10, 1008)]
    public void Drop_and_close(string over, int answered, int code)
    {
        var server = new ManualServer(TestHandlers.Echoes, Rates($"\"messagesPerSecond\": 10, \"over\": \"{over}\""));
        var client = server.Open("echo");
        var frames = Answer.Frames(server.Say(client, [.. Enumerable.Repeat(Text("x"), 20)]));
        Assert.Equal(answered, frames.Count(frame => frame.Opcode == Opcode.Text));
        Assert.Equal(code, frames[^1].Opcode == Opcode.Close ? frames[^1].Code : 0);
        if (over == "drop") Assert.Single(server.Lines, line => line.Contains("are over the rate and dropped", StringComparison.Ordinal));
        if (code != 0) return;
        server.Pass(100);
        Assert.Single(Answer.Frames(server.Say(client, Text("x"), Text("x"))));
    }

    [Fact]
    public void An_address_has_one_rate_for_all_its_connections_and_a_new_one_does_not_fill_it()
    {
        var server = new ManualServer(TestHandlers.Echoes, Rates("\"addressMessagesPerSecond\": 10, \"over\": \"drop\""));
        var first = server.Open("echo", address: "192.0.2.1:1");
        Assert.Equal(10, Answer.Frames(server.Say(first, [.. Enumerable.Repeat(Text("x"), 12)])).Count);
        first.Break();
        server.Turn();
        Assert.Empty(server.Say(server.Open("echo", address: "192.0.2.1:2"), Text("x")));
        Assert.NotEmpty(server.Say(server.Open("echo", address: "192.0.2.2:1"), Text("x")));
    }

    [Fact]
    public void A_route_has_rates_of_its_own()
    {
        var server = new ManualServer(TestHandlers.Echoes, """
            { "rates": { "messagesPerSecond": 5, "over": "drop" }, "routes": [
                { "path": "/", "noOffer": "echo" },
                { "path": "/more", "noOffer": "echo", "rates": { "messagesPerSecond": 7 } } ] }
            """);
        Assert.Equal(5, Answer.Frames(server.Say(server.Open("echo"), [.. Enumerable.Repeat(Text("x"), 20)])).Count);
        Assert.Equal(7, Answer.Frames(server.Say(server.Open("echo", path: "/more"), [.. Enumerable.Repeat(Text("x"), 20)])).Count);
    }
}
