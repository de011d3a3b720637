using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PluginHost.Core.Protocol.Frames;

/// <summary>
/// Masking and unmasking (RFC 6455 §5.3), which are the same operation. These are the only functions of the core that change memory:
/// they write into the span that their caller passes, and nowhere else.
/// </summary>
public static class Masking
{
    /// <summary>The key as it stands <paramref name="offset"/> bytes further into the payload.</summary>
    /// <param name="key">The key's octets in wire order as a little-endian number.</param>
    /// <param name="offset">Bytes already done; only its value modulo 4 counts.</param>
    public static uint Advance(uint key, long offset) => BitOperations.RotateRight(key, (int)(offset & 3) * 8);

    /// <summary>XORs the whole span, in place, with the key's octets in turn, the first octet first.</summary>
    /// <param name="payload">Changed in place. Any length and alignment.</param>
    /// <param name="key">The key, advanced to where <paramref name="payload"/> starts (<see cref="Advance"/>).</param>
    public static void Apply(Span<byte> payload, uint key) => ApplyAscii(payload, key);

    /// <summary>As <see cref="Apply"/>, and tells in the same pass whether every byte is ASCII afterwards.</summary>
    /// <returns>True when no byte of the result has its top bit set.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool ApplyAscii(Span<byte> payload, uint key)
    {
        ref var start = ref MemoryMarshal.GetReference(payload);
        return payload.Length < 64 ? Short(ref start, payload.Length, key) : Long(ref start, (nuint)payload.Length, key);
    }

    private const ulong TopBits = 0x8080808080808080;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Short(ref byte at, int length, uint key)
    {
        var wide = BitConverter.IsLittleEndian ? key : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(key);
        var key8 = wide | ((ulong)wide << 32);
        ulong seen = 0;
        while (length >= 8)
        {
            var value = Unsafe.ReadUnaligned<ulong>(ref at) ^ key8;
            Unsafe.WriteUnaligned(ref at, value);
            seen |= value;
            at = ref Unsafe.Add(ref at, 8);
            length -= 8;
        }
        if ((length & 4) != 0)
        {
            var value = Unsafe.ReadUnaligned<uint>(ref at) ^ wide;
            Unsafe.WriteUnaligned(ref at, value);
            seen |= value;
            at = ref Unsafe.Add(ref at, 4);
        }
        for (length &= 3; length > 0; length--)
        {
            at ^= (byte)key;
            seen |= at;
            key >>= 8;
            at = ref Unsafe.Add(ref at, 1);
        }
        return (seen & TopBits) == 0;
    }

    private static bool Long(ref byte at, nuint length, uint key)
    {
        var wide = BitConverter.IsLittleEndian ? key : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(key);
        var mask = Vector256.Create(wide).AsByte();
        var seen0 = Vector256<byte>.Zero;
        var seen1 = Vector256<byte>.Zero;
        nuint i = 0;
        for (; i + 128 <= length; i += 128)
        {
            var a = Vector256.LoadUnsafe(ref at, i) ^ mask;
            var b = Vector256.LoadUnsafe(ref at, i + 32) ^ mask;
            var c = Vector256.LoadUnsafe(ref at, i + 64) ^ mask;
            var d = Vector256.LoadUnsafe(ref at, i + 96) ^ mask;
            a.StoreUnsafe(ref at, i);
            b.StoreUnsafe(ref at, i + 32);
            c.StoreUnsafe(ref at, i + 64);
            d.StoreUnsafe(ref at, i + 96);
            seen0 |= a | b;
            seen1 |= c | d;
        }
        for (; i + 32 <= length; i += 32)
        {
            var a = Vector256.LoadUnsafe(ref at, i) ^ mask;
            a.StoreUnsafe(ref at, i);
            seen0 |= a;
        }
        var ascii = (seen0 | seen1).ExtractMostSignificantBits() == 0;
        return Short(ref Unsafe.Add(ref at, i), (int)(length - i), key) & ascii;
    }
}
