using System.Text.RegularExpressions;
using PluginHost.Core.Scripting;
using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Values;
using static PluginHost.Core.Tests.Scripting.Builtin;

namespace PluginHost.Core.Tests.Scripting;

/// <summary>What a script may not do ends with an error of its own, never with an exception, and leaves nothing behind.</summary>
public sealed class GuardTests
{
    [Theory]
    [InlineData("empty.x = 1", "this value cannot be changed")]
    [InlineData("with empty; x = 1; end", "this value cannot be changed")]
    [InlineData("a = [1]; a.size = 2", "`size` is read-only")]
    [InlineData("a = [1]; a[-5] = 1", "an array has no item -5")]
    [InlineData("a = [1]; a[10000001] = 1", "an array has no item 10000001")]
    [InlineData("x = 'abcd' * 4611686018427387904", "text longer than")]
    [InlineData("x = [1, 2, 3, 4] * 4611686018427387904", "bytes of memory were used")]
    [InlineData("x = 1m / 0m", "division by zero")]
    [InlineData("x = 1m % 0m", "division by zero")]
    [InlineData("x = (1 << 100) // 0", "division by zero")]
    [InlineData("x = (1 << 100) % 0", "division by zero")]
    [InlineData("x = date.now + timespan.from_days 9999999", "out of the range of dates")]
    [InlineData("timer 0.0009", "a delay is from 0.001 to 86400 seconds")]
    [InlineData("timer 86400.1", "a delay is from 0.001 to 86400 seconds")]
    public void Is_refused(string text, string why)
    {
        var result = Rendering.Send(Rendering.Parse($"{{{{ {text} }}}}"), "x", limits: ScriptLimits.Default with { Memory = 1 << 30 });
        Assert.Contains(why, result.Error?.Message, StringComparison.Ordinal);
        Assert.Empty(result.Commands);
    }

    [Fact]
    public void A_time_span_that_has_no_opposite_is_not_negated() =>
        Assert.Throws<ScriptFault>(() => Operators.Negate(NewRun(), ScriptValue.Of(TimeSpan.MinValue)));

    [Fact]
    public void A_function_cannot_be_kept() => Assert.Equal("a function cannot be kept", Freezer.Freeze(ScriptValue.Of(Function("string.upcase"))));

    [Fact]
    public void A_number_in_json_has_at_most_400_digits_or_is_a_double()
    {
        string Read(int digits) => Rendering.Render($"{{{{ x = ('1' * {digits}) | object.from_json; x }}}}");
        Assert.Equal(new string('1', 400), Read(400));
        Assert.NotEqual(new string('1', 401), Read(401));
    }

    /// <summary>Each event stays within its memory; what is kept from one to the next has the same bound.</summary>
    [Fact]
    public void The_state_does_not_grow_beyond_the_memory_of_an_event()
    {
        var script = Rendering.Parse("{{ state[message] = message | string.pad_left 1000; }}");
        var (state, limits) = (ScriptObject.Create([]), ScriptLimits.Default with { Memory = 50_000 });
        for (var i = 0; i < 20; i++) state = Next(i).State;
        var full = Enumerable.Range(20, 20).Select(Next).First(result =>
        {
            state = result.State;
            return result.Error is not null;
        });
        Assert.Equal("the state is larger than 50000 bytes", full.Error!.Message);

        ScriptResult Next(int i) => Rendering.Send(script, $"m{i}", state, limits);
    }

    [Theory]
    [InlineData("func f; f; end; f")]
    [InlineData("x = 'x | object.eval'; x | object.eval")]
    [InlineData("func f; ret [1] | array.each @f; end; f 1")]
    public void A_thousand_calls_deep_do_not_overflow_a_small_stack(string text)
    {
        ScriptError? error = null;
        var script = Rendering.Parse($"{{{{ {text} }}}}");
        var thread = new Thread(() => error = Rendering.Send(script, "x", limits: ScriptLimits.Default with { Depth = 1000 }).Error, 256 * 1024);
        thread.Start();
        thread.Join();
        Assert.StartsWith("calls nested ", error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sixteen_patterns_are_kept_and_none_that_took_too_long_or_had_a_large_text()
    {
        var workspace = new ScriptWorkspace();
        var limits = ScriptLimits.Default with { Regex = TimeSpan.FromMinutes(1) };
        for (var i = 0; i < 40; i++) Match($"'b' | regex.match 'a{i}'");
        Assert.Equal(16, Enumerable.Range(0, 40).Count(i => IsKept($"a{i}")));

        Match("'b' | regex.match '^(a+)+$'");
        Assert.True(IsKept("^(a+)+$"));
        Match("('b' * 5000) | regex.match '^(a+)+$'");
        Assert.False(IsKept("^(a+)+$"));

        // One that is kept has the time that it was made with.
        Match("'b' | regex.match '^(a+)+$'");
        limits = limits with { Regex = TimeSpan.FromMilliseconds(1) };
        Assert.Contains("a match took longer than 1 ms", Match("('a' * 24 + 'b') | regex.match '^(a+)+$'"), StringComparison.Ordinal);
        Assert.False(IsKept("^(a+)+$"));

        string? Match(string text) => Rendering.Parse($"{{{{ x = {text} }}}}")
            .Evaluate(Rendering.Event, ScriptObject.Create([]), ScriptLibrary.Empty, limits, workspace).Error?.Message;
        bool IsKept(string pattern) => ReferenceEquals(
            workspace.Run.Pattern(pattern, RegexOptions.CultureInvariant), workspace.Run.Pattern(pattern, RegexOptions.CultureInvariant));
    }

    [Fact]
    public void A_value_in_a_message_is_cut_where_it_is_long_or_deep()
    {
        var deep = Number(1);
        for (var i = 0; i < 400; i++) deep = Array(deep);
        Assert.InRange(ValueText.Preview(deep).Length, 16, 60);
        var wide = Array(Enumerable.Repeat(ScriptValue.Of(new string('x', 900)), 1000).ToArray());
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(1000, ValueText.Preview(wide).Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Large_buffers_are_let_go()
    {
        var buffer = new CharBuffer();
        Assert.Equal(0, Again(60_000));
        Assert.NotEqual(0, Again(70_000));

        long Again(int length)
        {
            buffer.Append(new string('x', length));
            buffer.Reset();
            var before = GC.GetAllocatedBytesForCurrentThread();
            buffer.Append('x');
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Theory]
    [InlineData("$9999", 0)]
    [InlineData("$10000", 1)]
    [InlineData("$99999999999999999999", 1)]
    [InlineData("\u0001 \u0001 \u0001", 3)]
    [InlineData("\u0001*1000", 20)]
    public void Errors_of_a_text_are_few_and_no_exceptions(string code, int errors)
    {
        code = code.EndsWith("*1000", StringComparison.Ordinal) ? new string(code[0], 1000) : code;
        Assert.Equal(errors, Script.Parse("x.sbn", $"{{{{ {code} }}}}").Match(_ => 0, all => all.Count));
    }

    [Fact]
    public void A_broken_script_is_told_of_once_though_others_could_include_it()
    {
        const string broken = "{{# protocols: a ~}}{{ end }}";
        var (_, problems) = ScriptSet.Empty.Step(
            [new ScriptSource("a", "a.sbn", broken, LanguageExt.Option<LanguageExt.Seq<string>>.None)], [new("a.sbn", broken)], new Dictionary<string, string>());
        Assert.Single(problems);
    }
}
