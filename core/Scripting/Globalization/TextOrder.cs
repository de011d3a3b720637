namespace PluginHost.Core.Scripting.Globalization;

/// <summary>
/// The order of texts as people expect it, the same on every machine: blanks, then signs, then digits, then letters; letters whatever their
/// case and accents. Where two texts are still equal, plain letters come before accented ones, then small ones before capitals.
/// </summary>
internal static class TextOrder
{
    private const string Latin =
        "aaaaaaaceeeeiiiidnooooo?ouuuuytsaaaaaaaceeeeiiiidnooooo?ouuuuyty"
        + "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkk"
        + "llllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

    private const char FirstLatin = 'À';

    /// <summary>Negative, 0 or positive; 0 only for texts that are the same.</summary>
    public static int Compare(string left, string right)
    {
        var length = Math.Min(left.Length, right.Length);
        for (var i = 0; i < length; i++)
        {
            if (left[i] == right[i]) continue;
            var difference = Key(left[i]) - Key(right[i]);
            if (difference != 0) return difference;
        }
        return left.Length != right.Length ? left.Length - right.Length : Finer(left, right);
    }

    private static int Finer(string left, string right)
    {
        var byCase = 0;
        for (var i = 0; i < left.Length; i++)
        {
            if (left[i] == right[i]) continue;
            var (small, other) = (char.ToLowerInvariant(left[i]), char.ToLowerInvariant(right[i]));
            if (small != other) return small - other;
            if (byCase == 0) byCase = right[i] - left[i];
        }
        return byCase;
    }

    private static int Key(char character)
    {
        if (char.IsAsciiLetter(character)) return 0x30000 + (character | 0x20);
        if (character >= FirstLatin && character - FirstLatin < Latin.Length && Latin[character - FirstLatin] != '?')
            return 0x30000 + Latin[character - FirstLatin];
        if (char.IsDigit(character)) return 0x20000 + character;
        if (char.IsLetter(character) || char.IsSurrogate(character)) return 0x30000 + char.ToLowerInvariant(character);
        return char.IsWhiteSpace(character) ? character : 0x10000 + character;
    }
}
