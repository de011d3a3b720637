using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using McMaster.NETCore.Plugins;
using PluginHost.Abstractions;
using ContextLoader = McMaster.NETCore.Plugins.PluginLoader;

namespace PluginHost.Server.Loading;

/// <summary>
/// The assembly of one plugin in a load context of its own, which shares the contract and the framework with the host. Everything else
/// comes from the folder that the assembly lies in.
/// </summary>
internal sealed class PluginAssembly
{
    // By context, so that what is unloaded is forgotten.
    private static readonly ConditionalWeakTable<AssemblyLoadContext, string> Owners = [];

    private readonly ContextLoader _loader;

    private PluginAssembly(ContextLoader loader, Assembly assembly)
    {
        _loader = loader;
        Assembly = assembly;
    }

    /// <summary>The plugin's own assembly.</summary>
    public Assembly Assembly { get; }

    /// <summary>Its load context.</summary>
    public AssemblyLoadContext Context => AssemblyLoadContext.GetLoadContext(Assembly)!;

    /// <summary>Loads an assembly. What it refers to is loaded when it is needed.</summary>
    /// <param name="id">The plugin's id.</param>
    /// <param name="file">The absolute path of the assembly.</param>
    /// <exception cref="InvalidOperationException">Its <c>.deps.json</c> cannot be read.</exception>
    /// <exception cref="BadImageFormatException">It is not for this platform.</exception>
    public static PluginAssembly Load(string id, string file)
    {
        // Its hot reload is not used: it misses files that are replaced by a rename, and has no way back.
        var config = new PluginConfig(file) { IsUnloadable = true, IsLazyLoaded = true };
        config.SharedAssemblies.Add(typeof(Plugin).Assembly.GetName());
        var loader = new ContextLoader(config);
        try
        {
            var loaded = new PluginAssembly(loader, loader.LoadDefaultAssembly());
            Owners.AddOrUpdate(loaded.Context, id);
            return loaded;
        }
        catch
        {
            loader.Dispose();
            throw;
        }
    }

    /// <summary>The plugin that an assembly belongs to; <see langword="null"/> for those of the host and the framework.</summary>
    public static string? OwnerOf(Assembly assembly) =>
        AssemblyLoadContext.GetLoadContext(assembly) is { } context && Owners.TryGetValue(context, out var id) ? id : null;

    /// <summary>Begins to unload: the memory is freed when nothing points into the context any more.</summary>
    public void Unload() => _loader.Dispose();
}
