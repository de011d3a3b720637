using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Values;
using static PluginHost.Core.Tests.Scripting.Builtin;

namespace PluginHost.Core.Tests.Scripting.Functions;

/// <summary><c>html.*</c>, <c>regex.*</c> and <c>timespan.*</c>, by the examples of the language's documentation and at the edges.</summary>
public sealed class SmallGroupTests
{
    [Theory]
    [InlineData("html.strip", "This is a paragraph", "<p>This is a paragraph</p>")]
    [InlineData("html.strip", "ab", "a<script>x < y</script><!-- > --><style>p > a {}</STYLE><br\n/>b")]
    [InlineData("html.strip", "1 < 2", "1 < 2")]
    [InlineData("html.strip", "x", "<script>x")]
    [InlineData("html.escape", "&lt;p&gt;This is a paragraph&lt;/p&gt;", "<p>This is a paragraph</p>")]
    [InlineData("html.escape", "&amp;&quot;&#39;&#233;&#128512;ā", "&\"'é😀ā")]
    [InlineData("html.newline_to_br", "Hello<br />\nworld", "Hello\nworld")]
    [InlineData("html.newline_to_br", "a<br />\r\nb<br />\rc<br />\n", "a\r\nb\rc\n")]
    [InlineData("html.url_encode", "john%40liquid.com", "john@liquid.com")]
    [InlineData("html.url_encode", "a%20b%2Fc%C3%A9-._~", "a b/cé-._~")]
    [InlineData("html.url_escape", "%3Chello%3E%20&%20%3Cscriban%3E", "<hello> & <scriban>")]
    [InlineData("html.url_escape", "http://a/b?c=d&e=%25%F0%9F%98%80", "http://a/b?c=d&e=%😀")]
    [InlineData("regex.escape", "\\(abc\\.\\*\\)", "(abc.*)")]
    [InlineData("regex.match", "[\"is a text123\", \"is\", \"text123\"]", "this is a text123", "(\\w+) a ([a-z]+\\d+)")]
    [InlineData("regex.match", "[]", "abc", "x")]
    [InlineData("regex.match", "[\"b\", \"\"]", "b", "(a)?b")]
    [InlineData("regex.match", "[\"AB\"]", "xAB", "a b # sign", "ix")]
    [InlineData("regex.match", "[\"a\\nb\"]", "a\nb", "a.b", "s")]
    [InlineData("regex.matches", "[[\"this\", \"this\"], [\"is\", \"is\"], [\"a\", \"a\"], [\"text123\", \"text123\"]]", "this is a text123", "(\\w+)")]
    [InlineData("regex.matches", "[[\"a\"], [\"b\"]]", "a\nb", "^.$", "m")]
    [InlineData("regex.matches", "[]", "abc", "x")]
    [InlineData("regex.replace", "a-Yo-d", "abbbbcccd", "b+c+", "-Yo-")]
    [InlineData("regex.replace", "b=a, d=c", "a=b, c=d", "(\\w)=(?<v>\\w)", "${v}=$1")]
    [InlineData("regex.replace", "a$[b]acac$9c", "abc", "b", "$$[$&]$`$'$`$'$9")]
    [InlineData("regex.replace", "XbX", "AbA", "a", "X", "i")]
    [InlineData("regex.split", "[\"a\", \"b\", \"c\", \"d\"]", "a, b   , c,    d", "\\s*,\\s*")]
    [InlineData("regex.split", "[\"a\", \"-\", \"b\"]", "a-b", "(-)")]
    [InlineData("regex.split", "[\"abc\"]", "abc", "x")]
    [InlineData("regex.unescape", "(abc.*)", "\\(abc\\.\\*\\)")]
    [InlineData("timespan.from_days", "5.00:00:00", 5)]
    [InlineData("timespan.from_days", "12:00:00", 0.5)]
    [InlineData("timespan.from_hours", "05:00:00", 5)]
    [InlineData("timespan.from_minutes", "00:05:00", 5)]
    [InlineData("timespan.from_seconds", "00:00:05", 5)]
    [InlineData("timespan.from_seconds", "-00:00:00.5000000", -0.5)]
    [InlineData("timespan.from_milliseconds", "00:00:00.0050000", 5)]
    [InlineData("timespan.parse", "1.02:03:04.5000000", "1.02:03:04.5")]
    [InlineData("timespan.parse", "", "")]
    public void Prints(string name, string expected, params object?[] arguments) => Assert.Equal(expected, Print(name, arguments));

    [Theory]
    [InlineData("regex.match", "argument `options` must be made of the letters i, m, s and x, but is the text \"g\"", "a", "a", "g")]
    [InlineData("timespan.parse", "argument `text` must be a length of time such as 1.02:03:04, but is the text \"soon\"", "soon")]
    [InlineData("timespan.from_days", "argument `days` is out of range, but is 1E+300", 1e300)]
    public void Faults(string name, string expected, params object?[] arguments) =>
        Assert.Equal($"`{name}`: {expected}", Fault(name, arguments));

    [Theory]
    [InlineData("regex.match", "(", "argument `pattern` is no regular expression: ")]
    [InlineData("regex.match", "[z-a]", "argument `pattern` is no regular expression: ")]
    [InlineData("regex.unescape", null, "argument `pattern` cannot be unescaped: ")]
    public void Patterns_that_are_none(string name, string? pattern, string expected) =>
        Assert.StartsWith($"`{name}`: {expected}", pattern is null ? Fault(name, "\\x") : Fault(name, "a", pattern));

    [Theory]
    [InlineData("days", "1")]
    [InlineData("hours", "2")]
    [InlineData("minutes", "3")]
    [InlineData("seconds", "4")]
    [InlineData("milliseconds", "500")]
    [InlineData("total_days", "1.08546875")]
    [InlineData("total_hours", "26.05125")]
    [InlineData("total_minutes", "1563.075")]
    [InlineData("total_seconds", "93784.5")]
    [InlineData("total_milliseconds", "93784500")]
    [InlineData("weeks", "")]
    public void Members_of_a_timespan(string name, string expected) =>
        Assert.Equal(expected, Members.Get(NewRun(), Call("timespan.parse", Text("1.02:03:04.5")), name).ToString());

    [Fact]
    public void Patterns_are_kept_and_their_options_told_apart()
    {
        var run = NewRun();
        for (var i = 0; i < 40; i++)
        {
            Assert.Equal("[]", Print(run, "regex.match", $"A{i}", $"a{i}"));
            Assert.Equal($"[\"A{i}\"]", Print(run, "regex.match", $"A{i}", $"a{i}", "i"));
            Assert.Equal("[]", Print(run, "regex.match", $"A{i}", $"a{i}"));
        }
    }
}
