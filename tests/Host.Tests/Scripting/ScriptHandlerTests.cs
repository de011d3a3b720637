using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using PluginHost.Tests.Cli;

namespace PluginHost.Tests.Scripting;

/// <summary>Scripts behind real sockets.</summary>
public sealed class ScriptHandlerTests
{
    [Fact]
    public async Task A_template_answers_each_message_with_what_it_prints()
    {
        await using var server = await ScriptServer.StartAsync("{{ message | string.upcase }} {{ message.size }}");
        using var client = await server.ConnectAsync();
        Assert.Equal("test", client.SubProtocol);
        Assert.Equal("HELLO 5", await client.AskAsync("hello"));
        Assert.Equal("ÄÖ 2", await client.AskAsync("äö"));
    }

    [Fact]
    public async Task Nothing_is_sent_for_blank_output()
    {
        await using var server = await ScriptServer.StartAsync("  {{ if message != 'quiet'; message; end }}\n");
        using var client = await server.ConnectAsync();
        await client.SayAsync("quiet");
        Assert.Equal("  loud\n", await client.AskAsync("loud"));
    }

    [Fact]
    public async Task Each_connection_has_a_state_of_its_own()
    {
        await using var server = await ScriptServer.StartAsync("{{ state.n = (state.n ?? 0) + 1; state.n }}");
        using var one = await server.ConnectAsync();
        using var other = await server.ConnectAsync();
        Assert.Equal("1", await one.AskAsync("x"));
        Assert.Equal("2", await one.AskAsync("x"));
        Assert.Equal("1", await other.AskAsync("x"));
    }

    [Fact]
    public async Task Json_comes_parsed_and_goes_out()
    {
        await using var server = await ScriptServer.StartAsync("{{ func on_message; send_json { sum: json.a + json.b, json: json != null }; end }}");
        using var client = await server.ConnectAsync();
        Assert.Equal("""{"sum":3,"json":true}""", await client.AskAsync("""{ "a": 1, "b": 2 }"""));
    }

    [Fact]
    public async Task Binary_messages_come_and_go_as_Base64()
    {
        await using var server = await ScriptServer.StartAsync("{{ if binary; send_binary binary; binary; end }}");
        using var client = await server.ConnectAsync();
        await client.SendAsync(new byte[] { 0, 255 }, WebSocketMessageType.Binary, true, Served.Limit());
        var buffer = new byte[16];
        var received = await client.ReceiveAsync(buffer, Served.Limit());
        Assert.Equal((WebSocketMessageType.Binary, 2, (byte)255), (received.MessageType, received.Count, buffer[1]));
        Assert.Equal("AP8=", await client.HearAsync());
    }

    [Fact]
    public async Task Commands_are_carried_out_in_order_and_the_reply_comes_last()
    {
        await using var server = await ScriptServer.StartAsync("{{ send 'a'; log 'line\\nforged'; send 'b' }}c{{ close 4000 'bye' }}");
        using var client = await server.ConnectAsync();
        Assert.Equal("a", await client.AskAsync("x"));
        Assert.Equal("b", await client.HearAsync());
        // What comes after a close is not sent (RFC 6455 §5.5.1).
        Assert.Equal("close 4000 bye", await client.HearAsync());
        Assert.Equal(@"test.sbn Information: line\u000aforged", await server.LineAsync("forged"));
    }

    [Fact]
    public async Task Handlers_see_the_life_of_their_connection()
    {
        await using var server = await ScriptServer.StartAsync(
            "{{ func on_open; ret 'welcome'; end; func on_close(code, reason); log $'closed {code} {reason}'; end }}");
        using var client = await server.ConnectAsync();
        Assert.Equal("welcome", await client.HearAsync());
        await client.CloseAsync((WebSocketCloseStatus)4001, "enough", Served.Limit());
        Assert.Equal("test.sbn Information: closed 4001 enough", await server.LineAsync("closed 4001"));
    }

    [Fact]
    public async Task A_timer_ticks_once_until_it_is_set_again_and_can_be_stopped()
    {
        await using var server = await ScriptServer.StartAsync("""
            {{
            func on_open; timer 0.05; end
            func on_tick
              state.n = (state.n ?? 0) + 1
              send $"tick {state.n}"
              if state.n < 2; timer 0.05; end
            end
            func on_message(text)
              if text == "stop"; timer 0.05; timer; end
              ret $"{state.n}"
            end
            }}
            """);
        using var client = await server.ConnectAsync();
        Assert.Equal("tick 1", await client.HearAsync());
        Assert.Equal("tick 2", await client.HearAsync());
        Assert.Equal("2", await client.AskAsync("stop"));
        var hear = client.HearAsync();
        Assert.NotSame(hear, await Task.WhenAny(hear, Task.Delay(500)));
        await client.SayAsync("x");
        Assert.Equal("2", await hear);
    }

    [Fact]
    public async Task The_connection_the_options_and_the_time_are_seen()
    {
        await using var server = await ScriptServer.StartAsync(
            "{{ connection.path }} {{ connection.route.room }} {{ connection.query.name }} {{ connection.protocol }} {{ connection.address }} "
            + "{{ connection.user ?? 'nobody' }} {{ connection.id > 0 }} {{ options.list[1].deep }} {{ now.year > 2000 }}",
            """
            { "routes": [{ "path": "/rooms/{room}" }],
              "scripts": { "entries": { "test": { "options": { "list": [1, { "deep": "yes" /* really */ }] } } } } }
            """);
        using var client = await server.ConnectAsync(path: "/rooms/a%20b?name=ann&name=bob");
        Assert.Equal("/rooms/a b a b ann test 127.0.0.1 nobody true yes true", await client.AskAsync("x"));
    }

