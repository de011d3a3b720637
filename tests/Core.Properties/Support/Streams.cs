using System.Text;
using FsCheck;
using FsCheck.Fluent;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Tests.Support;

namespace PluginHost.Core.Properties.Support;

/// <summary>Part of a stream: a frame, a message in fragments, or something broken.</summary>
public sealed record Piece(string Name, byte[] Bytes)
{
    public override string ToString() => $"{Name}:{Convert.ToHexString(Bytes.AsSpan(0, Math.Min(Bytes.Length, 24)))}({Bytes.Length})";
}

/// <summary>A stream of frames as a peer might send it, and a seed for the cuts and choices of the test.</summary>
public sealed record FrameStream(Role Receiver, Piece[] Pieces, int Seed)
{
    public byte[] Bytes => [.. Pieces.SelectMany(p => p.Bytes)];

    public override string ToString() => $"{Receiver} seed {Seed}: {string.Join(", ", (object[])Pieces)}";
}

/// <summary>Streams with everything in them: valid frames of all lengths and, rarer, each way to break a rule.</summary>
public static class Streams
{
    public static Arbitrary<FrameStream> FrameStreams() => Arb.From(Generator(0, Broken), Shrink);

    /// <summary>Streams in which no frame breaks a rule, with few large messages.</summary>
    public static Gen<FrameStream> ValidStreams { get; } = Generator(0, (_, _) => null);

    private delegate Piece? Maker(Random random, bool masked);

    private static Gen<FrameStream> Generator(int least, Maker broken) =>
        from role in Gen.Elements(Role.Server, Role.Server, Role.Client)
        from seed in Gen.Choose(0, int.MaxValue)
        from count in Gen.Sized(size => Gen.Choose(least, 2 + (size / 8)))
        from seeds in Gen.ArrayOf(Gen.Choose(0, int.MaxValue), count)
        select new FrameStream(role, [.. seeds.Select(s => Make(new Random(s), role == Role.Server, broken))], seed);

    private static IEnumerable<FrameStream> Shrink(FrameStream stream)
    {
        for (var i = 0; i < stream.Pieces.Length; i++)
            yield return stream with { Pieces = [.. stream.Pieces.Where((_, at) => at != i)] };
    }

    private static Piece Make(Random random, bool masked, Maker broken) =>
        (random.Next(9) == 0 ? broken(random, masked) : null) ?? random.Next(10) switch
        {
            0 or 1 => new("text", Frame.Of(Opcode.Text, Text(random, Size(random)), masked, key: Key(random))),
            2 or 3 => new("binary", Frame.Of(Opcode.Binary, Bytes(random, Size(random)), masked, key: Key(random))),
            4 or 5 => new("fragments", Fragments(random, masked)),
            6 => new("ping", Frame.Of(Opcode.Ping, Bytes(random, random.Next(126)), masked, key: Key(random))),
            7 => new("pong", Frame.Of(Opcode.Pong, Bytes(random, random.Next(126)), masked, key: Key(random))),
            8 => new("tiny", Frame.Of(Opcode.Text, Text(random, random.Next(4)), masked, key: Key(random))),
            _ => random.Next(6) == 0
                ? new("close", Close(random, masked))
                : new("empty", Frame.Of(random.Next(2) == 0 ? Opcode.Text : Opcode.Binary, [], masked)),
        };

