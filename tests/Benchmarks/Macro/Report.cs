using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PluginHost.Benchmarks.Macro;

/// <summary>Writes results as a table, as JSON, and as plots.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Writes <c>macro.json</c>, <c>macro.md</c>, <c>cpu.svg</c> and <c>latency.svg</c> into a folder.</summary>
    public static void Write(string folder, IReadOnlyList<ComparisonResult> results)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "macro.json"), JsonSerializer.Serialize(results, s_indented));
        File.WriteAllText(Path.Combine(folder, "macro.md"), Table(results));
        var timed = results.Where(one => one.Scenario is { Kind: not ScenarioKind.Idle, Peer: Peer.AspNetCore }).ToArray();
        File.WriteAllText(Path.Combine(folder, "cpu.svg"), Plot.Bars(
            "Processor time a message, as a share of ASP.NET Core's", [.. timed.Select(one => new Bar(one.Scenario.Id, one.Ratio, one.Lowest, one.Highest, one.Scenario.Goal))]));
        File.WriteAllText(Path.Combine(folder, "latency.svg"), Plot.Bars(
            "99th percentile of the latency, as a share of ASP.NET Core's",
            [.. timed.Select(one => new Bar(one.Scenario.Id, one.Ours.P99 / one.Theirs.P99, one.Ours.P99 / one.Theirs.P99, one.Ours.P99 / one.Theirs.P99, 1))]));
    }

    /// <summary>Reads the results of an earlier run.</summary>
    /// <param name="file">A <c>macro.json</c>.</param>
    public static IReadOnlyList<ComparisonResult> Read(string file) =>
        JsonSerializer.Deserialize<List<ComparisonResult>>(File.ReadAllText(file), s_indented) ?? throw new InvalidDataException($"{file} holds no results");

    /// <summary>The table, in Markdown.</summary>
    public static string Table(IReadOnlyList<ComparisonResult> results)
    {
        var text = new StringBuilder();
        text.AppendLine("| | scenario | CPU µs a message, ours | theirs | a bare loop | Bun | ratio (spread) | goal | messages/s, ours | theirs | p50 / p99 / p99.9 µs, ours | theirs | allocated B, ours | theirs |");
        text.AppendLine("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var one in results)
        {
            var memory = one.Scenario.Kind == ScenarioKind.Idle;
            var bare = one.Bare is { } figures ? Amount(figures.Cpu, memory) : "";
            var bun = one.Bun is { } third ? Amount(third.Cpu, memory) : "";
            text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"""
                | {one.Scenario.Id} | {one.Scenario.Title} | {Amount(one.Ours.Cpu, memory)} | {Amount(one.Theirs.Cpu, memory)} | {bare} | {bun} | {one.Ratio:F2} ({one.Lowest:F2}–{one.Highest:F2}) | {one.Scenario.Goal:F2} | {Rate(one.Ours, memory)} | {Rate(one.Theirs, memory)} | {Latency(one.Ours, memory)} | {Latency(one.Theirs, memory)} | {one.Ours.Allocated:F2} | {one.Theirs.Allocated:F0} |
                """));
        }
        return text.ToString();
    }

    private static string Amount(double value, bool memory) =>
        memory ? string.Create(CultureInfo.InvariantCulture, $"{value:F0} B") : value.ToString(value < 10 ? "F2" : "F1", CultureInfo.InvariantCulture);

    private static string Rate(Figures figures, bool memory) => memory ? "" : figures.Rate.ToString("N0", CultureInfo.InvariantCulture);

    private static string Latency(Figures figures, bool memory) =>
        memory ? "" : string.Create(CultureInfo.InvariantCulture, $"{figures.P50:F0} / {figures.P99:F0} / {figures.P999:F0}");
}
