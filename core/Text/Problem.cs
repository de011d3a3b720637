using System.Globalization;
using System.Text;
using LanguageExt;

namespace PluginHost.Core.Text;

/// <summary>How bad a problem is.</summary>
public enum ProblemSeverity
{
    /// <summary>The server does not start.</summary>
    Error,
}

/// <summary>A place in the configuration file.</summary>
/// <param name="Line">1-based; a line ends at LF.</param>
/// <param name="Column">1-based, in characters (Unicode scalar values); a tab is one character, a byte order mark none.</param>
public readonly record struct FilePosition(int Line, int Column)
{
    /// <summary>Line 1, column 1.</summary>
    public static FilePosition Start { get; } = new(1, 1);
}

/// <summary>One thing that is wrong with the configuration.</summary>
/// <param name="Position">Where: the key for an unknown or repeated one, the value for a wrong value, the object for a missing key.</param>
/// <param name="Pointer">The JSON pointer (RFC 6901) to the same place; empty for the whole file.</param>
/// <param name="Message">One line, without the position. Text taken from the file is quoted and escaped.</param>
/// <param name="Suggestion">What was probably meant, without quotes; none when nothing is close.</param>
public sealed record Problem(FilePosition Position, string Pointer, string Message, Option<string> Suggestion)
{
    /// <summary>1-based line.</summary>
    public int Line => Position.Line;

    /// <summary>1-based column, in characters.</summary>
    public int Column => Position.Column;

    /// <summary>Always <see cref="ProblemSeverity.Error"/>: what is wrong stops the start.</summary>
    public ProblemSeverity Severity => ProblemSeverity.Error;

    /// <summary>
    /// The problem on one line, as compilers print theirs:
    /// <c>plugins.json:12:5: /routes/0/protocls: unknown key "protocls"; did you mean "protocols"?</c>
    /// </summary>
    /// <param name="file">The file's name as the user knows it.</param>
    public string Format(string file)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"{file}:{Line}:{Column}: ");
        var pointer = Pointer.Length == 0 ? "" : Quoting.Escape(Pointer, int.MaxValue) + ": ";
        return place + pointer + Message + Suggestion.Match(s => $"; did you mean {Quoting.Quote(s)}?", () => "");
    }
}

/// <summary>Puts text from a file into a message so that it stays on its line and keeps its length.</summary>
internal static class Quoting
{
    private const int Longest = 80;

    /// <summary>The text between double quotes, control characters escaped, cut after 80 characters.</summary>
    public static string Quote(string text) => "\"" + Escape(text, Longest) + "\"";

    /// <summary>The names quoted and joined with commas.</summary>
    public static string List(IEnumerable<string> names) => string.Join(", ", names.Select(Quote));

    public static string Escape(string text, int longest)
    {
        var result = new StringBuilder(Math.Min(text.Length, longest) + 8);
        foreach (var rune in text.EnumerateRunes())
        {
            if (result.Length >= longest) return result.Append('…').ToString();
            if (IsPlain(rune)) result.Append(rune);
            else result.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
        }
        return result.ToString();
    }

    // Format characters (bidirectional overrides among them) and line separators can forge what a terminal shows.
    private static bool IsPlain(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}

/// <summary>Walks forward through UTF-8 text and counts lines and characters.</summary>
internal readonly record struct TextCursor(int Offset, int LinesBefore, int CharactersBefore)
{
    public FilePosition Position => new(LinesBefore + 1, CharactersBefore + 1);

    public TextCursor MoveTo(ReadOnlySpan<byte> utf8, int offset)
    {
        var (line, character) = (LinesBefore, CharactersBefore);
        foreach (var b in utf8[Offset..Math.Min(offset, utf8.Length)])
        {
            if (b == '\n') (line, character) = (line + 1, 0);
            else if ((b & 0xC0) != 0x80) character++; // a continuation byte starts no character
        }
        return new TextCursor(Math.Min(offset, utf8.Length), line, character);
    }
}

/// <summary>The way from the root of the file to a value, printed as a JSON pointer (RFC 6901).</summary>
internal sealed record JsonPath(JsonPath? Parent, string Name)
{
    public static JsonPath Root { get; } = new(null, "");

    public JsonPath Child(string name) => new(this, name);

    public JsonPath Child(int index) => new(this, index.ToString(CultureInfo.InvariantCulture));

    public override string ToString()
    {
        var names = new Stack<string>();
        for (var at = this; at.Parent is { } parent; at = parent) names.Push(Encode(at.Name));
        return string.Concat(names.Select(n => "/" + n));
    }

    /// <summary>One name as it stands in a JSON pointer: <c>~</c> is <c>~0</c>, <c>/</c> is <c>~1</c> (RFC 6901 §3).</summary>
    public static string Encode(string name) => name.Replace("~", "~0", StringComparison.Ordinal)
        .Replace("/", "~1", StringComparison.Ordinal);

    public static string Decode(string name) => name.Replace("~1", "/", StringComparison.Ordinal)
        .Replace("~0", "~", StringComparison.Ordinal);
}
