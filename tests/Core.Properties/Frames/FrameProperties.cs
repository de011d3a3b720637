using FsCheck;
using FsCheck.Fluent;
using PluginHost.Core.Protocol.Frames;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Frames;

/// <summary>Headers and frames that are allowed, with the rules that allow them.</summary>
public static class Headers
{
    private static readonly long[] Edges =
    [
        0, 1, 125, 126, 127, 65535, 65536, 65537, int.MaxValue, 1L << 31, (1L << 31) + 1, uint.MaxValue, 1L << 32, 1L << 56, long.MaxValue,
    ];

    public static Arbitrary<FrameHeader> Header() => Arb.From(
        from fin in Gen.Elements(true, false)
        from opcode in Gen.Elements(Opcode.Continuation, Opcode.Text, Opcode.Binary, Opcode.Close, Opcode.Ping, Opcode.Pong)
        from bits in Gen.Choose(0, 7)
        from masked in Gen.Elements(true, false)
        from key in ArbMap.Default.GeneratorFor<uint>()
        from length in Gen.OneOf(
            Gen.Elements(Edges), Gen.Choose(0, 130).Select(n => (long)n), ArbMap.Default.GeneratorFor<ulong>().Select(n => (long)(n >> 1)))
        select Allowed(new FrameHeader(fin, (ReservedBits)(bits << 4), opcode, masked, masked ? key : 0, length)));

    public static FrameRules RulesFor(FrameHeader header) =>
        new(header.Masked, header.Opcode == Opcode.Continuation, header.Reserved, header.PayloadLength, false);

    private static FrameHeader Allowed(FrameHeader header)
    {
        var shortened = header.PayloadLength % 126;
        if (Opcodes.IsControl(header.Opcode))
            return header with { Fin = true, Reserved = default, PayloadLength = shortened == 1 ? 2 : shortened };
        return header.Opcode == Opcode.Continuation ? header with { Reserved = default } : header;
    }
}

[Properties(Arbitrary = [typeof(Headers)], MaxTest = 1000)]
public sealed class FrameProperties
{
    [Property]
    public void What_is_encoded_is_decoded(FrameHeader header)
    {
        var bytes = new byte[FrameHeader.MaxSize + 2];
        bytes.AsSpan().Fill(0xEE);
        var size = FrameEncoder.WriteHeader(bytes, header);
        Assert.Equal(header.Size, size);
        Assert.All(bytes[size..], b => Assert.Equal(0xEE, b));
        Assert.Equal(
            new HeaderResult(HeaderStatus.Complete, header, ViolationKind.None, size),
            FrameHeaderDecoder.Decode(bytes, Headers.RulesFor(header)));
        for (var cut = 0; cut < size; cut++)
            Assert.Equal(default, FrameHeaderDecoder.Decode(bytes.AsSpan(0, cut), Headers.RulesFor(header)));
    }

    [Property]
    public void The_short_way_to_a_server_header_writes_the_same(FrameHeader any)
    {
        foreach (var length in (int[])[(int)Math.Min(any.PayloadLength, int.MaxValue), 0, 125, 126, ushort.MaxValue, ushort.MaxValue + 1])
        {
            var header = any with { Fin = true, Masked = false, MaskingKey = 0, PayloadLength = length };
            byte[] expected = new byte[FrameHeader.MaxSize], actual = new byte[FrameHeader.MaxSize];
            var size = FrameEncoder.WriteHeader(expected, header);
            Assert.Equal(size, FrameEncoder.WriteUnmasked(actual, header.Opcode, header.Reserved, length));
            Assert.Equal(size, FrameHeader.SizeFor(length, masked: false));
            Assert.Equal(expected, actual);
        }
    }

    [Property]
    public void A_whole_frame_is_its_header_and_the_payload_masked_by_the_letter(FrameHeader header, byte[] payload)
    {
        var before = payload.ToArray();
        var frame = FrameEncoder.Encode(header, payload);
        var actual = header with { PayloadLength = payload.Length };
        Assert.Equal(before, payload);
        Assert.Equal(actual.Size + payload.Length, frame.Length);
        // RFC 6455 §5.3: transformed-octet-i = original-octet-i XOR masking-key-octet-(i MOD 4).
        var key = BitConverter.GetBytes(header.MaskingKey);
        Assert.Equal(payload.Select((b, i) => (byte)(b ^ key[i % 4])), frame[actual.Size..]);
        if (!Opcodes.IsControl(header.Opcode) || payload.Length is 0 or (> 1 and < 126))
            Assert.Equal(actual, FrameHeaderDecoder.Decode(frame, Headers.RulesFor(actual)).Header);
    }

    [Property]
    public void A_limit_lets_its_own_length_pass_and_no_longer_one(FrameHeader header)
    {
        if (Opcodes.IsControl(header.Opcode) || header.PayloadLength == 0) return;
        var bytes = new byte[FrameHeader.MaxSize];
        var size = FrameEncoder.WriteHeader(bytes, header);
        var rules = Headers.RulesFor(header);
        Assert.Equal(HeaderStatus.Complete, FrameHeaderDecoder.Decode(bytes, rules with { MaxPayload = header.PayloadLength }).Status);
        var beyond = FrameHeaderDecoder.Decode(bytes, rules with { MaxPayload = header.PayloadLength - 1 });
        Assert.Equal(ViolationKind.MessageTooBig, beyond.Violation);
        Assert.InRange(beyond.DecidedBy, 2, size - (header.Masked ? 4 : 0));
    }
}
