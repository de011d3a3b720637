using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Tests.Handshake;

public sealed class PoliciesTests
{
    [Fact]
    public void Match_calls_the_function_of_the_case()
    {
        Assert.Equal("-", new NoOfferPolicy.Reject().Match(() => "-", token => token));
        Assert.Equal("a", new NoOfferPolicy.Handler("a").Match(() => "-", token => token));
        Assert.Equal(0, new OriginPolicy.Any().Match(() => 0, (_, list) => list.Count));
        Assert.Equal(1, new OriginPolicy.Listed(true, Heads.Seq("http://a")).Match(() => 0, (_, list) => list.Count));
    }

    [Fact]
    public void Limits_by_default() => Assert.Equal(
        new HeadLimits(RequestLine: 4096, Head: 16384, HeaderLines: 64, OfferedSubprotocols: 32), HeadLimits.Default);

    [Theory]
    [InlineData("chat.v1", true)]
    [InlineData("!#$%&'*+-.^_`|~09azAZ", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a,b", false)]
    [InlineData("a\r\n", false)]
    [InlineData("\u00e9", false)]
    [InlineData("a/b", false)]
    public void Tokens(string text, bool token) => Assert.Equal(token, Grammar.IsToken(text));
}
