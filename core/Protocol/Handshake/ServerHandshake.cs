using System.Security.Cryptography;
using System.Text;
using LanguageExt;

namespace PluginHost.Core.Protocol.Handshake;

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
    private const int KeyLength = 24;
    private const int GuidLength = 36;

    private static ReadOnlySpan<byte> Guid => "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8;

    /// <summary>
    /// The value of <c>Sec-WebSocket-Accept</c> for a key (RFC 6455 §4.2.2 item 5.4): base64 of SHA-1 of the key and a fixed GUID.
    /// </summary>
    /// <param name="key">The value of <c>Sec-WebSocket-Key</c>.</param>
    public static string Accept(string key)
    {
        // A valid key has 24 characters; others are answered as well, on the heap.
        var length = key.Length + Guid.Length;
        Span<byte> text = length <= KeyLength + GuidLength ? stackalloc byte[KeyLength + GuidLength] : new byte[length];
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        Encoding.Latin1.GetBytes(key, text);
        Guid.CopyTo(text[key.Length..]);
        SHA1.HashData(text[..length], hash);
        return Convert.ToBase64String(hash);
    }

    /// <summary>
    /// Whether a key is the base64 text of 16 bytes (RFC 6455 §4.2.1 item 5). The last bits, which say nothing, may be anything: the RFC's own
    /// example (§4.1) does not have them zero.
    /// </summary>
    /// <param name="key">Any text.</param>
    public static bool IsKey(string key)
    {
        Span<byte> nonce = stackalloc byte[KeyLength / 4 * 3];
        // Of 24 characters only those without white space among them give 16 bytes.
        return key.Length == KeyLength && Convert.TryFromBase64String(key, nonce, out var length) && length == 16;
    }

    /// <summary>Reads a complete head and checks it.</summary>
    /// <param name="head">Exactly one head, as <see cref="HeadScanner"/> found it.</param>
    /// <param name="limits">The bounds; only the number of offered subprotocols is still to be checked.</param>
    public static Either<Rejection, UpgradeRequest> Read(ReadOnlySpan<byte> head, HeadLimits limits)
    {
        var request = RequestHead.Parse(head);
        return request.IsLeft ? (Rejection)request : Validate((RequestHead)request, limits);
    }

    /// <summary>Checks that a request is a handshake of version 13.</summary>
    /// <param name="head">The request.</param>
    /// <param name="limits">The bounds; only the number of offered subprotocols is still to be checked.</param>
    /// <returns>The validated request, or the reply for the first rule broken.</returns>
    public static Either<Rejection, UpgradeRequest> Validate(RequestHead head, HeadLimits limits)
    {
        // Straight on instead of bound: this runs for every connection, and each rule ends it.
        var lines = UpgradeLines.Of(head.Headers);
        if (BrokenRequest(head, lines) is { } reason) return Rejection.Of(reason);
        if (HostOf(lines) is not { } host) return Rejection.Of(RejectionReason.Host);
        if (!NamesSameHost(head.Target, host)) return Rejection.Of(RejectionReason.HostMismatch);
        if (BrokenUpgrade(head.Headers, lines) is { } upgrade) return Rejection.Of(upgrade);
        if (lines.Single(UpgradeLine.Key) is not { } key || !IsKey(key)) return Rejection.Of(RejectionReason.Key);
        if (Offered(head.Headers, lines) is not { } offered) return Rejection.Of(RejectionReason.SubprotocolSyntax);
        if (BrokenOffer(offered, limits) is { } offer) return Rejection.Of(offer);
        var extensions = Extensions(head.Headers, lines);
        if (extensions.IsLeft) return Rejection.Of(RejectionReason.ExtensionSyntax);
        return new UpgradeRequest(head, host, key, offered, (Seq<ExtensionOffer>)extensions, Origins(head.Headers, lines));
    }

    private static RejectionReason? BrokenRequest(RequestHead head, UpgradeLines lines)
    {
        if (head.Version != "HTTP/1.1") return RejectionReason.HttpVersion;
        if (head.Method != "GET") return RejectionReason.Method;
        if (lines.Count(UpgradeLine.TransferEncoding) > 0) return RejectionReason.Body;
        return lines.Count(UpgradeLine.ContentLength) == 0 || lines.Single(UpgradeLine.ContentLength) == "0" ? null : RejectionReason.Body;
    }

    private static Authority? HostOf(UpgradeLines lines)
    {
        if (lines.Single(UpgradeLine.Host) is not { } text) return null;
        var host = Authority.ParseSent(text);
        return host.IsSome ? (Authority)host : null;
    }

    private static bool NamesSameHost(RequestTarget target, Authority host) =>
        target.Authority.IsNone || ((Authority)target.Authority).IsSameAs(host, target.IsSecure);

    private static RejectionReason? BrokenUpgrade(HeaderFields headers, UpgradeLines lines)
    {
        if (lines.Count(UpgradeLine.Upgrade) == 0) return RejectionReason.NoUpgrade;
        if (!headers.Lists("Upgrade", "websocket")) return RejectionReason.Upgrade;
        if (!headers.Lists("Connection", "upgrade")) return RejectionReason.Connection;
        return lines.Count(UpgradeLine.Version) switch
        {
            0 => RejectionReason.WebSocketVersion,
            1 => lines.Single(UpgradeLine.Version) == "13" ? null : RejectionReason.WebSocketVersion,
            _ => RejectionReason.RepeatedVersion,
        };
    }

    /// <summary>Empty where nothing is offered: some clients send an empty line then (a list of no elements, RFC 7230 §7). Null where the list
    /// cannot be read.</summary>
    private static Seq<string>? Offered(HeaderFields headers, UpgradeLines lines)
    {
        if (lines.Count(UpgradeLine.Subprotocols) == 0) return Seq<string>.Empty;
        var list = headers.List("Sec-WebSocket-Protocol");
        return list.IsSome ? (Seq<string>)list : null;
    }

    private static RejectionReason? BrokenOffer(Seq<string> offered, HeadLimits limits)
    {
        if (offered.Count > limits.OfferedSubprotocols) return RejectionReason.TooManySubprotocols;
        for (var i = 0; i < offered.Count; i++)
        {
            if (!Grammar.IsToken(offered[i])) return RejectionReason.SubprotocolSyntax;
            for (var before = 0; before < i; before++)
                if (offered[before] == offered[i]) return RejectionReason.SubprotocolSyntax;
        }
        return null;
    }

    private static Either<ExtensionFault, Seq<ExtensionOffer>> Extensions(HeaderFields headers, UpgradeLines lines) =>
        lines.Count(UpgradeLine.Extensions) == 0 ? Seq<ExtensionOffer>.Empty : ExtensionOffers.Parse(headers.All("Sec-WebSocket-Extensions"));

    private static Seq<string> Origins(HeaderFields headers, UpgradeLines lines) =>
        lines.Count(UpgradeLine.Origin) == 0 ? Seq<string>.Empty : headers.All("Origin");
}
