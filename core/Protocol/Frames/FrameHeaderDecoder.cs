using System.Buffers.Binary;

namespace PluginHost.Core.Protocol.Frames;

/// <summary>Reads frame headers (RFC 6455 §5.2). An incomplete header is read again from its start, so there is no state to keep.</summary>
public static class FrameHeaderDecoder
{
    /// <summary>
    /// Reads the header at the start of <paramref name="bytes"/>. A violation is found at the first byte after which no allowed header is
    /// possible, so the answer for a prefix is either incomplete or the answer for every continuation of it.
    /// </summary>
    /// <param name="bytes">What has been received, from the header's first byte on; any length.</param>
    /// <param name="rules">What the receiver demands.</param>
    public static HeaderResult Decode(ReadOnlySpan<byte> bytes, FrameRules rules)
    {
        if (bytes.IsEmpty) return HeaderResult.Incomplete;
        var opcode = (Opcode)(bytes[0] & 0x0F);
        var broken = CheckFirstByte(bytes[0], opcode, rules);
        if (broken != ViolationKind.None) return HeaderResult.Broken(broken, 1);

        if (bytes.Length < 2) return HeaderResult.Incomplete;
        broken = CheckSecondByte(bytes[1], opcode, rules);
        if (broken != ViolationKind.None) return HeaderResult.Broken(broken, 2);

        var masked = (bytes[1] & 0x80) != 0;
        var length = ReadLength(bytes, rules);
        if (length.Broken != ViolationKind.None) return HeaderResult.Broken(length.Broken, length.Bytes);
        var keyAt = length.Bytes;
        if (keyAt == 0 || bytes.Length < keyAt + (masked ? 4 : 0)) return HeaderResult.Incomplete;

        var key = masked ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[keyAt..]) : 0;
        return HeaderResult.Complete(
            new FrameHeader((bytes[0] & 0x80) != 0, (ReservedBits)(bytes[0] & 0x70), opcode, masked, key, length.Value));
    }

    private static ViolationKind CheckFirstByte(byte first, Opcode opcode, FrameRules rules)
    {
        // Only the first frame of a message may carry an extension's bits: §5.2, and RFC 7692 §6.1 for RSV1.
        var allowed = opcode is Opcode.Text or Opcode.Binary ? rules.FirstFrameBits : ReservedBits.None;
        if (((ReservedBits)(first & 0x70) & ~allowed) != 0) return ViolationKind.ReservedBitSet;
        if (!Opcodes.IsDefined(opcode)) return ViolationKind.UnknownOpcode;
        if (Opcodes.IsControl(opcode)) return (first & 0x80) == 0 ? ViolationKind.FragmentedControlFrame : ViolationKind.None;
        if (opcode == Opcode.Continuation)
        {
            if (!rules.InMessage) return ViolationKind.UnexpectedContinuation;
            return rules.NoMoreFragments ? ViolationKind.TooManyFragments : ViolationKind.None;
        }
        return rules.InMessage ? ViolationKind.ExpectedContinuation : ViolationKind.None;
    }

    private static ViolationKind CheckSecondByte(byte second, Opcode opcode, FrameRules rules)
    {
        if ((second & 0x80) != 0 != rules.ExpectMasked)
            return rules.ExpectMasked ? ViolationKind.UnmaskedClientFrame : ViolationKind.MaskedServerFrame;
        var low = second & 0x7F;
        if (Opcodes.IsControl(opcode))
        {
            if (low > FrameHeader.MaxControlPayload) return ViolationKind.ControlFrameTooLong;
            return opcode == Opcode.Close && low == 1 ? ViolationKind.ClosePayloadTooShort : ViolationKind.None;
        }

        // A longer form stands for a longer payload, or is not the shortest form.
        var atLeast = low switch { 126 => 126, 127 => 65536, _ => low };
        return atLeast > rules.MaxPayload ? ViolationKind.MessageTooBig : ViolationKind.None;
    }

    /// <summary>The length and where it ends; 0 bytes when incomplete; for a violation, the number of the deciding byte.</summary>
    private readonly record struct Length(long Value, int Bytes, ViolationKind Broken);

    private static Length ReadLength(ReadOnlySpan<byte> bytes, FrameRules rules)
    {
        var low = bytes[1] & 0x7F;
        if (low <= 125) return new Length(low, 2, ViolationKind.None);

        // Byte by byte, because a prefix of the length may already decide: §5.2 (top bit, shortest form) and the limit.
        var size = low == 126 ? 2 : 8;
        var value = 0L;
        for (var i = 0; i < size; i++)
        {
            if (bytes.Length <= 2 + i) return new Length(0, 0, ViolationKind.None);
            var octet = bytes[2 + i];
            if (size == 8 && i == 0 && octet >= 0x80) return new Length(0, 3, ViolationKind.LengthTopBitSet);
            value = (value << 8) | octet;
            var missingBits = 8 * (size - 1 - i);
            var atLeast = value << missingBits;
            var atMost = atLeast | ((1L << missingBits) - 1);
            if (atMost < (size == 2 ? 126 : 65536)) return new Length(0, 3 + i, ViolationKind.NonMinimalLength);
            if (atLeast > rules.MaxPayload) return new Length(0, 3 + i, ViolationKind.MessageTooBig);
        }
        return new Length(value, 2 + size, ViolationKind.None);
    }
}
