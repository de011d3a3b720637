using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Tests.Handshake;

public sealed class RequestHeadTests
{
    private static RequestTarget Target(string raw) =>
        RequestTarget.Parse(raw).Match(target => target, () => throw new InvalidOperationException("refused: " + raw));

    [Fact]
    public void Has_all_parts()
    {
        var head = Heads.Accepted(Heads.Starting("GET /a%20b?x=1&y=%C3%A9 HTTP/1.1")).Head;

        Assert.Equal(("GET", "/a%20b?x=1&y=%C3%A9", "HTTP/1.1"), (head.Method, head.Target.Raw, head.Version));
        Assert.Equal("/a b", head.Path);
        Assert.Equal(Heads.Seq<QueryParameter>(new("x", "1"), new("y", "\u00e9")), head.Query);
        Assert.Equal("Host", head.Headers.Lines[0].Name);
    }

    [Fact]
    public void Is_a_value() => Assert.Equal(Heads.Accepted(Heads.Valid), Heads.Accepted(Heads.Valid));

    [Theory]
    [InlineData("/", "/", "", "")]
    [InlineData("/a/b", "/a/b", "", "a|b")]
    [InlineData("/a%2Fb/", "/a/b/", "", "a/b|")]
    [InlineData("/a?b?c", "/a", "b?c", "a")]
    [InlineData("/%E2%82%AC", "/\u20ac", "", "\u20ac")]
    [InlineData("/a/../b", "/a/../b", "", "a|..|b")]
    [InlineData("//x", "//x", "", "|x")]
    [InlineData("ws://example.com", "/", "", "")]
    [InlineData("WSS://Example.com:8443?a", "/", "a", "")]
    [InlineData("http://[::1]:80/x", "/x", "", "x")]
    [InlineData("https://example.com/x?y", "/x", "y", "x")]
    public void Origin_and_absolute_form(string raw, string path, string query, string segments)
    {
        var target = Target(raw);

        Assert.Equal((raw, path, query), (target.Raw, target.Path, target.RawQuery));
        Assert.Equal(segments, string.Join('|', target.Segments));
        Assert.Equal(!raw.StartsWith('/'), target.Authority.IsSome);
    }

    [Fact]
    public void An_absolute_target_names_scheme_and_host()
    {
        var target = Target("WSS://Example.com:8443/x");

        Assert.Equal("wss", target.Scheme);
        Assert.Equal("example.com:8443", target.Authority.Match(authority => authority.ToString(), () => ""));
    }

    [Theory]
    [InlineData("a=1&b=2", "a=1;b=2")]
    [InlineData("a", "a=")]
    [InlineData("=1", "=1")]
    [InlineData("a=b=c", "a=b=c")]
    [InlineData("&&a=1&", "a=1")]
    [InlineData("a=1+2", "a=1+2")]
    [InlineData("a%3D=%26", "a==&")]
    [InlineData("a=1&a=2", "a=1;a=2")]
    [InlineData("100%", "100%=")]
    [InlineData("a=%g1&%0=b&c=%41", "a=%g1;%0=b;c=A")]
    [InlineData("a=%e9&%00=b%20c", "a=%e9;%00=b c")]
    [InlineData("", "")]
    public void Query_parameters_in_order(string query, string expected) =>
        Assert.Equal(expected, string.Join(';', Target("/?" + query).Query.Map(parameter => $"{parameter.Name}={parameter.Value}")));

    [Theory]
    [InlineData("/%4a%4A%6f", "/JJo")]
    [InlineData("/%ff", "refused")]
    [InlineData("/%E2%82", "refused")]
    [InlineData("/%0", "refused")]
    [InlineData("/%0g", "refused")]
    [InlineData("/%g0", "refused")]
    [InlineData("/%00", "refused")]
    [InlineData("/ ", "refused")]
    [InlineData("/\u00e9", "refused")]
    [InlineData("/%f0%9f/%98%80", "refused")]
    public void Percent_decoding(string raw, string path) =>
        Assert.Equal(path, RequestTarget.Parse(raw).Match(target => target.Path, () => "refused"));

    // Whole, the escapes make one character; cut at the slash that they hide, the segments do not.
    [Fact]
    public void Segments_are_decoded_one_by_one() => Assert.Equal(Heads.Seq("a", "b/c"), Target("/a/b%2fc").Segments);

    [Theory]
    [InlineData("")]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("GET / HTTP/1.1\r\n\r\nmore")]
    [InlineData("GET / HTTP/1.1\n\n")]
    [InlineData("GET * HTTP/1.1\r\n\r\n")]
    public void Bytes_that_are_not_one_head_are_refused(string text) =>
        Assert.Equal(400, RequestHead.Parse(Heads.Bytes(text)).Match(_ => 0, rejection => rejection.Status));

    [Theory]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nA: b\r\n\r\n", 101, "Switching Protocols", 1)]
    [InlineData("HTTP/1.0 200 \r\n\r\n", 200, "", 0)]
    public void Response_has_all_parts(string text, int status, string reason, int lines)
    {
        var head = ResponseHead.Parse(Heads.Bytes(text)).Match(head => head, fault => throw new InvalidOperationException());

        Assert.Equal((text[..8], status, reason, lines), (head.Version, head.Status, head.Reason, head.Headers.Lines.Count));
    }

    [Fact]
    public void Response_bytes_that_are_not_one_head_are_refused() =>
        Assert.Equal(HeadFault.NotOneHead, ResponseHead.Parse(Heads.Bytes("HTTP/1.1 101 ")).Match(_ => default, fault => fault));
}
