using static PluginHost.Tests.Scripting.Engine.Rendering;

namespace PluginHost.Tests.Scripting.Engine;

/// <summary>Values are held to a depth wherever they are put, and none is printed into a message without a bound.</summary>
public sealed class NestingTests
{
    private const string TooDeep = "a value nested deeper than 64 levels";

    private static string? Error(string code) => Send(Parse($"{{{{ {code} }}}}"), "").Error?.Message;

    [Theory]
    [InlineData("a = 1; for i in 1..{0}; a = [a]; end")]
    [InlineData("a = 1; for i in 1..{0}; a = {{ a: a }}; end")]
    [InlineData("o = {{}}; p = o; for i in 1..{0}; p.n = {{}}; p = p.n; end")]
    [InlineData("o = []; p = o; for i in 1..{0}; p[0] = []; p = p[0]; end")]
    [InlineData("o = {{}}; p = o; for i in 1..{0}; with p; n = {{}}; end; p = p.n; end")]
    [InlineData("o = {{}}; p = o; for i in 1..{0}; with p; import {{ n: {{}} }}; end; p = p.n; end")]
    [InlineData("func f(a, n); if n == 0; ret a; end; for i in 1..n; a = [a]; end; ret a; end; x = f 1 {0}")]
    [InlineData("$a = 1; for i in 1..{0}; $a = [$a]; end")]
    [InlineData("a = 1; for i in 1..{0}; for b in [[a]]; a = b; end; end")]
    [InlineData("a = [1]; for i in 1..{0}; a = array.add [] a; end")]
    public void A_value_has_at_most_64_levels(string code)
    {
        Assert.Null(Error(string.Format(System.Globalization.CultureInfo.InvariantCulture, code, 50)));
        Assert.Equal(TooDeep, Error(string.Format(System.Globalization.CultureInfo.InvariantCulture, code, 70)));
    }

    [Theory]
    [InlineData("o = {}; o.a = o")]
    [InlineData("o = {}; o['a'] = o")]
    [InlineData("a = []; a[0] = a")]
    [InlineData("this.x = this")]
    [InlineData("x = this")]
    [InlineData("o = {}; with o; x = this; end")]
    [InlineData("o = {}; with o; import { x: o }; end")]
    [InlineData("o = { a: this }")]
    [InlineData("a = {}; b = { a: a }; a.b = b")]
    [InlineData("o = {}; for o.x in [o]; end")]
    [InlineData("a = [1]; a.me = a")]
    public void No_value_holds_itself(string code) => Assert.Equal(TooDeep, Error(code));

    /// <summary>Values are made, walked and dropped as often as they like.</summary>
    [Theory]
    [InlineData("for i in 1..500; a = [[i]]; b = { a: a }; end")]
    [InlineData("x = [1]; for i in 1..500; x = [x]; x = x[0]; end")]
    [InlineData("l = []; for i in 1..500; l[l.size] = { i: i }; end; l.size")]
    [InlineData("o = {}; for i in 1..500; o.last = { i: i }; end")]
    public void What_is_not_deep_is_not_refused(string code) => Assert.Null(Error(code));

    [Fact]
    public void What_comes_from_outside_may_be_as_deep_again()
    {
        var message = new string('[', 60) + new string(']', 60);
        Assert.Equal("[" + message + "]", Send(Parse("{{ a = [json]; a }}"), message).Reply);
        Assert.Equal(TooDeep, Send(Parse("{{ a = json; for i in 1..10; a = [a]; end }}"), message).Error?.Message);
    }

    [Fact]
    public void A_value_within_a_text_prints_as_any_other()
    {
        Assert.Equal("true {a: [null]} 06 May 2024", Render("{{ o = { a: [null] }; $\"{true} {o} {now}\" }}"));
        Assert.Contains("were used", Send(Parse("{{ o = {}; for i in 1..60; o = { a: o, b: o }; end; $\"{o}\" }}"), "", limits: Patient with { Steps = int.MaxValue }).Error?.Message, StringComparison.Ordinal);
    }

    /// <summary>Each would be printed by the library, 2^60 times.</summary>
    [Theory]
    [InlineData("o - 1")]
    [InlineData("o + 1")]
    [InlineData("o < o")]
    [InlineData("o * 2")]
    [InlineData("[o] < [o]")]
    [InlineData("-o")]
    [InlineData("+o")]
    [InlineData("o++")]
    [InlineData("x = o; x -= 1")]
    [InlineData("o 1")]
    [InlineData("1 | o")]
    [InlineData("math.abs o")]
    [InlineData("math.plus o 1")]
    [InlineData("math.format o 'N'")]
    [InlineData("object.format o 'N'")]
    [InlineData("array.join [1] ',' o")]
    [InlineData("array.each [1] o")]
    [InlineData("array.filter [1] o")]
    [InlineData("date.to_string o '%Y'")]
    [InlineData("timer o")]
    [InlineData("close o")]
    [InlineData("array.sort [o, o]")]
    [InlineData("for p in o; p - 1; end")]
    [InlineData("for p in o; -p; end")]
    [InlineData("empty << o")]
    public void A_message_prints_no_value_without_a_bound(string code)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Error("o = {}; for i in 1..60; o = { a: o, b: o }; end; " + code);
        Assert.NotNull(error);
        Assert.InRange(error.Length, 1, 200);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 << 20);
    }
}
