using LanguageExt;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Protocol.Handshake;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Tests.Addresses;

public class ForwardingTests
{
    private const string Peer = "10.0.0.1";

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1:0")]
    [InlineData("192.0.2.1:4711", "192.0.2.1:4711")]
    [InlineData("2001:db8::1", "2001:db8::1:0")]
    [InlineData("[2001:db8::1]", "2001:db8::1:0")]
    [InlineData("[2001:db8::1]:80", "2001:db8::1:80")]
    [InlineData("198.51.100.9, 192.0.2.1", "192.0.2.1:0")] // what stands in front is the client's own
    [InlineData("garbage, 192.0.2.1", "192.0.2.1:0")]
    [InlineData("192.0.2.1, 10.0.0.2", "192.0.2.1:0")]
    [InlineData("198.51.100.9, 192.0.2.1, 10.0.0.2, 10.0.0.3", "192.0.2.1:0")]
    [InlineData("10.0.0.2, 10.0.0.3", "10.0.0.2:0")]
    [InlineData("unknown, 10.0.0.3", "10.0.0.3:0")]
    [InlineData("192.0.2.1, _hidden, 10.0.0.3", "10.0.0.3:0")]
    [InlineData("unknown", "")]
    [InlineData("", "")]
    [InlineData("garbage", "400")]
    [InlineData("192.0.2.1, 10.0.0.2x", "400")]
    [InlineData("192.0.2.1:", "400")]
    [InlineData("192.0.2.1:65536", "400")]
    [InlineData("[192.0.2.1]", "400")]
    [InlineData("[::1", "400")]
    [InlineData("[2001:db8::1]x80", "400")]
    [InlineData("192.0.2.1:8x", "400")]
    [InlineData("\"192.0.2.1", "400")]
    public void The_last_untrusted_entry_of_x_forwarded_for_is_the_client(string value, string client) =>
        Assert.Equal(client, Find(ForwardingHeader.XForwardedFor, Peer, ("X-Forwarded-For", value)));

    [Theory]
    [InlineData("for=192.0.2.1", "192.0.2.1:0")]
    [InlineData("For=192.0.2.1:47;proto=https;by=203.0.113.43", "192.0.2.1:47 secure")]
    [InlineData("for=192.0.2.1;proto=http", "192.0.2.1:0 plain")]
    [InlineData("for=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17:4711")]
    [InlineData("for=\"192.0.2.1:_port\"", "192.0.2.1:0")]
    [InlineData("for=198.51.100.9, for=192.0.2.1, for=10.0.0.2", "192.0.2.1:0")]
    [InlineData("for=192.0.2.1;proto=https, for=10.0.0.2;proto=http", "192.0.2.1:0 secure")]
    [InlineData("for=\"_secret\", for=10.0.0.9", "10.0.0.9:0")]
    [InlineData("proto=https", "")]
    [InlineData("for=unknown", "")]
    [InlineData("for=192.0.2.1, by=10.0.0.2", "")]
    [InlineData("for=192.0.2.1, proto=https, for=10.0.0.9", "10.0.0.9:0")]
    [InlineData("for=, for=192.0.2.1", "192.0.2.1:0")]
    [InlineData("for=\"a\" b, for=unknown", "")]
    [InlineData("", "")]
    [InlineData("for=\"192.0.2.1", "400")]
    [InlineData("for=192.0.2.1\"", "400")]
    [InlineData("for=192.0.2.1;for=192.0.2.2", "400")]
    [InlineData("for 192.0.2.1", "400")]
    [InlineData("for=", "400")]
    [InlineData("for=192.0.2.1 proto=https", "400")]
    [InlineData("for=\"192.0.2.1\"proto=https", "400")]
    [InlineData("for=192.0.2.1;proto=ht\"tps", "400")]
    [InlineData("for=192.0.2.1;by=a=b", "400")]
    [InlineData("for=192.0.2.1;by=a\\b", "400")]
    [InlineData("for=\"a\" b", "400")]
    [InlineData("=1", "400")]
    public void The_last_untrusted_element_of_forwarded_is_the_client(string value, string client) =>
        Assert.Equal(client, Find(ForwardingHeader.Forwarded, Peer, ("Forwarded", value)));

