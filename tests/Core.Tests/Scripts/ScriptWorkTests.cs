using PluginHost.Core.Scripts;

namespace PluginHost.Core.Tests.Scripts;

/// <summary>What is decided about an event before a script is evaluated, and about what it asks for.</summary>
public sealed class ScriptWorkTests
{
    private static readonly ScriptShape Template = ScriptShape.Of(["helper"]);

    private static ScriptShape Handler(params ScriptEventKind[] kinds) => ScriptShape.Of(kinds.Select(ScriptShape.FunctionOf).Append("helper"));

    private static ScriptEvent Event(ScriptEventKind kind, ScriptTopic? topic = null) => new(kind, DateTimeOffset.UnixEpoch, 1) { Topic = topic };

    private static ScriptTopic.Message Message(byte content, bool isText = true) => new("t", isText, new[] { content }, 5, new ScriptPlace(3, content), false);

    private static ScriptTopic.Snapshot Snapshot(params ScriptTopic.Message[] messages) => new("t", null, messages, true, default, []);

    [Fact]
    public void A_template_handles_messages_only()
    {
        Assert.True(Template.IsTemplate);
        Assert.Equal([ScriptEventKind.Message], Template.Handled);
    }

    [Fact]
    public void A_handler_handles_what_it_has_functions_for()
    {
        foreach (var kind in Enum.GetValues<ScriptEventKind>())
        {
            var shape = Handler(kind);
            Assert.False(shape.IsTemplate);
            Assert.Equal([kind], shape.Handled);
            Assert.IsType<ScriptWork.Evaluate>(ScriptWork.Of(shape, "s.sbn", Event(kind)));
        }
    }

    [Theory]
    [InlineData(ScriptEventKind.Open)]
    [InlineData(ScriptEventKind.Close)]
    [InlineData(ScriptEventKind.Tick)]
    [InlineData(ScriptEventKind.Join)]
    public void What_a_script_has_no_function_for_does_nothing(ScriptEventKind kind) =>
        Assert.Equal(ScriptWork.Answer.Nothing, ScriptWork.Of(Template, "s.sbn", Event(kind)));

    [Fact]
    public void Messages_of_topics_that_a_script_has_no_function_for_are_the_clients()
    {
        var answer = Assert.IsType<ScriptWork.Answer>(ScriptWork.Of(Template, "s.sbn", Event(ScriptEventKind.Topic, Message(65))));
        Assert.Equal(65, Assert.IsType<ScriptCommand.SendUtf8>(Assert.Single(answer.Commands)).Payload.Span[0]);
        answer = Assert.IsType<ScriptWork.Answer>(ScriptWork.Of(Template, "s.sbn", Event(ScriptEventKind.Snapshot, Snapshot(Message(65), Message(1, false)))));
        Assert.IsType<ScriptCommand.SendUtf8>(answer.Commands[0]);
        Assert.IsType<ScriptCommand.SendBinary>(answer.Commands[1]);
        Assert.Equal(ScriptWork.Answer.Nothing, ScriptWork.Of(Template, "s.sbn", Event(ScriptEventKind.Snapshot, Snapshot())));
    }

    [Fact]
    public void Without_a_function_for_answers_the_past_is_like_the_present()
    {
        var snapshot = Event(ScriptEventKind.Snapshot, Snapshot(Message(1), Message(2, false)));
        var replay = Assert.IsType<ScriptWork.Replay>(ScriptWork.Of(Handler(ScriptEventKind.Topic), "s.sbn", snapshot));
        Assert.Equal([(1, true), (2, false)], replay.Events.Select(one => ((int)one.Payload.Span[0], one.IsText)));
        Assert.All(replay.Events, one => Assert.Equal((ScriptEventKind.Topic, snapshot.Now, snapshot.Seed), (one.Kind, one.Now, one.Seed)));
        Assert.IsType<ScriptWork.Evaluate>(ScriptWork.Of(Handler(ScriptEventKind.Topic, ScriptEventKind.Snapshot), "s.sbn", snapshot));
    }

    [Fact]
    public void A_refusal_that_a_script_does_not_look_at_is_logged() => Assert.Equal(
        [new ScriptCommand.Log("s.sbn: topic \"t\" was refused: forbidden", IsRefusal: true)],
        Assert.IsType<ScriptWork.Answer>(ScriptWork.Of(
            Handler(ScriptEventKind.Topic), "s.sbn", Event(ScriptEventKind.Snapshot, new ScriptTopic.Snapshot("t", "forbidden", [], false, default, [])))).Commands);

