using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Core.Tests.Frames;

public sealed class MaskingTests
{
    [Fact]
    public void The_key_is_used_from_its_first_octet_on()
    {
        byte[] bytes = [0, 0, 0, 0, 0, 0];
        Masking.Apply(bytes, 0x04030201);
        Assert.Equal([1, 2, 3, 4, 1, 2], bytes);
    }

    [Fact]
    public void An_advanced_key_starts_further_on()
    {
        Assert.Equal(0x01040302u, Masking.Advance(0x04030201, 1));
        Assert.Equal(0x02010403u, Masking.Advance(0x04030201, 2));
        Assert.Equal(0x03020104u, Masking.Advance(0x04030201, 3));
        Assert.Equal(0x04030201u, Masking.Advance(0x04030201, 4));
        Assert.Equal(0x01040302u, Masking.Advance(0x04030201, (1L << 40) + 1));
    }

    [Fact]
    public void A_long_payload_with_one_byte_beyond_ascii_is_not_ascii()
    {
        var bytes = new byte[200];
        Assert.True(Masking.ApplyAscii(bytes, 0));
        bytes[100] = 0x80;
        Assert.False(Masking.ApplyAscii(bytes, 0));
    }

    [Fact]
    public void Nothing_is_ascii() => Assert.True(Masking.ApplyAscii([], 0xFFFFFFFF));
}
