using System.Globalization;
using LanguageExt;
using PluginHost.Abstractions;
using PluginHost.Cli;
using PluginHost.Cli.Terminal;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Server.Connections;
using PluginHost.Server.Reports;
using PluginHost.Tests.Authentication;
using PluginHost.Tests.Server;
using PluginHost.TestSupport;
using static LanguageExt.Prelude;

namespace PluginHost.Tests.Cli;

/// <summary>What <c>explain</c> says is what the server does.</summary>
public sealed class ExplainTests : IDisposable
{
    private static readonly string[] Proxies =
    [
        "", """, "proxies": { "trusted": ["10.0.0.0/8"], "header": "X-Forwarded-For" }""", """, "proxies": { "trusted": ["10.0.0.0/8"], "header": "Forwarded" }""",
    ];

    private static readonly string[] Peers = ["127.0.0.1", "10.0.0.1", "10.1.0.1", "10.66.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.5", "2001:db8::5", "2001:db9::5"];

    private static readonly string[] Forwarded =
    [
        "", "X-Forwarded-For: 192.0.2.7", "X-Forwarded-For: 10.1.0.9", "X-Forwarded-For: 6.6.6.6, 192.0.2.7, 10.0.0.2", "X-Forwarded-For: 203.0.113.9",
        "X-Forwarded-For: 198.51.100.9", "X-Forwarded-For: nonsense", "X-Forwarded-Proto: https", "X-Forwarded-For: 192.0.2.7|X-Forwarded-Proto: https",
        "Forwarded: for=192.0.2.7;proto=https", "Forwarded: proto=https", "Forwarded: for=\"[2001:db9::1]:80\"", "Forwarded: for=unknown", "Forwarded: for=;",
    ];

    private static readonly string[] Paths = ["/", "/narrow", "/strict", "/pages", "/password", "/rooms/a%20b", "/nowhere", "/%zz"];
    private static readonly string[] Offers = ["", "echo", "mqtt", "mqtt,echo", "echo,echo", "two words"];
    private static readonly string[] Origins = ["", "https://localhost", "http://localhost", "https://example.com", "null"];

    private static readonly string[] Extensions =
    [
        "", "permessage-deflate", "permessage-deflate; client_max_window_bits", "permessage-deflate; server_max_window_bits=8", "permessage-deflate; nonsense", "x-other",
        "permessage-deflate; server_no_context_takeover; client_max_window_bits=10, permessage-deflate", "permessage-deflate;;",
    ];

    private static readonly string[] Credential =
        ["", "Authorization: Basic " + Credentials.WriteBasic("ann", AuthServer.Password), "Authorization: Basic !", "Authorization: Unknown x"];

    private readonly TempFolder _folder = new();

    public ExplainTests() => _folder.Write("users", AuthServer.UserLine("ann", AuthServer.Password) + "\n");

    public void Dispose() => _folder.Dispose();

    private static string Settings(string proxies) => $$"""
        {
          "listeners": [{ "name": "default", "address": "127.0.0.1:8080", "addresses": { "deny": ["198.51.100.0/24"] }{{proxies}} }],
          "addresses": { "allow": ["127.0.0.0/8", "10.0.0.0/8", "192.0.2.0/24", "198.51.100.0/24", "2001:db8::/32"], "deny": ["10.66.0.0/16"] },
          "compression": { "enabled": true },
          "authentication": { "basic": { "users": "users" }, "schemes": [] },
          "routes": [
            { "path": "/", "noOffer": "echo", "noMatch": "acceptThenClose" },
            { "path": "/narrow", "addresses": { "allow": ["10.1.0.0/16", "192.0.2.0/24"] }, "compression": { "enabled": false }, "noOffer": "echo" },
            { "path": "/strict", "protocols": ["echo"] },
            { "path": "/pages", "origins": ["https://example.com"], "noOffer": "echo" },
            { "path": "/password", "authentication": { "schemes": ["basic"] }, "noOffer": "echo" },
            { "path": "/rooms/{room}", "noOffer": "echo", "origins": "any" }
          ]
        }
        """;

    private sealed record Sent(string Proxies, string Peer, string Forwarded, string Path, string Offers, string Origin, string Extensions, string Credential)
    {
        public IEnumerable<string> Headers => Forwarded.Split('|').Append(Credential).Where(line => line.Length > 0);

        public HandshakeQuestion Question => new(
            Path, Given.List([Offers]), Optional(Origin).Filter(text => text.Length > 0), None, Some("localhost"))
        {
            Address = Address.Parse(Peer),
            Extensions = Extensions.Length == 0 ? Seq<string>() : Seq1(Extensions),
            Headers = Given.Headers([.. Headers]),
        };

