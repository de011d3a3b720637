using System.Text;
using PluginHost.Abstractions;
using PluginHost.Server;
using PluginHost.Server.Transports;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Addresses;

/// <summary>Behind a trusted proxy it is its clients that are counted, and held against every list; the proxy is not.</summary>
public sealed class ForwardedCountTests
{
    private const string Header = """, "proxies": { "trusted": ["10.0.0.0/8"], "header": "X-Forwarded-For" }""";
    private const string Protocol = """, "proxies": { "trusted": ["10.0.0.0/8"], "protocol": true }""";

    private static TestServer Start(string listener, string settings) =>
        TestServer.Start(TransportKind.Memory, Place.Memory, TestHandlers.Echoes, settings, loops: 1, listener: listener);

    [Fact]
    public async Task A_client_that_a_header_names_has_as_many_connections_as_any_and_its_proxy_has_them_all()
    {
        await using var server = Start(Header, """ "limits": { "connectionsPerAddress": 2 } """);
        (string Client, int Status)[] expected = [("192.0.2.1", 101), ("192.0.2.2", 101), ("192.0.2.3", 101), ("192.0.2.7", 101), ("192.0.2.7", 101), ("192.0.2.7", 503)];
        var open = expected.Select(_ => server.From("10.0.0.1:5")).ToList(); // all at once: nobody has been named yet
        foreach (var (connection, (client, status)) in open.Zip(expected))
            Assert.StartsWith($"HTTP/1.1 {status} ", await connection.RequestAsync(Request("/", "echo", $"X-Forwarded-For: {client}\r\n")), StringComparison.Ordinal);
        foreach (var one in open) one.Dispose();
        await server.EmptyAsync();
        // What was counted for others is given back to them.
        using var later = server.From("10.0.0.1:5");
        Assert.StartsWith("HTTP/1.1 101 ", await later.RequestAsync(Request("/", "echo", "X-Forwarded-For: 192.0.2.7\r\n")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_a_proxy_header_names_has_as_many_connections_as_any_and_its_proxy_has_them_all()
    {
        await using var server = Start(Protocol, """ "limits": { "connectionsPerAddress": 2 } """);
        var open = new List<RawClient>();
        foreach (var client in new[] { "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.7", "192.0.2.7" })
        {
            open.Add(server.From("10.0.0.1:5"));
            await open[^1].SendAsync(Encoding.ASCII.GetBytes($"PROXY TCP4 {client} 198.51.100.2 1 2\r\n"));
            Assert.StartsWith("HTTP/1.1 101 ", await open[^1].RequestAsync(Request("/", "echo")), StringComparison.Ordinal);
        }
        using var oneMore = server.From("10.0.0.1:5");
        await oneMore.SendAsync("PROXY TCP4 192.0.2.7 198.51.100.2 1 2\r\n"u8.ToArray());
        await oneMore.GoneAsync();
        Assert.Contains(server.Lines, line => line.EndsWith("its address has as many connections as it may have; closed", StringComparison.Ordinal));
        foreach (var one in open) one.Dispose();
    }

    [Theory]
    [InlineData("X-Forwarded-For: 192.0.2.7\r\n", 101)]
    [InlineData("X-Forwarded-For: 203.0.113.7\r\n", 403)]
    [InlineData("", 403)]
    public async Task The_servers_list_holds_for_whom_a_proxy_names_and_for_a_proxy_that_names_nobody(string header, int status)
    {
        await using var server = Start(Header, """ "addresses": { "allow": ["192.0.2.0/24"] } """);
        using var client = server.From("10.0.0.1:5");
        Assert.StartsWith($"HTTP/1.1 {status} ", await client.RequestAsync(Request("/", "echo", header)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("01", true)]
    [InlineData("00", false)]
    public async Task A_proxy_header_says_whether_the_client_speaks_tls(string flags, bool secure)
    {
        HandshakeInfo? seen = null;
        var handler = Handler.Inline("facts", own => new InlineOf(own) { Opened = session => seen = session.Handshake });
        await using var server = TestServer.Start(TransportKind.Memory, Place.Memory, [handler], loops: 1, listener: Protocol);
        using var client = server.From("10.0.0.1:5");
        await client.SendAsync(Convert.FromHexString($"0D0A0D0A000D0A515549540A21110014C0000201C633640200010002200005{flags}00000000"));
        Assert.StartsWith("HTTP/1.1 101 ", await client.RequestAsync(Request("/", "facts")), StringComparison.Ordinal);
        Assert.Equal(secure, seen!.IsSecure);
    }
}
