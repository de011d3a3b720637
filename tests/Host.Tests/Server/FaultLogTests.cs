using PluginHost.Core.Scripts;
using PluginHost.Server.Logging;
using PluginHost.Server.Scripting;

namespace PluginHost.Tests.Server;

/// <summary>What is kept of the last faults.</summary>
public class FaultLogTests
{
    private static string? Only(Action<FaultLog> add)
    {
        var log = new FaultLog(2);
        add(log);
        return log.Newest.Select(fault => $"{fault.Connection} {fault.Handler} {fault.Plugin}|{fault.Place}|{fault.Message}").SingleOrDefault();
    }

    private static string? Of(string handler, string plugin, Exception exception) => Only(log => log.Add(7, handler, plugin, ExceptionText.Split(exception)));

    /// <summary>With the stack that it is said to have.</summary>
    private sealed class Thrown(string message, string? stack) : Exception(message)
    {
        public override string? StackTrace => stack;
    }

    /// <summary>Fails when it is asked.</summary>
    private sealed class Mute : Exception
    {
        public override string Message => throw new InvalidOperationException();
    }

    [Fact]
    public void A_fault_has_handler_place_and_message()
    {
        Assert.Equal(
            "7 a.v1 chat|Chat.On(Int32 x)|Thrown: no (really)", Of("a.v1", "chat", new Thrown("no (really)", "   at Chat.On(Int32 x)\n   at B()")));
        Assert.Equal("7 a p||Thrown: y", Of("a", "p", new Thrown("y", null)));
        Assert.Equal("7 a p||Thrown: it failed: y; closed with 1011", Of("a", "p", new Thrown("it failed: y; closed with 1011", "")));
        Assert.Equal("7 a p||Thrown: a\\u000ab", Of("a", "p", new Thrown("a\nb", null)));
        Assert.Equal("7 a p||Mute, which does not describe itself", Of("a", "p", new Mute()));
        Assert.Equal("7  gate||X", Only(log => log.Add(7, null, "gate", new FaultText(null, "X"))));
        Assert.Equal(
            "7 a s.sbn|scripts/s.sbn:5:17|it is wrong", Of("a", "s.sbn", new ScriptFailure(new ScriptError("scripts/s.sbn", 5, 17, "{{ x }}", 5, 1, "it is wrong"))));
    }

    [Fact]
    public void A_line_says_what_is_kept()
    {
        Assert.Equal("Thrown: no (at Chat.On())", ExceptionText.Describe(new Thrown("no", "   at Chat.On()\n   at B()")));
        Assert.Equal("Thrown: no (no stack)", ExceptionText.Describe(new Thrown("no", null)));
        Assert.Equal("Mute, which does not describe itself", ExceptionText.Describe(new Mute()));
        Assert.StartsWith("s.sbn:5:17: error: it is wrong | ", ExceptionText.Describe(new ScriptFailure(new ScriptError("s.sbn", 5, 17, "x", 1, 1, "it is wrong"))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_only_looks_like_a_fault_is_none()
    {
        var log = LineLogger.Log(Microsoft.Extensions.Logging.LogLevel.Debug, (_, _) => { });
        log.Write(Microsoft.Extensions.Logging.LogLevel.Error, "connection 7: handler \"a\" of p failed: X: y (no stack); closed with 1011");
        Assert.Empty(log.Faults.Newest);
    }

    [Fact]
    public void It_keeps_the_last_ones_and_bounds_their_text()
    {
        var log = new FaultLog(2);
        for (var i = 1; i <= 3; i++) log.Add(i, "a", "p", new FaultText(new string('y', 600), new string('x', 600)));
        Assert.Equal([3, 2], log.Newest.Select(fault => fault.Connection));
        Assert.All(log.Newest, fault => Assert.Equal((501, 501), (fault.Message.Length, fault.Place!.Length)));
    }
}