        public byte[] Request => ClientFrames.Request(Path, Offers.Length == 0 ? null : Offers, string.Concat(
            Headers.Append(Origin.Length == 0 ? "" : "Origin: " + Origin).Append(Extensions.Length == 0 ? "" : "Sec-WebSocket-Extensions: " + Extensions)
                .Where(line => line.Length > 0).Select(line => line + "\r\n")));
    }

    [Property(MaxTest = 200)]
    public void It_says_the_status_that_the_server_answers_with(
        byte proxies, byte peer, byte forwarded, byte path, byte offers, byte origin, byte extensions, byte credential) =>
        AssertSame(new Sent(
            Proxies[proxies % Proxies.Length], Peers[peer % Peers.Length], Forwarded[forwarded % Forwarded.Length], Paths[path % Paths.Length],
            Offers[offers % Offers.Length], Origins[origin % Origins.Length], Extensions[extensions % Extensions.Length], Credential[credential % Credential.Length]));

    /// <summary>Each value of each part once, with everything else as it should be: about sixty requests, among them every status.</summary>
    [Fact]
    public void It_says_so_for_each_thing_that_may_be_wrong_alone()
    {
        var statuses = new System.Collections.Generic.HashSet<int>();
        foreach (var proxies in Proxies)
        {
            var good = new Sent(proxies, "10.1.0.1", "", "/", "echo", "", "permessage-deflate", "");
            Sent[] all =
            [
                .. Peers.Select(peer => good with { Peer = peer }), .. Forwarded.Select(forwarded => good with { Forwarded = forwarded }),
                .. Forwarded.Select(forwarded => good with { Forwarded = forwarded, Path = "/narrow", Origin = "https://localhost" }),
                .. Paths.Select(path => good with { Path = path }), .. Offers.Select(offers => good with { Offers = offers, Path = "/strict" }),
                .. Origins.Select(origin => good with { Origin = origin }), .. Extensions.Select(extensions => good with { Extensions = extensions }),
                .. Credential.Select(credential => good with { Credential = credential, Path = "/password" }),
            ];
            statuses.UnionWith(all.Select(AssertSame));
        }
        Assert.Equal([101, 400, 401, 403, 404], statuses.Order());
    }

