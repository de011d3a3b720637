using PluginHost.Core.Scripts;

namespace PluginHost.Core.Tests.Scripts;

/// <summary>The line of a script that names its subprotocols.</summary>
public sealed class ScriptProtocolsTests
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
        expected, ScriptProtocols.Read("s.sbn", text).Match(names => string.Join(' ', names), errors => "error: " + errors[0].Format()));

    [Theory]
    [InlineData("{{# protocols: a, b c }}", 1, 19)]
    [InlineData("{{# protocols: a, a }}", 1, 19)]
    [InlineData("{{# protocols: }}", 1, 16)]
    [InlineData("{{# protocols:", 1, 15)]
    [InlineData("\n{{# protocols: a,, b }}", 2, 18)]
    public void A_name_that_is_no_token_is_an_error(string text, int line, int column)
    {
        var error = ScriptProtocols.Read("s.sbn", text).LeftToSeq().Single().Single();
        Assert.Equal((line, column), (error.Line, error.Column));
    }
}
