using System.Text;
using PluginHost.Abstractions;
using PluginHost.Hostile.Support;
using PluginHost.Server;
using PluginHost.Server.Logging;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Hostile.Attacks;

/// <summary>Whatever a peer or a plugin says, one event is one line, without control characters and of bounded length.</summary>
[Trait("Row", "control characters in anything logged")]
public sealed class LogAttackTests
{
    private static readonly string Nasty = string.Concat(Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Select(c => (char)c))
        + "\u2028\u2029\u202e\u2066\u001b[2J\r\n2026-01-01T00:00:00Z fail: forged";

    private static void AllAreClean(IEnumerable<string> lines)
    {
        Assert.NotEmpty(lines);
        Assert.All(lines, line =>
        {
            Assert.DoesNotContain(line, c => char.IsControl(c) || c is '\u2028' or '\u2029' or '\u202e' or '\u2066');
            Assert.InRange(line.Length, 1, 8_000);
        });
    }

    [Fact]
    public void What_handlers_throw_and_peers_say()
    {
        var server = new ManualServer(
        [
            .. TestHandlers.Echoes,
            Handler.Inline("throws", own => new InlineOf(own) { Message = (_, message) => throw new InvalidOperationException(Nasty + message + new string('x', 100_000)) }),
            Handler.Inline("closed", own => new InlineOf(own) { Closed = (_, close) => throw new InvalidOperationException(close.Reason) }),
        ]);
        server.Say(server.Open("throws"), Text(Nasty));
        var closing = server.Open("closed");
        server.Say(closing, Close(4000, Nasty[..100]));
        server.Say(server.Open("echo"), [0xFF]);
        foreach (var first in new[] { "\u0016\u0003\u0001\r\n\r\n", "PROXY \u001b[2J\r\n", "GET /\u001b[31m HTTP/1.1\r\n\r\n" })
            server.Say(server.Connect(), Encoding.Latin1.GetBytes(first));
        AllAreClean(server.Lines);
        Assert.Equal(server.Lines.Count, server.Lines.Count(line => line.Contains("connection ", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_is_said_to_the_log()
    {
        var lines = new List<string>();
        var log = LineLogger.Log(LogLevel.Trace, (_, line) => lines.Add(line));
        log.Write(LogLevel.Error, Nasty);
        log.Write(LogLevel.Error, new string('\n', 5_000));
        AllAreClean(lines);
        Assert.Equal(2, lines.Count);
        Assert.DoesNotContain('\n', OneLine.Of(Nasty, 2_000));
        Assert.InRange(OneLine.Of(new string('\n', 10_000), 2_000).Length, 2_000, 2_010);
    }

    [Fact]
    public void What_a_plugin_lets_escape()
    {
        var lines = new List<string>();
        var stray = new StrayExceptions(new LineLogger(LogLevel.Trace, (_, line) => lines.Add(line)), () => 0);
        stray.Survives(new InvalidOperationException(Nasty));
        AllAreClean(lines);
    }
}
