using LanguageExt;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Tests.Handshake;

public sealed class ClientHandshakeTests
{
    private const string Response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

    private static readonly byte[] Nonce = Convert.FromBase64String(Heads.Key);

    private static readonly ClientOffer Offer = ClientOffer.To("example.com", "/") with
    {
        Subprotocols = Heads.Seq("a", "b"),
        Extensions = Heads.Seq(new ExtensionOffer("x", Heads.Seq(new ExtensionParameter("y", "1")))),
    };

    private static Either<ClientFault, ClientRequest> Build(ClientOffer offer) => ClientHandshake.Build(offer, Nonce);

    private static ClientRequest Sent => Build(Offer).Match(sent => sent, fault => throw new InvalidOperationException(fault.Explanation));

    private static string Check(string response) => ClientHandshake.Check(Sent, Heads.Bytes(response)).Match(
        accepted => $"{accepted.Subprotocol.IfNone("-")} {ExtensionOffers.Format(accepted.Extensions)}",
        fault => $"{fault.Kind} {fault.Status}");

    private static string With(params string[] lines) => Response[..^2] + string.Concat(lines.Select(line => line + "\r\n")) + "\r\n";

    [Fact]
    public void Builds_the_request_byte_for_byte()
    {
        const string Expected = "GET /chat?x=1 HTTP/1.1\r\nHost: example.com:81\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: a, b\r\n"
            + "Sec-WebSocket-Extensions: x; y=1\r\nOrigin: http://example.com\r\nCookie: c=d\r\n\r\n";
        var offer = Offer with
        {
            Host = "example.com:81",
            Target = "/chat?x=1",
            Origin = "http://example.com",
            Headers = Heads.Seq(new HeaderField("Cookie", "c=d")),
        };

        Assert.Equal(Expected, Build(offer).Match(sent => sent.Request, fault => fault.Explanation));
        Assert.Equal(Heads.Bytes(Expected), Build(offer).Match(sent => sent.ToBytes(), _ => []));
        Assert.True(Heads.Judge(Expected).IsRight);
    }

    [Fact]
    public void The_plainest_request_is_accepted_by_the_server() =>
        Assert.True(Build(ClientOffer.To("[::1]", "/")).Match(sent => Heads.Judge(sent.Request).IsRight, _ => false));

    public static TheoryData<string> BadOffers => [.. Bad.Keys];

    private static readonly Dictionary<string, (ClientOffer Offer, ClientFaultKind Kind)> Bad = new()
    {
        ["host"] = (Offer with { Host = "a\r\nb" }, ClientFaultKind.Host),
        ["no host"] = (Offer with { Host = "" }, ClientFaultKind.Host),
        ["target with a space"] = (Offer with { Target = "/a b" }, ClientFaultKind.Target),
        ["relative target"] = (Offer with { Target = "a" }, ClientFaultKind.Target),
        ["subprotocol"] = (Offer with { Subprotocols = Heads.Seq("a b") }, ClientFaultKind.Subprotocols),
        ["empty subprotocol"] = (Offer with { Subprotocols = Heads.Seq("") }, ClientFaultKind.Subprotocols),
        ["subprotocol twice"] = (Offer with { Subprotocols = Heads.Seq("a", "a") }, ClientFaultKind.Subprotocols),
        ["extension"] = (
            Offer with { Extensions = Heads.Seq(new ExtensionOffer("\r\n", Heads.Seq<ExtensionParameter>())) },
            ClientFaultKind.Extensions),
        ["origin"] = (Offer with { Origin = "a\r\nb: c" }, ClientFaultKind.Origin),
        ["header"] = (Offer with { Headers = Heads.Seq(new HeaderField("a", "\n")) }, ClientFaultKind.Headers),
        ["own header"] = (Offer with { Headers = Heads.Seq(new HeaderField("host", "x")) }, ClientFaultKind.Headers),
    };

    [Theory]
    [MemberData(nameof(BadOffers))]
    public void Builds_nothing_from_a_bad_offer(string name) =>
        Assert.Equal(Bad[name].Kind, Build(Bad[name].Offer).Match(_ => default, fault => fault.Kind));

    [Theory]
    [InlineData(15)]
    [InlineData(17)]
    public void The_nonce_has_16_bytes(int length) => Assert.Equal(
        ClientFaultKind.Nonce,
        ClientHandshake.Build(Offer with { Host = "a" }, new byte[length]).Match(_ => (ClientFaultKind)(-1), fault => fault.Kind));

    [Fact]
    public void Accepts()
    {
        Assert.Equal("- ", Check(Response));
        Assert.Equal("b ", Check(With("Sec-WebSocket-Protocol: b")));
        Assert.Equal("- x; z", Check(With("sec-websocket-extensions: x;z")));
        Assert.Equal("- ", Check(Response.Replace("Upgrade: websocket", "upgrade: WebSocket", StringComparison.Ordinal)));
        Assert.Equal("- ", Check(Response.Replace("Connection: Upgrade", "connection: x, upgrade", StringComparison.Ordinal)));
    }

    [Fact]
    public void Gives_all_headers() =>
        Assert.True(ClientHandshake.Check(Sent, Heads.Bytes(With("X: 1"))).Exists(accepted => accepted.Headers.Single("x") == "1"));

    [Theory]
    [InlineData("101 Switching Protocols", "200 OK", "Refused 200")]
    [InlineData("101 Switching Protocols", "403 Forbidden", "Refused 403")]
    [InlineData("HTTP/1.1", "HTTP/1.0", "MalformedResponse 101")]
    [InlineData("HTTP/1.1", "HTTP/1x1", "MalformedResponse 0")]
    [InlineData("Upgrade: websocket", "Upgrade: websocket, h2c", "ResponseUpgrade 101")]
    [InlineData("Upgrade: websocket", "Upgrade: websocket\r\nUpgrade: websocket", "ResponseUpgrade 101")]
    [InlineData("Upgrade: websocket", "X: y", "ResponseUpgrade 101")]
    [InlineData("Connection: Upgrade", "Connection: close", "ResponseConnection 101")]
    [InlineData("Accept: s3", "Accept: S3", "ResponseAccept 101")]
    [InlineData("Sec-WebSocket-Accept", "X", "ResponseAccept 101")]
    public void Refuses_another_answer(string part, string other, string fault) =>
        Assert.Equal(fault, Check(Response.Replace(part, other, StringComparison.Ordinal)));

    [Theory]
    [InlineData("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "ResponseAccept 101")]
    [InlineData("Sec-WebSocket-Protocol: c", "ResponseSubprotocol 101")]
    [InlineData("Sec-WebSocket-Protocol: A", "ResponseSubprotocol 101")]
    [InlineData("Sec-WebSocket-Protocol: a, b", "ResponseSubprotocol 101")]
    [InlineData("Sec-WebSocket-Protocol:", "ResponseSubprotocol 101")]
    [InlineData("Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: a", "ResponseSubprotocol 101")]
    [InlineData("Sec-WebSocket-Extensions: z", "ResponseExtensions 101")]
    [InlineData("Sec-WebSocket-Extensions: x, z", "ResponseExtensions 101")]
    [InlineData("Sec-WebSocket-Extensions: x;", "ResponseExtensions 101")]
    [InlineData("Sec-WebSocket-Extensions: x\r\nSec-WebSocket-Extensions: x", "ResponseExtensions 101")]
    public void Refuses_what_was_not_offered(string line, string fault) => Assert.Equal(fault, Check(With(line)));
}
