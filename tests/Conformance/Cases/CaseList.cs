namespace PluginHost.Conformance.Cases;

/// <summary>All cases, in the order of their numbers.</summary>
internal static class CaseList
{
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

    /// <summary>Made one after the other while they run: together they would hold some 150 MiB.</summary>
    public static IEnumerable<Case> All() => new Func<IEnumerable<Case>>[]
    {
        Chapter01Framing.All, Chapter02Pings.All, Chapter03ReservedBits.All, Chapter04Opcodes.All, Chapter05Fragments.All,
        Chapter06Utf8.All, Chapter07Close.All, Chapter09Limits.All, Chapter12Compression.All,
    }.SelectMany(chapter => chapter());

    /// <summary>The chapter of a case.</summary>
    public static int ChapterOf(string number) => int.Parse(number.AsSpan(0, number.IndexOf('.')), null);

    /// <summary>Sorts 9.10 behind 9.2.</summary>
    public static int Compare(string one, string other)
    {
        int[] left = Parts(one), right = Parts(other);
        return left.AsSpan().SequenceCompareTo(right);
    }

    private static int[] Parts(string number) => [.. number.Split('.').Select(part => int.Parse(part, null))];
}
