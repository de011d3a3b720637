using System.Text;
using Spectre.Console.Rendering;

namespace PluginHost.Cli.Terminal;

/// <summary>Text in a given width.</summary>
internal static class TextLayout
{
    /// <summary>The cells that a text takes on a terminal.</summary>
    public static int WidthOf(string text) => new Segment(text).CellCount();

    /// <summary>The text, with blanks behind it where it is narrower.</summary>
    public static string Pad(string text, int width) => text + new string(' ', Math.Max(0, width - WidthOf(text)));

    /// <summary>Breaks a text into lines between words, and within words that are wider than a line.</summary>
    /// <param name="text">The text; control characters are escaped.</param>
    /// <param name="width">Cells of a line; at least 2, as some characters take two.</param>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        width = Math.Max(2, width);
        var line = new StringBuilder();
        foreach (var word in Printable.Line(text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && WidthOf(line.ToString()) + 1 + WidthOf(word) > width)
            {
                yield return line.ToString();
                line.Clear();
            }
            if (line.Length > 0) line.Append(' ');
            foreach (var rune in word.EnumerateRunes())
            {
                if (WidthOf(line.ToString() + rune) > width)
                {
                    yield return line.ToString();
                    line.Clear();
                }
                line.Append(rune);
            }
        }
        if (line.Length > 0) yield return line.ToString();
    }
}
