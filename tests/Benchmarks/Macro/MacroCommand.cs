using System.Diagnostics;
using System.Globalization;

namespace PluginHost.Benchmarks.Macro;

/// <summary>
/// <c>macro [scenario …] [--rounds N] [--seconds S] [--published FOLDER] [--bun PROGRAM] [--results FOLDER]</c>: the published server beside ASP.NET Core's WebSockets,
/// in turn, servers on the first core and the load on the last.
/// </summary>
internal static class MacroCommand
{
    public static int Run(string[] arguments)
    {
        var names = new List<string>();
        var (rounds, seconds) = (5, 3.0);
        string? published = null;
        string? bun = null;
        var folder = Shell.InRepository("artifacts/macro");
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--rounds": rounds = int.Parse(arguments[++i], CultureInfo.InvariantCulture); break;
                case "--seconds": seconds = double.Parse(arguments[++i], CultureInfo.InvariantCulture); break;
                case "--published": published = Path.GetFullPath(arguments[++i]); break;
                case "--bun": bun = arguments[++i]; break;
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
        if (names.Count == 0) names.AddRange(known);

        using var servers = new Servers(published, bun);
        // After the publish, which may use all cores.
        if (Environment.ProcessorCount > 1 && OperatingSystem.IsLinux())
            Process.GetCurrentProcess().ProcessorAffinity = 1 << (Environment.ProcessorCount - 1);
        var results = new List<ComparisonResult>();
        foreach (var scenario in Scenario.All.Where(one => names.Contains(one.Id)))
        {
            results.Add(Comparison.Run(scenario, servers, rounds, TimeSpan.FromSeconds(seconds)));
            Console.WriteLine(Comparison.Describe(results[^1]));
        }
        if (names.Contains("loops"))
        {
            var (loops, processes, ratio) = Comparison.Loops(servers, rounds, TimeSpan.FromSeconds(seconds));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"loops      b by two loops {loops:F3} µs of CPU a message, by two processes with a loop each {processes:F3}: ratio {ratio:F2}"));
        }
        if (results.Count == 0) return 0;
        Report.Write(folder, results);
        Console.WriteLine($"\n{Report.Table(results)}\nWritten to {folder}.");
        return 0;
    }
}
