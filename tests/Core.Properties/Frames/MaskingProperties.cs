using PluginHost.Core.Protocol.Frames;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Frames;

public sealed class MaskingProperties
{
    /// <summary>Around every width the implementation works in: 1, 4, 8, 32, 64 and 128 bytes.</summary>
    private static readonly int[] Lengths = [.. Enumerable.Range(0, 300), 383, 384, 385, 511, 512, 513, 1023, 1025, 4096];

    [Property(MaxTest = 20)]
    public void Every_length_at_every_alignment_is_masked_by_the_letter(uint key, int seed)
    {
        var memory = new byte[5000];
        new Random(seed).NextBytes(memory);
        var octets = BitConverter.GetBytes(key);
        for (var at = 0; at < Lengths.Length; at++)
        {
            var (length, start) = (Lengths[at], (at + seed) & 31);
            byte[] copy = [.. memory];
            var ascii = Masking.ApplyAscii(copy.AsSpan(start, length), key);
            byte[] expected = [.. memory.Skip(start).Take(length).Select((b, i) => (byte)(b ^ octets[i & 3]))];
            Assert.True(copy.AsSpan(start, length).SequenceEqual(expected));
            Assert.True(copy.AsSpan(0, start).SequenceEqual(memory.AsSpan(0, start)));
            Assert.True(copy.AsSpan(start + length).SequenceEqual(memory.AsSpan(start + length)));
            Assert.Equal(expected.All(b => b < 0x80), ascii);
            Masking.Apply(copy.AsSpan(start, length), key);
            Assert.True(copy.AsSpan().SequenceEqual(memory), "masking twice is the identity");
        }
    }

    [Property(MaxTest = 20)]
    public void One_byte_beyond_ascii_is_seen_wherever_it_stands(uint key)
    {
        foreach (var length in Lengths.Where(n => n < 300))
        {
            var payload = new byte[length];
            Masking.Apply(payload, key);
            Assert.True(Masking.ApplyAscii([.. payload], key));
            for (var at = 0; at < length; at++)
            {
                byte[] copy = [.. payload];
                copy[at] ^= 0x80;
                Assert.False(Masking.ApplyAscii(copy, key));
            }
        }
    }

    [Property]
    public void Masking_in_pieces_is_masking_whole(byte[] payload, uint key, int seed)
    {
        byte[] whole = [.. payload], pieces = [.. payload];
        Masking.Apply(whole, key);
        var random = new Random(seed);
        var state = key;
        for (var at = 0; at < pieces.Length;)
        {
            var size = random.Next(pieces.Length - at + 1);
            Masking.Apply(pieces.AsSpan(at, size), state);
            state = Masking.Advance(state, size);
            at += size;
            Assert.Equal(Masking.Advance(key, at), state);
        }
        Assert.Equal(whole, pieces);
    }

    [Property]
    public void Advancing_adds_up_and_counts_modulo_four(uint key, uint a, uint b)
    {
        Assert.Equal(Masking.Advance(key, (long)a + b), Masking.Advance(Masking.Advance(key, a), b));
        Assert.Equal(Masking.Advance(key, a), Masking.Advance(key, a % 4));
        Assert.Equal(key, Masking.Advance(key, 4L * a));
        Assert.Equal(BitConverter.GetBytes(key)[a % 4], (byte)Masking.Advance(key, a));
    }
}
