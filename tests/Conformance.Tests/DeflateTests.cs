using PluginHost.Conformance.Cases;
using PluginHost.Conformance.Wire;

namespace PluginHost.Conformance.Tests;

/// <summary>The client's end of permessage-deflate.</summary>
public class DeflateTests
{
    private static readonly byte[] Message = Content.Kinds[0].Message(1, 20_000);

    public static TheoryData<int, bool> Windows
    {
        get
        {
            var all = new TheoryData<int, bool>();
            for (var bits = 8; bits <= 15; bits++)
            {
                all.Add(bits, true);
                all.Add(bits, false);
            }
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Windows))]
    public void What_is_compressed_within_a_window_is_read_within_that_window(int bits, bool takeover)
    {
        using var deflate = new Deflate(new DeflateTerms(!takeover, !takeover, bits, bits, true));
        foreach (var size in new[] { 0, 1, 20_000, 0, 20_000, 131 })
            Assert.Equal(Message[..size], deflate.Decompress(deflate.Compress(Message.AsSpan(0, size))));
    }

    [Fact]
    public void A_server_that_reaches_back_beyond_its_window_is_found_out()
    {
        byte[] far = [.. Random(3_000), .. Random(3_000)];
        using var wide = new Deflate(new DeflateTerms(false, false, 15, 15, false));
        using var narrow = new Deflate(new DeflateTerms(false, false, 9, 9, true));
        Assert.Throws<ProtocolFault>(() => narrow.Decompress(wide.Compress(far)));
    }

    [Fact]
    public void A_server_that_keeps_its_window_though_it_agreed_not_to_is_found_out()
    {
        using var keeps = new Deflate(new DeflateTerms(false, false, 15, 15, false));
        using var forgets = new Deflate(new DeflateTerms(true, true, 15, 15, false));
        Assert.Equal(Message, forgets.Decompress(keeps.Compress(Message)));
        Assert.Throws<ProtocolFault>(() => forgets.Decompress(keeps.Compress(Message)));
    }

    [Fact]
    public void A_final_block_ends_no_message()
    {
        using var deflate = new Deflate(new DeflateTerms(false, false, 15, 15, false));

        // RFC 7692 §7.2.3.4 and §7.2.3.5: "Hello" in a block with BFINAL, then in two blocks.
        Assert.Equal("Hello"u8.ToArray(), deflate.Decompress(Dsl.Hex("f348cdc9c9070000")));
        Assert.Equal("Hello"u8.ToArray(), deflate.Decompress(Dsl.Hex("f24805000000ffffcac9c90700")));
    }

    [Theory]
    [InlineData("x-other")]
    [InlineData("permessage-deflate; server_max_window_bits=7")]
    [InlineData("permessage-deflate; server_max_window_bits=16")]
    [InlineData("permessage-deflate; server_max_window_bits")]
    [InlineData("permessage-deflate; client_max_window_bits")]
    [InlineData("permessage-deflate; server_no_context_takeover=1")]
    [InlineData("permessage-deflate; server_no_context_takeover; server_no_context_takeover")]
    [InlineData("permessage-deflate; unheard_of")]
    [InlineData("permessage-deflate, permessage-deflate")]
    public void An_answer_that_is_none_is_found_out(string answer) => Assert.Throws<ProtocolFault>(() => DeflateTerms.Read(answer));

    [Fact]
    public void Offers_demand_what_they_say()
    {
        var nothing = DeflateTerms.Read("permessage-deflate");
        var both = DeflateTerms.Read(
            "permessage-deflate; server_no_context_takeover; server_max_window_bits=10; client_max_window_bits=12");
        Assert.Equal(new DeflateTerms(true, false, 10, 12, true), both);
        Assert.True(new DeflateOffer().IsMetBy(nothing) && new DeflateOffer().IsMetBy(both));
        Assert.False(new DeflateOffer(ServerNoTakeover: true).IsMetBy(nothing));
        Assert.False(new DeflateOffer(ServerBits: 15).IsMetBy(nothing));
        Assert.False(new DeflateOffer(ServerBits: 9).IsMetBy(both));
        Assert.True(new DeflateOffer(true, 10).IsMetBy(both));
    }

    private static byte[] Random(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
