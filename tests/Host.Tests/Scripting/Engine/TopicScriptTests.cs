using System.Text;
using PluginHost.Core.Scripts;
using PluginHost.Server.Scripting.Engine;
using static PluginHost.Tests.Scripting.Engine.Rendering;

namespace PluginHost.Tests.Scripting.Engine;

/// <summary>What scripts want of topics, and what they are told of them.</summary>
public sealed class TopicScriptTests
{
    private const string Listens = "{{ func on_topic; end }}";
    private const string Watches = "{{ func on_leave; end }}";

    private static ScriptTopic.Message Message(string text, long offset = 1) =>
        new("rooms/7", true, Encoding.UTF8.GetBytes(text), 5, new ScriptPlace(3, offset), false);

    private static ScriptTopic.Snapshot Snapshot(params ScriptTopic.Message[] messages) => new(
        "rooms/7", null, messages, true, new ScriptPlace(3, messages.Length), [new ScriptTopic.Member("rooms/7", "1-2", "ann")]);

    private static ScriptOutcome Tell(ScriptProgram script, ScriptEventKind kind, ScriptTopic topic, ScriptState? state = null, ScriptLimits? limits = null)
    {
        var payload = topic as ScriptTopic.Message;
        var happened = new ScriptEvent(kind, Now, 1) { Topic = topic, Payload = payload?.Payload ?? default, IsText = payload?.IsText ?? false };
        return Rendering.Tell(script, happened, state, limits);
    }

    private static T Single<T>(ScriptOutcome result)
        where T : ScriptCommand
    {
        Assert.Null(result.Error?.Format());
        return Assert.IsType<T>(Assert.Single(result.Commands));
    }

    [Theory]
    [InlineData("subscribe 'a'", "", false, false)]
    [InlineData("subscribe 'a'", Listens, true, false)]
    [InlineData("subscribe 'a'", Watches, true, true)]
    [InlineData("subscribe 'a/+' pattern: true", Listens, true, false)]
    [InlineData("subscribe 'a/+'", "", false, true)]
    public void Who_is_told_depends_on_what_the_script_defines(string call, string functions, bool toScript, bool watches)
    {
        var isTemplate = functions.Length == 0;
        var script = Parse(isTemplate ? $"{{{{ {call} }}}}" : functions + $"{{{{ func on_message; {call}; end }}}}");
        var wanted = Single<ScriptCommand.Subscribe>(Send(script, "m"));
        Assert.Equal((toScript, watches), (wanted.ToScript, wanted.WatchesPresence));
    }

    [Fact]
    public void A_subscription_says_who_and_how_much_of_the_past()
    {
        Assert.Equal(new ScriptCommand.Subscribe("a", "ann", new ScriptHistory(20, null), false, false), Single<ScriptCommand.Subscribe>(
            Send(Parse("{{ subscribe 'a' as: 'ann' history: 20 }}"), "")));
        Assert.Equal(new ScriptHistory(0, new ScriptPlace(7, 9)), Single<ScriptCommand.Subscribe>(
            Send(Parse("{{ subscribe 'a' since: json }}"), """{ "epoch": 7, "offset": 9 }""")).History);
        Assert.Equal(new ScriptHistory(0, null), Single<ScriptCommand.Subscribe>(Send(Parse("{{ subscribe 'a' history: -1 }}"), "")).History);
        Assert.Equal(new ScriptCommand.ReadTopic("a", new ScriptHistory(1, null)), Single<ScriptCommand.ReadTopic>(Send(Parse("{{ read_topic 'a' 1 }}"), "")));
    }

    [Fact]
    public void A_publication_is_text_JSON_or_binary_kept_or_for_others()
    {
        Assert.Equal(new ScriptCommand.Publish("a", "m", default, true, false), Single<ScriptCommand.Publish>(Send(Parse("{{ publish 'a' message keep: true }}"), "m")));
        Assert.Equal(new ScriptCommand.Publish("a", "[1]", default, false, true), Single<ScriptCommand.Publish>(Send(Parse("{{ publish_json 'a' [1] others: true }}"), "m")));
        var binary = Single<ScriptCommand.Publish>(Send(Parse("{{ publish_binary 'a' 'AP8=' }}"), "m"));
        Assert.Equal((null, "00FF"), (binary.Text, Convert.ToHexString(binary.Binary.Span)));
    }

