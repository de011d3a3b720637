using LanguageExt;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Handshakes;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Serving.Routing;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Tests.Handshakes;

/// <summary>What is said about a handshake is what the machine does.</summary>
public sealed class HandshakeTextTests
{
    private const string Secret = "secret-of-ann";

    private static readonly string[] Proxies =
    [
        "",
        """, "proxies": { "trusted": ["10.0.0.0/8"], "header": "X-Forwarded-For" }""",
        """, "proxies": { "trusted": ["10.0.0.0/8"], "header": "Forwarded" }""",
        """, "proxies": { "trusted": ["10.0.0.0/8"], "protocol": true }""",
    ];

    private static readonly string[] Peers = ["", "127.0.0.1", "10.0.0.1", "10.66.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.5"];
    private static readonly string[] Paths = ["/", "/narrow", "/pages", "/password", "/token", "/plugin", "/plain", "/nowhere"];

    private static readonly string[] Headers =
    [
        "A: b", "X-Forwarded-For: 192.0.2.7", "X-Forwarded-For: nonsense", "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https", "Forwarded: for=192.0.2.7;proto=http", "Forwarded: for=;",
        "X-Forwarded-Proto: https", "Origin: https://example.com", "Sec-WebSocket-Protocol: other", "Sec-WebSocket-Extensions: permessage-deflate", "Sec-WebSocket-Extensions: x-other",
        "Authorization: Basic " + "YW5uOnNlY3JldC1vZi1hbm4=", "Authorization: Bearer a.secret-of-ann.c", "Authorization: Unknown x",
    ];

    [Fact]
    public void Every_explanation_ends_as_the_machine_does_and_repeats_no_credential()
    {
        var ends = new System.Collections.Generic.HashSet<string>();
        foreach (var proxies in Proxies)
        {
            var plan = Bind(proxies);
            var listener = plan.Plan.Listeners[0];
            foreach (var peer in Peers)
            {
                var client = peer.Length == 0 ? Option<Address>.None : Some(Address.Parse(peer).IfNone(() => throw new InvalidOperationException(peer)));
                foreach (var path in Paths)
                {
                    foreach (var header in Headers)
                    {
                        var request = Served.Request(path, header);
                        var explained = HandshakeText.Explain(plan, listener, request, client);
                        Assert.False(explained.Steps.IsEmpty);
                        Assert.DoesNotContain(explained.Steps, step => step.Text.Contains(Secret, StringComparison.Ordinal));
                        Assert.True(explained.Last is HandshakeStep.Refuse or HandshakeStep.Accept);
                        Assert.Equal(explained.Last is HandshakeStep.Refuse, explained.Steps.Exists(step => step.Outcome == StepOutcome.Refused));
                        Assert.Equal(Decided(plan, listener, request, client), End(explained.Last));
                        ends.Add(End(explained.Last));
                    }
                }
            }
        }
        Assert.Superset(new System.Collections.Generic.HashSet<string> { "101", "400", "401", "403", "404" }, ends);
    }

    private static string Decided(BoundPlan plan, ListenerPlan listener, UpgradeRequest request, Option<Address> peer) => Forwarding.Find(listener.Proxies, peer, request.Head.Headers).Match(
        Right: forwarded =>
        {
            var from = new Origination(
                listener.Name, forwarded.Bind(named => named.Address) || peer, forwarded.Bind(named => named.Secure).IfNone(false), Option<CertificateFacts>.None);
            var step = HandshakeMachine.Begin(plan, listener, request, from);
            return End(HandshakeMachine.Presume(HandshakeMachine.Presume(step)));
        },
        Left: rejection => $"{rejection.Status}");

    private static string End(HandshakeStep last) => last is HandshakeStep.Refuse refuse ? $"{refuse.Rejection.Status}" : "101";

    private static BoundPlan Bind(string proxies) => Served.Bind($$"""
        {
          "listeners": [{ "name": "main", "address": "127.0.0.1:8080", "addresses": { "deny": ["198.51.100.0/24"] }{{proxies}} }],
          "addresses": { "allow": ["127.0.0.0/8", "10.0.0.0/8", "192.0.2.0/24", "198.51.100.0/24"], "deny": ["10.66.0.0/16"] },
          "compression": { "enabled": true },
          "authentication": { "basic": { "users": "users" }, "bearer": { "keys": [{ "secret": "0123456789abcdef0123456789abcdef" }] }, "schemes": [] },
          "routes": [
            { "path": "/", "noOffer": "echo", "noMatch": "acceptThenClose" },
            { "path": "/narrow", "noOffer": "echo", "addresses": { "allow": ["192.0.2.0/24"], "deny": ["192.0.2.9"] } },
            { "path": "/pages", "noOffer": "echo", "origins": ["https://example.com"] },
            { "path": "/plain", "noOffer": "echo", "compression": { "enabled": false } },
            { "path": "/password", "noOffer": "echo", "authentication": { "schemes": ["basic"] } },
            { "path": "/token", "noOffer": "echo", "authentication": { "schemes": ["bearer"] } },
            { "path": "/plugin", "noOffer": "echo", "authentication": { "schemes": ["plugin"], "plugin": "gate" } }
          ]
        }
        """);
}
