using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Admin;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Tests.Configuration;
using PluginHost.Core.Tests.Handshake;
using PluginHost.Core.Text;

namespace PluginHost.Core.Tests.Admin;

public class AdminSiteTests
{
    private static AdminSite At(string address, params string[] names) =>
        new(ListenAddress.Parse(address).IfLeft(problem => throw new ArgumentException(problem)), Heads.Seq(names));

    private static Authority Host(string text) => Authority.Parse(text).IfNone(() => throw new ArgumentException(text));

    [Theory]
    // On this machine's own address only its own names are answered to, whatever the port of a tunnel.
    [InlineData("127.0.0.1:8081", "127.0.0.1:8081", true)]
    [InlineData("127.0.0.1:8081", "localhost:9999", true)]
    [InlineData("127.0.0.1:8081", "LOCALHOST", true)]
    [InlineData("127.0.0.1:8081", "127.3.2.1:8081", true)]
    [InlineData("127.0.0.1:8081", "[::1]:8081", true)]
    [InlineData("127.0.0.1:8081", "[::ffff:127.0.0.1]:8081", true)]
    [InlineData("[::1]:8081", "localhost:8081", true)]
    [InlineData("localhost:8081", "127.0.0.1:8081", true)]
    [InlineData("127.0.0.1:8081", "evil.example:8081", false)]
    [InlineData("127.0.0.1:8081", "localhost.evil.example", false)]
    [InlineData("127.0.0.1:8081", "127.0.0.1.evil.example", false)]
    [InlineData("127.0.0.1:8081", "192.0.2.1:8081", false)]
    [InlineData("127.0.0.1:8081", "128.0.0.1", false)]
    [InlineData("127.0.0.1:8081", "[::2]", false)]
    // On another address: that one.
    [InlineData("192.0.2.1:8081", "192.0.2.1:8081", true)]
    [InlineData("192.0.2.1:8081", "192.0.2.2:8081", false)]
    [InlineData("192.0.2.1:8081", "localhost:8081", false)]
    [InlineData("192.0.2.1:8081", "evil.example:8081", false)]
    [InlineData("[2001:db8::1]:8081", "[2001:DB8:0::1]", true)]
    // On every address: any of them, and no name, which could be anybody's.
    [InlineData("*:8081", "192.0.2.9", true)]
    [InlineData("*:8081", "localhost", true)]
    [InlineData("*:8081", "[2001:db8::1]", true)]
    [InlineData("*:8081", "evil.example", false)]
    [InlineData("0.0.0.0:8081", "192.0.2.9", true)]
    [InlineData("0.0.0.0:8081", "evil.example", false)]
    [InlineData("[::]:8081", "[2001:db8::1]", true)]
    [InlineData("[::]:8081", "evil.example", false)]
    public void It_answers_to_its_own_names(string address, string host, bool answers)
    {
        Assert.Equal(answers, At(address).Admits(Host(host)));
    }

    [Fact]
    public void It_answers_to_the_names_that_are_configured()
    {
        var site = At("192.0.2.1:8081", "Admin.Example");

        Assert.True(site.Admits(Host("admin.example:8081")));
        Assert.False(site.Admits(Host("other.admin.example")));
        Assert.True(At("unix:/run/admin.sock").Admits(Host("anything")));
    }

    [Theory]
    [InlineData("127.0.0.1:1", true)]
    [InlineData("127.9.9.9:1", true)]
    [InlineData("localhost:1", true)]
    [InlineData("[::1]:1", true)]
    [InlineData("unix:/run/admin.sock", true)]
    [InlineData("*:1", false)]
    [InlineData("0.0.0.0:1", false)]
    [InlineData("[::]:1", false)]
    [InlineData("192.0.2.1:1", false)]
    public void Only_loopback_is_private(string address, bool isPrivate) => Assert.Equal(isPrivate, At(address).IsPrivate);

