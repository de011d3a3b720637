namespace PluginHost.Benchmarks.Hostile;

/// <summary>One attack on the running server, and what came of it.</summary>
/// <param name="Name">The row of the table of attacks.</param>
/// <param name="Figure">What was measured, for people.</param>
/// <param name="Goal">What must hold.</param>
/// <param name="IsHeld">It does.</param>
internal sealed record HostileRow(string Name, string Figure, string Goal, bool IsHeld)
{
    /// <summary>The rows as a table.</summary>
    public static string Table(IReadOnlyList<HostileRow> rows)
    {
        var width = new[] { rows.Max(row => row.Name.Length), rows.Max(row => row.Figure.Length), rows.Max(row => row.Goal.Length) };
        return string.Join('\n', rows.Prepend(new HostileRow("row", "figure", "goal", true)).Select((row, i) =>
            $"| {row.Name.PadRight(width[0])} | {row.Figure.PadRight(width[1])} | {row.Goal.PadRight(width[2])} | {(i == 0 ? "held" : row.IsHeld ? "yes" : "NO"),-4} |"
            + (i == 0 ? $"\n| {new string('-', width[0])} | {new string('-', width[1])} | {new string('-', width[2])} | ---- |" : "")));
    }
}
