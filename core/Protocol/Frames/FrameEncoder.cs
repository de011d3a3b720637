using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace PluginHost.Core.Protocol.Frames;

/// <summary>Writes frames (RFC 6455 §5.2), always with the shortest length.</summary>
public static class FrameEncoder
{
    /// <summary>Writes <paramref name="header"/> to the start of <paramref name="destination"/>, which is the only memory it changes.</summary>
    /// <param name="destination">At least <see cref="FrameHeader.Size"/> bytes.</param>
    /// <param name="header">Any header; nothing is checked, so that tests can write broken ones.</param>
    /// <returns>The bytes written, 2 to 14.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="destination"/> is too short.</exception>
    public static int WriteHeader(Span<byte> destination, FrameHeader header)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, header.Size, nameof(destination));
        var first = (byte)((header.Fin ? 0x80 : 0) | (byte)header.Reserved | (byte)header.Opcode);
        var mask = header.Masked ? 0x80 : 0;
        int at;
        if (header.PayloadLength <= 125)
        {
            destination[1] = (byte)(mask | (int)header.PayloadLength);
            at = 2;
        }
        else if (header.PayloadLength <= ushort.MaxValue)
        {
            destination[1] = (byte)(mask | 126);
            BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)header.PayloadLength);
            at = 4;
        }
        else
        {
            destination[1] = (byte)(mask | 127);
            BinaryPrimitives.WriteInt64BigEndian(destination[2..], header.PayloadLength);
            at = 10;
        }
        destination[0] = first;
        if (!header.Masked) return at;
        BinaryPrimitives.WriteUInt32LittleEndian(destination[at..], header.MaskingKey);
        return at + 4;
    }

    /// <summary>As <see cref="WriteHeader"/> for what a server sends: an unfragmented frame without a mask. The header takes
    /// <see cref="FrameHeader.SizeFor"/> bytes.</summary>
    /// <param name="destination">At least that many bytes; the only memory it changes.</param>
    /// <param name="opcode">What the frame carries.</param>
    /// <param name="reserved">The reserved bits that are set.</param>
    /// <param name="payloadLength">Payload bytes, 0 and above.</param>
    /// <returns>The bytes written: 2, 4 or 10.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int WriteUnmasked(Span<byte> destination, Opcode opcode, ReservedBits reserved, int payloadLength)
    {
        if ((uint)payloadLength > 125)
            return WriteHeader(destination, new FrameHeader(true, reserved, opcode, false, 0, payloadLength));
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)(0x8000 | ((int)reserved << 8) | ((int)opcode << 8) | payloadLength));
        return 2;
    }

    /// <summary>A whole frame in new memory: header and payload, the payload masked with the header's key if it is masked.</summary>
    /// <param name="header">Its <see cref="FrameHeader.PayloadLength"/> is replaced by the payload's length.</param>
    /// <param name="payload">The payload in the clear; it is not changed.</param>
    public static byte[] Encode(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        var actual = header with { PayloadLength = payload.Length };
        var frame = new byte[actual.Size + payload.Length];
        var start = WriteHeader(frame, actual);
        payload.CopyTo(frame.AsSpan(start));
        if (actual.Masked) Masking.Apply(frame.AsSpan(start), actual.MaskingKey);
        return frame;
    }

    /// <summary>The payload of a close frame (§5.5.1) in new memory: two bytes of code and the reason, or nothing for
    /// <see cref="CloseCode.NoStatusReceived"/>.</summary>
    /// <param name="code">The close code.</param>
    /// <param name="reason">The reason as UTF-8, at most 123 bytes.</param>
    public static byte[] ClosePayload(CloseCode code, ReadOnlySpan<byte> reason)
    {
        if (code == CloseCode.NoStatusReceived) return [];
        var payload = new byte[2 + reason.Length];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        reason.CopyTo(payload.AsSpan(2));
        return payload;
    }
}
