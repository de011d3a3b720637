using PluginHost.Core.Scripts;

namespace PluginHost.Core.Tests.Scripts;

public sealed class ScriptUnionTests
{
    private static readonly ReadOnlyMemory<byte> Bytes = new byte[] { 1, 2 };

    [Fact]
    public void Every_command_is_matched_by_its_own_function()
    {
        var history = new ScriptHistory(3, null);
        (ScriptCommand Command, string Name)[] all =
        [
            (new ScriptCommand.Send("a"), "send a"),
            (new ScriptCommand.SendBinary(Bytes), "binary 2"),
            (new ScriptCommand.SendUtf8(Bytes), "utf8 2"),
            (new ScriptCommand.Subscribe("t", null, history, false, true), "subscribe t"),
            (new ScriptCommand.Unsubscribe("t"), "unsubscribe t"),
            (new ScriptCommand.ReadTopic("t", history), "read t 3"),
            (new ScriptCommand.Publish("t", "x", default, false, false), "publish t"),
            (new ScriptCommand.Close(4000, "why"), "close 4000 why"),
            (new ScriptCommand.Log("line"), "log line"),
            (new ScriptCommand.Timer(null), "timer "),
        ];
        Assert.All(all, pair => Assert.Equal(pair.Name, pair.Command.Match(
            text => $"send {text}", bytes => $"binary {bytes.Length}", bytes => $"utf8 {bytes.Length}", subscribe => $"subscribe {subscribe.Topic}",
            topic => $"unsubscribe {topic}", (topic, wanted) => $"read {topic} {wanted.Count}", publish => $"publish {publish.Topic}", (code, reason) => $"close {code} {reason}",
            log => $"log {log.Text}", delay => $"timer {delay}")));
    }

    [Fact]
    public void Every_event_of_a_topic_is_matched_by_its_own_function()
    {
        ScriptTopic[] all = [new ScriptTopic.Message("t", true, Bytes, 1, default, false), new ScriptTopic.Member("t", "1", "ann")];
        Assert.Equal(["message t", "member ann"], all.Select(topic => topic.Match(message => $"message {message.Name}", member => $"member {member.Info}", _ => "snapshot")));
    }

    [Theory]
    [InlineData("{{ x }}", 3, 4, "f.sbn:1:4: error: wrong\n  {{ x }}\n     ^")]
    [InlineData("a\n\t{{ word }}", 6, 10, "f.sbn:2:5: error: wrong\n  \t{{ word }}\n  \t   ^~~~")]
    [InlineData("", 5, 9, "f.sbn:1:1: error: wrong\n  \n  ^")]
    public void An_error_is_shown_with_its_line_and_a_caret(string text, int start, int end, string shown)
    {
        var error = ScriptError.At("f.sbn", text, start, end, "wrong");
        Assert.Equal(shown, error.Format());
        Assert.Equal(shown.Split('\n')[0], error.ToString());
    }
}
