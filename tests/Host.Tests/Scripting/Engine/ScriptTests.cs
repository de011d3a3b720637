using PluginHost.Core.Scripts;
using PluginHost.Server.Scripting.Engine;
using static PluginHost.Tests.Scripting.Engine.Rendering;

namespace PluginHost.Tests.Scripting.Engine;

/// <summary>Scripts as handlers: what they see, state, replies, commands, errors.</summary>
public sealed class ScriptTests
{
    [Fact]
    public void A_template_answers_with_what_it_prints() =>
        Assert.Equal("HELLO", Send(Parse("{{# protocols: shout ~}}\n{{ message | string.upcase }}"), "hello").Reply);

    [Fact]
    public void Nothing_is_sent_where_only_blanks_are_printed() => Assert.Null(Send(Parse(" \n{{ if false }}x{{ end }}\t"), "hello").Reply);

    [Fact]
    public void Json_is_parsed_when_it_is_asked_for() =>
        Assert.Equal("3 b null", Render("{{ json.a + json.l[1] }} {{ json.s }} {{ json.x ?? 'null' }}", "{\"a\":1,\"l\":[1,2],\"s\":\"b\"}"));

    [Theory]
    [InlineData("{a}")]
    [InlineData("[1")]
    [InlineData("[1] 2")]
    [InlineData("")]
    public void Json_is_null_where_the_message_is_none(string message) => Assert.Equal("none", Render("{{ json ? 'some' : 'none' }}", message));

    [Theory]
    [InlineData("1", "1 number")]
    [InlineData("2147483648", "2147483648 number")]
    [InlineData("9223372036854775808", "9223372036854775808 number")]
    [InlineData("1.5", "1.5 number")]
    [InlineData("1e3", "1000 number")]
    [InlineData("\"\\u00e4\\n\"", "ä\n string")]
    [InlineData("[]", "[] array")]
    public void Json_gives_the_languages_own_values(string message, string expected) =>
        Assert.Equal(expected, Render("{{ json }} {{ object.typeof json }}", message));

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Json_is_nested_64_levels_deep_at_most(int levels, bool isRead) =>
        Assert.Equal(isRead ? "some" : "none", Render("{{ json ? 'some' : 'none' }}", new string('[', levels) + new string(']', levels)));

    [Theory]
    [InlineData(400, true)]
    [InlineData(401, false)]
    public void A_whole_number_in_json_has_at_most_400_digits_or_is_a_double(int digits, bool isExact) =>
        Assert.Equal(isExact, Render("{{ json }}", new string('1', digits)) == new string('1', digits));

    [Fact]
    public void A_binary_message_is_Base64() => Assert.Equal(
        "null AP8B null",
        Tell(Parse("{{ message ?? 'null' }} {{ binary }} {{ json ?? 'null' }}"), Event with { IsText = false, Payload = new byte[] { 0, 255, 1 } }).Reply);

    [Fact]
    public void The_event_is_there()
    {
        var connection = ScriptData.Of(new Abstractions.HandshakeInfo { ConnectionId = 7, Path = "/x" });
        var outcome = Tell(
            Parse("{{ connection.id }} {{ connection.path }} {{ options.limit }} {{ now.year }} {{ this.connection.id }} {{ date.now }}"), Event,
            options: ScriptData.Of("""{"limit": 5}"""), connection: connection);
        Assert.Equal("7 /x 5 2024 7 06 May 2024", outcome.Reply);
    }

    [Fact]
    public void State_goes_from_one_message_to_the_next_and_earlier_states_stay()
    {
        var script = Parse("{{ state.n = (state.n ?? 0) + 1; state.list = (state.list ?? []) + [message]; state.n }} {{ state.list }}");
        var first = Send(script, "a");
        var second = Send(script, "b", first.State);
        var again = Send(script, "c", first.State);
        Assert.Equal(("1 [\"a\"]", "2 [\"a\", \"b\"]", "2 [\"a\", \"c\"]"), (first.Reply, second.Reply, again.Reply));
        Assert.Equal("{n: 1, list: [\"a\"]}", first.State.Print());
    }

    [Fact]
    public void Deep_state_is_not_changed_in_place()
    {
        var state = State("{o: {l: [1]}}");
        var result = Send(Parse("{{ a = state.o; a.l[0] = 2; state.o.l[0]; with state.o; x = 1; end; for i in state.o.l; i; end }}"), "", state);
        Assert.Equal(("22", "{o: {l: [1]}}", "{o: {l: [2], x: 1}}"), (result.Reply, state.Print(), result.State.Print()));
    }

