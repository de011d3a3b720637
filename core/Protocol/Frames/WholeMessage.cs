using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace PluginHost.Core.Protocol.Frames;

/// <summary>Where a message lies that one frame carries whole, or that there is none here (<see cref="IsNone"/>).</summary>
/// <param name="Opcode">Text or binary.</param>
/// <param name="Start">Index of the first payload byte, 6 to 14.</param>
/// <param name="Length">Payload bytes; −1 when there is no such message.</param>
public readonly record struct WholeMessage(Opcode Opcode, int Start, int Length)
{
    /// <summary>What is here must take the plain path: incomplete, fragmented, a control frame, an extension's, or a violation.</summary>
    public static WholeMessage None => new(default, 0, -1);

    /// <summary>There is no whole message here.</summary>
    public bool IsNone => Length < 0;

    /// <summary>Where the next frame starts.</summary>
    public int End => Start + Length;
}

/// <summary>
/// The fast path of a server for what nearly all frames are: a masked, unfragmented text or binary message that has arrived whole. It
/// decides nothing of its own: where it answers, the plain path gives the same message (a property test says so); where it does not,
/// the bytes are as they were.
/// </summary>
public static class WholeMessageReader
{
    /// <summary>Unmasks the payload in place and validates text.</summary>
    /// <param name="bytes">From a frame's first byte on. On success the payload is unmasked in place; otherwise nothing has changed.</param>
    /// <param name="maxPayload">The most bytes a message may have; 0 and above.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WholeMessage Read(Span<byte> bytes, int maxPayload)
    {
        if (bytes.Length < 6) return WholeMessage.None;
        ref var first = ref MemoryMarshal.GetReference(bytes);
        var opcode = first ^ 0x80;
        if ((uint)(opcode - 1) > 1) return WholeMessage.None; // FIN, no reserved bit, text or binary

        var length = Unsafe.Add(ref first, 1) ^ 0x80;
        var start = 6;
        if ((uint)length > 125)
        {
            length = ExtendedLength(bytes, length);
            if (length < 0) return WholeMessage.None;
            start = length <= ushort.MaxValue ? 8 : 14;
        }
        if (length > maxPayload || bytes.Length - start < length) return WholeMessage.None;

        var key = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, start - 4));
        if (!BitConverter.IsLittleEndian) key = BinaryPrimitives.ReverseEndianness(key);
        var payload = MemoryMarshal.CreateSpan(ref Unsafe.Add(ref first, start), length);
        if (!Masking.ApplyAscii(payload, key) && opcode == (int)Opcode.Text && !Utf8.IsValid(payload))
        {
            Masking.Apply(payload, key); // masking twice is the identity: the plain path finds the first impossible byte
            return WholeMessage.None;
        }
        return new WholeMessage((Opcode)opcode, start, length);
    }

    /// <summary>The length behind 126 or 127, or −1 when it is incomplete, not minimal, too long for a span, or not masked.</summary>
    private static int ExtendedLength(ReadOnlySpan<byte> bytes, int low)
    {
        if (low == 126)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
            return length > 125 ? length : -1;
        }
        if (low != 127 || bytes.Length < 14) return -1;
        var wide = BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]);
        return wide is > ushort.MaxValue and <= int.MaxValue - FrameHeader.MaxSize ? (int)wide : -1;
    }
}
