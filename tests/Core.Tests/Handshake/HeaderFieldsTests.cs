using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Tests.Handshake;

public sealed class HeaderFieldsTests
{
    private static HeaderFields Fields(params string[] lines) =>
        Heads.Accepted(Heads.With(lines)).Head.Headers;

    [Fact]
    public void Names_are_found_in_any_case_and_lines_kept_in_order()
    {
        var fields = Fields("x-a: 1", "X-A: 2", "X-B: 3");

        Assert.Equal(Heads.Seq("1", "2"), fields.All("X-a"));
        Assert.Equal(2, fields.Count("x-A"));
        Assert.Equal(new HeaderField("X-B", "3"), fields.Lines.Last);
        Assert.Equal("3", fields.Single("x-b"));
        Assert.True(fields.Single("x-a").IsNone);
        Assert.True(fields.Single("x-c").IsNone);
    }

    [Theory]
    [InlineData("X:", "")]
    [InlineData("X: \t ", "")]
    [InlineData("X:a", "a")]
    [InlineData("X: \ta b\t ", "a b")]
    [InlineData("X: \u00e9\u00ff", "\u00e9\u00ff")]
    [InlineData("X: a:b", "a:b")]
    public void Values_are_Latin1_without_the_space_around_them(string line, string value) =>
        Assert.Equal(value, Fields(line).Single("X"));

    [Theory]
    [InlineData("a", "a")]
    [InlineData(" a ,\tb,,c ,", "a|b|c")]
    [InlineData("", "")]
    [InlineData("\"a,b\", c", "\"a,b\"|c")]
    [InlineData("\"a\\\",b\",c", "\"a\\\",b\"|c")]
    [InlineData("\\,a", "\\|a")]
    public void Lists_are_split_outside_quotes(string value, string elements) =>
        Assert.Equal(elements, Fields("X: " + value).List("X").Match(list => string.Join('|', list), () => "none"));

    [Theory]
    [InlineData("\"a")]
    [InlineData("a, \"b\\\"")]
    [InlineData("\"\\")]
    public void An_open_quote_is_no_list(string value) => Assert.True(Fields("X: b", "X: " + value).List("X").IsNone);

    [Fact]
    public void A_list_may_be_spread_over_lines()
    {
        Assert.Equal(Heads.Seq("a", "b", "c"), Fields("X: a, b", "x: c").List("X").IfNone(Heads.Seq<string>()));
        Assert.True(Fields("X: a").List("Y").Exists(list => list.IsEmpty));
    }

    [Theory]
    [InlineData("X", "a", true)]
    [InlineData("X", "a\tb", true)]
    [InlineData("X", "", true)]
    [InlineData("X", "a\r\nY: b", false)]
    [InlineData("X", "a\nb", false)]
    [InlineData("X", "a\u0100", false)]
    [InlineData("X", "a\0", false)]
    [InlineData("", "a", false)]
    [InlineData("X:", "a", false)]
    [InlineData("X\r\n", "a", false)]
    public void Only_one_line_is_writable(string name, string value, bool writable) =>
        Assert.Equal(writable, new HeaderField(name, value).IsWritable);

    [Theory]
    [InlineData("Set-Cookie", true)]
    [InlineData("sec-websocket-protocol", false)]
    [InlineData("connection", false)]
    [InlineData("Upgrade", false)]
    [InlineData("Content-length", false)]
    [InlineData("Transfer-Encoding", false)]
    [InlineData("Bad Name", false)]
    public void Only_foreign_headers_are_extra(string name, bool extra) => Assert.Equal(extra, new HeaderField(name, "a").IsExtra);
}
