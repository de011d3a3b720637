using System.Numerics;
using PluginHost.Core.Scripts;
using PluginHost.Server.Scripting.Engine;
using static PluginHost.Tests.Scripting.Engine.Rendering;

namespace PluginHost.Tests.Scripting.Engine;

/// <summary>What one evaluation may use, on both sides of each bound.</summary>
public sealed class LimitTests
{
    private static string? Error(string code, ScriptLimits? limits = null, string message = "") =>
        Send(Parse($"{{{{ {code} }}}}"), message, limits: limits).Error?.Message;

    [Fact]
    public void As_many_steps_as_allowed_and_one_more_is_an_error()
    {
        const string code = "for i in 1..20; x = i * 2; end; x";
        var least = Enumerable.Range(1, 1000).First(steps => Error(code, Patient with { Steps = steps }) is null);
        Assert.InRange(least, 80, 400);
        Assert.Equal($"more than {least - 1} steps", Error(code, Patient with { Steps = least - 1 }));
        Assert.Equal("more than 1 steps", Error(code, Patient with { Steps = 1 }));
    }

    /// <summary>The same event uses the same steps, whatever ran before on the thread.</summary>
    [Fact]
    public void Steps_begin_anew_with_each_event()
    {
        var script = Parse("{{ for i in 1..1000; x = i; end; x }}");
        for (var i = 0; i < 50; i++) Assert.Equal("1000", Send(script, "", limits: Patient with { Steps = 8000 }).Reply);
    }

    [Fact]
    public void Items_that_a_built_in_walks_are_steps()
    {
        Assert.Null(Error("a = (1..1000) | array.sort | array.size", Patient with { Steps = 4000 }));
        Assert.Equal("more than 3000 steps", Error("a = 1..1000 | array.sort; for i in 1..10; b = a | array.reverse; end", Patient with { Steps = 3000 }));
    }

    [Fact]
    public void Memory_is_what_is_allocated()
    {
        const string code = "x = []; for i in 1..1000; x = 'y' * 1000 + i; end";
        Assert.Null(Error(code, Patient with { Memory = 16 << 20 }));
        Assert.Equal("more than 1048576 bytes of memory were used", Error(code, Patient with { Memory = 1 << 20 }));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(64)]
    public void As_deep_as_allowed(int depth)
    {
        const string code = "func f(n); if n > 1; ret f (n - 1); end; ret 'end'; end; f json";
        Assert.Null(Error(code, Patient with { Depth = depth }, $"{depth}"));
        Assert.Equal($"calls nested deeper than {depth}", Error(code, Patient with { Depth = depth }, $"{depth + 1}"));
    }

