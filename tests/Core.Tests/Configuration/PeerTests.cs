using LanguageExt;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;
using static PluginHost.Core.Tests.Configuration.Reading;

namespace PluginHost.Core.Tests.Configuration;

/// <summary>Who may connect, who is believed about it, and what is logged of it: what the file may say, and what it may not.</summary>
public class PeerTests
{
    [Theory]
    [InlineData("""{ "trusted": ["10.0.0.0/8", "::1"], "header": "X-Forwarded-For" }""", ForwardingHeader.XForwardedFor, false, false)]
    [InlineData("""{ "trusted": ["10.0.0.0/8", "::1", "unix"], "header": "Forwarded" }""", ForwardingHeader.Forwarded, true, false)]
    [InlineData("""{ "trusted": ["10.0.0.0/8", "::1"], "protocol": true }""", ForwardingHeader.None, false, true)]
    [InlineData("""{ "trusted": ["10.0.0.0/8", "::1"], "protocol": true, "header": "none" }""", ForwardingHeader.None, false, true)]
    public void Proxies_are_read(string proxies, ForwardingHeader header, bool unix, bool protocol) => Assert.Equal(
        new ProxyPolicy(Seq(Network("10.0.0.0/8"), Network("::1")), unix, header, protocol),
        Plan($$"""{ "listeners": [{ "proxies": {{proxies}} }] }""").Listeners[0].Proxies);

    [Fact]
    public void Nobody_is_believed_and_nobody_is_kept_out_by_default()
    {
        var plan = Plan("""{ "routes": [{ "path": "/" }] }""");
        Assert.Equal(ProxyPolicy.None, plan.Listeners[0].Proxies);
        Assert.True(plan.Addresses.IsEmpty && plan.Listeners[0].Addresses.IsEmpty && plan.Routes[0].Addresses.IsEmpty);
    }

    [Fact]
    public void Lists_of_addresses_are_the_servers_a_listeners_and_a_routes()
    {
        const string lists = """{ "allow": ["192.0.2.7", "::ffff:10.0.0.0/104"], "deny": ["2001:db8::/32"] }""";
        var policy = new AddressPolicy(Seq(Network("192.0.2.7"), Network("10.0.0.0/8")), Seq1(Network("2001:db8::/32")));
        Assert.Equal(policy, Plan($$"""{ "addresses": {{lists}} }""").Addresses);
        Assert.Equal(policy, Plan($$"""{ "listeners": [{ "addresses": {{lists}} }] }""").Listeners[0].Addresses);
        Assert.Equal(policy, Plan($$"""{ "routes": [{ "path": "/", "addresses": {{lists}} }] }""").Routes[0].Addresses);
    }

    [Theory]
    [InlineData("""{ "trusted": ["10.0.0.1"] }""", "", "nothing is asked of the proxies")]
    [InlineData("""{ "trusted": ["10.0.0.1"], "header": "none", "protocol": false }""", "", "nothing is asked of the proxies")]
    [InlineData("""{ "protocol": true }""", "", "the key \"trusted\" is missing")]
    [InlineData("""{ "trusted": [], "protocol": true }""", "/trusted", "at least one proxy is needed")]
    [InlineData("""{ "trusted": ["proxy.example"], "protocol": true }""", "/trusted/0", "expected an address or network")]
    [InlineData("""{ "trusted": ["Unix"], "protocol": true }""", "/trusted/0", "expected an address or network")]
    [InlineData("""{ "trusted": ["10.0.0.1/8"], "protocol": true }""", "/trusted/0", "bits behind its prefix")]
    [InlineData("""{ "trusted": ["10.0.0.1", "10.0.0.1"], "protocol": true }""", "/trusted/1", "a second time")]
    [InlineData("""{ "trusted": ["10.0.0.1"], "header": "X-Real-IP" }""", "/header", "expected one of \"none\", \"X-Forwarded-For\", \"Forwarded\"")]
    [InlineData("""{ "trusted": ["10.0.0.1"], "protocol": "v2" }""", "/protocol", "expected true or false")]
    public void What_is_wrong_about_proxies_is_one_problem_at_its_place(string proxies, string pointer, string message) =>
        Is($$"""{ "listeners": [{ "proxies": {{proxies}} }] }""", "/listeners/0/proxies" + pointer, message);

    [Theory]
    [InlineData("allow")]
    [InlineData("deny")]
    public void What_is_no_network_is_refused_in_every_list(string list)
    {
        Is($$"""{ "addresses": { "{{list}}": ["::1", "10.0.0.0/33"] } }""", $"/addresses/{list}/1", "a number from 0 to 32");
        Is($$"""{ "listeners": [{ "addresses": { "{{list}}": ["localhost"] } }] }""", $"/listeners/0/addresses/{list}/0", "expected an address or network");
        Is($$"""{ "routes": [{ "path": "/", "addresses": { "{{list}}": ["10.1/16"] } }] }""", $"/routes/0/addresses/{list}/0", "expected an address or network");
        Is($$"""{ "addresses": { "{{list}}": "::1" } }""", $"/addresses/{list}", "expected a list");
    }

    [Fact]
    public void What_is_logged_is_chosen_from_a_list()
    {
        foreach (var level in new[] { "trace", "debug", "information", "warning", "error", "none" })
            Assert.Equal(new LogPlan(level, false), Plan($$"""{ "log": { "level": "{{level}}" } }""").Log);
        Assert.Equal(new LogPlan("information", true), Plan("""{ "log": { "format": "json" } }""").Log);
        Assert.Equal(new LogPlan("information", false), Plan("""{ "log": { "format": "text" } }""").Log);
        Is("""{ "log": { "level": "warnin" } }""", "/log/level", "expected one of \"trace\"");
        Is("""{ "log": { "level": 3 } }""", "/log/level", "expected one of \"trace\"");
        Is("""{ "log": { "format": "xml" } }""", "/log/format", "expected one of \"text\", \"json\"");
        Assert.Equal(Some("warning"), Problem("""{ "log": { "level": "warnin" } }""").Suggestion);
    }

    [Theory]
    [InlineData("plugins")]
    [InlineData("scripts")]
    public void What_matches_no_topic_is_no_permission(string kind)
    {
        foreach (var list in new[] { "subscribe", "publish" })
        {
            Assert.True(Read($$"""{ "{{kind}}": { "entries": { "a": { "topics": { "{{list}}": ["chat/#", "+/x"] } } } } }""").IsRight);
            foreach (var pattern in new[] { "a/#/b", "a#", "a+/b", "", "a\\u0000" })
                Is($$"""{ "{{kind}}": { "entries": { "a": { "topics": { "{{list}}": ["{{pattern}}"] } } } } }""", $"/{kind}/entries/a/topics/{list}/0", "is not a pattern over topics");
        }
    }

    private static void Is(string json, string pointer, string message)
    {
        var problem = Problem(json);
        Assert.Equal(pointer, problem.Pointer);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    private static Network Network(string text) => PluginHost.Core.Policy.Addresses.Network.Parse(text).IfLeft(problem => throw new InvalidOperationException(problem));
}