    [Theory]
    [InlineData("", null)]
    [InlineData(" \r\n\t", null)]
    [InlineData(" a\n", " a\n")]
    public void A_reply_is_what_is_printed_unless_it_is_blank(string printed, string? reply) => Assert.Equal(reply, ScriptWork.ReplyOf(printed));

    [Theory]
    [InlineData("a", false, new ScriptEventKind[0], false, false)]
    [InlineData("a", false, new[] { ScriptEventKind.Topic }, true, false)]
    [InlineData("a", false, new[] { ScriptEventKind.Join }, true, true)]
    [InlineData("a", false, new[] { ScriptEventKind.Leave }, true, true)]
    [InlineData("a/+", true, new ScriptEventKind[0], false, false)]
    [InlineData("a/+", true, new[] { ScriptEventKind.Topic }, true, false)]
    [InlineData("a/+", true, new[] { ScriptEventKind.Leave }, false, false)]
    // Presence is a topic's: this is refused, whatever the script defines.
    [InlineData("a/+", false, new ScriptEventKind[0], false, true)]
    [InlineData("a/#", false, new[] { ScriptEventKind.Leave }, false, true)]
    public void Who_is_told_depends_on_what_the_script_defines(string topic, bool mayBePattern, ScriptEventKind[] kinds, bool toScript, bool watches)
    {
        var wanted = Handler(kinds).Subscribe(topic, "ann", new ScriptHistory(3, null), mayBePattern);
        Assert.Equal(new ScriptCommand.Subscribe(topic, "ann", new ScriptHistory(3, null), toScript, watches), wanted);
    }

    [Theory]
    [InlineData(999, false)]
    [InlineData(1000, true)]
    [InlineData(1002, false)]
    [InlineData(1003, true)]
    [InlineData(1004, false)]
    [InlineData(1006, false)]
    [InlineData(1007, true)]
    [InlineData(1010, false)]
    [InlineData(1011, true)]
    [InlineData(1014, true)]
    [InlineData(1015, false)]
    [InlineData(2999, false)]
    [InlineData(3000, true)]
    [InlineData(4999, true)]
    [InlineData(5000, false)]
    [InlineData(long.MaxValue, false)]
    public void A_close_has_a_code_that_an_application_may_send(long code, bool isTaken) => Assert.Equal(isTaken, ScriptRequest.Close(code, "").IsRight);

    [Theory]
    [InlineData(123, true)]
    [InlineData(124, false)]
    public void A_close_reason_has_at_most_123_bytes(int bytes, bool isTaken)
    {
        Assert.Equal(isTaken, ScriptRequest.Close(1000, new string('x', bytes)).IsRight);
        Assert.Equal(isTaken, ScriptRequest.Close(1000, "ä" + new string('x', bytes - 2)).IsRight);
    }

    [Theory]
    [InlineData(0.0009, false)]
    [InlineData(0.001, true)]
    [InlineData(86400, true)]
    [InlineData(86400.1, false)]
    [InlineData(double.NaN, false)]
    public void A_timer_is_from_a_millisecond_to_a_day(double seconds, bool isTaken) => Assert.Equal(isTaken, ScriptRequest.Timer(seconds).IsRight);

    [Fact]
    public void Chance_follows_from_the_seed_and_spreads()
    {
        Assert.Equal(ScriptChance.At(7, 3), ScriptChance.At(7, 3));
        var drawn = Enumerable.Range(0, 10_000).Select(index => ScriptChance.At(7, (ulong)index)).ToArray();
        Assert.Equal(drawn.Length, drawn.Distinct().Count());
        Assert.InRange(drawn.Average(one => one / (double)ulong.MaxValue), 0.48, 0.52);
        Assert.NotEqual(ScriptChance.At(7, 0), ScriptChance.At(8, 0));
    }

    [Fact]
    public void A_long_line_is_cut_around_the_place()
    {
        var text = new string('x', 1000) + ")" + new string('y', 1000);
        var error = ScriptError.At("s.sbn", text, 1000, 1001, "a\nb");
        Assert.Equal((1, 1001, 200, "a\uFFFDb"), (error.Line, error.Column, error.SourceLine.Length, error.Message));
        Assert.Equal(')', error.SourceLine[error.CaretColumn - 1]);
    }

    [Theory]
    [InlineData(-5, -5, 1, 1)]
    [InlineData(2, 1, 2, 1)]
    [InlineData(99, 200, 3, 2)]
    [InlineData(int.MaxValue, int.MinValue, 3, 2)]
    public void A_place_outside_the_text_is_its_end_or_beginning(int start, int end, int line, int column)
    {
        var error = ScriptError.At("s.sbn", "a\nb\rc", start, end, "m");
        Assert.Equal((line, column, 1), (error.Line, error.Column, error.Length));
    }
}
