using PluginHost.Core.Scripts;

namespace PluginHost.Core.Tests.Scripts;

/// <summary>What scripts say about themselves in their first comment.</summary>
public sealed class ScriptHeaderTests
{
    [Theory]
    [InlineData("{{# protocols: shout.v1, shout #}}x", "shout.v1 shout")]
    [InlineData("{{# protocols: shout ~}}\nx", "shout")]
    [InlineData("{{# protocols: shout -}}x", "shout")]
    [InlineData("{{~ # protocols: shout }}x", "shout")]
    [InlineData("{{- ## protocols: shout ## -}}x", "shout")]
    [InlineData("{{## protocols: shout\n more ## ~}}", "shout")]
    [InlineData("{{# protocols: a\r\n x}}", "a")]
    [InlineData("{{# protocols: a-}}", "a")]
    [InlineData("\n {{ ## \n protocols:a,b\n more ## }}", "a b")]
    [InlineData("{{\n# protocols: a\n# other\n}}", "a")]
    [InlineData("{{ # other\n# protocols: a\n}}", "")]
    [InlineData("{{ #\nprotocols: a }}", "")]
    [InlineData("{{ 1 # protocols: a\n}}", "")]
    [InlineData("text {{# protocols: a }}", "")]
    [InlineData("{% { {{# protocols: a }} } %}", "")]
    [InlineData("{{# protocol: a }}", "")]
    [InlineData("{{", "")]
    [InlineData("{{#", "")]
    [InlineData("", "")]
    [InlineData("no comment", "")]
    public void The_first_comment_names_them(string text, string expected) => Assert.Equal(
        expected, ScriptHeader.Read("s.sbn", text).Match(header => string.Join(' ', header.Protocols), errors => "error: " + errors[0].Format()));

    [Theory]
    [InlineData("{{# protocols: a, b c }}", 1, 19)]
    [InlineData("{{# protocols: a, a }}", 1, 19)]
    [InlineData("{{# protocols: }}", 1, 16)]
    [InlineData("{{# protocols:", 1, 15)]
    [InlineData("\n{{# protocols: a,, b }}", 2, 18)]
    public void A_name_that_is_no_token_is_an_error(string text, int line, int column)
    {
        var error = ScriptHeader.Read("s.sbn", text).LeftToSeq().Single().Single();
        Assert.Equal((line, column), (error.Line, error.Column));
    }

    [Theory]
    [InlineData("{{# protocols: a\n# version: 1.2\n# description: Says it louder.\n}}", "a", "1.2", "Says it louder.")]
    [InlineData("{{## description:Says it, for C#\n\n  version: 2.0.0-beta+5\n  protocols: a, b\n  Free text. ## ~}}", "a b", "2.0.0-beta+5", "Says it, for C#")]
    [InlineData("{{# description: it ends with the code ~}}", "", "", "it ends with the code")]
    [InlineData("{{# description: it ends with the mark #}}", "", "", "it ends with the mark")]
    [InlineData("{{## description: and with two ## }}", "", "", "and with two")]
    [InlineData("{{## protocols: a\n Free text.\n version: 1 ## }}", "a", "", "")] // the first line that is no fact ends them
    [InlineData("{{# protocols: a }}{{# version: 1 }}", "a", "", "")]
    [InlineData("{{# protocols: a\n version = 1\n# version: 1\n}}", "a", "", "")]
    [InlineData("{{## protocols: a\n versions: 1\n ## }}", "a", "", "")]
    public void It_may_say_what_it_is(string text, string protocols, string version, string description) => Assert.Equal(
        (protocols, version, description),
        ScriptHeader.Read("s.sbn", text).Match(
            header => (string.Join(' ', header.Protocols), header.Version.IfNone(""), header.Description.IfNone("")), errors => (errors[0].Format(), "", "")));

    [Theory]
    [InlineData("{{# version: }}", "1:14 a version is 1 to 32 letters, digits, `.`, `-`, `+` or `_`")]
    [InlineData("{{# protocols: a\n# version: one two\n}}", "2:12 a version is 1 to 32 letters, digits, `.`, `-`, `+` or `_`")]
    [InlineData("{{## version: 1\n version: 2 ## }}", "2:2 `version` is said twice")]
    [InlineData("{{# interval: 10 s }}", "1:15 an interval is a duration from 100ms to 24h, such as 500ms, 20s, 5m or 1h")]
    [InlineData("{{# interval: 99ms }}", "1:15 an interval is a duration from 100ms to 24h, such as 500ms, 20s, 5m or 1h")]
    [InlineData("{{# interval: 25h }}", "1:15 an interval is a duration from 100ms to 24h, such as 500ms, 20s, 5m or 1h")]
    [InlineData("{{# description:\n}}", "1:17 a description is 1 to 200 characters, none of them a control character")]
    [InlineData("{{# description: a\tb }}", "1:18 a description is 1 to 200 characters, none of them a control character")]
    [InlineData("{{## version: ?\n protocols: a b\n ## }}", "1:15 a version is 1 to 32 letters, digits, `.`, `-`, `+` or `_`|2:13 this is no subprotocol: a token is expected (RFC 7230 §3.2.6)")]
    public void What_is_wrong_is_said_with_its_place(string text, string expected) => Assert.Equal(
        expected, string.Join('|', ScriptHeader.Read("s.sbn", text).LeftToSeq().Single().Map(error => $"{error.Line}:{error.Column} {error.Message}")));

    [Theory]
    [InlineData("100ms", 100)]
    [InlineData("5m", 300_000)]
    [InlineData("24h", 86_400_000)]
    public void An_interval_is_a_duration(string text, int milliseconds) => Assert.Equal(
        TimeSpan.FromMilliseconds(milliseconds), ScriptHeader.Read("s", $"{{{{# interval: {text} }}}}").Match(header => header.Interval.IfNone(TimeSpan.Zero), _ => TimeSpan.Zero));

    [Fact]
    public void Both_have_a_longest()
    {
        Assert.True(ScriptHeader.Read("s", $"{{{{# description: {new string('x', ScriptHeader.MaxDescription)} }}}}").IsRight);
        Assert.True(ScriptHeader.Read("s", $"{{{{# description: {new string('x', ScriptHeader.MaxDescription + 1)} }}}}").IsLeft);
        Assert.True(ScriptHeader.Read("s", $"{{{{# version: {new string('1', ScriptHeader.MaxVersion)} }}}}").IsRight);
        Assert.True(ScriptHeader.Read("s", $"{{{{# version: {new string('1', ScriptHeader.MaxVersion + 1)} }}}}").IsLeft);
    }
}
