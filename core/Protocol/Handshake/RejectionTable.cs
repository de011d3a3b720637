using LanguageExt;

namespace PluginHost.Core.Protocol.Handshake;

/// <summary>Status, section and explanation of every reason; the phrase of every status.</summary>
internal static class RejectionTable
{
    private static readonly Seq<HeaderField> None = Seq<HeaderField>.Empty;

    private static readonly HeaderField Version13 = new("Sec-WebSocket-Version", "13");

    public static Rejection For(RejectionReason reason) => reason switch
    {
        RejectionReason.MalformedHead => new(400, reason, "RFC 7230 §3", "the request head is malformed", None),
        RejectionReason.HeadLimit => new(431, reason, "RFC 6585 §5", "the request head is too large", None),
        RejectionReason.HttpVersion => new(400, reason, "RFC 6455 §4.2.1", "the request must be HTTP/1.1", None),
        RejectionReason.Method => new(405, reason, "RFC 6455 §4.2.1", "the method must be GET", None.Add(new("Allow", "GET"))),
        RejectionReason.Body => new(400, reason, "RFC 6455 §4.1", "a handshake has no body", None),
        RejectionReason.BodyTooLarge => new(413, reason, "RFC 7231 §6.5.11", "a handshake has no body", None),
        RejectionReason.Host => new(400, reason, "RFC 7230 §5.4", "exactly one valid Host header is needed", None),
        RejectionReason.HostMismatch => new(400, reason, "RFC 7230 §5.4", "the target and the Host header name different hosts", None),
        RejectionReason.NoUpgrade => new(426, reason, "RFC 7231 §6.5.15", "this is a WebSocket server", Upgrade.Add(Version13)),
        RejectionReason.Upgrade => new(400, reason, "RFC 6455 §4.2.1", "the Upgrade header must list websocket", None),
        RejectionReason.Connection => new(400, reason, "RFC 6455 §4.2.1", "the Connection header must list Upgrade", None),
        RejectionReason.WebSocketVersion => new(426, reason, "RFC 6455 §4.4", "the WebSocket version must be 13", Upgrade.Add(Version13)),
        RejectionReason.RepeatedVersion => new(400, reason, "RFC 6455 §11.3.5", "Sec-WebSocket-Version must be there once", None),
        RejectionReason.Key => new(400, reason, "RFC 6455 §4.2.1", "exactly one Sec-WebSocket-Key of 16 bytes in base64 is needed", None),
        _ => ForChoice(reason),
    };

    private static Rejection ForChoice(RejectionReason reason) => reason switch
    {
        RejectionReason.SubprotocolSyntax =>
            new(400, reason, "RFC 6455 §4.1", "Sec-WebSocket-Protocol must list different tokens", None),
        RejectionReason.TooManySubprotocols => new(431, reason, "RFC 6585 §5", "too many subprotocols are offered", None),
        RejectionReason.ExtensionSyntax => new(400, reason, "RFC 6455 §9.1", "Sec-WebSocket-Extensions is malformed", None),
        RejectionReason.Origin => new(403, reason, "RFC 6455 §10.2", "this origin may not connect", None),
        RejectionReason.NoOffer => new(400, reason, "RFC 6455 §4.2.2", "a subprotocol must be offered here", None),
        RejectionReason.NoMatch => new(400, reason, "RFC 6455 §4.2.2", "no offered subprotocol is served here", None),
        RejectionReason.NotFound => new(404, reason, "RFC 6455 §4.2.2", "nothing is served at this path", None),
        RejectionReason.Timeout => new(408, reason, "RFC 7231 §6.5.7", "the request head did not arrive in time", None),
        RejectionReason.Unavailable => new(503, reason, "RFC 7231 §6.6.4", "the server cannot take this connection now", None),
        RejectionReason.Address => new(403, reason, "RFC 6455 §4.2.2", "this address may not connect", None),
        RejectionReason.Offences => new(429, reason, "RFC 6585 §4", "too much from this address has failed; come back later", None),
        RejectionReason.Forwarding => new(400, reason, "RFC 7239 §4", "the header that names the client is malformed", None),
        RejectionReason.PlainHttp => new(400, reason, "RFC 6455 §3", "this port speaks TLS: use wss:// or https://", None),
        RejectionReason.Credentials => new(400, reason, "RFC 6750 §3.1", "more than one credential was sent", None),
        RejectionReason.Unauthenticated => new(401, reason, "RFC 9110 §15.5.2", "a valid credential is needed here", None),
        RejectionReason.Forbidden => new(403, reason, "RFC 9110 §15.5.4", "this user may not connect here", None),
        RejectionReason.Unwritable => new(503, reason, "RFC 6455 §4.2.2", "the handshake cannot be completed", None),
        _ => new(403, reason, "RFC 6455 §4.2.2", "the connection is refused", None),
    };

    public static string Phrase(int status) => status switch
    {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        413 => "Payload Too Large",
        426 => "Upgrade Required",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Refused",
    };

    private static Seq<HeaderField> Upgrade => None.Add(new("Upgrade", "websocket"));
}
