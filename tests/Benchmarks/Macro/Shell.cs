using System.Diagnostics;

namespace PluginHost.Benchmarks.Macro;

/// <summary>Where things are, and other programs.</summary>
internal static class Shell
{
    /// <summary>A path below the repository's root.</summary>
    public static string InRepository(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "PluginHost.sln"))) return Path.Combine(folder.FullName, path);
        throw new DirectoryNotFoundException("the repository is not above this program");
    }

    /// <summary>What a project's Release build has made.</summary>
    public static string Built(string project, string name)
    {
        var file = Path.Combine(InRepository(project), "bin", "Release", "net10.0", name);
        return File.Exists(file) ? file : throw new FileNotFoundException($"build it first: dotnet build -c Release {project}", file);
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed:\n{output}");
    }
}
