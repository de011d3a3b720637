using System.Globalization;
using System.Text;

namespace PluginHost.Core.Scripts;

/// <summary>What is wrong with a script, or stopped it, and where.</summary>
/// <param name="File">The file's name, as it was given to the parser.</param>
/// <param name="Line">1-based; a line ends at LF, CR or CR LF.</param>
/// <param name="Column">1-based, in characters (Unicode scalar values).</param>
/// <param name="SourceLine">The line itself, at most 200 characters around the place, control characters but tab replaced by
/// U+FFFD.</param>
/// <param name="CaretColumn">1-based place of the fault in <paramref name="SourceLine"/>.</param>
/// <param name="Length">Characters that are marked, at least 1.</param>
/// <param name="Message">One line, without the place.</param>
public sealed record ScriptError(string File, int Line, int Column, string SourceLine, int CaretColumn, int Length, string Message)
{
    /// <summary>What stopped it was a limit on what one event may take: the input was too much for it, and the script did what it should.</summary>
    public bool IsLimit { get; init; }

    private const int Shown = 200;
    private const int LongestMessage = 500;

    /// <summary>
    /// Three lines, as compilers print them:
    /// <code>
    /// scripts/shout.sbn:1:12: error: `string.upcas` is not defined
    ///   {{ message | string.upcas }}
    ///              ^~~~~~~~~~~~
    /// </code>
    /// </summary>
    public string Format() => Headline + "\n  " + SourceLine + "\n  " + Caret();

    /// <summary>The first of the three lines.</summary>
    public string Headline => $"{Place}: error: {Message}";

    /// <summary>File, line and column: <c>scripts/shout.sbn:1:12</c>.</summary>
    public string Place => string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}");

    /// <inheritdoc/>
    public override string ToString() => Headline;

    /// <summary>An error at a place in a text.</summary>
    /// <param name="file">The file's name.</param>
    /// <param name="text">Its text.</param>
    /// <param name="start">UTF-16 offset of the place; it may lie outside the text.</param>
    /// <param name="end">UTF-16 offset of its end, not part of it.</param>
    /// <param name="message">What is wrong. Line ends and other control characters become U+FFFD, what goes beyond 500 characters is cut.</param>
    public static ScriptError At(string file, string text, int start, int end, string message)
    {
        start = Math.Clamp(start, 0, text.Length);
        end = Math.Clamp(end, start, text.Length);
        var (line, lineStart) = Lines(text, start);
        var lineEnd = text.AsSpan(lineStart).IndexOfAny('\n', '\r');
        lineEnd = lineEnd < 0 ? text.Length : lineStart + lineEnd;
        var shownStart = Boundary(text, Math.Max(lineStart, Math.Min(start - Shown / 2, lineEnd - Shown)));
        var shownEnd = Boundary(text, Math.Min(lineEnd, shownStart + Shown));
        return new ScriptError(
            file, line, 1 + Runes(text, lineStart, start), Printable(text[shownStart..shownEnd]), 1 + Runes(text, shownStart, start),
            Math.Max(1, Runes(text, start, Math.Clamp(end, start, shownEnd))), Printable(message, LongestMessage));
    }

    private static (int Line, int Start) Lines(string text, int offset)
    {
        var (line, start) = (1, 0);
        for (var i = 0; i < offset; i++)
        {
            if (text[i] != '\n' && (text[i] != '\r' || (i + 1 < text.Length && text[i + 1] == '\n'))) continue;
            line++;
            start = i + 1;
        }
        return (line, start);
    }

    private static int Boundary(string text, int at) =>
        at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) && char.IsHighSurrogate(text[at - 1]) ? at - 1 : at;

    private static int Runes(string text, int start, int end)
    {
        var count = 0;
        foreach (var _ in text.AsSpan(start, Math.Max(0, end - start)).EnumerateRunes()) count++;
        return count;
    }

    private static string Printable(string text, int longest = int.MaxValue)
    {
        var result = new StringBuilder(Math.Min(text.Length, longest));
        foreach (var rune in text.EnumerateRunes())
        {
            if (result.Length >= longest) return result.Append('…').ToString();
            result.Append(IsPlain(rune) ? rune : Rune.ReplacementChar);
        }
        return result.ToString();
    }

    private static bool IsPlain(Rune rune) => rune.Value == '\t' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private string Caret()
    {
        var result = new StringBuilder();
        var place = 1;
        foreach (var rune in SourceLine.EnumerateRunes())
        {
            if (place++ == CaretColumn) break;
            result.Append(rune.Value == '\t' ? '\t' : ' ');
        }
        return result.Append('^').Append('~', Length - 1).ToString();
    }
}
