using System.Globalization;
using LanguageExt;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Text;

/// <summary>Durations and sizes as <c>plugins.json</c> and scripts write them: whole numbers with a unit.</summary>
public static class Quantity
{
    internal const string DurationShape = "expected a duration such as \"500ms\", \"20s\", \"5m\" or \"1h\"";
    internal const string SizeShape = "expected a size: a number of bytes, or text such as \"64KiB\" or \"1MiB\"";

    private static readonly Seq<(string Unit, long Factor)> TimeUnits =
        Seq(("ms", 1L), ("s", 1000L), ("m", 60_000L), ("h", 3_600_000L));

    private static readonly Seq<(string Unit, long Factor)> SizeUnits =
        Seq(("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30));

    private static readonly Seq<(string Unit, string Spellings)> TimeSpellings = Seq(
        ("ms", "ms msec millisecond milliseconds"),
        ("s", "s sec secs second seconds"),
        ("m", "m min mins minute minutes"),
        ("h", "h hour hours"));

    private static readonly Seq<(string Unit, string Spellings)> SizeSpellings =
        Seq(("KiB", "k kb kib"), ("MiB", "m mb mib"), ("GiB", "g gb gib"));

    /// <summary>Reads <c>500ms</c>, <c>20s</c>, <c>5m</c>, <c>1h</c>.</summary>
    /// <param name="text">Digits and a unit, nothing between them.</param>
    /// <returns>The duration, or what was expected.</returns>
    public static Either<string, TimeSpan> Duration(string text) =>
        Parse(text, TimeUnits).Map(TimeSpan.FromMilliseconds).ToEither(DurationShape);

    /// <summary>Reads <c>64KiB</c>, <c>1MiB</c>, <c>2GiB</c>.</summary>
    /// <param name="text">Digits and a unit, nothing between them.</param>
    /// <returns>Bytes, or what was expected.</returns>
    public static Either<string, long> Size(string text) => Parse(text, SizeUnits).ToEither(SizeShape);

    /// <summary>The duration as the file would have it: <c>20s</c>.</summary>
    /// <param name="duration">Whole milliseconds.</param>
    public static string Format(TimeSpan duration) => Format((long)duration.TotalMilliseconds, TimeUnits, "ms");

    /// <summary>The size as the file would have it: <c>64KiB</c>; plain bytes where no unit divides it.</summary>
    /// <param name="bytes">Not negative.</param>
    public static string Format(long bytes) => Format(bytes, SizeUnits, "");

    /// <summary>The same number with the unit that was probably meant, for <c>20 sec</c> or <c>64kb</c>; null when there is none.</summary>
    internal static string? Meant(string text, bool duration)
    {
        var trimmed = text.Trim();
        var digits = trimmed.TakeWhile(char.IsAsciiDigit).Count();
        if (digits is 0 or > 9) return null;
        var written = trimmed[digits..].Trim().ToLowerInvariant();
        var unit = (duration ? TimeSpellings : SizeSpellings).FirstOrDefault(u => u.Spellings.Split(' ').Contains(written)).Unit;
        return unit is null ? null : trimmed[..digits] + unit;
    }

    private static Option<long> Parse(string text, Seq<(string Unit, long Factor)> units)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (digits is 0 or > 9) return None; // nine digits of any unit fit 64 bits
        var number = long.Parse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture);
        return units.Find(u => u.Unit == text[digits..]).Map(u => number * u.Factor);
    }

    private static string Format(long number, Seq<(string Unit, long Factor)> units, string bare)
    {
        var (unit, factor) = units.Filter(u => number > 0 && number % u.Factor == 0).LastOrNone().IfNone((bare, 1L));
        return (number / factor).ToString(CultureInfo.InvariantCulture) + unit;
    }
}