    /// <summary>Whatever changes it, and wherever the error comes from.</summary>
    [Theory]
    [InlineData("state.l[0] = 9")]
    [InlineData("state.o.x = 9")]
    [InlineData("state.o.l[3] = 9")]
    [InlineData("state.l.mark = 9")]
    [InlineData("with state; x = 9; end")]
    [InlineData("with state.o; import { x: 9 }; end")]
    [InlineData("for state.o.x in [9]; end")]
    [InlineData("capture state.o.x; 9; end")]
    [InlineData("for i in state.p; i.x = 9; end")]
    [InlineData("func f(a); a.x = 9; end; f state.o")]
    [InlineData("state.o.x++")]
    [InlineData("state = {}")]
    public void A_failed_event_leaves_the_state_as_it_was(string change)
    {
        var state = State("{l: [1, 2], o: {x: 1, l: [1]}, p: [{x: 1}]}");
        var before = state.Print();
        foreach (var failure in new[] { "foo 1", "while true; end", "send ('x' * 2000000)" })
        {
            var result = Send(Parse($"{{{{ {change}; {failure} }}}}"), "", state);
            Assert.NotNull(result.Error);
            Assert.Same(state, result.State);
            Assert.Equal(before, state.Print());
        }
    }

    [Fact]
    public void A_state_that_is_not_looked_at_is_handed_on()
    {
        var state = State("{x: 1}");
        Assert.Same(state, Send(Parse("{{ message }}"), "x", state).State);
    }

    [Theory]
    [InlineData("{{ state = 5 }}", "the state must be an object, but is a number")]
    [InlineData("{{ state.f = @string.upcase }}", "the state: a function cannot be kept")]
    [InlineData("{{ state.f = [1, { f: @string.upcase }] }}", "the state: a function cannot be kept")]
    [InlineData("{{ state.g = string }}", "the state: a function cannot be kept")]
    [InlineData("{{ for x in [1]; state.f = for; end }}", "the state: something else cannot be kept")]
    [InlineData("{{ state.s = state }}", "a value nested deeper than 64 levels")]
    [InlineData("{{ state.s = this }}", "a value nested deeper than 64 levels")]
    public void What_cannot_be_a_state(string text, string message)
    {
        var result = Send(Parse(text), "");
        Assert.Equal(message, result.Error!.Message);
        Assert.Same(ScriptState.Empty, result.State);
    }

    [Theory]
    [InlineData("state.r = 1..3", "{r: [1, 2, 3]}")]
    [InlineData("for p in { a: 1 }; state.p = p; end", "{p: {key: \"a\", value: 1}}")]
    [InlineData("state.l = [1]; state.l.mark = @string.upcase", "{l: [1]}")]
    [InlineData("a = [1]; state.a = a; state.b = a; state.a[0] = 2", "{a: [2], b: [2]}")]
    [InlineData("state.t = now; state.s = timespan.from_days 1", "{t: 06 May 2024, s: 1.00:00:00}")]
    [InlineData("capture state.c; 'a'; 1; end", "{c: \"a1\"}")]
    [InlineData("state = null", "{}")]
    public void State_is_kept_as_data(string change, string kept) => Assert.Equal(kept, Send(Parse($"{{{{ {change} }}}}"), "").State.Print());

    [Fact]
    public void Two_names_for_one_list_are_two_lists_in_the_next_event()
    {
        var state = Send(Parse("{{ a = [1]; state.a = a; state.b = a }}"), "").State;
        Assert.Equal("{a: [2], b: [1]}", Send(Parse("{{ state.a[0] = 2 }}"), "", state).State.Print());
    }

