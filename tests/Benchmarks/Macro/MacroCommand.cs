using System.Diagnostics;
using System.Globalization;

namespace PluginHost.Benchmarks.Macro;

/// <summary>
/// <c>macro [scenario …] [--rounds N] [--seconds S] [--published FOLDER] [--bun PROGRAM] [--results FOLDER] [--with FILE …]</c>: the published server beside ASP.NET Core's WebSockets,
/// in turn, servers on the first core and the load on the last. <c>--with FILE</c> takes what is not measured now from the JSON of an earlier run; without
/// scenarios it measures nothing and only draws.
/// </summary>
internal static class MacroCommand
{
    public static int Run(string[] arguments)
    {
        var names = new List<string>();
        var (rounds, seconds) = (5, 3.0);
        string? published = null;
        string? bun = null;
        var earlier = new List<ComparisonResult>();
        var folder = Shell.InRepository("artifacts/macro");
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--rounds": rounds = int.Parse(arguments[++i], CultureInfo.InvariantCulture); break;
                case "--seconds": seconds = double.Parse(arguments[++i], CultureInfo.InvariantCulture); break;
                case "--published": published = Path.GetFullPath(arguments[++i]); break;
                case "--bun": bun = arguments[++i]; break;
                case "--with": earlier.AddRange(Report.Read(arguments[++i])); break;
                case "--results": folder = Path.GetFullPath(arguments[++i]); break;
                default: names.Add(arguments[i]); break;
            }
        }
        var known = Scenario.All.Select(one => one.Id).Append("loops").ToHashSet();
        if (names.Find(name => !known.Contains(name)) is { } unknown)
        {
            Console.Error.WriteLine($"There is no scenario {unknown}; there are {string.Join(' ', known)}.");
            return 2;
        }
        if (names.Count == 0 && earlier.Count == 0) names.AddRange(known);
        var results = names.Count == 0 ? [] : Measure(names, rounds, TimeSpan.FromSeconds(seconds), published, bun);
        results = [.. results.Concat(earlier).DistinctBy(one => one.Scenario.Id).OrderBy(one => Scenario.All.ToList().FindIndex(other => other.Id == one.Scenario.Id))];
        if (results.Count == 0) return 0;
        Report.Write(folder, results);
        Console.WriteLine($"\n{Report.Table(results)}\nWritten to {folder}.");
        return 0;
    }

    private static List<ComparisonResult> Measure(List<string> names, int rounds, TimeSpan window, string? published, string? bun)
    {
        using var servers = new Servers(published, bun);
        // After the publish, which may use all cores.
        if (Environment.ProcessorCount > 1 && OperatingSystem.IsLinux())
            Process.GetCurrentProcess().ProcessorAffinity = 1 << (Environment.ProcessorCount - 1);
        var results = new List<ComparisonResult>();
        foreach (var scenario in Scenario.All.Where(one => names.Contains(one.Id)))
        {
            results.Add(Comparison.Run(scenario, servers, rounds, window));
            Console.WriteLine(Comparison.Describe(results[^1]));
        }
        if (names.Contains("loops"))
        {
            var (loops, processes, ratio) = Comparison.Loops(servers, rounds, window);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"loops      b by two loops {loops:F3} µs of CPU a message, by two processes with a loop each {processes:F3}: ratio {ratio:F2}"));
        }
        return results;
    }
}
