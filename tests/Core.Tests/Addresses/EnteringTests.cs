using LanguageExt;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Serving.Routing;
using static LanguageExt.Prelude;
using static PluginHost.Core.Tests.Configuration.Reading;

namespace PluginHost.Core.Tests.Addresses;

public class EnteringTests
{
    private const string Header = """{ "trusted": ["10.0.0.0/8"], "header": "X-Forwarded-For" }""";
    private const string Protocol = """{ "trusted": ["10.0.0.0/8", "unix"], "protocol": true }""";

    [Theory]
    [InlineData(null, "192.0.2.1", Entry.Open)]
    [InlineData(null, "198.51.100.1", Entry.Denied)]
    [InlineData(null, "203.0.113.1", Entry.Denied)] // the listener's list
    [InlineData(null, "10.0.0.1", Entry.Denied)]
    [InlineData(null, "", Entry.Open)] // a Unix socket
    [InlineData(Header, "10.0.0.1", Entry.Open)] // its client counts
    [InlineData(Header, "198.51.100.1", Entry.Denied)]
    [InlineData(Protocol, "10.0.0.1", Entry.ProxyHeader)]
    [InlineData(Protocol, "", Entry.ProxyHeader)]
    [InlineData(Protocol, "192.0.2.1", Entry.NoProxy)]
    public void Who_may_connect_goes_on(string? proxies, string peer, Entry entry)
    {
        var plan = Plan($$"""
            {
              "listeners": [{ "name": "a", "addresses": { "deny": ["203.0.113.0/24"] }{{(proxies is null ? "" : $", \"proxies\": {proxies}")}} }],
              "addresses": { "allow": ["192.0.2.0/24", "203.0.113.0/24"] }
            }
            """);
        Assert.Equal(entry, Entering.Decide(plan.Listeners[0], plan.Addresses, peer.Length == 0 ? None : Address.Parse(peer)));
    }
}
