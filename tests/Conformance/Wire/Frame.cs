using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PluginHost.Conformance.Wire;

/// <summary>Opcodes by name (RFC 6455 §5.2). Frames take any number, reserved ones too.</summary>
internal static class Op
{
    public const int Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10;

    public static string Name(int opcode) => opcode switch
    {
        Continuation => "continuation",
        Text => "text",
        Binary => "binary",
        Close => "close",
        Ping => "ping",
        Pong => "pong",
        _ => $"opcode {opcode.ToString(CultureInfo.InvariantCulture)}",
    };
}

/// <summary>A frame as it is to be sent, broken or not: nothing is checked.</summary>
/// <param name="Opcode">0 to 15.</param>
/// <param name="Payload">In the clear, of any length.</param>
/// <param name="Fin">The last fragment of its message.</param>
/// <param name="Rsv">The reserved bits as one number: RSV1 counts 4, RSV2 2, RSV3 1.</param>
internal sealed record Frame(int Opcode, ReadOnlyMemory<byte> Payload, bool Fin = true, int Rsv = 0)
{
    /// <summary>The bytes before the payload: 6, 8 or 14, the masking key among them.</summary>
    public int HeaderSize => 6 + (Payload.Length < 126 ? 0 : Payload.Length < 65536 ? 2 : 8);

    /// <summary>Header and masked payload (§5.2, §5.3). The same frame always gives the same bytes: it can be sent in pieces.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[HeaderSize + Payload.Length];
        bytes[0] = (byte)((Fin ? 0x80 : 0) | (Rsv << 4) | Opcode);
        var key = bytes.AsSpan(HeaderSize - 4, 4);
        if (Payload.Length < 126)
        {
            bytes[1] = (byte)(0x80 | Payload.Length);
        }
        else if (Payload.Length < 65536)
        {
            bytes[1] = 0x80 | 126;
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)Payload.Length);
        }
        else
        {
            bytes[1] = 0x80 | 127;
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(2), (ulong)Payload.Length);
        }

        // Four different octets that differ from frame to frame: a key used at the wrong phase gives wrong bytes.
        BinaryPrimitives.WriteUInt32BigEndian(key, 0x5AC3_17E9 + ((uint)Payload.Length * 0x9E37_79B1));
        Payload.Span.CopyTo(bytes.AsSpan(HeaderSize));
        Mask(bytes.AsSpan(HeaderSize), key);
        return bytes;
    }

    /// <summary>Frames one after the other.</summary>
    public static byte[] ToBytes(IReadOnlyList<Frame> frames)
    {
        if (frames.Count == 1) return frames[0].ToBytes();
        var bytes = new byte[frames.Sum(frame => frame.HeaderSize + frame.Payload.Length)];
        var at = 0;
        foreach (var frame in frames)
        {
            var one = frame.ToBytes();
            one.CopyTo(bytes, at);
            at += one.Length;
        }
        return bytes;
    }

    /// <summary>How reports call the frame.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Op.Name(Opcode));
        if (Rsv != 0) text.Append(CultureInfo.InvariantCulture, $" RSV={Rsv}");
        if (!Fin) text.Append(" !FIN");
        var hasCode = Opcode == Op.Close && Payload.Length >= 2;
        if (hasCode) text.Append(CultureInfo.InvariantCulture, $" {BinaryPrimitives.ReadUInt16BigEndian(Payload.Span)}");
        return text.Append(' ').Append(Bytes.Describe(hasCode ? Payload[2..] : Payload)).ToString().TrimEnd();
    }

    private static void Mask(Span<byte> payload, ReadOnlySpan<byte> key)
    {
        for (var i = 0; i < payload.Length; i++) payload[i] ^= key[i & 3];
    }
}

/// <summary>Payloads in words.</summary>
internal static class Bytes
{
    private const int Shown = 24;

    /// <summary>Nothing for no bytes, text in quotes, few bytes in hexadecimal digits, many by their number.</summary>
    public static string Describe(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        if (span.IsEmpty) return "";
        if (span.Length > Shown) return Size(span.Length);
        return span.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7E) < 0
            ? $"\"{Encoding.ASCII.GetString(span)}\""
            : Convert.ToHexStringLower(span);
    }

    /// <summary>Such as <c>125 B</c>, <c>64 KiB</c>, <c>16 MiB</c>.</summary>
    public static string Size(int bytes) => bytes switch
    {
        >= 1 << 20 when bytes % (1 << 20) == 0 => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB"),
        >= 1 << 10 when bytes % (1 << 10) == 0 => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 10} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
    };
}
