using System.Globalization;
using System.Text;

namespace PluginHost.Cli.Terminal;

/// <summary>Makes text that others wrote fit for a terminal.</summary>
internal static class Printable
{
    /// <summary>The text on one line, with everything escaped (<c>\u001b</c>) that could move the cursor, break the line or reorder what is shown.</summary>
    public static string Line(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsPlain(rune)) escaped.Append(rune);
            else escaped.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
        }
        return escaped.ToString();
    }

    private static bool IsPlain(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
