using System.Globalization;
using System.Text;
using LanguageExt;

namespace PluginHost.Core.Protocol.Handshake;

/// <summary>What a client asks for.</summary>
/// <param name="Host">The <c>Host</c> header: <c>host</c> or <c>host:port</c>.</param>
/// <param name="Target">Origin-form such as <c>/chat?room=1</c>, or absolute-form for a proxy.</param>
/// <param name="Subprotocols">Different tokens in order of preference; may be empty.</param>
/// <param name="Extensions">In order of preference; may be empty.</param>
/// <param name="Origin">The <c>Origin</c> header, if one is to be sent.</param>
/// <param name="Headers">Headers to add; each must be <see cref="HeaderField.IsExtra"/>.</param>
public sealed record ClientOffer(
    string Host,
    string Target,
    Seq<string> Subprotocols,
    Seq<ExtensionOffer> Extensions,
    Option<string> Origin,
    Seq<HeaderField> Headers)
{
    /// <summary>An offer of nothing but a connection.</summary>
    /// <param name="host">The <c>Host</c> header.</param>
    /// <param name="target">The request target.</param>
    public static ClientOffer To(string host, string target) =>
        new(host, target, Seq<string>.Empty, Seq<ExtensionOffer>.Empty, Option<string>.None, Seq<HeaderField>.Empty);
}

/// <summary>A request that was built; needed again to check the answer.</summary>
/// <param name="Offer">What was asked for.</param>
/// <param name="Key">The value of <c>Sec-WebSocket-Key</c>.</param>
/// <param name="Request">The request, one character a byte.</param>
public sealed record ClientRequest(ClientOffer Offer, string Key, string Request)
{
    /// <summary>The bytes to send.</summary>
    public byte[] ToBytes() => Encoding.Latin1.GetBytes(Request);
}

/// <summary>Which rule the offer or the answer breaks (RFC 6455 §4.1).</summary>
public enum ClientFaultKind
{
    /// <summary>The nonce has not 16 bytes.</summary>
    Nonce,

    /// <summary>The host is none.</summary>
    Host,

    /// <summary>The target is none.</summary>
    Target,

    /// <summary>A subprotocol is no token, or named twice.</summary>
    Subprotocols,

    /// <summary>An extension cannot be written.</summary>
    Extensions,

    /// <summary>The origin is no header value.</summary>
    Origin,

    /// <summary>A header to add is not fit for it.</summary>
    Headers,

    /// <summary>The answer breaks HTTP's grammar, or is not HTTP/1.1.</summary>
    MalformedResponse,

    /// <summary>The server answers with another status than 101.</summary>
    Refused,

    /// <summary><c>Upgrade</c> is not there exactly once with the value <c>websocket</c>.</summary>
    ResponseUpgrade,

    /// <summary><c>Connection</c> does not list <c>Upgrade</c>.</summary>
    ResponseConnection,

    /// <summary><c>Sec-WebSocket-Accept</c> is not there exactly once with the value that belongs to the key.</summary>
    ResponseAccept,

    /// <summary>A subprotocol that was not offered, or several.</summary>
    ResponseSubprotocol,

    /// <summary>An extension that was not offered, the header twice, or one that breaks its grammar.</summary>
    ResponseExtensions,
}

/// <summary>Why the client's handshake fails.</summary>
/// <param name="Kind">The rule broken.</param>
/// <param name="Status">The status of the answer; 0 when there is none that could be read.</param>
/// <param name="Explanation">One line for people.</param>
public sealed record ClientFault(ClientFaultKind Kind, int Status, string Explanation)
{
    /// <summary>The head of the answer; none when there is none that could be read.</summary>
    public Option<ResponseHead> Answer { get; init; }
}

/// <summary>A handshake that the server completed.</summary>
/// <param name="Subprotocol">The one chosen; none when the server chose none.</param>
/// <param name="Extensions">The accepted ones with their parameters.</param>
/// <param name="Headers">All headers of the answer.</param>
public sealed record AcceptedConnection(Option<string> Subprotocol, Seq<ExtensionOffer> Extensions, HeaderFields Headers);

/// <summary>The client's side of the opening handshake (RFC 6455 §4.1).</summary>
public static class ClientHandshake
{
    private const int NonceLength = 16;
    private const int SwitchingProtocols = 101;

    /// <summary>Builds the request.</summary>
    /// <param name="offer">What to ask for.</param>
    /// <param name="nonce">16 bytes, drawn anew for each connection by the caller.</param>
    public static Either<ClientFault, ClientRequest> Build(ClientOffer offer, ReadOnlySpan<byte> nonce)
    {
        if (nonce.Length != NonceLength) return Fault(ClientFaultKind.Nonce, "the nonce must have 16 bytes");
        var key = Convert.ToBase64String(nonce);
        return Check(offer).Map(checkedOffer => new ClientRequest(checkedOffer, key, Write(checkedOffer, key)));
    }

    /// <summary>Checks the answer.</summary>
    /// <param name="sent">The request that it answers.</param>
    /// <param name="head">Exactly one head, as <see cref="HeadScanner"/> found it.</param>
    public static Either<ClientFault, AcceptedConnection> Check(ClientRequest sent, ReadOnlySpan<byte> head) =>
        ResponseHead.Parse(head)
            .MapLeft(fault => Fault(ClientFaultKind.MalformedResponse, HeadFaults.Explanation(fault)))
            .Bind(response => Check(sent, response));

