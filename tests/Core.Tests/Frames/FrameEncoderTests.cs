using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Core.Tests.Frames;

public sealed class FrameEncoderTests
{
    [Theory]
    [InlineData(0L, "8200")]
    [InlineData(125L, "827D")]
    [InlineData(126L, "827E007E")]
    [InlineData(65535L, "827EFFFF")]
    [InlineData(65536L, "827F0000000000010000")]
    [InlineData(long.MaxValue, "827F7FFFFFFFFFFFFFFF")]
    public void Lengths_take_their_shortest_form(long length, string hex)
    {
        var header = new FrameHeader(true, default, Opcode.Binary, false, 0, length);
        var bytes = new byte[FrameHeader.MaxSize];
        var size = FrameEncoder.WriteHeader(bytes, header);
        Assert.Equal(hex, Convert.ToHexString(bytes.AsSpan(0, size)));
        Assert.Equal(size, header.Size);
        Assert.Equal(size + 4, (header with { Masked = true }).Size);
        Assert.Throws<ArgumentOutOfRangeException>(() => FrameEncoder.WriteHeader(new byte[size - 1], header));
    }

    [Fact]
    public void A_masked_text_is_as_in_the_standard() =>
        Assert.Equal(
            "818537FA213D7F9F4D5158",
            Convert.ToHexString(FrameEncoder.Encode(new(true, default, Opcode.Text, true, 0x3D21FA37, 0), "Hello"u8)));

    [Fact]
    public void Every_field_stands_where_it_belongs() =>
        Assert.Equal("79", Convert.ToHexString(
            FrameEncoder.Encode(
                new(false, ReservedBits.Rsv1 | ReservedBits.Rsv2 | ReservedBits.Rsv3, Opcode.Ping, false, 0, 0), []).AsSpan(0, 1)));

    [Fact]
    public void A_close_payload_is_the_code_and_the_reason_or_nothing()
    {
        Assert.Equal([0x03, 0xE8, (byte)'o', (byte)'k'], FrameEncoder.ClosePayload(CloseCode.NormalClosure, "ok"u8));
        Assert.Equal([0x13, 0x87], FrameEncoder.ClosePayload((CloseCode)4999, []));
        Assert.Empty(FrameEncoder.ClosePayload(CloseCode.NoStatusReceived, []));
    }
}
