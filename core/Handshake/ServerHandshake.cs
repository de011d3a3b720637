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
    public static Either<Rejection, UpgradeRequest> Validate(RequestHead head, HeadLimits limits) =>
        from _ in CheckRequest(head)
        from host in Host(head)
        from __ in CheckUpgrade(head.Headers)
        from key in Key(head.Headers)
        from offered in Offered(head.Headers, limits)
        from extensions in ExtensionOffers.Parse(head.Headers.All("Sec-WebSocket-Extensions"))
            .MapLeft(fault => Rejection.Of(RejectionReason.ExtensionSyntax))
        select new UpgradeRequest(head, host, key, offered, extensions, head.Headers.All("Origin"));

    private static Either<Rejection, Unit> CheckRequest(RequestHead head)
    {
        if (head.Version != "HTTP/1.1") return Rejection.Of(RejectionReason.HttpVersion);
        if (head.Method != "GET") return Rejection.Of(RejectionReason.Method);
        var lengths = head.Headers.All("Content-Length");
        var hasBody = head.Headers.Count("Transfer-Encoding") > 0 || lengths.Count > 1 || lengths.Exists(length => length != "0");
        return hasBody ? Rejection.Of(RejectionReason.Body) : Unit.Default;
    }

    private static Either<Rejection, Authority> Host(RequestHead head) =>
        from host in head.Headers.Single("Host").Bind(Authority.Parse).ToEither(() => Rejection.Of(RejectionReason.Host))
        from _ in head.Target.Authority.ForAll(named => named.IsSameAs(host, head.Target.IsSecure))
            ? Prelude.Right<Rejection, Unit>(Unit.Default)
            : Rejection.Of(RejectionReason.HostMismatch)
        select host;

    private static Either<Rejection, Unit> CheckUpgrade(HeaderFields headers)
    {
        if (headers.Count("Upgrade") == 0) return Rejection.Of(RejectionReason.NoUpgrade);
        if (!headers.Lists("Upgrade", "websocket")) return Rejection.Of(RejectionReason.Upgrade);
        if (!headers.Lists("Connection", "upgrade")) return Rejection.Of(RejectionReason.Connection);
        var versions = headers.All("Sec-WebSocket-Version");
        if (versions.Count > 1) return Rejection.Of(RejectionReason.RepeatedVersion);
        return versions.Exists(version => version == "13") ? Unit.Default : Rejection.Of(RejectionReason.WebSocketVersion);
    }

    private static Either<Rejection, string> Key(HeaderFields headers) =>
        headers.Single("Sec-WebSocket-Key").Filter(IsKey).ToEither(() => Rejection.Of(RejectionReason.Key));

    private static Either<Rejection, Seq<string>> Offered(HeaderFields headers, HeadLimits limits)
    {
        if (headers.Count("Sec-WebSocket-Protocol") == 0) return Seq<string>.Empty;
        var offered = headers.List("Sec-WebSocket-Protocol").IfNone(Seq<string>.Empty);
        if (offered.Count > limits.OfferedSubprotocols) return Rejection.Of(RejectionReason.TooManySubprotocols);
        var different = offered.Distinct().Count() == offered.Count;
        return !offered.IsEmpty && different && offered.ForAll(Grammar.IsToken)
            ? offered
            : Rejection.Of(RejectionReason.SubprotocolSyntax);
    }
}