    [Theory]
    [InlineData("a\n  {{ message | string.upcas }}", "scripts/test.sbn:3:16: error: the function `string.upcas` is not defined | "
        + "    {{ message | string.upcas }} |                  ^~~~~~~~~~~~")]
    [InlineData("{{ send_binary '*' }}", "scripts/test.sbn:2:4: error: `send_binary`: the text is not Base64 | ")]
    public async Task A_script_that_fails_closes_its_connection_with_1011_and_one_line(string script, string line)
    {
        await using var server = await ScriptServer.StartAsync(script);
        using var other = await server.ConnectAsync();
        using var client = await server.ConnectAsync();
        await client.SayAsync("x");
        Assert.Equal("close 1011", await client.HearAsync());
        var logged = await server.LineAsync("failed");
        Assert.True(logged.Contains("handler \"test\" of test.sbn failed: " + line, StringComparison.Ordinal), logged);
        Assert.DoesNotContain(server.Lines, one => one.Contains('\n'));
        Assert.Equal(WebSocketState.Open, other.State);
    }

    [Fact]
    public async Task A_failing_evaluation_sends_nothing_and_logs_nothing()
    {
        await using var server = await ScriptServer.StartAsync("{{ send 'a'; log 'said'; nothing.there }}");
        using var client = await server.ConnectAsync();
        await client.SayAsync("x");
        Assert.Equal("close 1011", await client.HearAsync());
        Assert.DoesNotContain(server.Lines, one => one.Contains("said", StringComparison.Ordinal) && !one.Contains("error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Text_that_is_no_text_is_replaced()
    {
        await using var server = await ScriptServer.StartAsync("{{ message | string.slice 0 1 }}{{ close 1000 (message | string.slice 1 1) }}");
        using var client = await server.ConnectAsync();
        await client.SayAsync("😀");
        Assert.Equal("close 1000 \ufffd", await client.HearAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public async Task A_message_in_fragments_gets_the_same_reply(int size)
    {
        await using var server = await ScriptServer.StartAsync("{{ json.text | string.upcase }}-{{ message.size }}");
        using var client = await server.ConnectAsync();
        var message = Encoding.UTF8.GetBytes("""{ "text": "hällo wörld 😀" }""");
        var whole = await client.AskAsync(Encoding.UTF8.GetString(message));
        for (var at = 0; at < message.Length; at += size)
        {
            var end = Math.Min(message.Length, at + size);
            await client.SendAsync(message.AsMemory(at, end - at), WebSocketMessageType.Text, end == message.Length, Served.Limit());
        }
        Assert.Equal(whole, await client.HearAsync());
    }

    [Theory]
    [InlineData("{{ while true; end }}", "steps")]
    [InlineData("{{ s = 'x'; while true; s = s + s; end }}", "")]
    [InlineData("{{ func f; f; end; f }}", "")]
    [InlineData("{{ (message | string.size) > 0 ? ('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' | regex.match '^(a+)+$') : 0 }}", "")]
    [InlineData("{{ for i in 1..1000000000; x = i; end }}", "")]
    public async Task A_hostile_script_is_stopped_while_others_are_served(string script, string word)
    {
        await using var server = await ScriptServer.StartAsync(
            "{}", ("bad.sbn", "{{# protocols: bad ~}}\n" + script), ("good.sbn", "{{# protocols: good ~}}{{ message ~}}"));
        using var good = await server.ConnectAsync("good");
        Assert.Equal("warm", await good.AskAsync("warm"));
        using var bad = await server.ConnectAsync("bad");
        await bad.SayAsync("go");
        var watch = Stopwatch.StartNew();
        Assert.Equal("still here", await good.AskAsync("still here"));
        Assert.True(watch.ElapsedMilliseconds < 2000, $"the other connection waited {watch.ElapsedMilliseconds} ms");
        Assert.Equal("close 1011", await bad.HearAsync());
        Assert.Contains(word, await server.LineAsync("scripts/bad.sbn:"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"wall\": \"1ms\", \"steps\": 2000000000", "{{ while true; end }}", "out of time")]
    [InlineData("\"steps\": 50", "{{ for i in 1..100; end }}", "more than 50 steps")]
    [InlineData("\"memory\": 2048", "{{ x = 'abc' * 10000 }}", "bytes")]
    [InlineData("\"depth\": 5", "{{ func f(n); if n > 0; f(n - 1); end; end; f 6 }}", "5")]
    [InlineData("\"output\": 10", "12345678901", "10")]
    public async Task The_configured_limits_are_those_that_count(string limits, string script, string why)
    {
        await using var server = await ScriptServer.StartAsync(script, $$"""{ "scripts": { "limits": { {{limits}} } } }""");
        using var client = await server.ConnectAsync();
        await client.SayAsync("x");
        Assert.Equal("close 1011", await client.HearAsync());
        Assert.Contains(why, await server.LineAsync("scripts/test.sbn:"), StringComparison.Ordinal);
    }
}
