namespace PluginHost.Core.Protocol.Frames;

/// <summary>Every way in which a peer can break the rules of an open connection. <see cref="Violations.Describe"/> has the details.</summary>
public enum ViolationKind : byte
{
    /// <summary>No rule is broken.</summary>
    None,

    /// <summary>A reserved bit is set that no negotiated extension uses.</summary>
    ReservedBitSet,

    /// <summary>The opcode is one of 3–7, 0xB–0xF.</summary>
    UnknownOpcode,

    /// <summary>A control frame without FIN.</summary>
    FragmentedControlFrame,

    /// <summary>A control frame with more than 125 bytes.</summary>
    ControlFrameTooLong,

    /// <summary>A frame from a client without a mask.</summary>
    UnmaskedClientFrame,

    /// <summary>A frame from a server with a mask.</summary>
    MaskedServerFrame,

    /// <summary>A length in more bytes than it needs.</summary>
    NonMinimalLength,

    /// <summary>A 64-bit length with its top bit set.</summary>
    LengthTopBitSet,

    /// <summary>A continuation frame while no message is in progress.</summary>
    UnexpectedContinuation,

    /// <summary>A new text or binary frame while a message is in progress.</summary>
    ExpectedContinuation,

    /// <summary>A close frame with a payload of one byte.</summary>
    ClosePayloadTooShort,

    /// <summary>A close code that must not be on the wire.</summary>
    InvalidCloseCode,

    /// <summary>A close reason that is not UTF-8.</summary>
    InvalidCloseReason,

    /// <summary>A text message that is not UTF-8.</summary>
    InvalidUtf8,

    /// <summary>A message over the limit, as sent or once decoded by an extension.</summary>
    MessageTooBig,

    /// <summary>More fragments in one message than allowed.</summary>
    TooManyFragments,

    /// <summary>A message that was not complete in time.</summary>
    MessageTooSlow,

    /// <summary>No sign of life in time after a ping.</summary>
    PongTimeout,

    /// <summary>Payload that a negotiated extension cannot decode.</summary>
    InvalidExtensionData,

    /// <summary>More pings and pongs than allowed.</summary>
    TooManyControlFrames,

    /// <summary>More pings while the answers to earlier ones cannot be sent, because the peer does not read.</summary>
    PongsNotRead,

    /// <summary>The peer reads more slowly than it is sent to.</summary>
    SlowConsumer,

    /// <summary>More messages or bytes than allowed in the time.</summary>
    RateExceeded,

    /// <summary>What the peer has proved itself with has ended to hold.</summary>
    AuthenticationExpired,
}

/// <summary>What there is to say about a broken rule.</summary>
/// <param name="Kind">The rule.</param>
/// <param name="CloseCode">The code that the connection is failed with.</param>
/// <param name="Section">Where the rule stands, such as "RFC 6455 §5.2".</param>
/// <param name="Explanation">One line in ASCII, at most 123 bytes, fit to be sent as the close reason.</param>
public sealed record Violation(ViolationKind Kind, CloseCode CloseCode, string Section, string Explanation);

/// <summary>The table of violations.</summary>
public static class Violations
{
    /// <summary>The close code that a connection is failed with.</summary>
    public static CloseCode CloseCodeOf(ViolationKind kind) => kind switch
    {
        ViolationKind.InvalidUtf8 or ViolationKind.InvalidCloseReason or ViolationKind.InvalidExtensionData =>
            CloseCode.InvalidPayloadData,
        ViolationKind.MessageTooBig => CloseCode.MessageTooBig,
        ViolationKind.TooManyFragments or ViolationKind.MessageTooSlow or ViolationKind.PongTimeout or ViolationKind.TooManyControlFrames
            or ViolationKind.PongsNotRead or ViolationKind.SlowConsumer or ViolationKind.RateExceeded => CloseCode.PolicyViolation,
        ViolationKind.AuthenticationExpired => CloseCode.Unauthorized,
        _ => CloseCode.ProtocolError,
    };

    /// <summary>The rule's close code, section and explanation.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kind"/> is <see cref="ViolationKind.None"/> or undefined.</exception>
    public static Violation Describe(ViolationKind kind)
    {
        var (section, explanation) = kind switch
        {
            ViolationKind.ReservedBitSet => ("RFC 6455 §5.2", "reserved bit set without a negotiated extension"),
            ViolationKind.UnknownOpcode => ("RFC 6455 §5.2", "unknown opcode"),
            ViolationKind.FragmentedControlFrame => ("RFC 6455 §5.5", "control frame is fragmented"),
            ViolationKind.ControlFrameTooLong => ("RFC 6455 §5.5", "control frame is longer than 125 bytes"),
            ViolationKind.UnmaskedClientFrame => ("RFC 6455 §5.1", "frame from a client is not masked"),
            ViolationKind.MaskedServerFrame => ("RFC 6455 §5.1", "frame from a server is masked"),
            ViolationKind.NonMinimalLength => ("RFC 6455 §5.2", "payload length is not in its shortest form"),
            ViolationKind.LengthTopBitSet => ("RFC 6455 §5.2", "top bit of the 64-bit payload length is set"),
            ViolationKind.UnexpectedContinuation => ("RFC 6455 §5.4", "continuation frame without a message in progress"),
            ViolationKind.ExpectedContinuation => ("RFC 6455 §5.4", "new message before the last fragment of the one in progress"),
            ViolationKind.ClosePayloadTooShort => ("RFC 6455 §5.5.1", "close frame with half a close code"),
            ViolationKind.InvalidCloseCode => ("RFC 6455 §7.4", "close code that must not be sent"),
            ViolationKind.InvalidCloseReason => ("RFC 6455 §5.5.1", "close reason is not UTF-8"),
            ViolationKind.InvalidUtf8 => ("RFC 6455 §8.1", "text message is not UTF-8"),
            ViolationKind.MessageTooBig => ("RFC 6455 §7.4.1", "message is larger than this server takes"),
            ViolationKind.TooManyFragments => ("RFC 6455 §10.4", "message has more fragments than this server takes"),
            ViolationKind.MessageTooSlow => ("RFC 6455 §10.4", "message was not complete in time"),
            ViolationKind.PongTimeout => ("RFC 6455 §5.5.2", "no answer to a ping in time"),
            ViolationKind.InvalidExtensionData => ("RFC 7692 §7.2.2", "compressed data is invalid"),
            ViolationKind.TooManyControlFrames => ("RFC 6455 §10.4", "more control frames than this server takes"),
            ViolationKind.PongsNotRead => ("RFC 6455 §10.4", "pings, but their answers are not read"),
            ViolationKind.SlowConsumer => ("RFC 6455 §10.4", "what is sent is not read fast enough"),
            ViolationKind.RateExceeded => ("RFC 6455 §10.4", "more messages or bytes than this server takes"),
            ViolationKind.AuthenticationExpired => ("RFC 6455 §10.5", "the authentication has expired"),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a violation"),
        };
        return new Violation(kind, CloseCodeOf(kind), section, explanation);
    }
}
