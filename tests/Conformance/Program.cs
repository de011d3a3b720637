using System.Globalization;
using PluginHost.Conformance.Cases;
using PluginHost.Conformance.Results;
using PluginHost.Conformance.Run;

namespace PluginHost.Conformance;

/// <summary>Runs the list, compares with the committed baseline, says what differs.</summary>
internal static class Program
{
    private const string Help = """
        Runs the conformance cases and compares them with expected-results.json. Exit code 1 on any difference.

          --url ws://HOST:PORT/   another server with an echo handler; by default ours is started
          --only 6.4,9            cases, sections or chapters; by default all
          --full                  1000 messages in each case of chapters 12 and 13, instead of 20
          --concurrency N         cases at a time; 2 by default
          --slowest N             tells the N cases that took longest
          --update                writes the results as the new baseline, and docs/conformance.md from them
        """;

    public static async Task<int> Main(string[] arguments)
    {
        if (Arguments.Parse(arguments) is not { } wanted)
        {
            Console.WriteLine(Help);
            return arguments is ["--help"] ? 0 : 2;
        }
        var cases = CaseList.All().Where(one => wanted.Takes(one.Number));
        await using var host = wanted.Url is null ? await HostProcess.StartAsync() : null;
        var finished = await Suite.RunAsync(
            wanted.Url ?? host!.Url, cases, wanted.Concurrency,
            wanted.Full ? Suite.AllRepetitions : Suite.FewRepetitions, Tell);
        TellSummary(finished, wanted.Slowest);
        return Settle([.. finished.Select(one => one.Result)], wanted);
    }

    /// <summary>Cases that were asked for are compared, and without a wish all that the baseline has: none may vanish.</summary>
    private static int Settle(IReadOnlyList<CaseResult> results, Arguments wanted)
    {
        var expected = File.Exists(Files.Baseline) ? Baseline.Read(File.ReadAllText(Files.Baseline)) : [];
        if (wanted.Update)
        {
            CaseResult[] all = [.. expected.Where(one => !wanted.Takes(one.Number)), .. results];
            File.WriteAllText(Files.Baseline, Baseline.Write(all));
            File.WriteAllText(Files.Report, Report.Write(all));
            Console.WriteLine($"Written: {Files.Baseline}, {Files.Report}");
            return 0;
        }
        var differences = Baseline.Differences(expected, results, wanted.Takes);
        foreach (var difference in differences) Console.WriteLine(difference);
        Console.WriteLine(differences.Count == 0 ? "As in the baseline." : $"{differences.Count} differ from the baseline.");
        return differences.Count == 0 ? 0 : 1;
    }

    private static void Tell(Finished one)
    {
        if (one.Result.Verdict is Verdict.Ok or Verdict.Informational) return;
        Console.WriteLine($"{one.Result.Number} {Report.Name(one.Result.Verdict)}: {one.Result.Title}");
        Console.WriteLine($"  sent {one.Result.Sends}\n  expected {one.Result.Expects}\n  seen {one.Seen}");
    }

    private static void TellSummary(IReadOnlyList<Finished> finished, int slowest)
    {
        foreach (var one in finished.OrderByDescending(one => one.Duration).Take(slowest))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{one.Result.Number} took {one.Duration.TotalSeconds:0.00} s"));
        var verdicts = Enum.GetValues<Verdict>().Select(verdict =>
            $"{finished.Count(one => one.Result.Verdict == verdict)} {Report.Name(verdict)}");
        Console.WriteLine($"{finished.Count} cases: {string.Join(", ", verdicts)}");
    }
}

/// <summary>The committed files.</summary>
internal static class Files
{
    public static string Baseline => Path.Combine(HostProcess.Root, "tests", "Conformance", "expected-results.json");

    public static string Report => Path.Combine(HostProcess.Root, "docs", "conformance.md");
}