    [Fact]
    public void A_thread_serves_the_next_event_after_one_that_was_too_deep()
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal("calls nested deeper than 64", Error("func f; f; end; f"));
            Assert.Null(Error("func f(n); if n > 1; ret f (n - 1); end; ret 'end'; end; f 64"));
        }
    }

    [Theory]
    [InlineData("'x' * json")]
    [InlineData("capture c; 'x' * json; end; c")]
    [InlineData("s = 'x' * json; s")]
    [InlineData("send ('x' * json)")]
    [InlineData("include 'x.sbn'")]
    public void A_text_may_be_as_long_as_allowed(string code)
    {
        var parts = Parts(("x.sbn", "{{ 'x' * json }}"));
        var script = Parse($"{{{{ {code} }}}}");
        var limits = Patient with { Output = 1000 };
        Assert.Null(Send(script, "1000", limits: limits, parts: parts).Error?.Format());
        var error = Send(script, "1001", limits: limits, parts: parts).Error?.Message;
        Assert.Contains(error, new[] { $"text longer than {limits.Output} characters", $"output longer than {limits.Output} characters" });
    }

    /// <summary>The library would cut it, and say so by three dots.</summary>
    [Fact]
    public void Output_over_the_limit_is_an_error()
    {
        Assert.Equal(new string('x', 100), Render("{{ for i in 1..10; 'xxxxxxxxxx'; end }}", limits: Patient with { Output = 100 }));
        Assert.Equal("output longer than 99 characters", Error("for i in 1..10; 'xxxxxxxxxx'; end", Patient with { Output = 99 }));
        Assert.Equal("output longer than 99 characters", Send(Parse(new string('x', 100)), "", limits: Patient with { Output = 99 }).Error?.Message);
        Assert.Equal("text longer than 99 characters", Error("x = [1..100] | array.join ','; x", Patient with { Output = 99 }));
    }

    /// <summary>An include begins the library's own count again.</summary>
    [Fact]
    public void Output_is_counted_across_includes()
    {
        var parts = Parts(("none.sbn", "{{ x = 1 }}"));
        var script = Parse("{{ for i in 1..10; 'xxxxxxxxxx'; include 'none.sbn'; end }}");
        Assert.Equal("output longer than 99 characters", Send(script, "", limits: Patient with { Output = 99 }, parts: parts).Error?.Message);
        Assert.Equal(100, Send(script, "", limits: Patient with { Output = 100 }, parts: parts).Reply?.Length);
    }

    [Theory]
    [InlineData("while true; end")]
    [InlineData("func f; while true; end; end; [1] | array.each @f")]
    [InlineData("include 'loop.sbn'")]
    [InlineData("object.eval 'while true; end'")]
    [InlineData("a = (1..90000) + []; while true; x = a == a; end")]
    public void Time_ends_what_nothing_else_does(string code)
    {
        var outcome = Tell(
            Parse($"{{{{ {code} }}}}"), Event, limits: new ScriptLimits { Steps = int.MaxValue, Memory = long.MaxValue, Regex = TimeSpan.FromSeconds(9) },
            parts: Parts(("loop.sbn", "{{ while true; end }}")), wall: TimeSpan.FromMilliseconds(20));
        Assert.Equal("out of time", outcome.Error?.Message);
    }

    [Fact]
    public void A_match_has_its_time() => Assert.Contains(
        "a match took longer than 1 ms", Error("('a' * 40) | regex.match '^(a+)+$b'", Patient with { Regex = TimeSpan.FromMilliseconds(1) }), StringComparison.Ordinal);

    /// <summary>The library's eval would take the error for one of the text, and its caller would go on.</summary>
    [Theory]
    [InlineData("x = object.eval 'while true; end'; 'went on'")]
    [InlineData("x = object.eval_template '{{ while true; end }}'; 'went on'")]
    [InlineData("func f; while true; end; end; x = object.eval 'f'; 'went on'")]
    [InlineData("func f; while true; end; end; x = [1] | array.each @f; 'went on'")]
    public void What_is_used_up_stays_so(string code) => Assert.Equal("more than 100000 steps", Error(code));

    [Theory]
    [InlineData("x = 1 << 8191", null)]
    [InlineData("x = 1 << 8192", "a number of more than 8192 bits")]
    [InlineData("x = 1 << 8193", "a number is shifted by at most 8192 bits")]
    [InlineData("x = (1 << 4000) * (1 << 4000)", null)]
    [InlineData("x = (1 << 4100) * (1 << 4100)", "a number of more than 8192 bits")]
    [InlineData("x = math.times (1 << 4100) (1 << 4100)", "a number of more than 8192 bits")]
    public void A_number_has_at_most_8192_bits(string code, string? error) => Assert.Equal(error, Error(code));

    [Fact]
    public void A_large_number_prints() => Assert.Equal((BigInteger.One << 8191).ToString(System.Globalization.CultureInfo.InvariantCulture), Render("{{ 1 << 8191 }}"));

    public static TheoryData<string> CappedNames() =>
        [.. Builtins.Treatments.Where(one => one.Value == Treatment.Capped).Select(one => one.Key), "string.index_of", "regex.match", "regex.matches", "regex.split", "regex.replace"];

    [Theory]
    [MemberData(nameof(CappedNames))]
    public void A_capped_function_takes_a_text_of_131072_characters_and_no_longer(string name)
    {
        var rest = name switch { "string.index_of" => " 'y'", "string.truncatewords" => " 9", "regex.replace" => " 'y' 'z'", _ when name.StartsWith("regex.", StringComparison.Ordinal) && name is not ("regex.escape" or "regex.unescape") => " 'y'", _ => "" };
        Assert.Null(Error($"x = ('x' * 131072) | {name}{rest}"));
        Assert.Equal($"`{name}`: the text is longer than 131072 characters", Error($"x = ('x' * 131073) | {name}{rest}"));
    }

    [Theory]
    [InlineData(1000, null)]
    [InlineData(1001, "`regex.match`: a pattern has at most 1000 characters")]
    public void A_pattern_has_at_most_1000_characters(int length, string? error) => Assert.Equal(error, Error($"x = 'x' | regex.match ('a' * {length})"));

    [Theory]
    [InlineData(4096, null)]
    [InlineData(4097, "`object.eval`: the text is longer than 4096 characters")]
    public void A_text_that_is_evaluated_has_at_most_4096_characters(int length, string? error) => Assert.Equal(error, Error($"x = object.eval (' ' * {length - 1} + '1')"));

    [Fact]
    public void The_place_of_an_error_is_in_the_file_that_has_it()
    {
        var parts = Parts(("part.sbn", "one\n{{ foo 1 }}"), ("loop.sbn", "{{\nwhile true\nend }}"));
        var error = Send(Parse("{{ include 'part.sbn' }}"), "", parts: parts).Error!;
        Assert.Equal(("part.sbn", 2, 4, "{{ foo 1 }}"), (error.File, error.Line, error.Column, error.SourceLine));
        error = Send(Parse("{{ include 'loop.sbn' }}"), "", parts: parts).Error!;
        Assert.Equal("loop.sbn", error.File);
        error = Send(Parse("a\n {{ object.eval 'while true; end' }}"), "", parts: parts).Error!;
        Assert.Equal(("test.sbn", 2, 5), (error.File, error.Line, error.Column));
    }
}
