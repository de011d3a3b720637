namespace PluginHost.Core.Protocol.Frames;

/// <summary>A frame header as a value: everything before the payload (RFC 6455 §5.2).</summary>
/// <param name="Fin">The last fragment of its message.</param>
/// <param name="Reserved">The reserved bits that are set.</param>
/// <param name="Opcode">What the frame carries.</param>
/// <param name="Masked">A masking key precedes the payload.</param>
/// <param name="MaskingKey">The key's four octets in wire order, read as a little-endian number; 0 when not masked.</param>
/// <param name="PayloadLength">Payload bytes, 0 to 2⁶³−1.</param>
public readonly record struct FrameHeader(
    bool Fin, ReservedBits Reserved, Opcode Opcode, bool Masked, uint MaskingKey, long PayloadLength)
{
    /// <summary>The longest possible header: two bytes, a 64-bit length and a masking key.</summary>
    public const int MaxSize = 14;

    /// <summary>The most that a control frame may carry (§5.5).</summary>
    public const int MaxControlPayload = 125;

    /// <summary>Bytes that this header takes on the wire, 2 to 14, with the minimal length encoding that §5.2 demands.</summary>
    public int Size => SizeFor(PayloadLength, Masked);

    /// <summary>Bytes that a header takes for a payload of <paramref name="payloadLength"/> bytes.</summary>
    public static int SizeFor(long payloadLength, bool masked) =>
        (masked ? 6 : 2) + (payloadLength <= 125 ? 0 : payloadLength <= ushort.MaxValue ? 2 : 8);
}

/// <summary>What the receiver of a frame demands of its header. Everything else follows from RFC 6455.</summary>
/// <param name="ExpectMasked">The sender is a client and must mask; otherwise it is a server and must not (§5.1).</param>
/// <param name="InMessage">A fragmented message is in progress: a data frame must be a continuation (§5.4).</param>
/// <param name="FirstFrameBits">Reserved bits that negotiated extensions allow on the first frame of a message (§9.2).</param>
/// <param name="MaxPayload">The most payload bytes a data frame may have before the message is too big; 0 to 2⁶³−1.</param>
/// <param name="NoMoreFragments">The message in progress has as many fragments as it may have.</param>
public readonly record struct FrameRules(
    bool ExpectMasked, bool InMessage, ReservedBits FirstFrameBits, long MaxPayload, bool NoMoreFragments);

/// <summary>How far <see cref="FrameHeaderDecoder"/> came.</summary>
public enum HeaderStatus : byte
{
    /// <summary>More bytes are needed; what is there breaks no rule.</summary>
    Incomplete,

    /// <summary>The header is complete and allowed.</summary>
    Complete,

    /// <summary>A byte that is there breaks a rule, whatever follows.</summary>
    Violation,
}

/// <summary>The answer of <see cref="FrameHeaderDecoder"/>: an ordinary value with structural equality.</summary>
/// <param name="Status">Which of the other fields count.</param>
/// <param name="Header">The header, when complete.</param>
/// <param name="Violation">The rule that is broken, when one is.</param>
/// <param name="DecidedBy">How many bytes it took to decide: the header's size when complete, the number of the deciding byte (from 1)
/// for a violation, 0 when incomplete.</param>
public readonly record struct HeaderResult(HeaderStatus Status, FrameHeader Header, ViolationKind Violation, int DecidedBy)
{
    internal static HeaderResult Incomplete => default;

    internal static HeaderResult Complete(FrameHeader header) => new(HeaderStatus.Complete, header, ViolationKind.None, header.Size);

    internal static HeaderResult Broken(ViolationKind violation, int decidedBy) =>
        new(HeaderStatus.Violation, default, violation, decidedBy);
}