    private static Piece Broken(Random random, bool masked)
    {
        var m = masked ? 0x80 : 0;
        byte[] key = masked ? [1, 2, 3, 4] : [];
        var (name, bytes) = random.Next(18) switch
        {
            0 => ("reserved bit", Frame.Of(Opcode.Text, "x"u8, masked, bits: ReservedBits.Rsv2)),
            1 => ("opcode", Frame.Of((Opcode)(random.Next(2) == 0 ? random.Next(3, 8) : random.Next(11, 16)), "x"u8, masked)),
            2 => ("control without fin", Frame.Of(Opcode.Ping, "x"u8, masked, fin: false)),
            3 => ("long control", [0x89, (byte)(m | 126), 0, 126, .. key, .. new byte[126]]),
            4 => ("wrong mask", Frame.Text("x"u8, !masked)),
            5 => ("not minimal 16", [0x82, (byte)(m | 126), 0, 125, .. key, .. new byte[125]]),
            6 => ("not minimal 64", [0x82, (byte)(m | 127), 0, 0, 0, 0, 0, 0, 255, 255, .. key]),
            7 => ("top bit", [0x82, (byte)(m | 127), 0x80, 0, 0, 0, 0, 0, 0, 1, .. key]),
            8 => ("too big", [0x82, (byte)(m | 127), 0, 0, 0, 0, 0, 1, 0x86, 0xA1, .. key]),
            9 => ("stray continuation", Frame.More("x"u8, masked)),
            10 => ("unfinished", Frame.Text("abc"u8, masked, fin: false)),
            11 => ("half a close code", Frame.Of(Opcode.Close, [3], masked)),
            12 => ("close code", Frame.Close(random.Next(65536), [], masked)),
            13 => ("close reason", Frame.Close(1000, BadText(random), masked)),
            14 => ("not UTF-8", Frame.Of(Opcode.Text, BadText(random), masked, key: Key(random))),
            15 => ("not UTF-8 in fragments", Join(
                Frame.Text("a\xE2"u8[..1], masked, fin: false), Frame.More([0xE2, 0x82], masked, fin: false), Frame.More("z"u8, masked))),
            16 => ("many fragments", Join([
                Frame.Text("a"u8, masked, fin: false), .. Enumerable.Repeat(Frame.More([], masked, fin: false), 7)])),
            _ => ("noise", Bytes(random, random.Next(1, 20))),
        };
        return new(name, bytes);
    }

    private static byte[] Fragments(Random random, bool masked)
    {
        var opcode = random.Next(2) == 0 ? Opcode.Text : Opcode.Binary;
        var payload = opcode == Opcode.Text ? Text(random, random.Next(60)) : Bytes(random, random.Next(200));
        var count = random.Next(2, 7);
        var cuts = Enumerable.Range(1, count - 1).Select(_ => random.Next(payload.Length + 1)).Append(payload.Length).Order().ToArray();
        var stream = new List<byte>();
        var from = 0;
        for (var i = 0; i < count; i++)
        {
            var part = payload.AsSpan(from, cuts[i] - from);
            stream.AddRange(Frame.Of(i == 0 ? opcode : Opcode.Continuation, part, masked, fin: i == count - 1, key: Key(random)));
            from = cuts[i];
            if (i < count - 1 && random.Next(3) == 0)
                stream.AddRange(Frame.Of(random.Next(2) == 0 ? Opcode.Ping : Opcode.Pong, Bytes(random, random.Next(10)), masked));
        }
        return [.. stream];
    }

    private static byte[] Close(Random random, bool masked) => random.Next(3) switch
    {
        0 => Frame.EmptyClose(masked),
        1 => Frame.Close(1000 + random.Next(4), Text(random, random.Next(120)), masked),
        _ => Frame.Close(3000 + random.Next(2000), Text(random, random.Next(20)), masked),
    };

    public static byte[] Text(Random random, int size)
    {
        var text = new StringBuilder();
        var left = size;
        while (left > 0)
        {
            var rune = random.Next(8) switch
            {
                0 when left >= 2 => random.Next(0x80, 0x800),
                1 when left >= 3 => random.Next(0x800, 0xD800),
                2 when left >= 4 => random.Next(0x10000, 0x110000),
                _ => random.Next(0x80),
            };
            text.Append(new Rune(rune));
            left -= new Rune(rune).Utf8SequenceLength;
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static byte[] BadText(Random random)
    {
        byte[][] wrong = [[0x80], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90], [0xFF], [0xE2, 0x82], [0xF0, 0x9F], [0xC3], [0xE2, 0x28]];
        return [.. Text(random, random.Next(30)), .. wrong[random.Next(wrong.Length)], .. Text(random, random.Next(3) * random.Next(20))];
    }

    private static int Size(Random random) => random.Next(40) switch
    {
        0 => 125,
        1 => 126,
        2 => 127,
        3 => 65535,
        4 => 65536,
        5 => 1000 + random.Next(4000),
        _ => random.Next(200),
    };

    private static uint Key(Random random) => (uint)random.NextInt64(1L << 32);

    public static byte[] Bytes(Random random, int size)
    {
        var bytes = new byte[size];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Join(params byte[][] frames) => [.. frames.SelectMany(f => f)];
}
