using PluginHost.Conformance.Cases;
using PluginHost.Conformance.Results;
using PluginHost.Conformance.Run;

namespace PluginHost.Conformance.Tests;

/// <summary>The list against our server, and what is committed about it.</summary>
public class BaselineTests
{
    private static readonly string[] LeftOpen = ["7.1.6", "7.13.1", "7.13.2"];
    private static readonly IReadOnlyList<CaseResult> Committed = Baseline.Read(File.ReadAllText(Files.Baseline));

    [Fact]
    public async Task The_server_does_what_the_baseline_says()
    {
        await using var host = await HostProcess.StartAsync();
        var finished = await Suite.RunAsync(host.Url, CaseList.All(), concurrency: 2, Suite.FewRepetitions);
        var differences = Baseline.Differences(Committed, finished.Select(one => one.Result), _ => true);
        var seen = finished
            .Where(one => one.Result.Verdict is Verdict.Failed or Verdict.NonStrict)
            .Select(one => $"{one.Result.Number}: {one.Seen}");
        Assert.True(differences.Count == 0, string.Join("\n", [.. differences, .. seen]));
    }

    [Fact]
    public void Nothing_fails_and_only_what_the_rfc_leaves_open_is_informational()
    {
        Assert.Equal(LeftOpen, Committed.Where(one => one.Verdict != Verdict.Ok).Select(one => one.Number));
        Assert.All(Committed.Where(one => LeftOpen.Contains(one.Number)), one => Assert.Equal(Verdict.Informational, one.Verdict));
        Assert.All(Committed, one => Assert.True(one.Closing is { Clean: true, By: "server" }, one.Number));
    }

    [Fact]
    public void The_baseline_has_every_case_that_runs() =>
        Assert.Equal(CaseList.All().Select(one => one.Number), Committed.Select(one => one.Number));

    [Fact]
    public void The_files_are_written_by_the_program()
    {
        Assert.Equal(Baseline.Write(Committed), File.ReadAllText(Files.Baseline));
        Assert.Equal(Report.Write(Committed), File.ReadAllText(Files.Report));
    }

    [Fact]
    public void Any_difference_is_told()
    {
        var one = Committed[0];
        Assert.Empty(Baseline.Differences([one], [one], _ => true));
        CaseResult[] others =
        [
            one with { Verdict = Verdict.NonStrict },
            one with { Sends = "something else" },
            one with { Closing = one.Closing with { Code = 1001 } },
            one with { Closing = one.Closing with { By = "client" } },
            one with { Closing = one.Closing with { Clean = false } },
            one with { Compressed = true },
        ];
        Assert.All(others, other => Assert.Single(Baseline.Differences([one], [other], _ => true)));
        Assert.Contains("did not run", Assert.Single(Baseline.Differences([one], [], _ => true)), StringComparison.Ordinal);
        Assert.Contains("not in the baseline", Assert.Single(Baseline.Differences([], [one], _ => true)), StringComparison.Ordinal);
        Assert.Empty(Baseline.Differences([one], [], _ => false));
    }
}