    [Fact]
    public void A_name_that_a_client_has_chosen_makes_no_script_fail() =>
        Assert.Equal("a\0/#", Single<ScriptCommand.Publish>(Send(Parse("{{ publish message 'x' }}"), "a\0/#")).Topic);

    [Fact]
    public void A_message_is_seen_with_its_topic_and_place() => Assert.Equal(
        "rooms/7 [1] 1 rooms/7 5 3 9 false",
        Tell(
            Parse("{{ func on_topic(name, text); ret $'{name} {text} {json[0]} {topic.name} {topic.sender} {topic.epoch} {topic.offset} {topic.gap}'; end }}"),
            ScriptEventKind.Topic, Message("[1]", 9)).Reply);

    [Fact]
    public void A_binary_message_is_seen_as_Base64() => Assert.Equal(
        "null AP8=",
        Tell(
            Parse("{{ func on_topic(name, text); ret $'{text ?? 'null'} {binary}'; end }}"), ScriptEventKind.Topic,
            new ScriptTopic.Message("t", false, new byte[] { 0, 255 }, 0, default, false)).Reply);

    [Fact]
    public void Who_comes_and_goes_is_seen()
    {
        var script = Parse("{{ func on_join(name, who); ret $'{name}+{who.info} {who.id} {topic.member.info}'; end; func on_leave(name, who); ret '-' + who.info; end }}");
        Assert.Equal("t+ann 1-2 ann", Tell(script, ScriptEventKind.Join, new ScriptTopic.Member("t", "1-2", "ann")).Reply);
        Assert.Equal("-ann", Tell(script, ScriptEventKind.Leave, new ScriptTopic.Member("t", "1-2", "ann")).Reply);
        var unheard = Tell(Parse(Listens), ScriptEventKind.Join, new ScriptTopic.Member("t", "1-2", "ann"));
        Assert.Equal((ScriptState.Empty, null, 0, null), (unheard.State, unheard.Reply, unheard.Commands.Count, unheard.Error));
    }

    [Fact]
    public void An_answer_is_seen_whole()
    {
        var script = Parse("""
            {{ func on_snapshot(name, past)
              ret $"{name} {past.refused ?? 'done'} {past.messages | array.map 'text' | array.join ','} {past.messages[1].offset} {past.messages[0].sender} \
            {past.complete} {past.epoch}/{past.offset} {past.members | array.map 'info' | array.join ','} {topic.members.size}"
            end }}
            """.Replace("\\\n", "", StringComparison.Ordinal));
        Assert.Equal("rooms/7 done a,b 2 5 true 3/2 ann 1", Tell(script, ScriptEventKind.Snapshot, Snapshot(Message("a"), Message("b", 2))).Reply);
        var refused = new ScriptTopic.Snapshot("x", "forbidden", [], false, default, []);
        Assert.Equal("x forbidden", Tell(Parse("{{ func on_snapshot(name, past); ret $'{name} {past.refused}'; end }}"), ScriptEventKind.Snapshot, refused).Reply);
    }

    [Fact]
    public void Without_a_function_for_answers_the_past_is_like_the_present()
    {
        var script = Parse("{{ func on_topic(name, text); state.n = (state.n ?? 0) + 1; log text; ret $'{state.n}:{text}@{topic.offset}'; end }}");
        var result = Tell(script, ScriptEventKind.Snapshot, Snapshot(Message("a"), Message("b", 2)));
        Assert.Equal(
            [new ScriptCommand.Log("a"), new ScriptCommand.Send("1:a@1"), new ScriptCommand.Log("b"), new ScriptCommand.Send("2:b@2")], result.Commands);
        Assert.Equal("{n: 2}", result.State.Print());
    }

    [Fact]
    public void The_past_has_the_limits_of_one_event_and_is_all_or_nothing()
    {
        var script = Parse("{{ func on_topic(name, text); state.n = 1; for i in 1..100; end; log text; end }}");
        var limits = ScriptLimits.Default with { Steps = 1000 };
        var some = Enumerable.Range(0, 5).Select(_ => Message("a")).ToArray();
        Assert.Null(Tell(script, ScriptEventKind.Snapshot, Snapshot(some), limits: limits).Error);
        var many = Enumerable.Range(0, 10).Select(_ => Message("a")).ToArray();
        var result = Tell(script, ScriptEventKind.Snapshot, Snapshot(many), limits: limits);
        Assert.Equal("more than 1000 steps", result.Error?.Message);
        Assert.Empty(result.Commands);
        Assert.Same(ScriptState.Empty, result.State);
    }
}
