using System.Text;
using static PluginHost.Conformance.Cases.Dsl;

namespace PluginHost.Conformance.Cases;

/// <summary>Byte sequences of one kind.</summary>
/// <param name="Number">The section, such as 6.12.</param>
/// <param name="Title">What they have in common.</param>
/// <param name="All">Each with whether it is UTF-8.</param>
internal sealed record Sequences(string Number, string Title, IReadOnlyList<(byte[] Bytes, bool Valid)> All);

/// <summary>6.5 to 6.23: what decoders stumble over (RFC 3629).</summary>
internal static class Chapter06Sequences
{
    private static readonly int[] NonCharacters =
        [.. Enumerable.Range(0, 17).SelectMany(plane => new[] { (plane << 16) | 0xFFFE, (plane << 16) | 0xFFFF })];

    public static IEnumerable<Sequences> All()
    {
        yield return Valid("6.5", "valid characters of every length",
            [Utf8("hello$world"), Utf8("hello¢world"), Utf8("hello€world"), Utf8("hello𤭢world"), Utf8("κ\u1F79σμε")]);
        yield return Prefixes();
        yield return Valid("6.7", "first of each length", "00", "c280", "e0a080", "f0908080");
        yield return Invalid("6.8", "first of five and six bytes", "f888808080", "fc8480808080");
        yield return Valid("6.9", "last of each length", "7f", "dfbf", "efbfbf", "f48fbfbf");
        yield return Invalid("6.10", "last of four, five and six bytes", "f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf");
        yield return new Sequences("6.11", "other borders",
            [(Hex("ed9fbf"), true), (Hex("ee8080"), true), (Hex("efbfbd"), true), (Hex("f48fbfbf"), true), (Hex("f4908080"), false)]);
        yield return Invalid("6.12", "continuation bytes without a start",
            "80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80", "80bf80bf80bf", Hexes(0x80, 0xBF, ""));
        yield return Invalid("6.13", "starts without continuation, each before a space",
            Hexes(0xC0, 0xDF, "20"), Hexes(0xE0, 0xEF, "20"), Hexes(0xF0, 0xF7, "20"), Hexes(0xF8, 0xFB, "20"), Hexes(0xFC, 0xFD, "20"));
        yield return Invalid("6.14", "last continuation byte missing",
            [.. Incomplete]);
        yield return Invalid("6.15", "all of those in a row", string.Concat(Incomplete));
        yield return Invalid("6.16", "bytes that are never there", "fe", "ff", "fefeffff");
        yield return Invalid("6.17", "overlong slash", "c0af", "e080af", "f08080af", "f8808080af", "fc80808080af");
        yield return Invalid("6.18", "longest overlong", "c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf");
        yield return Invalid("6.19", "overlong NUL", "c080", "e08080", "f0808080", "f880808080", "fc8080808080");
        yield return Invalid("6.20", "lone surrogates", "eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf");
        yield return Invalid("6.21", "surrogate pairs",
            "eda080edb080", "eda080edbfbf", "edadbfedb080", "edadbfedbfbf", "edae80edb080", "edae80edbfbf", "edafbfedb080", "edafbfedbfbf");
        yield return Valid("6.22", "noncharacters, which are valid", [.. NonCharacters.Select(Encoded)]);
        yield return Valid("6.23", "specials, up to the replacement character", [.. Enumerable.Range(0xFFF9, 7).Select(Encoded)]);
    }

    private static readonly string[] Incomplete =
        ["c0", "e080", "f08080", "f8808080", "fc80808080", "df", "efbf", "f7bfbf", "fbbfbfbf", "fdbfbfbfbf"];

    /// <summary>Only those that end where a character ends are text.</summary>
    private static Sequences Prefixes()
    {
        var greek = Utf8("κ\u1F79σμε");
        return new Sequences("6.6", "every prefix of a text", [.. Enumerable.Range(1, greek.Length).Select(length =>
            (greek[..length], length == greek.Length || (greek[length] & 0xC0) != 0x80))]);
    }

    private static byte[] Encoded(int codePoint) => Encoding.UTF8.GetBytes(new Rune(codePoint).ToString());

    private static Sequences Valid(string number, string title, params string[] digits) => Valid(number, title, [.. digits.Select(Hex)]);

    private static Sequences Valid(string number, string title, byte[][] all) => new(number, title, [.. all.Select(one => (one, true))]);

    private static Sequences Invalid(string number, string title, params string[] digits) =>
        new(number, title, [.. digits.Select(one => (Hex(one), false))]);

    private static string Hexes(int first, int last, string after) =>
        string.Concat(Enumerable.Range(first, last - first + 1).Select(one => one.ToString("x2", null) + after));
}
