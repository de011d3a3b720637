using PluginHost.Hostile.Corpora;
using PluginHost.Hostile.Support;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Hostile.Limits;

/// <summary>permessage-deflate is offered only where it is configured, and hostile terms of it are declined while the client is served.</summary>
[Trait("Row", "permessage-deflate")]
[Trait("Row", "window bits 0–20, empty, 015, duplicated parameters")]
public sealed class OfferTests
{
    private const string On = """{ "compression": { "enabled": true } }""";
    private const string Extensions = "Sec-WebSocket-Extensions: ";

    private static string? Agreed(ManualServer server, out PluginHost.Server.Transports.Memory.MemoryClient client, string offer)
    {
        client = server.Connect();
        var head = ManualServer.Latin1(server.Say(client, Request("/", "echo", $"{Extensions}{offer}\r\n")));
        Assert.StartsWith("HTTP/1.1 101 ", head, StringComparison.Ordinal);
        return head.Split("\r\n").FirstOrDefault(line => line.StartsWith(Extensions, StringComparison.Ordinal))?[Extensions.Length..];
    }

    [Theory]
    [InlineData("{}", null)]
    [InlineData(On, "permessage-deflate; server_no_context_takeover; client_no_context_takeover")]
    [InlineData("""{ "compression": { "enabled": true, "contextTakeover": true } }""", "permessage-deflate")]
    [InlineData("""{ "compression": { "enabled": true }, "routes": [{ "path": "/", "noOffer": "echo", "compression": { "enabled": false } }] }""", null)]
    public void It_is_agreed_on_only_where_it_is_configured_and_without_takeover_by_default(string settings, string? agreed) =>
        Assert.Equal(agreed, Agreed(new ManualServer(TestHandlers.Echoes, settings), out _, "permessage-deflate"));

    public static TheoryData<string> Declined => [.. Corpus.Extensions.Where(offer => !offer.IsAcceptable).Select(offer => offer.Text)];

    public static TheoryData<string> Accepted => [.. Corpus.Extensions.Where(offer => offer.IsAcceptable).Select(offer => offer.Text)];

    [Theory]
    [MemberData(nameof(Declined))]
    public void Hostile_terms_are_declined_and_the_client_is_served(string offer)
    {
        var server = new ManualServer(TestHandlers.Echoes, On);
        Assert.Null(Agreed(server, out var client, offer));
        Assert.Equal("810161", server.SayHex(client, Text("a")));
        // A later offer that is good is taken.
        Assert.NotNull(Agreed(server, out _, offer + ", permessage-deflate"));
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    public void Good_terms_are_taken(string offer) => Assert.NotNull(Agreed(new ManualServer(TestHandlers.Echoes, On), out _, offer));
}