    private static Either<ClientFault, ClientOffer> Check(ClientOffer offer)
    {
        if (Authority.Parse(offer.Host).IsNone) return Fault(ClientFaultKind.Host, "the host is not valid");
        if (RequestTarget.Parse(offer.Target).IsNone) return Fault(ClientFaultKind.Target, "the request target is not valid");
        if (!offer.Subprotocols.ForAll(Grammar.IsToken) || offer.Subprotocols.Distinct().Count() != offer.Subprotocols.Count)
            return Fault(ClientFaultKind.Subprotocols, "subprotocols must be different tokens");
        if (!offer.Extensions.ForAll(extension => extension.IsWritable)) return Fault(ClientFaultKind.Extensions, "an extension is not valid");
        if (!offer.Origin.ForAll(Grammar.IsFieldValue)) return Fault(ClientFaultKind.Origin, "the origin is not valid");
        return offer.Headers.ForAll(header => header.IsExtra) ? offer : Fault(ClientFaultKind.Headers, "a header may not be added");
    }

    private static string Write(ClientOffer offer, string key)
    {
        var request = new StringBuilder($"GET {offer.Target} HTTP/1.1\r\nHost: {offer.Host}\r\n")
            .Append(CultureInfo.InvariantCulture, $"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n");
        if (!offer.Subprotocols.IsEmpty) request.Append(CultureInfo.InvariantCulture, $"Sec-WebSocket-Protocol: {string.Join(", ", offer.Subprotocols)}\r\n");
        if (!offer.Extensions.IsEmpty) request.Append(CultureInfo.InvariantCulture, $"Sec-WebSocket-Extensions: {ExtensionOffers.Format(offer.Extensions)}\r\n");
        foreach (var origin in offer.Origin) request.Append(CultureInfo.InvariantCulture, $"Origin: {origin}\r\n");
        foreach (var header in offer.Headers) request.Append(CultureInfo.InvariantCulture, $"{header.Name}: {header.Value}\r\n");
        return request.Append("\r\n").ToString();
    }

    private static Either<ClientFault, AcceptedConnection> Check(ClientRequest sent, ResponseHead response) =>
        from _ in CheckUpgrade(sent, response)
        from subprotocol in Subprotocol(sent, response)
        from extensions in Extensions(sent, response)
        select new AcceptedConnection(subprotocol, extensions, response.Headers);

    private static Either<ClientFault, Unit> CheckUpgrade(ClientRequest sent, ResponseHead response)
    {
        var headers = response.Headers;
        if (response.Version != "HTTP/1.1") return Fault(response, ClientFaultKind.MalformedResponse, "the answer is not HTTP/1.1");
        if (response.Status != SwitchingProtocols) return Fault(response, ClientFaultKind.Refused, "the server refuses the connection");
        if (!headers.Single("Upgrade").Exists(value => Grammar.SameName(value, "websocket")))
            return Fault(response, ClientFaultKind.ResponseUpgrade, "the answer does not upgrade to websocket");
        if (!headers.Lists("Connection", "upgrade"))
            return Fault(response, ClientFaultKind.ResponseConnection, "the answer's Connection header does not list Upgrade");
        return headers.Single("Sec-WebSocket-Accept").Exists(value => value == ServerHandshake.Accept(sent.Key))
            ? Unit.Default
            : Fault(response, ClientFaultKind.ResponseAccept, "Sec-WebSocket-Accept does not belong to the key sent");
    }

    private static Either<ClientFault, Option<string>> Subprotocol(ClientRequest sent, ResponseHead response)
    {
        var values = response.Headers.All("Sec-WebSocket-Protocol");
        if (values.IsEmpty) return Option<string>.None;
        return values.Count == 1 && sent.Offer.Subprotocols.Contains(values[0])
            ? Option<string>.Some(values[0])
            : Fault(response, ClientFaultKind.ResponseSubprotocol, "the answer names a subprotocol that was not offered");
    }

    private static Either<ClientFault, Seq<ExtensionOffer>> Extensions(ClientRequest sent, ResponseHead response)
    {
        var values = response.Headers.All("Sec-WebSocket-Extensions");
        var fault = Fault(response, ClientFaultKind.ResponseExtensions, "the answer names an extension that was not offered");
        if (values.Count > 1) return fault with { Explanation = "the answer has Sec-WebSocket-Extensions more than once" };
        return
            from accepted in ExtensionOffers.Parse(values).MapLeft(syntax => fault with { Explanation = syntax.Explanation })
            from _ in accepted.ForAll(extension => sent.Offer.Extensions.Exists(offer => offer.Name == extension.Name))
                ? Prelude.Right<ClientFault, Unit>(Unit.Default)
                : fault
            select accepted;
    }

    private static ClientFault Fault(ClientFaultKind kind, string explanation) => new(kind, 0, explanation);

    private static ClientFault Fault(ResponseHead response, ClientFaultKind kind, string explanation) =>
        new(kind, response.Status, explanation) { Answer = response };
}
