using System.Buffers.Binary;
using System.Text;

namespace PluginHost.Conformance.Wire;

/// <summary>A frame of the server.</summary>
internal readonly record struct Received(bool Fin, int Rsv, int Opcode, byte[] Payload);

/// <summary>Reads the server's frames and holds every one of them against RFC 6455 §5.</summary>
internal sealed class FrameReader(Input input, bool compressed)
{
    private const string EndsWithin = "the stream ended within a frame";
    private const int Largest = 64 << 20;
    private static readonly UTF8Encoding StrictUtf8 = new(false, true);
    private bool _inMessage;

    /// <summary>The next frame; null when the stream ends in order.</summary>
    /// <exception cref="ProtocolFault">The frame is not allowed.</exception>
    public async Task<Received?> ReadAsync()
    {
        var head = new byte[8];
        if (!await input.ReadAsync(head.AsMemory(0, 2)).ConfigureAwait(false)) return null;
        var frame = new Received((head[0] & 0x80) != 0, (head[0] >> 4) & 7, head[0] & 0xF, []);
        if ((head[1] & 0x80) != 0) throw new ProtocolFault("the server masked a frame");
        var length = await ReadLengthAsync(head[1] & 0x7F, head).ConfigureAwait(false);
        Check(frame, length);
        var payload = new byte[(int)length];
        if (length > 0 && !await input.ReadAsync(payload).ConfigureAwait(false)) throw new EndOfStreamException(EndsWithin);
        if (frame.Opcode == Op.Close) CheckClose(payload);
        return frame with { Payload = payload };
    }

    /// <summary>Whether the bytes are UTF-8.</summary>
    public static bool IsUtf8(ReadOnlySpan<byte> bytes)
    {
        try
        {
            StrictUtf8.GetCharCount(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private async Task<ulong> ReadLengthAsync(int low, byte[] head)
    {
        if (low < 126) return (ulong)low;
        var size = low == 126 ? 2 : 8;
        if (!await input.ReadAsync(head.AsMemory(0, size)).ConfigureAwait(false)) throw new EndOfStreamException(EndsWithin);
        var length = size == 2 ? BinaryPrimitives.ReadUInt16BigEndian(head) : BinaryPrimitives.ReadUInt64BigEndian(head);
        if (length < (size == 2 ? 126u : 65536u)) throw new ProtocolFault("the server wrote a length that is not the shortest");
        return length;
    }

    private void Check(Received frame, ulong length)
    {
        if (frame.Rsv != 0 && !(compressed && frame.Rsv == 4 && frame.Opcode is Op.Text or Op.Binary))
            throw new ProtocolFault($"the server set reserved bits: {frame.Rsv}");
        if (length > Largest) throw new ProtocolFault("the server announced a frame larger than any that was asked for");
        switch (frame.Opcode)
        {
            case Op.Continuation when !_inMessage:
                throw new ProtocolFault("the server continued no message");
            case Op.Text or Op.Binary when _inMessage:
                throw new ProtocolFault("the server began a message within another");
            case Op.Continuation or Op.Text or Op.Binary:
                _inMessage = !frame.Fin;
                break;
            case Op.Close or Op.Ping or Op.Pong when !frame.Fin || length > 125:
                throw new ProtocolFault("the server sent a control frame that is fragmented or too long");
            case Op.Close or Op.Ping or Op.Pong:
                break;
            default:
                throw new ProtocolFault($"the server used opcode {frame.Opcode}");
        }
    }

    private static void CheckClose(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty) return;
        if (payload.Length == 1) throw new ProtocolFault("the server sent half a close code");
        var code = BinaryPrimitives.ReadUInt16BigEndian(payload);
        if (code is not ((>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999)))
            throw new ProtocolFault($"the server sent close code {code}");
        if (!IsUtf8(payload[2..])) throw new ProtocolFault("the server sent a close reason that is not UTF-8");
    }
}