    private int AssertSame(Sent sent)
    {
        var report = Explain(sent);
        var server = new ManualServer(TestHandlers.Echoes, Settings(sent.Proxies), folder: _folder.Path);
        var client = server.Connect(address: sent.Peer.Contains(':', StringComparison.Ordinal) ? $"[{sent.Peer}]:5" : sent.Peer + ":5");
        client.Write(sent.Request);
        var answer = "";
        server.Until(() => (answer += ManualServer.Latin1(client.ReadAvailable())).Contains("\r\n\r\n", StringComparison.Ordinal), "there is no answer").GetAwaiter().GetResult();

        Assert.Equal((sent, int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture)), (sent, report.Status));
        Assert.Equal(report.Status == 101, report.Accepted);
        Assert.Equal(HeaderOf(answer, "Sec-WebSocket-Extensions"), report.Extensions);
        Assert.Equal(HeaderOf(answer, "Sec-WebSocket-Protocol"), report.Subprotocol);
        var last = report.Steps[^1].Text;
        Assert.True(last.StartsWith($"answer: {report.Status}", StringComparison.Ordinal) || last.StartsWith($"{report.Status}: ", StringComparison.Ordinal), $"{sent}: {last}");
        return report.Status;
    }

    private static HandshakeReport Explain(Sent sent)
    {
        var table = TestHandlers.Table(TestHandlers.Echoes);
        var plan = TestServer.Bind(Settings(sent.Proxies), table);
        return HandshakeReport.Of(plan, table, plan.Plan.Listeners[0], sent.Question);
    }

    private static string? HeaderOf(string answer, string name) =>
        answer.Split("\r\n").Where(line => line.StartsWith(name + ": ", StringComparison.Ordinal)).Select(line => line[(name.Length + 2)..]).FirstOrDefault();

    [Theory]
    [InlineData(0, "10.1.0.1", "X-Forwarded-For: 192.0.2.7", "/", "10.1.0.1", "the client is 10.1.0.1")]
    [InlineData(1, "192.0.2.1", "X-Forwarded-For: 203.0.113.9", "/", "192.0.2.1", "the client is 192.0.2.1, no trusted proxy: what it says in X-Forwarded-For is not looked at")]
    [InlineData(1, "10.0.0.1", "X-Forwarded-For: 192.0.2.7|X-Forwarded-Proto: https", "/", "192.0.2.7", "the trusted proxy 10.0.0.1 names the client 192.0.2.7 in X-Forwarded-For; its client speaks TLS")]
    [InlineData(2, "10.0.0.1", "Forwarded: proto=http", "/", "10.0.0.1", "the trusted proxy 10.0.0.1 names no client in Forwarded, so it counts as the client")]
    [InlineData(1, "10.0.0.1", "X-Forwarded-For: x", "/", null, "the trusted proxy 10.0.0.1 names the client in a way that cannot be read")]
    [InlineData(0, "10.66.0.1", "", "/", "10.66.0.1", "the addresses of the server: 10.66.0.1 is in 10.66.0.0/16, which is denied")]
    [InlineData(0, "203.0.113.5", "", "/", "203.0.113.5", "the addresses of the server: 203.0.113.5 is in none of the networks that are allowed")]
    [InlineData(0, "203.0.113.5", "", "/", "203.0.113.5", "answer: 403, this address may not connect; in fact the connection is closed before its request is read")]
    [InlineData(1, "10.0.0.1", "X-Forwarded-For: 203.0.113.9", "/", "203.0.113.9", "answer: 403, this address may not connect")]
    [InlineData(0, "198.51.100.1", "", "/", "198.51.100.1", "the addresses of the listener \"default\": 198.51.100.1 is in 198.51.100.0/24, which is denied")]
    [InlineData(0, "192.0.2.1", "", "/", "192.0.2.1", "the addresses of the listener \"default\": 192.0.2.1 is not denied: allowed")]
    [InlineData(0, "10.2.0.1", "", "/narrow", "10.2.0.1", "the addresses of the route: 10.2.0.1 is in none of the networks that are allowed")]
    [InlineData(0, "192.0.2.1", "", "/narrow", "192.0.2.1", "compression: the route does not compress")]
    [InlineData(0, "192.0.2.1", "", "/", "192.0.2.1", "compression: agreed to permessage-deflate; server_no_context_takeover; client_no_context_takeover")]
    [InlineData(0, "192.0.2.1", "", "/password", "192.0.2.1", "a client without a credential is answered with 401")]
    public void It_says_who_the_client_is_and_what_lists_say_about_it(int proxies, string peer, string forwarded, string path, string? client, string step)
    {
        var report = Explain(new Sent(Proxies[proxies], peer, forwarded, path, "echo", "", "permessage-deflate", ""));
        Assert.Equal(client, report.Client);
        Assert.Contains(step, report.Steps.Select(explained => explained.Text));
    }

    [Fact]
    public void A_client_on_a_Unix_socket_has_no_address()
    {
        const string Unix = """{ "listeners": [{ "name": "local", "address": "unix:/run/x.sock" }], "addresses": { "allow": ["192.0.2.0/24"] } }""";
        var table = TestHandlers.Table(TestHandlers.Echoes);
        var plan = TestServer.Bind(Unix, table);
        var report = HandshakeReport.Of(plan, table, plan.Plan.Listeners[0], new HandshakeQuestion("/", Seq1("echo"), None, None, None));
        Assert.Equal((101, null), (report.Status, report.Client));
        Assert.Contains("the addresses of the server: they say nothing about a client without an address: allowed", report.Steps.Select(step => step.Text));
    }

    [Theory]
    [InlineData(2, "--address", "localhost")]
    [InlineData(2, "--header", "Host: other")]
    [InlineData(2, "--extensions", "a\nb")]
    [InlineData(2, "--address", "127.0.0.1", "--listen", "unix:x.sock")]
    [InlineData(1, "--address", "192.0.2.1", "--offer", "upper.v1")]
    [InlineData(0, "--address", "10.0.0.1", "--header", "X-Forwarded-For: 192.0.2.1", "--extensions", "permessage-deflate")]
    public async Task The_options_reach_it(int exit, params string[] arguments)
    {
        _folder.Write("plugins.json", """
            {
              "listeners": [{ "name": "default", "proxies": { "trusted": ["10.0.0.0/8"], "header": "X-Forwarded-For" } }],
              "routes": [{ "path": "/", "noOffer": "echo" }], "addresses": { "allow": ["192.0.2.0/24"], "deny": ["192.0.2.1"] }
            }
            """.Replace(exit == 0 ? ", \"deny\": [\"192.0.2.1\"]" : "nothing", "", StringComparison.Ordinal));
        var explain = await HostProcess.RunAsync(_folder.Path, ["explain", "--json", .. arguments]);
        Assert.True(exit == explain.ExitCode, explain.Output + explain.Error);
        if (exit == 0) Assert.Equal("192.0.2.1", explain.Json.GetProperty("client").GetString());
        if (exit == 1) Assert.Equal(403, explain.Json.GetProperty("status").GetInt32());
    }
}