    [Fact]
    public void The_state_does_not_grow_beyond_the_memory_of_an_event()
    {
        var script = Parse("{{ state[message] = message | string.pad_left 1000; }}");
        var (state, limits) = (ScriptState.Empty, Patient with { Memory = 100_000 });
        ScriptError? error = null;
        var events = 0;
        for (; events < 200 && error is null; events++) (state, _, _, _, error) = Send(script, $"m{events}", state, limits);
        Assert.Equal("the state is larger than 100000 bytes", error!.Message);
        Assert.InRange(events, 20, 60);
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
        Assert.False(script.Shape.IsTemplate);
        Assert.Equal("hi", Tell(script, Event with { Kind = ScriptEventKind.Open }).Reply);
        Assert.Equal("m1", Send(script, "m").Reply);
        Assert.Null(Tell(script, Event with { Kind = ScriptEventKind.Tick }).Reply);
        var closed = Tell(script, Event with { Kind = ScriptEventKind.Close, CloseCode = 1001, CloseReason = "bye" });
        Assert.Equal([new ScriptCommand.Log("1001 bye")], closed.Commands);
    }

    [Theory]
    [InlineData("func on_message; 'a'; ret 'b'; end", "ab")]
    [InlineData("func on_message; ret $0; end", "m")]
    [InlineData("func on_message(text, more, last = 3, rest...); ret text + more + last + rest.size; end", "m30")]
    [InlineData("func on_message(text = 5); ret text; end", "m")]
    [InlineData("on_message(text) = text + '!'", "m!")]
    [InlineData("func on_message; end; on_message = null", "")]
    public void A_handler_gets_what_it_declares(string code, string reply) => Assert.Equal(reply, Render($"{{{{ {code} }}}}", "m"));

    [Fact]
    public void Commands_come_in_order()
    {
        var result = Send(Parse("""
            {{ send "a"; send_json {b: [1, null, "ä\n\u2028😀"], c: 1.5}; send_binary "AAH/"; subscribe "t"; publish "t" message
               unsubscribe "t"; publish_json "t" [true]; log 5; timer 1.5; timer; close 1000 "done" }}
            """), "m");
        Assert.Null(result.Error?.Format());
        Assert.Equal(
            "send:a send:{\"b\":[1,null,\"ä\\n\\u2028😀\"],\"c\":1.5} binary:AAH/ subscribe:t publish:t:m unsubscribe:t publish:t:[true] log:5 "
            + "timer:00:00:01.5000000 timer: close:1000:done",
            string.Join(' ', result.Commands.Select(c => c.Match(
                t => "send:" + t, b => "binary:" + Convert.ToBase64String(b.Span), u => "utf8:" + u.Length, s => "subscribe:" + s.Topic,
                t => "unsubscribe:" + t, (t, h) => $"read:{t}:{h}", p => $"publish:{p.Topic}:{p.Text}", (code, reason) => $"close:{code}:{reason}",
                l => "log:" + l.Text, d => "timer:" + d))));
        Assert.Null(result.Reply);
    }

    [Theory]
    [InlineData("1.0", "1")]
    [InlineData("0.1 + 0.2", "0.30000000000000004")]
    [InlineData("1 / 0", "null")]
    [InlineData("1 << 70", "1180591620717411303424")]
    [InlineData("now", "\"2024-05-06T07:08:09.0000000Z\"")]
    [InlineData("timespan.from_days 1", "\"1.00:00:00\"")]
    [InlineData("1..3", "[1,2,3]")]
    [InlineData("empty", "{}")]
    [InlineData("'\"\\\\\\u0001'", "\"\\\"\\\\\\u0001\"")]
    [InlineData("{ 'a b': { c: [] } }", "{\"a b\":{\"c\":[]}}")]
    public void Values_are_written_as_JSON(string value, string json) =>
        Assert.Equal(json, Assert.IsType<ScriptCommand.Send>(Assert.Single(Send(Parse($"{{{{ x = {value}; send_json x }}}}"), "").Commands)).Text);

    [Theory]
    [InlineData("{{ close 1005 }}", "`close`: 1005 is no close code that may be sent")]
    [InlineData("{{ close 1000 ('x' * 124) }}", "`close`: a close reason has at most 123 bytes")]
    [InlineData("{{ close 'now' }}", "`close`: a whole number is expected, not a text")]
    [InlineData("{{ subscribe 't' since: 5 }}", "`subscribe`: argument `since` must be an object, but is a number")]
    [InlineData("{{ timer 0 }}", "`timer`: a delay is from 0.001 to 86400 seconds")]
    [InlineData("{{ timer [] }}", "`timer`: a number is expected, not a list")]
    [InlineData("{{ send_binary '*' }}", "`send_binary`: the text is not Base64")]
    public void Commands_are_checked(string text, string message) => Assert.Equal(message, Send(Parse(text), "").Error!.Message);

