using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using PluginHost.Core.Protocol.Connection;

namespace PluginHost.Core.Tests.Connection;

public sealed class PhaseTests
{
    [Fact]
    public void Rows_are_exactly_what_the_table_answers()
    {
        var expected = from phase in Enum.GetValues<Phase>()
                       from trigger in Enum.GetValues<Trigger>()
                       from next in PhaseTable.Next(phase, trigger).AsEnumerable()
                       select (phase, trigger, next);
        Assert.Equal(expected, PhaseTable.Rows);
        Assert.Equal(27, PhaseTable.Rows.Count);
    }

    [Fact]
    public void Nothing_leaves_closed_and_no_phase_is_without_a_way_there()
    {
        Assert.DoesNotContain(PhaseTable.Rows, row => row.From == Phase.Closed);
        var reached = new HashSet<Phase> { Phase.Closed };
        while (PhaseTable.Rows.Any(row => reached.Contains(row.To) && reached.Add(row.From)))
        {
        }
        Assert.Equal(Enum.GetValues<Phase>(), reached.Order());
    }

    [Fact]
    public void The_page_is_in_step_with_the_table()
    {
        var path = Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../docs/connection.md");
        var expected = Page();
        if (Environment.GetEnvironmentVariable("UPDATE_GENERATED") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, expected);
        }
        Assert.True(
            File.Exists(path) && File.ReadAllText(path).ReplaceLineEndings("\n") == expected,
            "docs/connection.md is not what the table says. UPDATE_GENERATED=1 dotnet test tests/Core.Tests writes it anew.");
    }

    private static string Page()
    {
        var page = new StringBuilder();
        page.Append("# The connection\n\n")
            .Append("Drawn from `PhaseTable` (`core/Protocol/Connection/Phase.cs`) by `tests/Core.Tests/Connection/PhaseTests.cs`; ")
            .Append("not written by hand.\n")
            .Append("`UPDATE_GENERATED=1 dotnet test tests/Core.Tests` draws it anew.\n\n")
            .Append("```mermaid\nstateDiagram-v2\n    [*] --> Connecting\n");
        foreach (var edge in PhaseTable.Rows.GroupBy(row => (row.From, row.To)))
            page.Append(CultureInfo.InvariantCulture, $"    {edge.Key.From} --> {edge.Key.To}: {string.Join(", ", edge.Select(row => Words(row.Trigger)))}\n");
        page.Append("    Closed --> [*]\n```\n\n| phase |");
        foreach (var trigger in Enum.GetValues<Trigger>()) page.Append(CultureInfo.InvariantCulture, $" {Words(trigger)} |");
        page.Append("\n| --- |").Insert(page.Length, " --- |", Enum.GetValues<Trigger>().Length).Append('\n');
        foreach (var phase in Enum.GetValues<Phase>())
        {
            page.Append(CultureInfo.InvariantCulture, $"| {phase} |");
            foreach (var trigger in Enum.GetValues<Trigger>())
                page.Append(CultureInfo.InvariantCulture, $" {PhaseTable.Next(phase, trigger).Match(next => next.ToString(), () => "")} |");
            page.Append('\n');
        }
        return page.Append("\nAn empty place means that nothing happens. ")
            .Append("Each phase, each trigger and what is done on the way is described at `Phase`, `Trigger` and `Transitions`.\n")
            .ToString();
    }

    private static string Words(Trigger trigger) =>
        string.Concat(trigger.ToString().Select((c, i) => char.IsUpper(c) && i > 0 ? $" {c}" : $"{c}")).ToLowerInvariant();

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