    [Theory]
    [InlineData("https", "192.0.2.1:0 secure")]
    [InlineData("HTTPS", "192.0.2.1:0 secure")]
    [InlineData("wss", "192.0.2.1:0 secure")]
    [InlineData("http", "192.0.2.1:0 plain")]
    [InlineData("ws", "192.0.2.1:0 plain")]
    [InlineData("https, http", "192.0.2.1:0 plain")]
    public void The_nearest_proxy_says_whether_the_client_speaks_tls(string proto, string client) =>
        Assert.Equal(client, Find(ForwardingHeader.XForwardedFor, Peer, ("X-Forwarded-For", "192.0.2.1"), ("x-forwarded-proto", proto)));

    [Fact]
    public void Thirty_two_proxies_are_followed_and_no_more()
    {
        string Behind(int proxies) => string.Join(", ", Enumerable.Range(1, proxies).Select(i => $"10.0.0.{i}").Prepend("192.0.2.1"));
        Assert.Equal("192.0.2.1:0", Find(ForwardingHeader.XForwardedFor, Peer, ("X-Forwarded-For", Behind(31))));
        Assert.Equal("10.0.0.1:0", Find(ForwardingHeader.XForwardedFor, Peer, ("X-Forwarded-For", Behind(32))));
    }

    [Fact]
    public void Several_lines_are_one_list() => Assert.Equal(
        "192.0.2.1:0", Find(ForwardingHeader.XForwardedFor, Peer, ("X-Forwarded-For", "1.1.1.1"), ("x-forwarded-for", "192.0.2.1"), ("X-Forwarded-For", "10.0.0.2")));

    [Theory]
    [InlineData("192.0.2.99")]
    [InlineData("2001:db8::1")]
    [InlineData("")]
    public void Nobody_else_is_believed(string peer)
    {
        Assert.Equal("", Find(ForwardingHeader.XForwardedFor, peer, ("X-Forwarded-For", "garbage")));
        Assert.Equal("", Find(ForwardingHeader.Forwarded, peer, ("Forwarded", "for=1.2.3.4")));
        Assert.Equal("", Find(ForwardingHeader.None, Peer, ("X-Forwarded-For", "1.2.3.4"), ("Forwarded", "for=1.2.3.4")));
    }

    [Theory]
    [InlineData("https", "?:0 secure")]
    [InlineData("https, http", "?:0 plain")]
    public void A_proxy_may_say_how_its_client_speaks_and_not_who_it_is(string proto, string client)
    {
        Assert.Equal(client, Find(ForwardingHeader.XForwardedFor, Peer, ("X-Forwarded-Proto", proto)));
        Assert.Equal("", Find(ForwardingHeader.XForwardedFor, "192.0.2.9", ("X-Forwarded-Proto", proto)));
    }

    [Fact]
    public void The_other_header_means_nothing()
    {
        Assert.Equal("", Find(ForwardingHeader.Forwarded, Peer, ("X-Forwarded-For", "1.2.3.4")));
        Assert.Equal("", Find(ForwardingHeader.XForwardedFor, Peer, ("Forwarded", "for=1.2.3.4")));
    }

    [Fact]
    public void Whoever_connects_to_a_unix_socket_is_believed_where_that_is_said()
    {
        var policy = new ProxyPolicy(Empty, true, ForwardingHeader.XForwardedFor, false);
        var headers = new HeaderFields(Seq1(new HeaderField("X-Forwarded-For", "192.0.2.1")));
        Assert.Equal(
            Address.Parse("192.0.2.1"), Forwarding.Find(policy, None, headers).IfLeft(_ => None).Bind(client => client.Address));
    }

    private static string Find(ForwardingHeader header, string peer, params (string Name, string Value)[] lines)
    {
        var policy = new ProxyPolicy(Seq1(Network.Parse("10.0.0.0/24").IfLeft(default(Network))), false, header, false);
        var headers = new HeaderFields(lines.Select(line => new HeaderField(line.Name, line.Value)).ToSeq().Strict());
        return Forwarding.Find(policy, Address.Parse(peer), headers).Match(
            found => found.Match(
                client => $"{client.Address.Match(one => one.ToString(), () => "?")}:{client.Port}{client.Secure.Match(yes => yes ? " secure" : " plain", () => "")}",
                () => ""),
            rejection => rejection.Status.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
