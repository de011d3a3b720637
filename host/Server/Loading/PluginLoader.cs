using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using PluginHost.Abstractions;
using PluginHost.Core.Configuration;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Loading;

/// <summary>
/// Loads all plugins of a configuration, or none. Each has a load context of its own, so that two may carry different versions of one
/// library, and all share the
/// contract. A load context isolates versions; it is no boundary for faults or security.
/// </summary>
public static class PluginLoader
{
    private const long MaxBytes = 256L << 20;

    private static readonly Lazy<AssemblyFacts> Contract = new(ReadContract);

    /// <summary>The same, with the default of <c>plugins.callTimeout</c>.</summary>
    /// <param name="sources">Where plugins come from.</param>
    public static PluginLoadResult Load(PluginSources sources) => Load(sources, ConfigurationReader.Default.Plugins.CallTimeout);

    /// <summary>Finds, checks and loads the plugins, constructs and describes each. Starts nothing, and validates options only where there are problems anyway.</summary>
    /// <param name="sources">Where plugins come from.</param>
    /// <param name="limit">How long a plugin may take to be constructed and described, later to validate, start and stop.</param>
    /// <returns>All plugins, or all problems; then whatever was loaded has been let go again.</returns>
    public static PluginLoadResult Load(PluginSources sources, TimeSpan limit) => Load(sources, limit, []);

    /// <summary>Loads everything that the sources name, with plugins that the program has made itself. None is started.</summary>
    /// <param name="sources">Where plugins come from. An entry of the id of one that is made says its options, and whether it is served.</param>
    /// <param name="limit">How long a plugin may take to be constructed and described, later to validate, start and stop.</param>
    /// <param name="own">Those that are made.</param>
    /// <returns>All plugins, or all problems; then whatever was loaded has been let go again.</returns>
    public static PluginLoadResult Load(PluginSources sources, TimeSpan limit, IReadOnlyList<OwnPlugin> own)
    {
        var made = own.ToDictionary(plugin => plugin.Id, PluginId.Comparer);
        var (candidates, found) = PluginDirectory.Scan(sources with { Entries = [.. sources.Entries.Where(entry => !made.ContainsKey(entry.Id))] });
        var problems = found.ToList();
        var plugins = new List<LoadedPlugin>();
        foreach (var plugin in own)
        {
            var entry = sources.Entries.FirstOrDefault(entry => PluginId.Comparer.Equals(entry.Id, plugin.Id));
            if (entry is { Enabled: false }) continue;
            var (description, problem) = Take(plugin, entry?.OptionsJson ?? "{}", limit);
            if (description is not null)
                plugins.Add(description);
            else
                problems.Add(problem!);
        }

        foreach (var candidate in candidates)
        {
            var (plugin, problem) = LoadOne(candidate, limit);
            if (plugin is not null)
                plugins.Add(plugin);
            else
                problems.Add(problem!);
        }

        problems.AddRange(TokenProblems(plugins));
        if (problems.Count == 0)
            return new PluginLoadResult.Loaded(new(plugins, limit));
        // Their options can be wrong besides: whoever corrects the file should see all of it at once.
        problems.AddRange(plugins.SelectMany(p => p.Validate(limit)));
        foreach (var plugin in plugins)
            plugin.Unload();
        return new PluginLoadResult.Failed(problems);
    }

