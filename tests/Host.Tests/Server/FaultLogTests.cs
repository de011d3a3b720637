using PluginHost.Server.Logging;

namespace PluginHost.Tests.Server;

/// <summary>What is read off the lines that tell of faults.</summary>
public class FaultLogTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData(
        "connection 7: handler \"a.v1\" of chat failed: InvalidOperationException: no (really) (at Chat.On(Int32 x)); closed with 1011",
        "7 a.v1 chat|Chat.On(Int32 x)|InvalidOperationException: no (really)")]
    [InlineData("connection 7: handler \"a\" of p failed: X: y (no stack); closed with 1011", "7 a p||X: y")]
    [InlineData("connection 7: handler \"a\" of s.sbn failed: scripts/s.sbn:5:17: error: it is wrong |   {{ x }} |      ^; closed with 1011", "7 a s.sbn|scripts/s.sbn:5:17|it is wrong")]
    [InlineData("connection 7: handler \"a\" of p failed: X: it failed: y; closed with 1011 (no stack); closed with 1011", "7 a p||X: it failed: y; closed with 1011")]
    [InlineData("connection 7: the handshake decision of \"a\" of p failed: X: a\nb (no stack); answered with 500", "7 a p||X: a\\u000ab")]
    [InlineData("connection 7: authentication by gate failed: X; answered with 500", "7  gate||X")]
    [InlineData("handler \"a\" of p: quarantined after 5 faults", null)]
    [InlineData("connection 7: a call of handler \"a\" of p has been running for over 10 ms", null)]
    public void A_fault_has_handler_place_and_message(string line, string? expected)
    {
        var log = new FaultLog(2);
        log.Read(line, Now);
        Assert.Equal(expected, log.Newest.Select(fault => $"{fault.Connection} {fault.Handler} {fault.Plugin}|{fault.Place}|{fault.Message}").SingleOrDefault());
    }

    [Fact]
    public void It_keeps_the_last_ones_and_bounds_their_text()
    {
        var log = new FaultLog(2);
        for (var i = 1; i <= 3; i++) log.Read($"connection {i}: handler \"a\" of p failed: {new string('x', 600)}; closed with 1011", Now);
        Assert.Equal([3, 2], log.Newest.Select(fault => fault.Connection));
        Assert.All(log.Newest, fault => Assert.Equal(501, fault.Message.Length));
    }
}
