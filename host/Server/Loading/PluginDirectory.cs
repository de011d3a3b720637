using PluginHost.Server.Logging;

namespace PluginHost.Server.Loading;

/// <summary>
/// Finds the assemblies to load. Nothing is opened.
/// <para>The directory is looked up beside <c>plugins.json</c>. The host's own <c>plugins</c> folder, beside its program, is searched too
/// in two cases: the directory is
/// the default and does not exist, or it is a source tree, as in the repository: a folder in it holds a project file and no
/// <c>&lt;id&gt;.dll</c>. Where both hold an id,
/// the one beside <c>plugins.json</c> is taken. So the same file serves from the repository and from a published folder.</para>
/// </summary>
public static class PluginDirectory
{
    /// <summary>Finds everything that is to be loaded, and everything that is in the way of it.</summary>
    /// <returns>Candidates ordered by id, and problems. With a problem, nothing is to be loaded.</returns>
    public static (IReadOnlyList<PluginCandidate> Candidates, IReadOnlyList<PluginProblem> Problems) Scan(PluginSources sources)
    {
        var problems = new List<PluginProblem>();
        var found = new Dictionary<string, PluginCandidate>(PluginId.Comparer);
        try
        {
            Find(sources, found, problems);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new(sources.Directory, $"it cannot be searched: {OneLine.Of(e)}", "Make the folder readable for the host",
                "/plugins/directory"));
        }

