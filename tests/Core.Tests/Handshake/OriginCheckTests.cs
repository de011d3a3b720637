using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Tests.Handshake;

public sealed class OriginCheckTests
{
    private static bool Allowed(OriginPolicy policy, string host, bool secure, params string[] origins) =>
        Authority.Parse(host).Exists(authority => OriginCheck.Check(policy, Heads.Seq(origins), authority, secure).Allowed);

    private static OriginPolicy Same => new OriginPolicy.Listed(true, Heads.Seq<string>());

    private static OriginPolicy Listed(params string[] origins) => new OriginPolicy.Listed(false, Heads.Seq(origins));

    [Theory]
    [InlineData("example.com", false, "http://example.com")]
    [InlineData("example.com", false, "ws://example.com")]
    [InlineData("example.com", true, "https://example.com")]
    [InlineData("example.com", true, "wss://example.com")]
    [InlineData("EXAMPLE.com", false, "http://example.com")]
    [InlineData("example.com:80", false, "http://example.com")]
    [InlineData("example.com", false, "http://example.com:80")]
    [InlineData("example.com:443", true, "https://example.com")]
    [InlineData("localhost:3000", false, "http://localhost:3000")]
    [InlineData("[::1]:3000", false, "http://[::1]:3000")]
    public void The_servers_own_origin_is_the_same(string host, bool secure, string origin) =>
        Assert.True(Allowed(Same, host, secure, origin));

    [Theory]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("example.com")]
    [InlineData("//example.com")]
    [InlineData("https://example.com")]
    [InlineData("wss://example.com")]
    [InlineData("http://example.com:8080")]
    [InlineData("http://example.com:443")]
    [InlineData("http://example.com.evil.test")]
    [InlineData("http://evil-example.com")]
    [InlineData("http://evil.test/example.com")]
    [InlineData("http://example.com@evil.test")]
    [InlineData("http://evil.test@example.com")]
    [InlineData("http://example.com/")]
    [InlineData("http://example.com#")]
    [InlineData("http://example.com?")]
    [InlineData("http://example.com.")]
    [InlineData("http://www.example.com")]
    [InlineData("http://EXAMPLE.com")]
    [InlineData("HTTP://example.com")]
    [InlineData("http://example.com:080")]
    [InlineData("http://example.com:")]
    [InlineData("http://ex\u00e4mple.com")]
    [InlineData("http://xn--exmple-cua.com")]
    [InlineData("http://example.com http://evil.test")]
    [InlineData("http://example.com, http://example.com")]
    [InlineData("file://")]
    [InlineData("http://")]
    [InlineData("chrome-extension://abc")]
    public void Hostile_variants_are_refused(string origin)
    {
        Assert.False(Allowed(Same, "example.com", false, origin));
        Assert.False(Allowed(Listed("http://example.com"), "example.com", false, origin));
    }

    [Fact]
    public void Listed_origins_are_compared_byte_for_byte()
    {
        Assert.True(Allowed(Listed("https://a.example", "https://b.example"), "c.example", false, "https://b.example"));
        Assert.False(Allowed(Listed("https://a.example:443"), "c.example", true, "https://a.example"));
        Assert.False(Allowed(Listed("null"), "c.example", true, "null"));
        Assert.False(Allowed(Listed(), "a.example", false, "http://a.example"));
    }

    // Only a browser whose page came over an encrypted connection has an encrypted origin.
    [Fact]
    public void An_encrypted_connection_wants_an_encrypted_origin()
    {
        Assert.False(Allowed(Same, "example.com", true, "http://example.com"));
        Assert.False(Allowed(Same, "example.com:80", true, "http://example.com"));
        Assert.False(Allowed(Same, "example.com", true, "ws://example.com"));
    }

    [Fact]
    public void Several_headers_are_refused_and_none_is_allowed()
    {
        Assert.False(Allowed(new OriginPolicy.Any(), "a", false, "http://a", "http://a"));
        Assert.False(Allowed(Same, "a", false, "http://a", "http://a"));
        Assert.True(Allowed(new OriginPolicy.Any(), "a", false, "null"));
        Assert.True(Allowed(Same, "a", false));
    }

    [Fact]
    public void Says_why()
    {
        var host = Authority.Parse("a:81").IfNone(() => throw new InvalidOperationException());
        Assert.Equal(
            "origin http://b: neither listed nor the server's own (https://a:81): refused",
            OriginCheck.Check(Same, Heads.Seq("http://b"), host, true).Step);
        Assert.Equal("origin http://b: not listed: refused", OriginCheck.Check(Listed(), Heads.Seq("http://b"), host, false).Step);
        Assert.Equal("origin http://b: not listed: refused", OriginCheck.Check(Listed(), Heads.Seq("http://b"), host, true).Step);
        Assert.Contains("(http://a:81)", OriginCheck.Check(Same, Heads.Seq("http://b"), host, false).Step, StringComparison.Ordinal);
    }
}
