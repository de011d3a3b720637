using System.Text;
using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server;
using PluginHost.Server.Transports;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Addresses;

/// <summary>Lists of addresses, and whom is believed about who a client is, from the listener to the handler.</summary>
public sealed class AddressTests
{
    private const string Lists = """
        "addresses": { "allow": ["10.0.0.0/8", "2001:db8::/32"], "deny": ["10.66.0.0/16"] },
        "routes": [{ "path": "/" }, { "path": "/narrow", "addresses": { "allow": ["10.1.0.0/16"] } }, { "path": "/closed", "addresses": { "deny": ["::/0"] } }]
        """;

    [Theory]
    [InlineData("10.0.0.1:5", "/", "101")]
    [InlineData("[::ffff:10.0.0.1]:5", "/", "101")]
    [InlineData("[2001:db8::5]:5", "/", "101")]
    [InlineData("192.0.2.1:5", "/", "")]
    [InlineData("10.66.0.1:5", "/", "")]
    [InlineData("[::ffff:10.66.0.1]:5", "/", "")]
    [InlineData("10.1.0.1:5", "/narrow", "101")]
    [InlineData("10.2.0.1:5", "/narrow", "403")]
    [InlineData("10.1.0.1:5", "/closed", "403")]
    public async Task Who_is_denied_by_the_server_is_closed_at_once_and_by_a_route_answered_with_403(string address, string path, string status)
    {
        await using var server = TestServer.Start(TransportKind.Memory, Place.Memory, TestHandlers.Echoes, Lists);
        using var client = server.From(address);
        if (status.Length == 0)
        {
            await client.GoneAsync();
            await server.EmptyAsync();
            Assert.Contains(server.Lines, line => line.EndsWith(", listener main: may not connect; closed", StringComparison.Ordinal)); // it was not the handshake's deadline
            return;
        }
        Assert.StartsWith($"HTTP/1.1 {status} ", await client.RequestAsync(Request(path, "echo")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TransportKind.Epoll)]
    [InlineData(TransportKind.Sockets)]
    public async Task A_listener_has_a_list_of_its_own_over_sockets_too(object transport)
    {
        await using var server = TestServer.Start(
            (TransportKind)transport, Place.Tcp4, TestHandlers.Echoes, listener: ", \"addresses\": { \"deny\": [\"127.0.0.0/8\"] }");
        using var client = server.Raw();
        await client.GoneAsync();
        await server.EmptyAsync();
        Assert.Contains(server.Lines, line => line.Contains("from 127.0.0.1:", StringComparison.Ordinal)
            && line.EndsWith(", listener main: may not connect; closed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("10.0.0.1:5", "X-Forwarded-For: 192.0.2.7\r\n", "192.0.2.7")]
    [InlineData("10.0.0.1:5", "X-Forwarded-For: 6.6.6.6, 192.0.2.7, 10.0.0.2\r\n", "192.0.2.7")]
    [InlineData("10.0.0.1:5", "", "10.0.0.1")]
    [InlineData("203.0.113.5:5", "X-Forwarded-For: 192.0.2.7\r\n", "203.0.113.5")]
    [InlineData("10.0.0.1:5", "X-Forwarded-For: 198.51.100.1\r\n", "403")] // denied, though the proxy is not
    [InlineData("10.0.0.1:5", "X-Forwarded-For: nonsense\r\n", "400")]
    public async Task The_client_behind_a_trusted_proxy_is_who_counts(string address, string header, string seen)
    {
        await using var server = Facts(
            out var handshakes, """, "proxies": { "trusted": ["10.0.0.0/8"], "header": "X-Forwarded-For" }, "addresses": { "deny": ["198.51.100.0/24"] }""");
        using var client = server.From(address);
        var head = await client.RequestAsync(Request("/", "facts", header));
        if (seen.Length == 3) Assert.StartsWith($"HTTP/1.1 {seen} ", head, StringComparison.Ordinal);
        else Assert.Equal(seen, Assert.Single(handshakes).RemoteAddress);
    }

    [Theory]
    [InlineData("10.0.0.1:5", "X-Forwarded-For: 192.0.2.7\r\n", "101")]
    [InlineData("10.0.0.1:5", "X-Forwarded-For: 192.0.3.7\r\n", "403")]
    [InlineData("10.0.0.1:5", "", "403")] // the proxy itself is not listed
    [InlineData("192.0.2.1:5", "X-Forwarded-For: 192.0.3.7\r\n", "101")] // nobody else is believed, and nobody else need be
    public async Task A_proxy_need_not_be_on_the_list_that_its_clients_are_on(string address, string header, string status)
    {
        await using var server = Facts(
            out _, """, "proxies": { "trusted": ["10.0.0.0/8"], "header": "X-Forwarded-For" }, "addresses": { "allow": ["192.0.2.0/24"] }""");
        using var client = server.From(address);
        Assert.StartsWith($"HTTP/1.1 {status} ", await client.RequestAsync(Request("/", "facts", header)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Origin: https://localhost\r\nX-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n", true)]
    [InlineData("Origin: https://localhost\r\nX-Forwarded-For: 192.0.2.7\r\n", false)]
    public async Task A_proxy_that_speaks_tls_makes_the_page_of_the_same_origin_an_https_one(string headers, bool accepted)
    {
        await using var server = Facts(out var handshakes, """, "proxies": { "trusted": ["10.0.0.0/8"], "header": "X-Forwarded-For" }""");
        using var client = server.From("10.0.0.1:5");
        Assert.StartsWith(accepted ? "HTTP/1.1 101 " : "HTTP/1.1 403 ", await client.RequestAsync(Request("/", "facts", headers)), StringComparison.Ordinal);
        if (accepted) Assert.True(Assert.Single(handshakes).IsSecure);
    }

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.2 4711 443\r\n", "192.0.2.7:4711")]
    [InlineData("PROXY UNKNOWN\r\n", "10.0.0.1:5")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0021\u0011\0\u000c\u00c0\0\u0002\u0007\u00c6\u0033\u0064\u0002\u0012\u0067\u0001\u00bb", "192.0.2.7:4711")]
    public async Task A_proxy_header_names_the_client_in_one_packet_or_byte_by_byte(string header, string seen)
    {
        foreach (var whole in new[] { true, false })
        {
            await using var server = Facts(out var handshakes, Protocol);
            using var client = server.From("10.0.0.1:5");
            byte[] all = [.. Encoding.Latin1.GetBytes(header), .. Request("/", "facts"), .. Text("x")];
            if (whole) await client.SendAsync(all);
            else foreach (var one in all) await client.SendAsync([one]);
            Assert.StartsWith("HTTP/1.1 101 ", await client.HeadAsync(), StringComparison.Ordinal);
            await client.ExpectAsync(Opcode.Text, "x"u8.ToArray());
            Assert.Equal(seen, Assert.Single(handshakes).RemoteEndPoint!.ToString());
        }
    }

    [Theory]
    [InlineData("10.0.0.1:5", "GET / HTTP/1.1\r\n", "the PROXY header is malformed; closed")]
    [InlineData("10.0.0.1:5", "PROXY TCP4 192.0.2.256 1.1.1.1 1 2\r\n", "the PROXY header is malformed; closed")]
    [InlineData("10.0.0.1:5", "PROXY TCP4 198.51.100.1 1.1.1.1 1 2\r\n", "may not connect; closed")]
    [InlineData("203.0.113.5:5", "", "is no trusted proxy, and the listener takes connections from those only; closed")]
    public async Task Without_a_good_header_of_a_trusted_proxy_the_connection_is_closed(string address, string header, string line)
    {
        await using var server = Facts(out var handshakes, Protocol);
        using var client = server.From(address);
        if (header.Length > 0) await client.SendAsync(Encoding.Latin1.GetBytes(header), Request("/", "facts"));
        await client.GoneAsync();
        await server.EmptyAsync();
        Assert.Empty(handshakes);
        Assert.Contains(server.Lines, one => one.Contains(line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("PROXY TCP4 ")]
    public async Task The_deadline_of_the_handshake_counts_the_proxy_header(string begun)
    {
        await using var server = Facts(out _, Protocol, ", \"limits\": { \"handshake\": \"100ms\" }");
        using var client = server.From("10.0.0.1:5");
        if (begun.Length > 0) await client.SendAsync(Encoding.ASCII.GetBytes(begun));
        Assert.Empty(await client.RestAsync());
        client.EndOutput();
        await server.EmptyAsync();
    }

    [Fact]
    public async Task Behind_a_proxy_header_comes_tls()
    {
        await using var server = TestServer.Start(
            TransportKind.Default, Place.Tls, TestHandlers.Echoes, listener: """, "proxies": { "trusted": ["127.0.0.1"], "protocol": true }""");
        var plain = server.OpenPlain();
        await plain.WriteAsync("PROXY TCP4 192.0.2.7 198.51.100.2 4711 443\r\n"u8.ToArray());
        using var secure = new System.Net.Security.SslStream(plain);
        await secure.AuthenticateAsClientAsync(TestCertificates.Client("localhost"), Limit.Token());
        using var client = new RawClient(secure);
        await client.HandshakeAsync("/", "echo");
        await client.SendAsync(Text("x"));
        await client.ExpectAsync(Opcode.Text, "x"u8.ToArray());
    }

    [Fact]
    public async Task A_proxy_header_on_a_listener_that_expects_none_is_refused_with_a_line()
    {
        await using var server = TestServer.Start(TransportKind.Memory, Place.Memory, TestHandlers.Echoes);
        using var client = server.Raw();
        await client.SendAsync("\r\n\r\n\0\r\nQUIT\n"u8.ToArray());
        Assert.StartsWith("HTTP/1.1 400 ", await client.HeadAsync(), StringComparison.Ordinal);
    }

    private const string Protocol =
        """, "proxies": { "trusted": ["10.0.0.0/8"], "protocol": true }, "addresses": { "deny": ["198.51.100.0/24"] }""";

    private static TestServer Facts(out List<HandshakeInfo> seen, string listener, string settings = "")
    {
        var handshakes = seen = [];
        var handler = Handler.Inline("facts", own => new InlineOf(own)
        {
            Opened = session => handshakes.Add(session.Handshake),
            Message = (session, message) => session.Send(message),
        });
        return TestServer.Start(TransportKind.Memory, Place.Memory, [handler], settings.TrimStart(',', ' '), loops: 1, listener: listener);
    }
}
