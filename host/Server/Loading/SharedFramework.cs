using System.Collections.Concurrent;
using System.Reflection;

namespace PluginHost.Server.Loading;

/// <summary>The assemblies that plugins share with the host: those of .NET itself, never those of the host's packages.</summary>
internal static class SharedFramework
{
    private static readonly ConcurrentDictionary<string, Version?> Versions = new(StringComparer.OrdinalIgnoreCase);
    private static readonly IReadOnlyDictionary<string, string> Trusted = TrustedAssemblies();
    private static readonly HashSet<string> Own = OwnAssemblies();

    // A self-contained host has its own packages and the framework in one folder, a single file has neither on disk.
    private static readonly bool IsSelfContained = !Trusted.TryGetValue("System.Runtime", out var runtime) || IsBesideHost(runtime);

    /// <summary>The assembly version that the framework offers under a simple name; <see langword="null"/> where it has none.</summary>
    public static Version? VersionOf(string name) => Versions.GetOrAdd(name, Find);

    private static Version? Find(string name)
    {
        if (Own.Contains(name))
            return null;
        try
        {
            return IsSelfContained ? Assembly.Load(new AssemblyName(name)).GetName().Version
                : Trusted.TryGetValue(name, out var file) && !IsBesideHost(file) ? AssemblyName.GetAssemblyName(file).Version
                : null;
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or ArgumentException)
        {
            return null;
        }
    }

    private static Dictionary<string, string> TrustedAssemblies()
    {
        var files = (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var byName = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var file in files)
            byName.TryAdd(Path.GetFileNameWithoutExtension(file), file);
        return byName;
    }

    /// <summary>The names that the program's build wrote down: what it was published with, apart from the framework.</summary>
    private static HashSet<string> OwnAssemblies()
    {
        var names = Assembly.GetEntryAssembly()?.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(metadata => metadata.Key == "OwnAssemblies")?.Value ?? "";
        return new(names.Split(';', StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsBesideHost(string file) =>
        Path.GetDirectoryName(file) == Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
}
