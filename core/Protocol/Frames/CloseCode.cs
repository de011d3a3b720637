namespace PluginHost.Core.Protocol.Frames;

/// <summary>Close codes by name (RFC 6455 §7.4.1 and the IANA registry). Any value from 3000 to 4999 is allowed besides.</summary>
public enum CloseCode : ushort
{
    /// <summary>The purpose of the connection is fulfilled.</summary>
    NormalClosure = 1000,

    /// <summary>A server that goes down, or a browser that leaves the page.</summary>
    GoingAway = 1001,

    /// <summary>A broken rule of the protocol.</summary>
    ProtocolError = 1002,

    /// <summary>A kind of data that this end cannot take.</summary>
    UnsupportedData = 1003,

    /// <summary>Never on the wire: the close frame had no code.</summary>
    NoStatusReceived = 1005,

    /// <summary>Never on the wire: the connection ended without a close frame.</summary>
    AbnormalClosure = 1006,

    /// <summary>Data that does not fit its type, such as text that is not UTF-8.</summary>
    InvalidPayloadData = 1007,

    /// <summary>A policy of this end is broken, and no other code fits.</summary>
    PolicyViolation = 1008,

    /// <summary>A message that is too big.</summary>
    MessageTooBig = 1009,

    /// <summary>A client that missed an extension in the server's answer.</summary>
    MandatoryExtension = 1010,

    /// <summary>An unexpected condition at this end.</summary>
    InternalError = 1011,

    /// <summary>A server that restarts (IANA).</summary>
    ServiceRestart = 1012,

    /// <summary>A server that is overloaded (IANA).</summary>
    TryAgainLater = 1013,

    /// <summary>A gateway that got an invalid answer (IANA).</summary>
    BadGateway = 1014,

    /// <summary>Never on the wire: the TLS handshake failed.</summary>
    TlsHandshake = 1015,

    /// <summary>A peer that is not, or no longer, authenticated (IANA).</summary>
    Unauthorized = 3000,
}

/// <summary>Facts about close codes.</summary>
public static class CloseCodeRules
{
    /// <summary>Most bytes of a close reason: a control frame's 125 less the code's two (RFC 6455 §5.5.1).</summary>
    public const int MaxReasonBytes = 123;

    /// <summary>
    /// Whether the code may stand in a close frame: 1000–1003, 1007–1014, 3000–4999. The rest of 1000–2999 is reserved, 1005, 1006 and
    /// 1015 are never on the wire (RFC 6455 §7.4; 1012–1014 by the IANA registry).
    /// </summary>
    public static bool IsValidOnWire(int code) => code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999);

    /// <summary>Whether some code that may stand in a close frame has this first byte on the wire.</summary>
    public static bool CanStartWith(byte first) => first is 1000 >> 8 or (>= 3000 >> 8 and <= 4999 >> 8);
}
