using System.Globalization;
using System.Text;

namespace PluginHost.Benchmarks.Macro;

/// <summary>A bar with its spread and a mark.</summary>
internal sealed record Bar(string Label, double Value, double Lowest, double Highest, double Mark);

/// <summary>Draws plots that need nothing but a browser.</summary>
internal static class Plot
{
    private const int Left = 90, Top = 46, Row = 26, Width = 520;

    /// <summary>Horizontal bars from 0 to 1, longer ones cut off; a line for the spread, a mark for the goal.</summary>
    public static string Bars(string title, IReadOnlyList<Bar> bars)
    {
        var height = Top + (bars.Count * Row) + 34;
        var text = new StringBuilder();
        text.AppendLine(FormattableString.Invariant(
            $"""<svg xmlns="http://www.w3.org/2000/svg" width="{Left + Width + 70}" height="{height}" font-family="sans-serif" font-size="13">"""));
        text.AppendLine("""<rect width="100%" height="100%" fill="#ffffff"/>""");
        text.AppendLine(FormattableString.Invariant($"""<text x="{Left}" y="24" font-size="15" fill="#222">{title}</text>"""));
        for (var tenth = 0; tenth <= 10; tenth += 2)
        {
            var x = X(tenth / 10.0);
            text.AppendLine(FormattableString.Invariant($"""<line x1="{x:F1}" y1="{Top - 6}" x2="{x:F1}" y2="{height - 28}" stroke="#ddd"/>"""));
            text.AppendLine(FormattableString.Invariant($"""<text x="{x:F1}" y="{height - 10}" text-anchor="middle" fill="#666">{tenth / 10.0:F1}</text>"""));
        }
        for (var i = 0; i < bars.Count; i++) Draw(text, bars[i], Top + (i * Row));
        return text.AppendLine("</svg>").ToString();
    }

    private static void Draw(StringBuilder text, Bar bar, int y)
    {
        var held = bar.Value <= bar.Mark;
        text.AppendLine(FormattableString.Invariant($"""<text x="{Left - 8}" y="{y + 13}" text-anchor="end" fill="#222">{bar.Label}</text>"""));
        text.AppendLine(FormattableString.Invariant(
            $"""<rect x="{Left}" y="{y}" width="{X(bar.Value) - Left:F1}" height="18" fill="{(held ? "#3b7dd8" : "#d8743b")}"/>"""));
        text.AppendLine(FormattableString.Invariant($"""<line x1="{X(bar.Lowest):F1}" y1="{y + 9}" x2="{X(bar.Highest):F1}" y2="{y + 9}" stroke="#12305a" stroke-width="2"/>"""));
        text.AppendLine(FormattableString.Invariant($"""<line x1="{X(bar.Mark):F1}" y1="{y - 3}" x2="{X(bar.Mark):F1}" y2="{y + 21}" stroke="#b00" stroke-width="2"/>"""));
        text.AppendLine(FormattableString.Invariant($"""<text x="{X(1) + 10:F1}" y="{y + 13}" fill="#222">{bar.Value.ToString("F2", CultureInfo.InvariantCulture)}</text>"""));
    }

    private static double X(double value) => Left + (Math.Clamp(value, 0, 1) * Width);
}
