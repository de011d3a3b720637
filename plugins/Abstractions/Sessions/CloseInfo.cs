using System.Text;

namespace PluginHost.Abstractions;

/// <summary>How a connection ended (RFC 6455 §7.1.5, §7.1.6).</summary>
/// <param name="Code">The peer's close code, or the host's where it closed first; 1005 when the peer named none, 1006 when the connection
/// was lost.</param>
/// <param name="Reason">The reason beside the code; may be empty.</param>
/// <param name="WasClean">The close handshake was completed (RFC 6455 §7.1.4).</param>
public readonly record struct CloseInfo(int Code, string Reason, bool WasClean);

/// <summary>Close codes (RFC 6455 §7.4.1 and the IANA registry), and which of them a server's handler may send.</summary>
public static class CloseCodes
{
    /// <summary>1000: the purpose of the connection is fulfilled.</summary>
    public const int Normal = 1000;

    /// <summary>1001: the server goes down, or the browser left the page.</summary>
    public const int GoingAway = 1001;

    /// <summary>1002: protocol error.</summary>
    public const int ProtocolError = 1002;

    /// <summary>1003: this type of data is not accepted.</summary>
    public const int UnsupportedData = 1003;

    /// <summary>1005: no code was given. Never sent.</summary>
    public const int NoStatus = 1005;

    /// <summary>1006: the connection was lost. Never sent.</summary>
    public const int Abnormal = 1006;

    /// <summary>1007: the data does not fit its type, such as text that is not UTF-8.</summary>
    public const int InvalidPayload = 1007;

    /// <summary>1008: a policy is violated.</summary>
    public const int PolicyViolation = 1008;

    /// <summary>1009: the message is too big.</summary>
    public const int MessageTooBig = 1009;

    /// <summary>1011: the server failed.</summary>
    public const int InternalError = 1011;

    /// <summary>1012: the service restarts.</summary>
    public const int ServiceRestart = 1012;

    /// <summary>1013: try again later.</summary>
    public const int TryAgainLater = 1013;

    /// <summary>Whether a handler may close with that code: 1000–1003, 1007–1009, 1011–1014, 3000–4999. (1010 is for clients, RFC 6455
    /// §7.4.1.)</summary>
    public static bool MayBeSent(int code) =>
        code is (>= 1000 and <= 1003) or (>= 1007 and <= 1009) or (>= 1011 and <= 1014) or (>= 3000 and <= 4999);

    internal static void Check(int code, string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        CheckCode(code);
        if (StrictUtf8.Encoding.GetByteCount(reason) > MaxReason)
            throw new ArgumentException("A close reason is at most 123 bytes of UTF-8 (RFC 6455 §5.5).", nameof(reason));
    }

    internal static void CheckCode(int code)
    {
        if (!MayBeSent(code))
            throw new ArgumentOutOfRangeException(nameof(code), code,
                "A handler closes with 1000-1003, 1007-1009, 1011-1014 or 3000-4999 (RFC 6455 §7.4).");
    }

    /// <summary>The begin of a reason that fits a close frame; what is no text in it is replaced.</summary>
    internal static string Cut(string reason)
    {
        Span<byte> bytes = stackalloc byte[MaxReason];
        Encoding.UTF8.GetEncoder().Convert(reason, bytes, flush: true, out var used, out var written, out _);
        return used == reason.Length && IsWellFormed(reason) ? reason : Encoding.UTF8.GetString(bytes[..written]);
    }

    internal static CloseConnectionException Unsupported(MessageKind kind) => new(
        UnsupportedData, kind == MessageKind.Text ? "text messages are not accepted" : "binary messages are not accepted");

    private static bool IsWellFormed(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0;

    private const int MaxReason = 123;
}
