using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Core.Tests.Frames;

public sealed class FrameHeaderDecoderTests
{
    private static readonly FrameRules Server = new(true, false, ReservedBits.None, 1 << 20, false);

    [Fact]
    public void Nothing_decides_nothing() => Assert.Equal(HeaderStatus.Incomplete, FrameHeaderDecoder.Decode([], Server).Status);

    [Fact]
    public void The_examples_of_the_standard_are_read()
    {
        // RFC 6455 §5.7.
        AssertRead("8105", new(true, default, Opcode.Text, false, 0, 5), Server with { ExpectMasked = false });
        AssertRead("818537FA213D", new(true, default, Opcode.Text, true, 0x3D21FA37, 5), Server);
        AssertRead("0103", new(false, default, Opcode.Text, false, 0, 3), Server with { ExpectMasked = false });
        AssertRead("8002", new(true, default, Opcode.Continuation, false, 0, 2), Server with { ExpectMasked = false, InMessage = true });
        AssertRead("827E0100", new(true, default, Opcode.Binary, false, 0, 256), Server with { ExpectMasked = false });
        AssertRead("827F0000000000010000", new(true, default, Opcode.Binary, false, 0, 65536), Server with { ExpectMasked = false });
    }

    [Fact]
    public void Every_opcode_meets_every_fault()
    {
        for (var opcode = 0; opcode < 16; opcode++)
        {
            var op = (Opcode)opcode;
            var control = opcode >= 8;
            var rules = Server with { InMessage = opcode == 0 };
            var unknown = opcode is (>= 3 and <= 7) or >= 11;
            Assert.Equal(unknown ? ViolationKind.UnknownOpcode : ViolationKind.None, Of(0x80 | opcode, 0x80, rules));
            foreach (var bits in new[] { 0x10, 0x20, 0x40, 0x70 })
                Assert.Equal(ViolationKind.ReservedBitSet, Of(0x80 | bits | opcode, 0x80, rules));
            if (unknown) continue;
            Assert.Equal(control ? ViolationKind.FragmentedControlFrame : ViolationKind.None, Of(opcode, 0x80, rules));
            Assert.Equal(control ? ViolationKind.ControlFrameTooLong : ViolationKind.None, Of(0x80 | opcode, 0xFE, rules));
            Assert.Equal(control ? ViolationKind.ControlFrameTooLong : ViolationKind.None, Of(0x80 | opcode, 0xFF, rules));
            Assert.Equal(op == Opcode.Close ? ViolationKind.ClosePayloadTooShort : ViolationKind.None, Of(0x80 | opcode, 0x81, rules));
            Assert.Equal(ViolationKind.UnmaskedClientFrame, Of(0x80 | opcode, 0x00, rules));
            Assert.Equal(ViolationKind.MaskedServerFrame, Of(0x80 | opcode, 0x80, rules with { ExpectMasked = false }));
            Assert.Equal(
                control ? ViolationKind.None : ViolationKind.MessageTooBig, Of(0x80 | opcode, 0x82, rules with { MaxPayload = 1 }));
            Assert.Equal(
                control ? ViolationKind.None : opcode == 0 ? ViolationKind.UnexpectedContinuation : ViolationKind.ExpectedContinuation,
                Of(0x80 | opcode, 0x80, rules with { InMessage = !rules.InMessage }));
            Assert.Equal(
                opcode == 0 ? ViolationKind.TooManyFragments : ViolationKind.None,
                Of(0x80 | opcode, 0x80, rules with { NoMoreFragments = true }));
        }
    }

    [Fact]
    public void An_extension_uses_its_bits_on_the_first_frame_only()
    {
        var rules = Server with { FirstFrameBits = ReservedBits.Rsv1 };
        Assert.Equal(ViolationKind.None, Of(0xC1, 0x80, rules));
        Assert.Equal(ViolationKind.None, Of(0x42, 0x80, rules));
        Assert.Equal(ViolationKind.ReservedBitSet, Of(0xE1, 0x80, rules));
        Assert.Equal(ViolationKind.ReservedBitSet, Of(0xC9, 0x80, rules));
        Assert.Equal(ViolationKind.ReservedBitSet, Of(0xC0, 0x80, rules with { InMessage = true }));
        var header = FrameHeaderDecoder.Decode([0xC1, 0x80, 0, 0, 0, 0], rules).Header;
        Assert.Equal(ReservedBits.Rsv1, header.Reserved);
    }

    [Theory]
    [InlineData("82FE007E", 0, ViolationKind.None)] // 126
    [InlineData("82FE007D", 4, ViolationKind.NonMinimalLength)]
    [InlineData("82FEFFFF", 0, ViolationKind.None)] // 65535
    [InlineData("82FF000000000000FFFF", 8, ViolationKind.NonMinimalLength)]
    [InlineData("82FF0000000000010000", 0, ViolationKind.None)] // 65536
    [InlineData("82FF0000000000100000", 0, ViolationKind.None)] // the limit
    [InlineData("82FF0000000000100001", 10, ViolationKind.MessageTooBig)]
    [InlineData("82FF0000000080000000", 7, ViolationKind.MessageTooBig)] // 2^31
    [InlineData("82FF7FFFFFFFFFFFFFFF", 3, ViolationKind.MessageTooBig)] // 2^63 - 1
    [InlineData("82FF8000000000000000", 3, ViolationKind.LengthTopBitSet)]
    public void Lengths_have_both_sides_of_every_bound(string hex, int decidedBy, ViolationKind violation)
    {
        var bytes = Convert.FromHexString(hex);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var result = FrameHeaderDecoder.Decode(bytes.AsSpan(0, cut), Server);
            Assert.Equal(decidedBy > 0 && cut >= decidedBy ? violation : ViolationKind.None, result.Violation);
            if (result.Status == HeaderStatus.Violation) Assert.Equal(decidedBy, result.DecidedBy);
        }
    }

    [Fact]
    public void The_greatest_length_is_allowed_where_no_limit_stands_against_it()
    {
        var rules = Server with { MaxPayload = long.MaxValue };
        byte[] bytes = [0x82, 0xFF, 0x7F, .. Enumerable.Repeat((byte)0xFF, 7), 1, 2, 3, 4];
        Assert.Equal(long.MaxValue, FrameHeaderDecoder.Decode(bytes, rules).Header.PayloadLength);
        Assert.Equal(14, FrameHeaderDecoder.Decode(bytes, rules).DecidedBy);
    }

    [Fact]
    public void A_length_form_that_is_for_longer_messages_than_allowed_is_too_big_at_once()
    {
        Assert.Equal(ViolationKind.MessageTooBig, Of(0x82, 0xFE, Server with { MaxPayload = 125 }));
        Assert.Equal(ViolationKind.None, Of(0x82, 0xFE, Server with { MaxPayload = 126 }));
        Assert.Equal(ViolationKind.MessageTooBig, Of(0x82, 0xFF, Server with { MaxPayload = 65535 }));
        Assert.Equal(ViolationKind.None, Of(0x82, 0xFF, Server with { MaxPayload = 65536 }));
    }

    private static ViolationKind Of(int first, int second, FrameRules rules) =>
        FrameHeaderDecoder.Decode([(byte)first, (byte)second], rules).Violation;

    private static void AssertRead(string hex, FrameHeader header, FrameRules rules)
    {
        var result = FrameHeaderDecoder.Decode(Convert.FromHexString(hex), rules);
        Assert.Equal(new HeaderResult(HeaderStatus.Complete, header, ViolationKind.None, hex.Length / 2), result);
    }
}