    private static (LoadedPlugin?, PluginProblem?) Take(OwnPlugin own, string options, TimeSpan limit)
    {
        var name = own.Plugin.GetType().Assembly.GetName();
        var file = Path.Combine(AppContext.BaseDirectory, name.Name + ".dll");
        var metadata = new PluginMetadata(name.Name!, name.Version?.ToString() ?? "", new Version(ContractInfo.Major, ContractInfo.Minor));
        var (description, problem) = Describe(file, own.Plugin, limit);
        return description is null ? (null, problem) : (new(new(own.Id, file, null, options), metadata, null, own.Plugin, description, isScript: false), null);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (LoadedPlugin?, PluginProblem?) LoadOne(PluginCandidate candidate, TimeSpan limit)
    {
        if (TooLarge(candidate.File) is { } large)
            return (null, large);
        var (copy, uncopied) = Copy(candidate);
        if (copy is null)
            return (null, uncopied);
        var (plugin, problem) = LoadCopy(candidate, copy, limit);
        if (plugin is null)
            copy.Remove();
        return (plugin, problem);
    }

    private static PluginProblem? TooLarge(string file) => new FileInfo(file).Length > MaxBytes
        ? new(file, $"it is larger than {MaxBytes >> 20} MiB", "Put the plugin's managed DLL there")
        : null;

    private static (PluginCopy?, PluginProblem?) Copy(PluginCandidate candidate)
    {
        try
        {
            return PluginCopy.Make(candidate.Id, candidate.File, CopyRoot.OfProcess.Path, CopyLimits.Default);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, new(candidate.File, $"there is no room for a private copy of its folder: {OneLine.Of(e)}",
                "Let TMPDIR, or STATE_DIRECTORY, name a folder that the host can write"));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (LoadedPlugin?, PluginProblem?) LoadCopy(PluginCandidate candidate, PluginCopy copy, TimeSpan limit)
    {
        // What is hashed and examined is what is loaded: nobody else writes to the copy.
        var image = File.ReadAllBytes(copy.File);
        var actual = Convert.ToHexStringLower(SHA256.HashData(image));
        if (candidate.Sha256 is { } expected && !actual.Equals(expected, StringComparison.OrdinalIgnoreCase))
            return (null, new(candidate.File, $"its SHA-256 is {actual}, plugins.json expects {expected.ToLowerInvariant()}",
                "Install the expected file, or correct sha256", $"/plugins/entries/{candidate.Id}/sha256"));
        var (metadata, problem) = PluginMetadata.Read(image, candidate.File);
        if (metadata is null)
            return (null, problem);
        if (Incomplete(candidate, copy) is { } incomplete)
            return (null, incomplete);

        var (assembly, unloadable) = Open(candidate, copy);
        if (assembly is null)
            return (null, unloadable);
        var (plugin, fault) = Create(candidate, metadata, assembly, copy, limit);
        if (plugin is null)
            assembly.Unload();
        return (plugin, fault);
    }

    /// <summary>What the assemblies of the folder lack. Those that must not be loaded are removed from the copy.</summary>
    private static PluginProblem? Incomplete(PluginCandidate candidate, PluginCopy copy)
    {
        var assemblies = copy.Assemblies.Where(PluginPlatform.Loads).Select(file => AssemblyFacts.Read(copy.Folder, file)).OfType<AssemblyFacts>().ToList();
        var closure = PluginClosure.Of(assemblies, Contract.Value, SharedFramework.VersionOf);
        foreach (var assembly in closure.LeftOut)
            copy.LeaveOut(assembly.File);
        return closure.Faults.Count == 0 ? null : new(candidate.File, string.Join("; ", closure.Faults),
            "Copy the whole output of dotnet publish, or build with EnableDynamicLoading, so that the packages lie beside the plugin");
    }

    private static (PluginAssembly?, PluginProblem?) Open(PluginCandidate candidate, PluginCopy copy)
    {
        try
        {
            return (PluginAssembly.Load(candidate.Id, copy.File), null);
        }
        catch (InvalidOperationException e)
        {
            return (null, new(candidate.File, $"its {Path.ChangeExtension(Path.GetFileName(candidate.File), ".deps.json")} cannot be read: {OneLine.Of(e)}",
                "Publish the plugin again, or remove that file"));
        }
        catch (Exception e) when (e is BadImageFormatException or IOException or TypeLoadException)
        {
            return (null, new(candidate.File, $"it cannot be loaded: {OneLine.Of(e)}",
                "Build it for any CPU and this version of .NET, and copy the whole output folder"));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (LoadedPlugin?, PluginProblem?) Create(
        PluginCandidate candidate, PluginMetadata metadata, PluginAssembly assembly, PluginCopy copy, TimeSpan limit)
    {
        var (type, problem) = FindType(candidate.File, assembly);
        if (type is null)
            return (null, problem);
        var (plugin, thrown) = Guarded.Call(() => (Plugin)Activator.CreateInstance(type)!, limit);
        if (plugin is null)
            return (null, new(candidate.File, $"{type.FullName} could not be constructed: {thrown}",
                "Constructors of plugins do nothing; work belongs into StartAsync"));
        var (description, fault) = Describe(candidate.File, plugin, limit);
        return description is null ? (null, fault) : (new(candidate, metadata, new(assembly, copy), plugin, description, isScript: false), null);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (PluginDescription?, PluginProblem?) Describe(string file, Plugin plugin, TimeSpan limit)
    {
        var type = plugin.GetType();
        var (description, fault) = Guarded.Call(plugin.Describe, limit);
        if (description is null)
            return (null, new(file, $"{type.FullName} could not be described: {fault}", "Describe only names handlers; work belongs into StartAsync"));
        return description.Handlers.Count == 0 && description.Authenticate is null
            ? (null, new(file, $"{type.FullName} describes no handler",
                "Return at least one from Describe, such as Handler.Pure(\"token\", handler)"))
            : (description, null);
    }

    /// <summary>The only concrete subclass of <see cref="Plugin"/>.</summary>
    private static (Type?, PluginProblem?) FindType(string file, PluginAssembly assembly)
    {
        Type[] types;
        try
        {
            types = [.. assembly.Assembly.GetTypes().Where(type => typeof(Plugin).IsAssignableFrom(type))];
        }
        catch (ReflectionTypeLoadException e)
        {
            var first = e.LoaderExceptions.FirstOrDefault(exception => exception is not null);
            return (null, new(file, $"its types cannot be loaded: {OneLine.Of(first ?? e)}",
                "Build the plugin against the versions of the DLLs that lie beside it"));
        }

        var concrete = types.Where(t => !t.IsAbstract && !t.ContainsGenericParameters).ToList();
        return concrete switch
        {
            [] when types.Length > 0 =>
                (null, new(file, $"{types[0].FullName} is abstract or generic, and there is no other class derived from Plugin",
                "Make it concrete")),
            [] => (null, new(file, "it holds no class derived from PluginHost.Abstractions.Plugin",
                "Derive a public class from Plugin, or remove the folder")),
            [var only] when !only.IsVisible => (null, new(file, $"{only.FullName} is not public", "Make it public")),
            [var only] when only.GetConstructor(Type.EmptyTypes) is null =>
                (null, new(file, $"{only.FullName} has no public constructor without parameters", "Add one")),
            [var only] => (only, null),
            _ => (null, new(file, "it holds several plugins: " + string.Join(", ", concrete.Select(t => t.FullName).Order(StringComparer.Ordinal)),
                "Leave one; a plugin may describe several handlers")),
        };
    }

    private static AssemblyFacts ReadContract()
    {
        var contract = typeof(Plugin).Assembly;
        return new("", contract.GetName().Name!, contract.GetName().Version!,
            [.. contract.GetReferencedAssemblies().Select(name => new AssemblyReferenceFacts(name.Name!, name.Version!))]);
    }

    private static IEnumerable<PluginProblem> TokenProblems(IReadOnlyList<LoadedPlugin> plugins)
    {
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var plugin in plugins)
            foreach (var token in plugin.Description.Handlers.SelectMany(h => h.Subprotocols))
                if (!owners.TryAdd(token, plugin.File))
                    yield return owners[token] == plugin.File
                        ? new(plugin.File, $"it claims the subprotocol '{token}' twice", "Name each token once in Describe")
                        : new(plugin.File, $"the subprotocol '{token}' is claimed by {owners[token]} too",
                            "Remove one of the two, or set \"enabled\": false in its entry");
    }
}
