using LanguageExt;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Tests.Handshake;

public sealed class ExtensionOffersTests
{
    private static string Parse(params string[] values) => ExtensionOffers.Parse(Heads.Seq(values)).Match(
        offers => ExtensionOffers.Format(offers),
        fault => $"{fault.Line}:{fault.Position} {fault.Explanation}");

    [Theory]
    [InlineData("permessage-deflate")]
    [InlineData("permessage-deflate; client_max_window_bits")]
    [InlineData("permessage-deflate; server_max_window_bits=10; client_max_window_bits, x")]
    [InlineData("a; b=c; b=d, a")]
    [InlineData("a; b=\"\"")]
    public void Reads_and_writes(string value) => Assert.Equal(value, Parse(value));

    [Theory]
    [InlineData("a;b=c", "a; b=c")]
    [InlineData(" a\t; b = c ,, d ", "a; b=c, d")]
    [InlineData(",a", "a")]
    [InlineData("", "")]
    [InlineData(" , ", "")]
    [InlineData("a,", "a")]
    [InlineData("a; b=\"c\"", "a; b=c")]
    [InlineData("a; b=\"\\c\\d\" ; e", "a; b=cd; e")]
    [InlineData("a; b=", "a; b=\"\"")]
    [InlineData("a; b=, c", "a; b=\"\", c")]
    public void Reads_other_spellings(string value, string canonical) => Assert.Equal(canonical, Parse(value));

    [Fact]
    public void Several_lines_are_one_list() => Assert.Equal("a, b; c, d", Parse("a, b;c", "", "d"));

    [Fact]
    public void No_line_is_no_offer() => Assert.True(ExtensionOffers.Parse(Seq<string>.Empty).Exists(offers => offers.IsEmpty));

    [Theory]
    [InlineData("a b", "0:2 a comma or semicolon is missing")]
    [InlineData("a, ;", "0:3 an extension's name is no token")]
    [InlineData("\"a\"", "0:0 an extension's name is no token")]
    [InlineData("a;", "0:2 a parameter's name is no token")]
    [InlineData("a; =b", "0:3 a parameter's name is no token")]
    [InlineData("a; b=c d", "0:7 a comma or semicolon is missing")]
    [InlineData("a; b=c=d", "0:6 a comma or semicolon is missing")]
    [InlineData("a; b=\"c", "0:7 a quoted value is not closed")]
    [InlineData("a; b=\"c\\", "0:8 a quoted value is not closed")]
    [InlineData("a; b=\"c d\"", "0:7 a quoted value is no token")]
    [InlineData("a; b=\"\\\"\"", "0:7 a quoted value is no token")]
    [InlineData("a; b=\"c\"d", "0:8 a comma or semicolon is missing")]
    [InlineData("a; \u00e9", "0:3 a parameter's name is no token")]
    public void Says_where_the_grammar_is_broken(string value, string fault) => Assert.Equal(fault, Parse(value));

    [Fact]
    public void Says_on_which_line() => Assert.Equal("1:0 an extension's name is no token", Parse("a", "="));

    [Theory]
    [InlineData("a", "b", "c", true)]
    [InlineData("a", "b", "", true)]
    [InlineData("", "b", "c", false)]
    [InlineData("a\r\n", "b", "c", false)]
    [InlineData("a", "", "c", false)]
    [InlineData("a", "b", "c d", false)]
    [InlineData("a", "b", "\r\n", false)]
    public void Only_tokens_are_writable(string name, string parameter, string value, bool writable) =>
        Assert.Equal(writable, new ExtensionOffer(name, Heads.Seq(new ExtensionParameter(parameter, value))).IsWritable);
}
