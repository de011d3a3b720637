using System.Diagnostics;
using PluginHost.Benchmarks.Macro;

namespace PluginHost.Benchmarks.Hostile;

/// <summary><c>hostile [row …] [--published FOLDER]</c>: attacks the published server and prints what came of it; 1 when a goal is not held. Linux only.</summary>
internal static class HostileCommand
{
    public static int Run(string[] arguments)
    {
        var names = new List<string>();
        string? published = null;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--published") published = Path.GetFullPath(arguments[++i]);
            else names.Add(arguments[i]);
        }
        var folder = published ?? Directory.CreateTempSubdirectory("pluginhost-published-").FullName;
        var all = new Attacks(folder).All;
        if (names.Find(name => all.All(one => one.Id != name)) is { } unknown)
        {
            Console.Error.WriteLine($"There is no row {unknown}; there are {string.Join(' ', all.Select(one => one.Id))}.");
            return 2;
        }
        try
        {
            if (published is null) Shell.Run("dotnet", "publish", Shell.InRepository("host"), "-c", "Release", "-o", folder, "-v", "quiet", "-nologo");
            return Run([.. all.Where(one => names.Count == 0 || names.Contains(one.Id))]);
        }
        finally
        {
            if (published is null) Directory.Delete(folder, recursive: true);
        }
    }

    private static int Run(IReadOnlyList<(string Id, Func<HostileRow> Run)> attacks)
    {
        var rows = new List<HostileRow>();
        foreach (var (id, run) in attacks)
        {
            var watch = Stopwatch.StartNew();
            HostileRow row;
            try
            {
                row = run();
            }
            catch (Exception exception)
            {
                row = new(id, $"{exception.GetType().Name}: {exception.Message}", "an answer", false);
            }
            rows.Add(row);
            Console.WriteLine($"{id,-14} {(row.IsHeld ? "held" : "NOT HELD"),-9} {row.Figure} ({watch.Elapsed.TotalSeconds:F0} s)");
        }
        Console.WriteLine($"\n{HostileRow.Table(rows)}");
        return rows.TrueForAll(row => row.IsHeld) ? 0 : 1;
    }
}
