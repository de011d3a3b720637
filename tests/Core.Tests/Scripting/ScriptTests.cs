using LanguageExt;
using PluginHost.Core.Scripting;
using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Values;
using static PluginHost.Core.Tests.Scripting.Rendering;

namespace PluginHost.Core.Tests.Scripting;

/// <summary>Scripts as handlers: subprotocols, events, state, replies, commands.</summary>
public sealed class ScriptTests
{
    private static readonly ScriptObject NoState = ScriptObject.Create([]);

    [Theory]
    [InlineData("{{# protocols: shout.v1, shout #}}x", "shout.v1 shout")]
    [InlineData("{{# protocols: shout ~}}\nx", "shout")]
    [InlineData("\n {{ ## \n protocols:a,b\n more ## }}", "a b")]
    [InlineData("{{\n# protocols: a\n# other\n}}", "a")]
    [InlineData("{{ # other\n# protocols: a\n}}", "")]
    [InlineData("{{ 1 # protocols: a\n}}", "")]
    [InlineData("text {{# protocols: a }}", "")]
    [InlineData("no comment", "")]
    public void The_first_comment_names_the_subprotocols(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', Parse(text).Protocols));

    [Theory]
    [InlineData("{{# protocols: a, b c }}", 1, 19)]
    [InlineData("{{# protocols: a, a }}", 1, 19)]
    [InlineData("{{# protocols: }}", 1, 16)]
    [InlineData("\n{{# protocols: a,, b }}", 2, 18)]
    public void A_name_that_is_no_token_is_an_error(string text, int line, int column)
    {
        var error = Script.Parse("s.sbn", text).LeftToSeq().Single().Single();
        Assert.Equal((line, column), (error.Line, error.Column));
    }

    [Fact]
    public void A_template_answers_with_what_it_prints() =>
        Assert.Equal("HELLO", Send(Parse("{{# protocols: shout ~}}\n{{ message | string.upcase }}"), "hello").Reply);

    [Fact]
    public void Nothing_is_sent_where_only_blanks_are_printed() => Assert.Null(Send(Parse(" \n{{ if false }}x{{ end }}\t"), "hello").Reply);

    [Fact]
    public void Json_is_parsed_when_it_is_asked_for() =>
        Assert.Equal("3 b null", Send(Parse("{{ json.a + json.l[1] }} {{ json.s }} {{ json.x ?? 'null' }}"), "{\"a\":1,\"l\":[1,2],\"s\":\"b\"}").Reply);

    [Fact]
    public void Json_is_null_where_the_message_is_none() =>
        Assert.Equal("none", Send(Parse("{{ json ? 'some' : 'none' }}"), "{a}").Reply);

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Json_is_nested_64_levels_deep_at_most(int levels, bool isRead) =>
        Assert.Equal(isRead ? "some" : "none", Send(Parse("{{ json ? 'some' : 'none' }}"), new string('[', levels) + new string(']', levels)).Reply);

    // An expression in parentheses is two nodes.
    [Theory]
    [InlineData(95, true)]
    [InlineData(105, false)]
    public void A_script_is_nested_200_levels_deep_at_most(int levels, bool isRead) =>
        Assert.Equal(isRead, Script.Parse("s.sbn", "{{ " + new string('(', levels) + "1" + new string(')', levels) + " }}").IsRight);

    [Fact]
    public void A_binary_message_is_Base64()
    {
        var happened = Event with { IsText = false, Payload = new byte[] { 0, 255, 1 } };
        var result = Parse("{{ message ?? 'null' }} {{ binary }} {{ json ?? 'null' }}")
            .Evaluate(happened, NoState, ScriptLibrary.Empty, ScriptLimits.Default, new ScriptWorkspace());
        Assert.Equal("null AP8B null", result.Reply);
    }

    [Fact]
    public void The_event_is_there()
    {
        var happened = Event with
        {
            Connection = ScriptObject.Create([new("id", ScriptValue.Of("c1"))]),
            Options = ScriptObject.Create([new("limit", ScriptValue.Of(5))]),
        };
        var result = Parse("{{ connection.id }} {{ options.limit }} {{ now.year }} {{ this.connection.id }}")
            .Evaluate(happened, NoState, ScriptLibrary.Empty, ScriptLimits.Default, new ScriptWorkspace());
        Assert.Equal("c1 5 2024 c1", result.Reply);
    }

    [Fact]
    public void State_goes_from_one_message_to_the_next_and_earlier_states_stay()
    {
        var script = Parse("{{ state.n = (state.n ?? 0) + 1; state.list = (state.list ?? []) + [message]; state.n }} {{ state.list }}");
        var first = Send(script, "a");
        var second = Send(script, "b", first.State);
        var again = Send(script, "c", first.State);
        Assert.Equal("1 [\"a\"]", first.Reply);
        Assert.Equal("2 [\"a\", \"b\"]", second.Reply);
        Assert.Equal("2 [\"a\", \"c\"]", again.Reply);
        Assert.Equal("{n: 1, list: [\"a\"]}", ScriptValue.Of(first.State).ToString());
    }

    [Fact]
    public void Deep_state_is_not_changed_in_place()
    {
        var state = ScriptObject.Create([new("o", ScriptValue.Of(ScriptObject.Create([new("l", Builtin.Array(Builtin.Number(1)))])))]);
        var result = Send(Parse("{{ a = state.o; a.l[0] = 2; state.o.l[0]; with state.o; x = 1; end; for i in state.o.l; i; end }}"), "", state);
        Assert.Equal("22", result.Reply);
        Assert.Equal("{o: {l: [1]}}", ScriptValue.Of(state).ToString());
        Assert.Equal("{o: {l: [2], x: 1}}", ScriptValue.Of(result.State).ToString());
    }

    [Fact]
    public void A_state_that_is_not_touched_is_handed_on()
    {
        var state = ScriptObject.Create([new("x", Builtin.Number(1))]);
        Assert.Same(state, Send(Parse("{{ message }}"), "x", state).State);
    }

    [Theory]
    [InlineData("{{ state = 5 }}", "the state must be an object, but is 5")]
    [InlineData("{{ state.f = @string.upcase }}", "the state: a function cannot be kept")]
    [InlineData("{{ state.s = state }}", "the state: a value that contains itself cannot be kept")]
    [InlineData("{{ state.s = this }}", "the state: a value that contains itself cannot be kept")]
    public void What_cannot_be_a_state(string text, string message)
    {
        var result = Send(Parse(text), "", NoState);
        Assert.Equal(message, result.Error!.Message);
        Assert.Same(NoState, result.State);
    }

    [Fact]
    public void A_state_cannot_outgrow_the_memory_limit()
    {
        var script = Parse("{{ state.s = (state.s ?? '') + ('x' * 10000) }}");
        var (state, limits) = (NoState, new ScriptLimits { Memory = 200_000 });
        ScriptError? error = null;
        for (var i = 0; i < 40 && error is null; i++) (state, _, _, error) = Send(script, "", state, limits);
        Assert.NotNull(error);
        Assert.InRange(state.FrozenSize, 1, 200_000);
    }

    [Fact]
    public void Handler_functions()
    {
        var script = Parse("""
            {{
            x = 1
            func on_open; "hi"; end
            func on_message(text); ret text + x; end
            func on_close(code, reason); log $"{code} {reason}"; end
            }} not printed
            """);
        Assert.False(script.IsTemplate);
        Assert.Equal("hi", Run(script, Event with { Kind = ScriptEventKind.Open }).Reply);
        Assert.Equal("m1", Send(script, "m").Reply);
        Assert.False(script.Handles(ScriptEventKind.Tick));
        Assert.Null(Run(script, Event with { Kind = ScriptEventKind.Tick }).Reply);
        var closed = Run(script, Event with { Kind = ScriptEventKind.Close, CloseCode = 1001, CloseReason = "bye" });
        Assert.Equal([new ScriptCommand.Log("1001 bye")], closed.Commands);
    }

    [Fact]
    public void A_handler_may_print_and_return() =>
        Assert.Equal("ab", Send(Parse("{{ func on_message; 'a'; ret 'b'; end }}"), "").Reply);

    [Fact]
    public void A_template_handles_messages_only()
    {
        var script = Parse("{{ message }}");
        Assert.True(script.IsTemplate);
        Assert.Equal([ScriptEventKind.Message], Enum.GetValues<ScriptEventKind>().Where(script.Handles));
    }

    [Fact]
    public void Commands_come_in_order()
    {
        var result = Send(Parse("""
            {{ send "a"; send_json {b: [1, null, "ä\n"], c: 1.5}; send_binary "AAH/"; subscribe "t"; publish "t" message
               unsubscribe "t"; publish_json "t" [true]; log 5; timer 1.5; timer; close 1000 "done" }}
            """), "m");
        Assert.Null(result.Error?.Format());
        Assert.Equal(
            "send:a send:{\"b\":[1,null,\"ä\\n\"],\"c\":1.5} binary:AAH/ subscribe:t publish:t:m unsubscribe:t publish:t:[true] log:5 "
            + "timer:00:00:01.5000000 timer: close:1000:done",
            string.Join(' ', result.Commands.Select(c => c.Match(
                t => "send:" + t, b => "binary:" + Convert.ToBase64String(b.Span), u => "utf8:" + u.Length, s => "subscribe:" + s.Topic,
                t => "unsubscribe:" + t, (t, h) => $"read:{t}:{h}", p => $"publish:{p.Topic}:{p.Text}", (code, reason) => $"close:{code}:{reason}",
                l => "log:" + l.Text, d => "timer:" + d))));
        Assert.Null(result.Reply);
    }

    [Theory]
    [InlineData("{{ close 1005 }}", "`close`: 1005 is no close code that may be sent")]
    [InlineData("{{ close 1000 ('x' * 124) }}", "`close`: a close reason has at most 123 bytes")]
    [InlineData("{{ subscribe 't' since: 5 }}", "`subscribe`: argument `since` must be an object, but is 5")]
    [InlineData("{{ timer 0 }}", "`timer`: a delay is from 0.001 to 86400 seconds")]
    [InlineData("{{ send_binary '*' }}", "`send_binary`: the text is not Base64")]
    public void Commands_are_checked(string text, string message) => Assert.Equal(message, Send(Parse(text), "").Error!.Message);

    [Fact]
    public void After_an_error_there_are_neither_commands_nor_a_new_state()
    {
        var result = Send(Parse("x{{ state.a = 1; send 'a'; foo 1 }}"), "", NoState);
        Assert.Same(NoState, result.State);
        Assert.Empty(result.Commands);
        Assert.Null(result.Reply);
        Assert.Equal("test.sbn:1:28: error: the function `foo` is not defined\n  x{{ state.a = 1; send 'a'; foo 1 }}\n                             ^~~~~", result.Error!.Format());
    }

    [Fact]
    public void An_error_leaves_nothing_in_the_workspace()
    {
        var workspace = new ScriptWorkspace();
        var script = Parse("{{ if message == 'bad'; capture x; 'printed'; with {}; foo 1; end; end; end; x ?? 'clean' }}");
        foreach (var message in new[] { "good", "bad", "good" })
        {
            var happened = Event with { Payload = System.Text.Encoding.UTF8.GetBytes(message) };
            var result = script.Evaluate(happened, NoState, ScriptLibrary.Empty, ScriptLimits.Default, workspace);
            Assert.Equal(message == "bad" ? null : "clean", result.Reply);
        }
    }

    [Fact]
    public void Every_syntax_error_has_its_caret()
    {
        var error = Script.Parse("s.sbn", "a\n{{ if }}").LeftToSeq().Single().Single();
        Assert.Equal("s.sbn:2:7: error: a value is expected here, but the code ends\n  {{ if }}\n        ^~", error.Format());
    }

    [Fact]
    public void A_long_line_is_cut_around_the_place()
    {
        var error = Script.Parse("s.sbn", new string('x', 1000) + "{{ ) }}" + new string('y', 1000)).LeftToSeq().Single().Single();
        Assert.Equal(1004, error.Column);
        Assert.Equal(200, error.SourceLine.Length);
        Assert.Equal(')', error.SourceLine[error.CaretColumn - 1]);
    }

    [Fact]
    public void Eval_is_charged_and_its_errors_are_those_of_the_call()
    {
        var run = Builtin.NewRun();
        Assert.Equal(3, run.EvaluateText("1 + 2", false).AsInteger());
        Assert.Equal("a 3", run.EvaluateText("a {{ 1 + 2 }}", true).AsString());
        Assert.Equal("text:1:5: error: a value is expected here, but the text ends", Assert.Throws<ScriptFault>(() => run.EvaluateText("1 + ", false)).Message);
    }

    [Fact]
    public void Members_of_built_in_objects_can_be_set_for_one_evaluation()
    {
        var script = Parse("{{ string.x = (string.x ?? 0) + 1; string.x; string.upcase 'a' }}");
        Assert.Equal("1A", Send(script, "").Reply);
        Assert.Equal("1A", Send(script, "").Reply);
    }

    [Fact]
    public void What_is_empty_stays_empty()
    {
        Assert.Equal("{x: 1} {}", Send(Parse("{{ e = empty; e.x = 1; e }} {{ empty }}"), "").Reply);
        Assert.Equal("a member of null cannot be set", Send(Parse("{{ e.x = 1 }}"), "").Error!.Message);
    }

    private static ScriptResult Run(Script script, ScriptEvent happened) =>
        script.Evaluate(happened, NoState, ScriptLibrary.Empty, ScriptLimits.Default, new ScriptWorkspace());
}
