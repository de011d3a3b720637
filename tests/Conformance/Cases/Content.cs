using System.Globalization;
using System.Text;

namespace PluginHost.Conformance.Cases;

/// <summary>Something to compress, made up and the same in every run.</summary>
/// <param name="Title">What it is like.</param>
/// <param name="IsText">Sent as text; then ASCII, so that it may be cut anywhere.</param>
/// <param name="Bytes">All of it.</param>
internal sealed record Content(string Title, bool IsText, Lazy<byte[]> Bytes)
{
    private const int Length = 512 << 10;

    private static readonly string[] Words =
        "house river light under every window little morning because paper green between stone answer quiet garden through winter seven"
            .Split(' ');

    /// <summary>Like the files of the well-known list: JSON, a bitmap, prose, HTML, and a document that is compressed in part.</summary>
    public static IReadOnlyList<Content> Kinds { get; } =
    [
        new("JSON", true, new(() => Written((random, i) =>
            $"{{\"id\":{i},\"name\":\"{Word(random)}\",\"score\":{random.Next(100000)},\"tags\":[\"{Word(random)}\"]}},"))),
        new("bitmap", false, new(() => Drawn(noiseEvery: 0))),
        new("prose", false, new(() => Written((random, i) =>
            $"{Word(random)} {Word(random)} {Word(random)}{(i % 7 == 0 ? ", größer.\n" : " ")}"))),
        new("HTML", true, new(() => Written((random, i) =>
            $"<tr class=\"row{i % 2}\"><td><a href=\"/{random.Next(1000)}\">{Word(random)}</a></td><td>{Word(random)}</td></tr>\n"))),
        new("document, half of it noise", false, new(() => Drawn(noiseEvery: 2))),
    ];

    /// <summary>A part of the content; another number begins elsewhere.</summary>
    public byte[] Message(int number, int size)
    {
        var all = Bytes.Value;
        var start = (int)(number * 7919L % (all.Length - size));
        return all[start..(start + size)];
    }

    private static string Word(Random random) => Words[random.Next(Words.Length)];

    private static byte[] Written(Func<Random, int, string> line)
    {
        var random = new Random(7692);
        var text = new StringBuilder();
        for (var i = 0; text.Length < Length; i++) text.Append(CultureInfo.InvariantCulture, $"{line(random, i)}");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Gradients in rows of 512 bytes; of so many blocks of 4 KiB, one is noise.</summary>
    private static byte[] Drawn(int noiseEvery)
    {
        var random = new Random(6455);
        var bytes = new byte[Length];
        for (var i = 0; i < Length; i++)
        {
            var noise = noiseEvery > 0 && i / 4096 % noiseEvery == 0;
            bytes[i] = noise ? (byte)random.Next(256) : (byte)((i % 512 / 4) + (i / 512 / 8));
        }
        return bytes;
    }
}
