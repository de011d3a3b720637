namespace PluginHost.Conformance.Cases;

/// <summary>All cases, in the order of their numbers.</summary>
internal static class CaseList
{
    /// <summary>The server offers permessage-deflate, so that chapters 12 and 13 are part of the run and of the baseline.</summary>
    public static readonly bool WithCompression = true;

    /// <summary>What the chapters are called.</summary>
    public static IReadOnlyDictionary<int, string> Chapters { get; } = new Dictionary<int, string>
    {
        [1] = "Framing",
        [2] = "Pings and pongs",
        [3] = "Reserved bits",
        [4] = "Opcodes",
        [5] = "Fragments",
        [6] = "UTF-8",
        [7] = "Closing",
        [9] = "Limits and performance",
        [10] = "Fragments of a sender's choice",
        [12] = "Compression: content",
        [13] = "Compression: offers",
    };

    /// <summary>The chapters that a run without further wishes takes.</summary>
    public static IEnumerable<Case> Default() => WithCompression ? All() : Uncompressed();

    /// <summary>Chapters 1 to 13.</summary>
    public static IEnumerable<Case> All() => Uncompressed().Concat(Chapter12Compression.All());

    /// <summary>The chapter of a case.</summary>
    public static int ChapterOf(string number) => int.Parse(number.AsSpan(0, number.IndexOf('.')), null);

    /// <summary>Sorts 9.10 behind 9.2.</summary>
    public static int Compare(string one, string other)
    {
        int[] left = Parts(one), right = Parts(other);
        return left.AsSpan().SequenceCompareTo(right);
    }

    private static int[] Parts(string number) => [.. number.Split('.').Select(part => int.Parse(part, null))];

    // Made one after the other while they run: together they hold some 150 MiB.
    private static IEnumerable<Case> Uncompressed() => new Func<IEnumerable<Case>>[]
    {
        Chapter01Framing.All, Chapter02Pings.All, Chapter03ReservedBits.All, Chapter04Opcodes.All, Chapter05Fragments.All,
        Chapter06Utf8.All, Chapter07Close.All, Chapter09Limits.All,
    }.SelectMany(chapter => chapter());
}
