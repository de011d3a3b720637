using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Tests.Handshake;

public sealed class AuthorityTests
{
    [Theory]
    [InlineData("example.com", "example.com", 0)]
    [InlineData("EXAMPLE.com:1", "example.com", 1)]
    [InlineData("127.0.0.1:65535", "127.0.0.1", 65535)]
    [InlineData("a_b~c-d", "a_b~c-d", 0)]
    [InlineData("[::]", "[::]", 0)]
    [InlineData("[::1]:8080", "[::1]", 8080)]
    [InlineData("[1::]", "[1::]", 0)]
    [InlineData("[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]", 0)]
    [InlineData("[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7::]", 0)]
    [InlineData("[1:2:3:4:5:6:1.2.3.4]", "[1:2:3:4:5:6:1.2.3.4]", 0)]
    [InlineData("[::FFFF:10.0.0.255]:80", "[::ffff:10.0.0.255]", 80)]
    public void Reads(string text, string host, int port)
    {
        var authority = Authority.Parse(text).Match(one => one, () => throw new InvalidOperationException());

        Assert.Equal((host, port), (authority.Host, authority.Port.IfNone(0)));
        Assert.Equal(text.ToLowerInvariant(), authority.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(":80")]
    [InlineData("a b")]
    [InlineData("a:")]
    [InlineData("a:0")]
    [InlineData("a:080")]
    [InlineData("a:65536")]
    [InlineData("a:80\0")]
    [InlineData("a:123456")]
    [InlineData("a:+1")]
    [InlineData("a:1x")]
    [InlineData("a/")]
    [InlineData("me@a")]
    [InlineData("a%41")]
    [InlineData("\u00e9")]
    [InlineData("[]")]
    [InlineData("[")]
    [InlineData("[::1")]
    [InlineData("[::1]x")]
    [InlineData("[:]")]
    [InlineData("[:::]")]
    [InlineData("[1::2::3]")]
    [InlineData("[1:2:3:4:5:6:7]")]
    [InlineData("[1:2:3:4:5:6:7:8:9]")]
    [InlineData("[1:2:3:4:5:6:7::8]")]
    [InlineData("[12345::]")]
    [InlineData("[g::]")]
    [InlineData("[::1.2.3]")]
    [InlineData("[::1.2.3.256]")]
    [InlineData("[::1.2.3.04]")]
    [InlineData("[::1.2.3.]")]
    [InlineData("[::1.2.3.1234]")]
    [InlineData("[::1.2.3.x]")]
    [InlineData("[1.2.3.4::]")]
    [InlineData("[1.2.3.4:1::]")]
    [InlineData("[fe80::1%25eth0]")]
    public void Refuses(string text) => Assert.True(Authority.Parse(text).IsNone);

    [Theory]
    [InlineData("a", "a:80", false, true)]
    [InlineData("a", "a:443", true, true)]
    [InlineData("a", "a:443", false, false)]
    [InlineData("a:1", "a:1", false, true)]
    [InlineData("a", "b", false, false)]
    public void Default_ports_are_filled_in(string one, string other, bool secure, bool same) =>
        Assert.Equal(same, Authority.Parse(one).Exists(a => Authority.Parse(other).Exists(b => a.IsSameAs(b, secure))));

    [Theory]
    [InlineData("example.com:", "example.com")]
    [InlineData("[::1]:", "[::1]")]
    [InlineData("example.com:443", "example.com:443")]
    [InlineData("example.com:443:", "none")]
    [InlineData("example.com::", "none")]
    [InlineData(":", "none")]
    public void What_a_client_sends_may_have_an_empty_port_but_not_behind_another(string text, string expected) =>
        Assert.Equal(expected, Authority.ParseSent(text).Match(authority => authority.ToString(), () => "none"));
}