    [Fact]
    public void After_an_error_there_are_neither_commands_nor_a_new_state()
    {
        var result = Send(Parse("x{{ state.a = 1; send 'a'; foo 1 }}"), "");
        Assert.Same(ScriptState.Empty, result.State);
        Assert.Empty(result.Commands);
        Assert.Null(result.Reply);
        Assert.Equal("test.sbn:1:28: error: the function `foo` is not defined\n  x{{ state.a = 1; send 'a'; foo 1 }}\n                             ^~~", result.Error!.Format());
    }

    [Fact]
    public void An_error_leaves_nothing_behind()
    {
        var script = Parse("{{ if message == 'bad'; capture x; 'printed'; with {}; wrap f; foo 1; end; end; end; end; func f; $$; end; x ?? 'clean' }}");
        foreach (var message in new[] { "good", "bad", "good" })
            Assert.Equal(message == "bad" ? null : "clean", Send(script, message).Reply);
    }

    [Fact]
    public void Every_syntax_error_has_its_caret()
    {
        var error = ScriptProgram.Compile("s.sbn", "a\n{{ if }}").LeftToSeq().Single()[0];
        Assert.Equal((2, 7, "{{ if }}"), (error.Line, error.Column, error.SourceLine));
        Assert.Equal("      ^~", error.Format().Split('\n')[2][2..]);
    }

    [Theory]
    [InlineData('{')]
    [InlineData('(')]
    [InlineData(')')]
    [InlineData('\u0001')]
    public void Errors_of_a_text_are_few(char letter) =>
        Assert.InRange(ScriptProgram.Compile("x.sbn", "{{ " + new string(letter, 5000)).Match(_ => 0, all => all.Count), 1, 20);

    // The library counts the statement, too.
    [Theory]
    [InlineData(95, true)]
    [InlineData(201, false)]
    public void A_script_is_nested_200_levels_deep_at_most(int levels, bool isRead) =>
        Assert.Equal(isRead, ScriptProgram.Compile("s.sbn", "{{ " + new string('(', levels) + "1" + new string(')', levels) + " }}").IsRight);

    [Fact]
    public void A_member_of_null_is_an_error_and_one_that_is_not_there_is_null()
    {
        Assert.Contains("`e` is null", Render("{{ e.x }}"), StringComparison.Ordinal);
        Assert.Contains("`e` is null", Render("{{ e.x = 1 }}"), StringComparison.Ordinal);
        Assert.Contains("`json.a` is null", Render("{{ json.a.b }}", "{}"), StringComparison.Ordinal);
        Assert.Equal("a", Render("{{ e?.x }}{{ json.a }}{{ json?.a?.b }}{{ json['z'] }}{{ json.l[9] }}a", "{\"l\": []}"));
    }

    /// <summary>From <c>?.</c> on a path gives null where there is nothing; an index ends that.</summary>
    [Theory]
    [InlineData("json?.a", "no JSON", "")]
    [InlineData("json?.a ?? 'none'", "no JSON", "none")]
    [InlineData("json?.a == null", "no JSON", "true")]
    [InlineData("json?.a | array.size", "no JSON", "0")]
    [InlineData("json?.a.b.c", "no JSON", "")]
    [InlineData("json?.a.b.c", "{}", "")]
    [InlineData("json?.a.b", """{"a":{"b":1}}""", "1")]
    [InlineData("json.a?.b.c", "{}", "")]
    [InlineData("json?.a[0]", "{}", "")]
    [InlineData("json?.a[0]?.b", "{}", "")]
    [InlineData("json.a", "{}", "")]
    [InlineData("json.a", "no JSON", "1:9: error: Object `json` is null")]
    [InlineData("json.a.b", "{}", "1:11: error: Object `json.a` is null")]
    [InlineData("json.a.b?.c", "{}", "1:11: error: Object `json.a` is null")]
    [InlineData("json?.a[0].b", "{}", "1:15: error: Object `json?.a[0]` is null")]
    public void A_member_of_null_is_an_error_unless_the_path_asks_for_it(string code, string message, string expected)
    {
        var reply = Render($"{{{{ {code} }}}}", message);
        if (expected.Contains("error", StringComparison.Ordinal)) Assert.StartsWith("test.sbn:" + expected, reply, StringComparison.Ordinal);
        else Assert.Equal(expected, reply);
    }
}
