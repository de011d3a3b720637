using System.Text;

namespace PluginHost.Hostile.Fuzzing;

/// <summary>Makes inputs of inputs: the same from the same seed.</summary>
/// <param name="seed">The seed.</param>
/// <param name="words">What inputs of this kind are made of.</param>
internal sealed class Mutator(int seed, IReadOnlyList<byte[]> words)
{
    private const int Longest = 64 * 1024;

    private static readonly byte[] Interesting = [0, 1, 0x0A, 0x0D, 0x20, 0x22, 0x2C, 0x2E, 0x2F, 0x3A, 0x7B, 0x7D, 0x7E, 0x7F, 0x80, 0x88, 0xC0, 0xED, 0xF4, 0xFE, 0xFF];

    /// <summary>Its source of chance.</summary>
    public Random Random { get; } = new(seed);

    /// <summary>Words as bytes.</summary>
    public static byte[][] Words(params string[] words) => [.. words.Select(Encoding.Latin1.GetBytes)];

    /// <summary>An input of one of these, changed in one to a few places.</summary>
    public byte[] Next(IReadOnlyList<byte[]> from)
    {
        var input = from[Random.Next(from.Count)].ToList();
        for (var changes = 1 << Random.Next(4); changes > 0; changes--) Change(input, from);
        if (input.Count > Longest) input.RemoveRange(Longest, input.Count - Longest);
        return [.. input];
    }

    private void Change(List<byte> input, IReadOnlyList<byte[]> from)
    {
        var at = Random.Next(input.Count + 1);
        var length = Math.Min(input.Count - at, 1 << Random.Next(8));
        switch (Random.Next(9))
        {
            case 0 when at < input.Count:
                input[at] ^= (byte)(1 << Random.Next(8));
                break;
            case 1 when at < input.Count:
                input[at] = Interesting[Random.Next(Interesting.Length)];
                break;
            case 2:
                input.Insert(at, (byte)Random.Next(256));
                break;
            case 3:
                input.RemoveRange(at, length);
                break;
            case 4:
                input.InsertRange(at, input.GetRange(at, length));
                break;
            case 5 when words.Count > 0:
                input.InsertRange(at, words[Random.Next(words.Count)]);
                break;
            case 6:
                var other = from[Random.Next(from.Count)];
                var start = Random.Next(other.Length + 1);
                input.InsertRange(at, other.AsSpan(start, Math.Min(other.Length - start, 1 << Random.Next(9))).ToArray());
                break;
            case 7 when input.Count > 0 && words.Count > 0:
                var word = words[Random.Next(words.Count)];
                for (var i = Random.Next(1, 40); i > 0 && input.Count < Longest; i--) input.InsertRange(at, word);
                break;
            default:
                if (Random.Next(8) == 0) input.RemoveRange(at, input.Count - at);
                break;
        }
    }

    /// <summary>The input in pieces, cut at random.</summary>
    public IEnumerable<byte[]> Cut(byte[] input)
    {
        var longest = 1 << Random.Next(1, 12);
        for (var at = 0; at < input.Length;)
        {
            var length = Math.Min(input.Length - at, Random.Next(1, longest + 1));
            yield return input[at..(at + length)];
            at += length;
        }
    }
}