    [Theory]
    [InlineData("http://127.0.0.1:8081", "127.0.0.1:8080", true)]
    [InlineData("http://localhost:8081", "localhost:8080", true)]
    [InlineData("http://localhost:8081", "127.0.0.1:8080", true)] // both are this machine
    [InlineData("http://127.0.0.1:8081", "[::1]:8080", true)]
    [InlineData("https://127.0.0.1:8081", "127.0.0.1:8080", false)] // it speaks no TLS
    [InlineData("http://127.0.0.1:8082", "127.0.0.1:8080", false)] // something else on this machine
    [InlineData("http://127.0.0.1", "127.0.0.1:8080", false)]
    [InlineData("http://evil.example:8081", "127.0.0.1:8080", false)]
    [InlineData("http://evil.example:8081", "evil.example:8080", false)]
    [InlineData("http://127.0.0.1:8081", "ws.example", false)] // a page of the visitor's machine, not of the server's
    [InlineData("http://LOCALHOST:8081", "localhost:8080", false)]
    [InlineData("null", "127.0.0.1:8080", false)]
    public void Its_page_is_one_of_the_servers_own(string origin, string host, bool isOwn)
    {
        var site = At("127.0.0.1:8081");
        var policy = new OriginPolicy.Listed(true, Heads.Seq<string>()) { Page = LanguageExt.Prelude.Some<IOwnPage>(site) };

        Assert.Equal(isOwn, site.IsOwnPage(origin, Host(host)));
        Assert.Equal(isOwn, OriginCheck.Check(policy, Heads.Seq(origin), Host(host), false).Allowed);
        Assert.Equal(isOwn, OriginCheck.Check(policy, Heads.Seq(origin), Host(host), true).Allowed); // also for wss
        Assert.False(OriginCheck.Check(policy with { Same = false }, Heads.Seq(origin), Host(host), false).Allowed);
    }

    [Fact]
    public void On_other_addresses_its_page_is_own_by_the_host_that_the_client_names()
    {
        Assert.True(At("*:8081").IsOwnPage("http://192.0.2.1:8081", Host("192.0.2.1")));
        Assert.False(At("*:8081").IsOwnPage("http://192.0.2.1:8081", Host("192.0.2.2")));
        Assert.True(At("*:8081", "ws.example").IsOwnPage("http://ws.example:8081", Host("ws.example")));
        Assert.False(At("127.0.0.1:0").IsOwnPage("http://127.0.0.1:0", Host("127.0.0.1")));
        Assert.False(At("unix:/run/admin.sock").IsOwnPage("http://localhost", Host("localhost")));
        Assert.Equal(
            "origin http://127.0.0.1:8081: the server's admin page",
            OriginCheck.Check(
                new OriginPolicy.Listed(true, Heads.Seq<string>()) { Page = LanguageExt.Prelude.Some<IOwnPage>(At("127.0.0.1:8081")) }, Heads.Seq("http://127.0.0.1:8081"), Host("127.0.0.1:1"), false).Step);
    }

    [Theory]
    [InlineData("GET", "localhost:8081", "", "", "", AdminVerdict.Answer)]
    [InlineData("HEAD", "127.0.0.1:8081", "", "none", "navigate", AdminVerdict.Answer)]
    [InlineData("GET", "localhost:8081", "http://localhost:8081", "same-origin", "cors", AdminVerdict.Answer)]
    [InlineData("GET", "localhost:8081", "", "cross-site", "navigate", AdminVerdict.Answer)] // a link is followed
    [InlineData("GET", "localhost:8081", "", "cross-site", "no-cors", AdminVerdict.OtherSite)]
    [InlineData("GET", "localhost:8081", "", "same-site", "cors", AdminVerdict.OtherSite)] // another port of this machine
    [InlineData("GET", "localhost:8081", "http://evil.example", "", "", AdminVerdict.OtherSite)]
    [InlineData("GET", "localhost:8081", "null", "", "", AdminVerdict.OtherSite)]
    [InlineData("GET", "evil.example:8081", "", "same-origin", "cors", AdminVerdict.OtherHost)] // its name resolves to this address
    [InlineData("GET", "", "", "", "", AdminVerdict.Answer)] // a probe that speaks HTTP/1.0
    [InlineData("POST", "", "", "", "", AdminVerdict.BadHost)]
    [InlineData("GET", "", "http://localhost:8081", "", "", AdminVerdict.BadHost)]
    [InlineData("GET", "", "", "cross-site", "", AdminVerdict.BadHost)]
    [InlineData("GET", "localhost:", "", "", "", AdminVerdict.Answer)]
    [InlineData("GET", "a b", "", "", "", AdminVerdict.BadHost)]
    [InlineData("POST", "localhost:8081", "", "", "", AdminVerdict.Method)]
    [InlineData("OPTIONS", "localhost:8081", "", "", "", AdminVerdict.Method)]
    [InlineData("DELETE", "evil.example", "", "", "", AdminVerdict.OtherHost)]
    public void Requests_are_answered_that_are_its_own_and_change_nothing(
        string method, string host, string origin, string site, string mode, AdminVerdict verdict) =>
        Assert.Equal(verdict, new AdminRequest(method, host, origin, site, mode).Decide(At("127.0.0.1:8081")));

