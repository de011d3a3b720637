using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Protocol.Handshake;
using static LanguageExt.Prelude;
using static PluginHost.Core.Tests.Authentication.Plans;

namespace PluginHost.Core.Tests.Authentication;

public sealed class CredentialStrippingTests
{
    private static string[] Lines(UpgradeRequest request) => [.. request.Head.Headers.Lines.Map(line => $"{line.Name}: {line.Value}")];

    [Fact]
    public void Authorization_goes_and_the_rest_stays()
    {
        var request = Request("/", "X-A: 1", Basic("ann", "x"), "authorization: Negotiate y", "X-B: 2");
        var plain = CredentialStripping.Strip(WithBasic, request);
        Assert.Equal(Lines(request).Where(line => !line.StartsWith("auth", StringComparison.OrdinalIgnoreCase)), Lines(plain));
    }

    [Theory]
    [InlineData("/?access_token=a.b.c", "/", "")]
    [InlineData("/?a=1&access_token=a.b.c&b=%20", "/?a=1&b=%20", "a=1&b=%20")]
    [InlineData("/?access%5Ftoken=a.b.c&x", "/?x", "x")]
    [InlineData("/?&&x=1&&access_token=a&", "/?x=1", "x=1")]
    [InlineData("http://example.com?access_token=a", "http://example.com", "")]
    [InlineData("/?a=1&b=2", "/?a=1&b=2", "a=1&b=2")]
    public void The_parameter_goes_and_the_others_stay(string target, string left, string query)
    {
        var plain = CredentialStripping.Strip(WithBearer, Request(target)).Head.Target;
        Assert.Equal((left, query), (plain.Raw, plain.RawQuery));
        Assert.DoesNotContain("access_token", plain.Query.Map(one => one.Name));
        Assert.Equal(Request(target).Head.Target.Query.Filter(one => one.Name != "access_token"), plain.Query);
    }

    [Fact]
    public void The_offer_goes_and_the_others_stay()
    {
        var request = Request("/", "Sec-WebSocket-Protocol: a,bearer.x.y.z, b", "sec-websocket-protocol: bearer.u.v.w", "X: bearer.q", "Sec-WebSocket-Protocol: c,d");
        var plain = CredentialStripping.Strip(WithBearer, request);
        Assert.Equal(Seq("a", "b", "c", "d"), plain.Offered);
        Assert.Equal(["Sec-WebSocket-Protocol: a, b", "X: bearer.q", "Sec-WebSocket-Protocol: c,d"], Lines(plain)[^3..]);
    }

    [Fact]
    public void Who_asks_nobody_changes_nothing()
    {
        var request = Request("/?access_token=a.b.c", Basic("ann", "x"), "Sec-WebSocket-Protocol: bearer.x");
        Assert.Same(request, CredentialStripping.Strip(AuthenticationPlan.None, request));
        Assert.Same(request, CredentialStripping.Strip(WithCertificate, request));
        Assert.Equal(0, CredentialStripping.Strip(WithPlugin, request).Head.Headers.Count("Authorization"));
    }
}
