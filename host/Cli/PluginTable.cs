using PluginHost.Cli.Terminal;

namespace PluginHost.Cli;

/// <summary>The plugins for people: a row a handler, below it what it does and where its plugin lies. No line is wider than the terminal.</summary>
internal static class PluginTable
{
    private const int MinWidth = 40;
    private const int MaxColumn = 24;
    private const int Gap = 2;

    private static readonly string[] Titles = ["PLUGIN", "VERSION", "KIND", "SUBPROTOCOLS"];
    private static readonly string Indent = new(' ', 4);

    /// <summary>The lines.</summary>
    /// <param name="plugins">The plugins.</param>
    /// <param name="folder">The folder that files are told from where they lie below it; <see langword="null"/> for none.</param>
    /// <param name="width">Cells of a line.</param>
    public static IReadOnlyList<string> Lines(IReadOnlyList<Reports.PluginReport> plugins, string? folder, int width)
    {
        width = Math.Max(MinWidth, width);
        var rows = plugins.SelectMany(plugin => plugin.Handlers.Select(handler => (string[])
            [Printable.Line(plugin.Id), Printable.Line(plugin.Version), handler.Kind, string.Join(", ", handler.Subprotocols)])).ToArray();
        // The last column takes what is left, at least a third.
        var most = Math.Min(MaxColumn, ((width * 2 / 3) / 3) - Gap);
        var widths = Enumerable.Range(0, Titles.Length - 1)
            .Select(column => Math.Min(most, rows.Append(Titles).Max(row => TextLayout.WidthOf(row[column])))).ToArray();
        List<string> lines = [.. Row(Titles, widths, width)];
        foreach (var plugin in plugins)
        {
            foreach (var handler in plugin.Handlers)
            {
                var isFirst = ReferenceEquals(handler, plugin.Handlers[0]);
                lines.AddRange(Row([isFirst ? plugin.Id : "", isFirst ? plugin.Version : "", handler.Kind, string.Join(", ", handler.Subprotocols)], widths, width));
                lines.AddRange(Below(handler.Text, width));
            }
            lines.AddRange(Below(Shortened(plugin.File, folder), width));
        }
        return lines;
    }

    private static IEnumerable<string> Row(IReadOnlyList<string> cells, int[] widths, int width)
    {
        var left = width - widths.Sum(column => column + Gap);
        var wrapped = cells.Select((cell, column) => TextLayout.Wrap(cell, column < widths.Length ? widths[column] : left).ToArray()).ToArray();
        for (var line = 0; line < wrapped.Max(cell => cell.Length); line++)
        {
            yield return string.Concat(wrapped.Select((cell, column) =>
            {
                var text = line < cell.Length ? cell[line] : "";
                return column < widths.Length ? TextLayout.Pad(text, widths[column] + Gap) : text;
            })).TrimEnd();
        }
    }

    private static IEnumerable<string> Below(string text, int width) => TextLayout.Wrap(text, width - Indent.Length).Select(line => Indent + line);

    private static string Shortened(string file, string? folder)
    {
        if (folder is null) return file;
        var relative = Path.GetRelativePath(folder, file);
        return relative.StartsWith("..", StringComparison.Ordinal) ? file : relative;
    }
}
