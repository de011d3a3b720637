using System.Security.Cryptography;
using System.Text;
using LanguageExt;

namespace PluginHost.Core.Handshake;

/// <summary>
/// A request that is a well-formed WebSocket handshake. Nothing is decided yet: routing, plugins and the negotiation come next.
/// </summary>
/// <param name="Head">The whole head.</param>
/// <param name="Host">The host that the request names, in its <c>Host</c> header and, where absolute, its target.</param>
/// <param name="Key">The value of <c>Sec-WebSocket-Key</c>: base64 of 16 bytes.</param>
/// <param name="Offered">The offered subprotocols: different tokens, in the client's order of preference.</param>
/// <param name="Extensions">The offered extensions, in the client's order of preference.</param>
/// <param name="Origins">The values of all <c>Origin</c> headers; more than one is refused by <see cref="OriginCheck"/>.</param>
public sealed record UpgradeRequest(
    RequestHead Head,
    Authority Host,
    string Key,
    Seq<string> Offered,
    Seq<ExtensionOffer> Extensions,
    Seq<string> Origins);

/// <summary>The server's side of the opening handshake up to the point where a route is needed (RFC 6455 §4.2.1).</summary>
public static class ServerHandshake
{
    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private const int KeyLength = 24;

    /// <summary>
    /// The value of <c>Sec-WebSocket-Accept</c> for a key (RFC 6455 §4.2.2 item 5.4): base64 of SHA-1 of the key and a fixed GUID.
    /// </summary>
    /// <param name="key">The value of <c>Sec-WebSocket-Key</c>.</param>
    public static string Accept(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.Latin1.GetBytes(key + Guid)));

    /// <summary>
    /// Whether a key is the base64 text of 16 bytes, in its one canonical spelling (RFC 6455 §4.2.1 item 5, RFC 4648 §3.5).
    /// </summary>
    /// <param name="key">Any text.</param>
    public static bool IsKey(string key)
    {
        Span<byte> nonce = stackalloc byte[KeyLength / 4 * 3];
        return key.Length == KeyLength
            && Convert.TryFromBase64String(key, nonce, out var length)
            && length == 16
            && Convert.ToBase64String(nonce[..length]) == key;
    }

    /// <summary>Reads a complete head and checks it.</summary>
    /// <param name="head">Exactly one head, as <see cref="HeadScanner"/> found it.</param>
    /// <param name="limits">The bounds; only the number of offered subprotocols is still to be checked.</param>
    public static Either<Rejection, UpgradeRequest> Read(ReadOnlySpan<byte> head, HeadLimits limits) =>
        RequestHead.Parse(head).Bind(request => Validate(request, limits));

    /// <summary>Checks that a request is a handshake of version 13.</summary>
    /// <param name="head">The request.</param>
    /// <param name="limits">The bounds; only the number of offered subprotocols is still to be checked.</param>
    /// <returns>The validated request, or the reply for the first rule broken.</returns>
    public static Either<Rejection, UpgradeRequest> Validate(RequestHead head, HeadLimits limits)
    {
        // Straight on instead of bound: this runs for every connection, and each rule ends it.
        var broken = BrokenRequest(head);
        if (broken is { } reason) return Rejection.Of(reason);
        if (HostOf(head) is not { } host) return Rejection.Of(RejectionReason.Host);
        if (!NamesSameHost(head.Target, host)) return Rejection.Of(RejectionReason.HostMismatch);
        broken = BrokenUpgrade(head.Headers);
        if (broken is { } upgrade) return Rejection.Of(upgrade);
        var key = head.Headers.Single("Sec-WebSocket-Key").IfNone("");
        if (!IsKey(key)) return Rejection.Of(RejectionReason.Key);
        var offered = Offered(head.Headers);
        broken = BrokenOffer(offered, limits);
        if (broken is { } offer) return Rejection.Of(offer);
        return ExtensionOffers.Parse(head.Headers.All("Sec-WebSocket-Extensions")).Match<Either<Rejection, UpgradeRequest>>(
            Right: extensions => new UpgradeRequest(head, host, key, offered.IfNone(Seq<string>.Empty), extensions, head.Headers.All("Origin")),
            Left: _ => Rejection.Of(RejectionReason.ExtensionSyntax));
    }

    private static RejectionReason? BrokenRequest(RequestHead head)
    {
        if (head.Version != "HTTP/1.1") return RejectionReason.HttpVersion;
        if (head.Method != "GET") return RejectionReason.Method;
        if (head.Headers.Count("Transfer-Encoding") > 0) return RejectionReason.Body;
        return head.Headers.Count("Content-Length") switch
        {
            0 => null,
            1 => head.Headers.All("Content-Length")[0] == "0" ? null : RejectionReason.Body,
            _ => RejectionReason.Body,
        };
    }

    private static Authority? HostOf(RequestHead head) =>
        head.Headers.Single("Host").Bind(Authority.Parse).MatchUnsafe<Authority?>(host => host, () => null);

    private static bool NamesSameHost(RequestTarget target, Authority host) =>
        target.Authority.IsNone || target.Authority.ForAll(named => named.IsSameAs(host, target.IsSecure));

    private static RejectionReason? BrokenUpgrade(HeaderFields headers)
    {
        if (headers.Count("Upgrade") == 0) return RejectionReason.NoUpgrade;
        if (!headers.Lists("Upgrade", "websocket")) return RejectionReason.Upgrade;
        if (!headers.Lists("Connection", "upgrade")) return RejectionReason.Connection;
        return headers.Count("Sec-WebSocket-Version") switch
        {
            0 => RejectionReason.WebSocketVersion,
            1 => headers.All("Sec-WebSocket-Version")[0] == "13" ? null : RejectionReason.WebSocketVersion,
            _ => RejectionReason.RepeatedVersion,
        };
    }

    /// <summary>None when nothing is offered.</summary>
    private static Option<Seq<string>> Offered(HeaderFields headers) =>
        headers.Count("Sec-WebSocket-Protocol") == 0
            ? Option<Seq<string>>.None
            : headers.List("Sec-WebSocket-Protocol").IfNone(Seq<string>.Empty);

    private static RejectionReason? BrokenOffer(Option<Seq<string>> offer, HeadLimits limits)
    {
        if (offer.IsNone) return null;
        var offered = offer.IfNone(Seq<string>.Empty);
        if (offered.Count > limits.OfferedSubprotocols) return RejectionReason.TooManySubprotocols;
        if (offered.IsEmpty || offered.Exists(token => !Grammar.IsToken(token))) return RejectionReason.SubprotocolSyntax;
        return offered.Count == 1 || offered.Distinct().Count() == offered.Count ? null : RejectionReason.SubprotocolSyntax;
    }
}
