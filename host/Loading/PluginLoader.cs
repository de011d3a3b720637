using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using PluginHost.Abstractions;

namespace PluginHost.Loading;

/// <summary>
/// Loads all plugins of a configuration, or none. Each has a load context of its own, so that two may carry different versions of one
/// library, and all share the
/// contract. A load context isolates versions; it is no boundary for faults or security.
/// </summary>
public static class PluginLoader
{
    private const long MostBytes = 256L << 20;

    /// <summary>Finds, checks and loads the plugins, constructs and describes each. Starts nothing, and validates options only where there are problems anyway.</summary>
    /// <param name="sources">Where plugins come from.</param>
    /// <returns>All plugins, or all problems; then whatever was loaded has been let go again.</returns>
    public static PluginLoadResult Load(PluginSources sources) => Load(sources, Guarded.DefaultLimit);

    /// <summary>As <see cref="Load(PluginSources)"/>, with a time limit for each call into a plugin.</summary>
    /// <param name="sources">Where plugins come from.</param>
    /// <param name="limit">How long a plugin may take to be constructed and described, later to validate, start and stop.</param>
    public static PluginLoadResult Load(PluginSources sources, TimeSpan limit)
    {
        var (candidates, found) = PluginDirectory.Scan(sources);
        var problems = found.ToList();
        var plugins = new List<LoadedPlugin>();
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (LoadedPlugin?, PluginProblem?) LoadOne(PluginCandidate candidate, TimeSpan limit)
    {
        var (image, unreadable) = ReadImage(candidate);
        if (image is null)
            return (null, unreadable);
        var (metadata, problem) = PluginMetadata.Read(image, candidate.File);
        if (metadata is null)
            return (null, problem);

        var context = new PluginLoadContext(candidate.Id, candidate.File);
        var (plugin, fault) = Create(candidate, metadata, context, image, limit);
        if (plugin is null)
            context.Unload();
        return (plugin, fault);
    }

    private static (byte[]?, PluginProblem?) ReadImage(PluginCandidate candidate)
    {
        try
        {
            if (new FileInfo(candidate.File).Length > MostBytes)
                return (null, new(candidate.File, $"it is larger than {MostBytes >> 20} MiB", "Put the plugin's managed DLL there"));
            // What is hashed is what is loaded: the file is read once.
            var image = File.ReadAllBytes(candidate.File);
            var actual = Convert.ToHexStringLower(SHA256.HashData(image));
            return candidate.Sha256 is { } expected && !actual.Equals(expected, StringComparison.OrdinalIgnoreCase)
                ? (null, new(candidate.File, $"its SHA-256 is {actual}, plugins.json expects {expected.ToLowerInvariant()}",
                    "Install the expected file, or correct sha256", $"/plugins/entries/{candidate.Id}/sha256"))
                : (image, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, new(candidate.File, $"it cannot be read: {e.Message}", "Make the file readable for the host"));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (LoadedPlugin?, PluginProblem?) Create(
        PluginCandidate candidate, PluginMetadata metadata, PluginLoadContext context, byte[] image, TimeSpan limit)
    {
        var (type, problem) = FindType(candidate.File, context, image);
        if (type is null)
            return (null, problem);
        var (plugin, thrown) = Guarded.Call(() => (Plugin)Activator.CreateInstance(type)!, limit);
        if (plugin is null)
            return (null, new(candidate.File, $"{type.FullName} could not be constructed: {thrown}",
                "Constructors of plugins do nothing; work belongs into StartAsync"));
        var (description, fault) = Guarded.Call(plugin.Describe, limit);
        if (description is null)
            return (null, new(candidate.File, $"{type.FullName} could not be described: {fault}",
                "Describe only names handlers; work belongs into StartAsync"));
        return description.Handlers.Count == 0 && description.Authenticate is null
            ? (null, new(candidate.File, $"{type.FullName} describes no handler",
                "Return at least one from Describe, such as Handler.Pure(\"token\", handler)"))
            : (new(candidate, metadata, context, plugin, description), null);
    }

    /// <summary>The only concrete subclass of <see cref="Plugin"/>.</summary>
    private static (Type?, PluginProblem?) FindType(string file, PluginLoadContext context, byte[] image)
    {
        Type[] types;
        try
        {
            types = [.. context.LoadImage(image, file).GetTypes().Where(t => typeof(Plugin).IsAssignableFrom(t))];
        }
        catch (ReflectionTypeLoadException e)
        {
            var first = e.LoaderExceptions.FirstOrDefault(l => l is not null);
            return (null, new(file, $"its types cannot be loaded: {OneLine.Of(first ?? e)}",
                "Copy the whole output folder of the plugin, with the DLLs it depends on"));
        }
        catch (Exception e) when (e is BadImageFormatException or IOException or TypeLoadException)
        {
            return (null, new(file, $"it cannot be loaded: {OneLine.Of(e)}",
                "Build it for any CPU and this version of .NET, and copy the whole output folder"));
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
