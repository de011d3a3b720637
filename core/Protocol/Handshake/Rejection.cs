using System.Globalization;
using System.Text;
using LanguageExt;

namespace PluginHost.Core.Protocol.Handshake;

/// <summary>Why a handshake is refused.</summary>
public enum RejectionReason
{
    /// <summary>The head breaks HTTP's grammar: 400.</summary>
    MalformedHead,

    /// <summary>The request line, the head or the number of header lines is beyond its limit: 431.</summary>
    HeadLimit,

    /// <summary>Not HTTP/1.1: 400.</summary>
    HttpVersion,

    /// <summary>Not GET: 405.</summary>
    Method,

    /// <summary>A body is declared: 400.</summary>
    Body,

    /// <summary>The body that is declared is too large to be read past: 413.</summary>
    BodyTooLarge,

    /// <summary>No <c>Host</c>, several, or one that is no host: 400.</summary>
    Host,

    /// <summary>An absolute target and <c>Host</c> name different hosts: 400.</summary>
    HostMismatch,

    /// <summary>A request without <c>Upgrade</c>: 426.</summary>
    NoUpgrade,

    /// <summary><c>Upgrade</c> does not list <c>websocket</c>: 400.</summary>
    Upgrade,

    /// <summary><c>Connection</c> does not list <c>upgrade</c>: 400.</summary>
    Connection,

    /// <summary><c>Sec-WebSocket-Version</c> is missing or not 13: 426.</summary>
    WebSocketVersion,

    /// <summary><c>Sec-WebSocket-Version</c> is there more than once: 400.</summary>
    RepeatedVersion,

    /// <summary><c>Sec-WebSocket-Key</c> is missing, repeated, or no base64 of 16 bytes: 400.</summary>
    Key,

    /// <summary><c>Sec-WebSocket-Protocol</c> is no list of different tokens: 400.</summary>
    SubprotocolSyntax,

    /// <summary>More subprotocols are offered than the limit: 431.</summary>
    TooManySubprotocols,

    /// <summary><c>Sec-WebSocket-Extensions</c> breaks its grammar: 400.</summary>
    ExtensionSyntax,

    /// <summary>The origin may not connect: 403.</summary>
    Origin,

    /// <summary>No subprotocol is offered and the route demands one: 400.</summary>
    NoOffer,

    /// <summary>No offered subprotocol is registered on the route: 400.</summary>
    NoMatch,

    /// <summary>No route has this path: 404.</summary>
    NotFound,

    /// <summary>The head did not arrive in time: 408.</summary>
    Timeout,

    /// <summary>The server cannot take this connection now: 503.</summary>
    Unavailable,

    /// <summary>The response would hold something that was not registered, not offered, or not fit to be a header line: 503.</summary>
    Unwritable,

    /// <summary>A handler refused.</summary>
    Handler,

    /// <summary>The client's address may not connect here: 403.</summary>
    Address,

    /// <summary>The client's address has made handlers fail too often: 429.</summary>
    Offences,

    /// <summary>A trusted proxy names the client in a way that cannot be read: 400.</summary>
    Forwarding,

    /// <summary>HTTP without TLS on a listener that speaks TLS: 400.</summary>
    PlainHttp,

    /// <summary>More than one credential: 400.</summary>
    Credentials,

    /// <summary>No credential, or one that does not count: 401.</summary>
    Unauthenticated,

    /// <summary>The user may not connect: 403.</summary>
    Forbidden,
}

/// <summary>
/// A refused handshake and the exact reply to send before the connection is closed; it is never reused (RFC 6455 §4.2.2).
/// </summary>
/// <param name="Status">The status code, 400 to 599.</param>
/// <param name="Reason">Why.</param>
/// <param name="Section">The section that demands it, such as <c>RFC 6455 §4.2.1</c>.</param>
/// <param name="Explanation">
/// One line for the client. It never repeats what the client sent and tells nothing about the server's inside.
/// </param>
/// <param name="Headers">Headers that this status needs besides those of every reply.</param>
public sealed record Rejection(int Status, RejectionReason Reason, string Section, string Explanation, Seq<HeaderField> Headers)
{
    private const int MaxExplanation = 200;

    /// <summary>The refusal for a reason.</summary>
    /// <param name="reason">Any reason.</param>
    public static Rejection Of(RejectionReason reason) => RejectionTable.For(reason);

    /// <summary>The refusal of a malformed head, 400 or 431.</summary>
    /// <param name="fault">A fault other than <see cref="HeadFault.None"/>.</param>
    public static Rejection Of(HeadFault fault) =>
        Of(HeadFaults.IsLimit(fault) ? RejectionReason.HeadLimit : RejectionReason.MalformedHead) with
        {
            Explanation = HeadFaults.Explanation(fault),
        };

    /// <summary>503, telling the client when to come back (RFC 7231 §7.1.3).</summary>
    /// <param name="retryAfterSeconds">Seconds to wait; a negative number counts as 0.</param>
    public static Rejection Unavailable(int retryAfterSeconds) => Later(RejectionReason.Unavailable, retryAfterSeconds);

    /// <summary>429, telling the client when to come back (RFC 6585 §4).</summary>
    /// <param name="retryAfterSeconds">Seconds to wait; a negative number counts as 0.</param>
    public static Rejection TooManyFaults(int retryAfterSeconds) => Later(RejectionReason.Offences, retryAfterSeconds);

    /// <summary>A handler's own refusal.</summary>
    /// <param name="status">400 to 599; anything else becomes 403.</param>
    /// <param name="explanation">One line for the client; only printable ASCII is sent, and no more than 200 characters.</param>
    public static Rejection ByHandler(int status, string explanation) =>
        Of(RejectionReason.Handler) with { Status = status is >= 400 and <= 599 ? status : 403, Explanation = explanation };

    private static Rejection Later(RejectionReason reason, int seconds) => Of(reason) with
    {
        Headers = Seq<HeaderField>.Empty.Add(new("Retry-After", Math.Max(0, seconds).ToString(CultureInfo.InvariantCulture))),
    };

    /// <summary>The reply, one character a byte. Headers that would not be exactly one line are left out.</summary>
    public string Reply
    {
        get
        {
            var phrase = RejectionTable.Phrase(Status);
            var body = string.Create(CultureInfo.InvariantCulture, $"{Status} {phrase}: {Printable(Explanation)}\n");
            var reply = new StringBuilder()
                .Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {Status} {phrase}\r\n")
                // RFC 7230 §6.7: who sends Upgrade names it in Connection.
                .Append(Status == 426 ? "Connection: close, Upgrade\r\n" : "Connection: close\r\n")
                .Append("Content-Type: text/plain; charset=utf-8\r\n")
                .Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
            foreach (var header in Headers.Filter(header => header.IsWritable)) reply.Append(CultureInfo.InvariantCulture, $"{header.Name}: {header.Value}\r\n");
            return reply.Append("\r\n").Append(body).ToString();
        }
    }

    /// <summary>The bytes to send: status line, headers, a short plain-text body.</summary>
    public byte[] ToBytes() => Encoding.Latin1.GetBytes(Reply);

    private static string Printable(string text)
    {
        var shown = text.Length <= MaxExplanation ? text : text[..MaxExplanation];
        return string.Concat(shown.Select(c => c is >= ' ' and <= '~' ? c : '?'));
    }
}
