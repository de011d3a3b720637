namespace PluginHost.Architecture.Tests;

/// <summary>The assemblies built before these tests, as the build listed them.</summary>
internal static class Inspected
{
    private static readonly (string Project, string Assembly)[] Listed =
    [
        .. from line in File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "inspected-assemblies.txt"))
           let parts = line.Split('|')
           where parts.Length == 2
           select (parts[0], parts[1]),
    ];

    /// <summary>The folder of PluginHost.sln, found from the project that is always there.</summary>
    public static string Root { get; } =
        Path.GetDirectoryName(Path.GetDirectoryName(Listed.Single(l => Path.GetFileName(l.Project) == "PluginHost.Core.csproj").Project))!;

    /// <summary>Paths of the assemblies of core, host and plugins.</summary>
    public static IReadOnlyList<string> Ours { get; } =
        [.. Listed.Where(l => !Path.GetFileName(l.Project).StartsWith("Architecture.", StringComparison.Ordinal)).Select(l => l.Assembly)];

    /// <summary>The project files behind <see cref="Ours"/>.</summary>
    public static IReadOnlyList<string> Projects { get; } =
        [.. Listed.Where(l => Ours.Contains(l.Assembly)).Select(l => l.Project)];

    public static Reading Core() => new(Ours.Single(a => Path.GetFileName(a) == "PluginHost.Core.dll"));

    public static Reading Host() => new(Ours.Single(a => Path.GetFileName(a) == "PluginHost.dll"));

    public static Reading Server() => new(Ours.Single(a => Path.GetFileName(a) == "PluginHost.Server.dll"));

    public static Reading Fixture() => new(Listed.Single(l => Path.GetFileName(l.Project) == "Architecture.Fixture.csproj").Assembly);
}