        return (found.Values.OrderBy(c => c.Id, StringComparer.OrdinalIgnoreCase).ToList(), problems);
    }

    private static void Find(PluginSources sources, Dictionary<string, PluginCandidate> found, List<PluginProblem> problems)
    {
        var sound = SoundEntries(sources.Entries, problems);
        if (Roots(sources, problems) is not { } roots)
            return;
        foreach (var entry in sound.Where(e => e.Enabled))
            if (FromEntry(entry, sources, roots, problems) is { } candidate)
                found.Add(entry.Id, candidate);
        if (sources.Discover)
            Discover(roots, sources.Entries, found, problems);
    }

    private static List<PluginEntry> SoundEntries(IReadOnlyList<PluginEntry> entries, List<PluginProblem> problems)
    {
        var sound = new List<PluginEntry>();
        var seen = new Dictionary<string, string>(PluginId.Comparer);
        foreach (var entry in entries)
        {
            var before = problems.Count;
            var pointer = PointerTo(entry);
            if (!PluginId.IsValid(entry.Id))
                problems.Add(new(Named(entry), "the id is not valid", $"Rename the entry: {PluginId.Rules}", pointer));
            if (!seen.TryAdd(entry.Id, entry.Id))
                problems.Add(new(Named(entry), $"the id is the same as that of entry '{seen[entry.Id]}'; ids are compared without case",
                    "Remove one", pointer));
            if (entry.Path is { } path && PluginPaths.FaultOf(path) is { } fault)
                problems.Add(new(Named(entry), $"{fault}: {path}", "Write an absolute path, or one below the folder of plugins.json",
                    $"{pointer}/path"));
            if (entry.Sha256 is { } hash && (hash.Length != 64 || !hash.All(char.IsAsciiHexDigit)))
                problems.Add(new(Named(entry), "the sha256 is not 64 hexadecimal digits", "Write what sha256sum prints for the assembly",
                    $"{pointer}/sha256"));
            if (problems.Count == before)
                sound.Add(entry);
        }

        return sound;
    }

    /// <summary>The folders to search, links resolved, the first to be preferred; <see langword="null"/> when the directory cannot be
    /// used.</summary>
    private static List<string>? Roots(PluginSources sources, List<PluginProblem> problems)
    {
        const string pointer = "/plugins/directory";
        if (PluginPaths.FaultOf(sources.Directory) is { } fault)
        {
            problems.Add(new(sources.Directory, fault, "Name a folder, absolute or below that of plugins.json", pointer));
            return null;
        }

        var config = PluginPaths.Real(sources.ConfigFolder) ?? sources.ConfigFolder;
        var root = PluginPaths.Real(Path.Combine(config, sources.Directory));
        if (root is null || (!Path.IsPathRooted(sources.Directory) && !PluginPaths.IsBelow(root, config)))
        {
            problems.Add(new(sources.Directory, "a link leads out of the folder of plugins.json, or in circles",
                "Name the folder itself, by an absolute path", pointer));
            return null;
        }

        var exists = Directory.Exists(root);
        if (!exists && sources.DirectoryIsExplicit)
            problems.Add(new(root, "the folder does not exist", "Create it, or correct plugins.directory", pointer));
        var roots = exists ? new List<string> { root } : [];
        var own = PluginPaths.Real(Path.Combine(sources.HostFolder, "plugins"));
        if (own is not null && own != root && Directory.Exists(own) && (exists ? IsSourceTree(root) : !sources.DirectoryIsExplicit))
            roots.Add(own);
        return roots;
    }

    private static bool IsSourceTree(string root) => Directory.EnumerateDirectories(root).Any(folder =>
        Directory.EnumerateFiles(folder, "*.*proj").Any() && AssemblyIn(folder, Path.GetFileName(folder)) is null);

    private static PluginCandidate? FromEntry(PluginEntry entry, PluginSources sources, List<string> roots, List<PluginProblem> problems)
    {
        var pointer = PointerTo(entry);
        if (entry.Path is { } path)
        {
            var config = PluginPaths.Real(sources.ConfigFolder) ?? sources.ConfigFolder;
            var below = Path.IsPathRooted(path) ? null : config;
            return Checked(new(entry.Id, Path.Combine(config, path), entry.Sha256, entry.OptionsJson), below, $"{pointer}/path", problems);
        }

        foreach (var root in roots)
            foreach (var folder in FoldersOf(root, entry.Id))
                if (AssemblyIn(folder, entry.Id) is { } file)
                    return Checked(new(entry.Id, file, entry.Sha256, entry.OptionsJson), root, pointer, problems);
        var places = roots.Count == 0 ? "there is no plugins folder"
            : string.Join(" and ", roots.Select(r => Path.Combine(r, entry.Id, entry.Id + ".dll") + " is missing"));
        problems.Add(new(Named(entry), places, "Copy the plugin there, give the entry a path, or set \"enabled\": false", pointer));
        return null;
    }

    private static void Discover(
        List<string> roots, IReadOnlyList<PluginEntry> entries, Dictionary<string, PluginCandidate> found, List<PluginProblem> problems)
    {
        var decided = entries.Select(e => e.Id).ToHashSet(PluginId.Comparer);
        foreach (var root in roots)
        {
            var here = new Dictionary<string, string>(PluginId.Comparer);
            foreach (var folder in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
            {
                var id = Path.GetFileName(folder);
                if (id.StartsWith('.'))
                    continue;
                if (AssemblyIn(folder, id) is not { } file)
                    ReportMisnamed(folder, id, problems);
                else if (!PluginId.IsValid(id))
                    problems.Add(new(file, "the name of its folder is not a valid plugin id", $"Rename it: {PluginId.Rules}"));
                else if (!here.TryAdd(id, file))
                    problems.Add(new(file, $"its id differs only in case from that of {here[id]}", "Remove one"));
                else if (decided.Add(id) && Checked(new(id, file, null, "{}"), root, null, problems) is { } candidate)
                    found.Add(id, candidate);
            }
        }
    }

    /// <summary>A folder without any DLL is somebody's sources or data; one with other DLLs is a plugin under a wrong name.</summary>
    private static void ReportMisnamed(string folder, string id, List<PluginProblem> problems)
    {
        var others = Directory.EnumerateFiles(folder, "*.dll").Select(Path.GetFileName).Order(StringComparer.Ordinal).Take(3).ToList();
        if (others.Count > 0)
            problems.Add(new(folder, $"holds {string.Join(", ", others)} but no {id}.dll",
                "Name the folder like the plugin's assembly, or give the assembly an entry with a path"));
    }

    private static PluginCandidate? Checked(PluginCandidate candidate, string? below, string? pointer, List<PluginProblem> problems)
    {
        var real = PluginPaths.Real(candidate.File);
        if (real is null || (below is not null && !PluginPaths.IsBelow(real, below)))
            problems.Add(new(candidate.File, $"a link leads out of {below}, or in circles",
                "Copy the plugin there, or name it by an entry with an absolute path", pointer));
        else if (PluginPaths.FaultOfFile(real) is { } fault)
            problems.Add(new(candidate.File, fault, "Build the plugin and copy its output folder", pointer));
        else
            return candidate with { File = real };
        return null;
    }

    /// <summary>The folder of that id: by its exact name, else by a name that differs in case.</summary>
    private static IEnumerable<string> FoldersOf(string root, string id)
    {
        var exact = Path.Combine(root, id);
        return Directory.Exists(exact) ? [exact]
            : Directory.EnumerateDirectories(root).Where(f => PluginId.Comparer.Equals(Path.GetFileName(f), id));
    }

    /// <summary><c>&lt;id&gt;.dll</c> by its exact name, else by a name that differs in case.</summary>
    private static string? AssemblyIn(string folder, string id)
    {
        var exact = Path.Combine(folder, id + ".dll");
        return File.Exists(exact) || new FileInfo(exact).LinkTarget is not null ? exact
            : Directory.EnumerateFiles(folder, "*.dll").FirstOrDefault(f =>
                PluginId.Comparer.Equals(Path.GetFileNameWithoutExtension(f), id));
    }

    private static string Named(PluginEntry entry) => $"plugins.entries.{entry.Id}";

    /// <summary>RFC 6901 §3.</summary>
    private static string PointerTo(PluginEntry entry) =>
        $"/plugins/entries/{entry.Id.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
}
