using FsCheck;
using FsCheck.Fluent;
using PluginHost.Server.Compression;
using PluginHost.TestSupport;

namespace PluginHost.Tests.Compression;

/// <summary>Messages, the cuts they arrive in, and the window.</summary>
public sealed record Conversation(byte[][] Messages, int[] Cuts, int WindowBits, int Level, bool Takeover);

/// <summary>Deflate and inflate undo each other (RFC 7692 §7.2).</summary>
public sealed class ZlibProperties
{
    private static readonly Gen<byte[]> Message =
        from length in Gen.Frequency((2, Gen.Constant(0)), (6, Gen.Choose(1, 300)), (2, Gen.Choose(1000, 40_000)))
        from alphabet in Gen.Elements(1, 2, 20, 256)
        from seed in Gen.Choose(0, int.MaxValue)
        select Random(length, alphabet, seed);

    private static readonly Arbitrary<Conversation> Conversations = Arb.From(
        from messages in Gen.Choose(1, 6).SelectMany(count => Message.ArrayOf(count))
        from cuts in Gen.Choose(1, 500).ArrayOf(8)
        from bits in Gen.Choose(9, 15)
        from level in Gen.Elements(1, 6, 9)
        from takeover in Gen.Elements(true, false)
        select new Conversation(messages, cuts, bits, level, takeover));

    [Property(MaxTest = 300)]
    public Property Inflating_what_was_deflated_gives_the_message_back_however_it_is_cut() => Prop.ForAll(Conversations, one =>
    {
        using var deflater = new Deflater(one.Level, one.WindowBits);
        using var inflater = new Inflater(one.WindowBits);
        foreach (var message in one.Messages)
        {
            var output = new byte[Deflater.Bound(message.Length)];
            var sent = output.AsSpan(0, deflater.Deflate(message, output, one.Takeover)).ToArray();
            if (!Inflate(inflater, [.. sent, .. MessageDeflate.Tail], one.Cuts).AsSpan().SequenceEqual(message)) return false;
            if (!one.Takeover) inflater.Reset();
        }
        return true;
    });

    [Property(MaxTest = 200)]
    public Property What_the_pool_has_seen_before_is_the_same_as_new() => Prop.ForAll(Conversations, one =>
    {
        using var pool = new DeflatePool();
        foreach (var message in one.Messages.SelectMany(message => new[] { message, message }))
        {
            var sent = pool.Deflate(message, one.Level, one.WindowBits).ToArray();
            var inflater = pool.RentInflater(one.WindowBits);
            var back = Inflate(inflater, [.. sent, .. MessageDeflate.Tail], one.Cuts);
            pool.ReturnInflater(inflater, one.WindowBits);
            if (!back.AsSpan().SequenceEqual(message)) return false;
        }
        return true;
    });

    [Fact]
    public void Random_bytes_are_invalid_or_inflate_to_something_but_nothing_throws()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            using var inflater = new Inflater(15);
            var input = Random(seed % 100, 256, seed);
            var step = inflater.Inflate(input, new byte[10_000]);
            Assert.InRange(step.Consumed, 0, input.Length);
        }
    }

    [Fact]
    public void No_more_is_written_than_there_is_room_for()
    {
        using var deflater = new Deflater(9, 15);
        using var inflater = new Inflater(15);
        var output = new byte[Deflater.Bound(1 << 20)];
        var sent = output.AsSpan(0, deflater.Deflate(new byte[1 << 20], output, keepWindow: false));

        var step = inflater.Inflate(sent, new byte[1000]);

        Assert.Equal(1000, step.Written);
        Assert.True(step.IsValid && step.Consumed < sent.Length);
    }

    private static byte[] Inflate(Inflater inflater, ReadOnlySpan<byte> input, int[] cuts)
    {
        using var all = new MemoryStream();
        var room = new byte[777];
        for (var cut = 0; !input.IsEmpty; cut++)
        {
            var piece = input[..Math.Min(input.Length, cuts[cut % cuts.Length])];
            input = input[piece.Length..];
            while (true)
            {
                var step = inflater.Inflate(piece, room);
                Assert.True(step.IsValid);
                all.Write(room, 0, step.Written);
                piece = piece[step.Consumed..];
                if (piece.IsEmpty && step.Written < room.Length) break;
            }
        }
        return all.ToArray();
    }

    private static byte[] Random(int length, int alphabet, int seed)
    {
        var random = new System.Random(seed);
        var bytes = new byte[length];
        for (var i = 0; i < length; i++) bytes[i] = (byte)random.Next(alphabet);
        return bytes;
    }
}