    [Fact]
    public void It_is_off_unless_it_is_configured_and_then_private_unless_told_otherwise()
    {
        Assert.True(Reading.Plan("{}").Admin.IsNone);
        var site = Reading.Plan("""{ "admin": {} }""").Admin.IfNone(() => throw new ArgumentException("none"));
        Assert.Equal("127.0.0.1:8081", site.Address.ToString());
        Assert.True(site.IsPrivate);
        Assert.Equal(
            At("*:9", "a.example"), Reading.Plan("""{ "admin": { "address": "*:9", "hosts": ["a.example"] } }""").Admin.IfNone(() => throw new ArgumentException("none")));
    }

    [Theory]
    [InlineData("""{ "admin": { "address": "127.0.0.1:8080" } }""", "/admin/address", "a listener has \"127.0.0.1:8080\" already")]
    [InlineData("""{ "admin": { "address": "*:8080" } }""", "/admin/address", "a listener has \"127.0.0.1:8080\" already")]
    [InlineData("""{ "admin": { "address": "admin.example:8081" } }""", "/admin/address", "\"admin.example\" is neither an IP address nor \"localhost\" nor \"*\" (every address)")]
    [InlineData("""{ "admin": { "hosts": ["*.example"] } }""", "/admin/hosts/0", "a host is named in full; there are no wildcards")]
    [InlineData("""{ "admin": { "adress": "*:1" } }""", "/admin/adress", "unknown key \"adress\"")]
    public void What_is_wrong_is_said_where_it_stands(string json, string pointer, string message)
    {
        var problem = Reading.Problem(json);
        Assert.Equal((pointer, message), (problem.Pointer, problem.Message));
    }

    [Theory]
    [InlineData("127.0.0.1:8080", false, "admin.example:9", "ws://127.0.0.1:8080")]
    [InlineData("127.0.0.1:8443", true, "admin.example:9", "wss://127.0.0.1:8443")]
    [InlineData("*:8080", false, "admin.example:9", "ws://admin.example:8080")]
    [InlineData("[::]:8080", false, "admin.example", "ws://admin.example:8080")]
    [InlineData("*:8080", false, "[::1]:9", "ws://localhost:8080")]
    [InlineData("[::1]:8080", false, "admin.example", "ws://localhost:8080")]
    [InlineData("[fe80::1]:8080", false, "admin.example", "ws://[fe80::1]:8080")]
    [InlineData("unix:/run/x.sock", false, "admin.example", "none")]
    public void A_browser_reaches_a_listener_by_the_name_that_it_has_for_the_machine(string listener, bool secure, string page, string url) => Assert.Equal(
        url,
        AdminSite.BrowserUrl(ListenAddress.Parse(listener).IfLeft(problem => throw new ArgumentException(problem)), secure, Host(page)).IfNone("none"));

    [Theory]
    [InlineData("ws://127.0.0.1:8080", "ws://127.0.0.1:8080")]
    [InlineData("wss://[fe80::1]:8080", "wss:")]
    public void A_policy_names_a_scheme_where_it_cannot_name_the_address(string url, string source) => Assert.Equal(source, AdminSite.PolicySource(url));
}
