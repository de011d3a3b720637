namespace PluginHost.Architecture.Tests;

/// <summary>The folders of a project as a graph: each is a namespace, and points at those whose types it mentions.</summary>
internal static class Folders
{
    /// <summary>For each namespace of an assembly, the others of the same assembly that it points at.</summary>
    public static IReadOnlyDictionary<string, IReadOnlySet<string>> Of(Reading reading) =>
        Of(Users.Mentions(reading).Where(pair => pair.Key.Contains('.', StringComparison.Ordinal)).ToDictionary(pair => pair.Key, pair => (IEnumerable<string>)pair.Value));

    /// <summary>The same, of types by their full names and what they mention.</summary>
    public static IReadOnlyDictionary<string, IReadOnlySet<string>> Of(IReadOnlyDictionary<string, IEnumerable<string>> mentions) => mentions
        .GroupBy(pair => Namespace(pair.Key))
        .ToDictionary(
            folder => folder.Key,
            folder => (IReadOnlySet<string>)folder.SelectMany(pair => pair.Value).Where(mentions.ContainsKey).Select(Namespace)
                .Where(other => other != folder.Key).ToHashSet());

    /// <summary>For each namespace of a project's source files, the others of the project that they import, for comments too.</summary>
    /// <param name="project">The folder of the project.</param>
    /// <param name="besides">Folders of other projects within it.</param>
    public static IReadOnlyDictionary<string, IReadOnlySet<string>> OfImports(string project, params IReadOnlyList<string> besides)
    {
        var files = Sources(project, besides).Select(file => File.ReadAllLines(file.Full)).ToArray();
        var imports = files.Select(lines => (Folder: After(lines, "namespace "), Imports: lines.Where(line => line.StartsWith("using ", StringComparison.Ordinal)).Select(line => line["using ".Length..].TrimEnd(';')).ToArray()))
            .Where(file => file.Folder is not null).ToArray();
        var folders = imports.Select(file => file.Folder!).ToHashSet();
        return imports.GroupBy(file => file.Folder!).ToDictionary(
            folder => folder.Key,
            folder => (IReadOnlySet<string>)folder.SelectMany(file => file.Imports).Where(other => folders.Contains(other) && other != folder.Key).ToHashSet());
    }

    /// <summary>The folders that can be reached from themselves, each with one way back: "A -> B -> A".</summary>
    public static IReadOnlyList<string> Cycles(IReadOnlyDictionary<string, IReadOnlySet<string>> arrows) =>
    [
        .. from folder in arrows.Keys.Order(StringComparer.Ordinal)
           let way = WayBack(arrows, folder)
           where way is not null
           select string.Join(" -> ", way),
    ];

    /// <summary>The source files whose namespace is not their folder.</summary>
    /// <param name="project">The folder of the project.</param>
    /// <param name="root">The namespace of that folder.</param>
    /// <param name="besides">Folders of other projects within it.</param>
    public static IReadOnlyList<string> Misplaced(string project, string root, params IReadOnlyList<string> besides) =>
    [
        .. from source in Sources(project, besides)
           let path = source.Path
           let folder = Path.GetDirectoryName(path)!.Replace(Path.DirectorySeparatorChar, '.').Replace('/', '.')
           let expected = folder.Length == 0 ? root : $"{root}.{folder}"
           let declared = After(File.ReadAllLines(source.Full), "namespace ")
           where declared is not null && declared != expected
           orderby path
           select path,
    ];

    private static IEnumerable<(string Full, string Path)> Sources(string project, IReadOnlyList<string> besides) =>
        from file in Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories)
        let path = Path.GetRelativePath(project, file).Replace(Path.DirectorySeparatorChar, '/')
        where !path.StartsWith("obj/", StringComparison.Ordinal) && !path.StartsWith("bin/", StringComparison.Ordinal)
        where !besides.Any(other => path.StartsWith(other + "/", StringComparison.Ordinal))
        select (file, path);

    private static string? After(string[] lines, string keyword) =>
        lines.FirstOrDefault(line => line.StartsWith(keyword, StringComparison.Ordinal))?[keyword.Length..].TrimEnd(';');

    private static string Namespace(string type) => type[..type.LastIndexOf('.')];

    private static IReadOnlyList<string>? WayBack(IReadOnlyDictionary<string, IReadOnlySet<string>> arrows, string start)
    {
        var from = new Dictionary<string, string>();
        var next = new Queue<string>([start]);
        while (next.TryDequeue(out var folder))
        {
            foreach (var other in arrows[folder].Order(StringComparer.Ordinal))
            {
                if (other == start)
                {
                    var way = new List<string> { start };
                    for (var at = folder; at != start; at = from[at]) way.Insert(0, at);
                    way.Insert(0, start);
                    return way;
                }

                if (from.TryAdd(other, folder)) next.Enqueue(other);
            }
        }

        return null;
    }
}
