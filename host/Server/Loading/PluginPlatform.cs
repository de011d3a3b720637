using System.Runtime.InteropServices;

namespace PluginHost.Server.Loading;

/// <summary>Which files of a plugin's folder are loaded on this platform.</summary>
internal static class PluginPlatform
{
    private static readonly HashSet<string> Identifiers = IdentifiersOf(RuntimeInformation.RuntimeIdentifier);

    /// <summary>Whether an assembly can be loaded here: it lies beside the plugin's own, or below <c>runtimes/</c> under the name of this platform
    /// or of one that it is compatible with. What lies elsewhere is found by nobody; translations refer to nothing.</summary>
    /// <param name="path">The path, relative to the plugin's folder.</param>
    public static bool Loads(string path) => path.Split('/', '\\') switch
    {
        [_] => true,
        ["runtimes", var identifier, "lib", .., _] => Identifiers.Contains(identifier),
        _ => false,
    };

    /// <summary>A runtime identifier such as <c>linux-musl-x64</c> and those it is compatible with.</summary>
    internal static HashSet<string> IdentifiersOf(string identifier)
    {
        var parts = identifier.Split('-');
        var (system, processor) = (parts[0], parts[^1]);
        string[] families = system is "win" ? [system] : [system, "unix"];
        var all = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { identifier, "any", string.Join('-', parts[..^1]) };
        foreach (var family in families)
            all.UnionWith([family, $"{family}-{processor}"]);
        return all;
    }
}
