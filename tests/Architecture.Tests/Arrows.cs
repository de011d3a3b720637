using System.Xml.Linq;

namespace PluginHost.Architecture.Tests;

/// <summary>Who may know whom: the program -> the test kit -> the engine -> core and Abstractions, a plugin -> Abstractions. Core and Abstractions know nobody.</summary>
internal static class Arrows
{
    public const string Core = "PluginHost.Core";
    public const string Contract = "PluginHost.Abstractions";
    public const string Host = "PluginHost";
    public const string Server = "PluginHost.Server";
    public const string Kit = "PluginHost.Testing";

    /// <summary>The assemblies of this repository that <paramref name="assembly"/> may refer to.</summary>
    public static IReadOnlyList<string> Allowed(string assembly) => assembly switch
    {
        Core or Contract => [],
        Server => [Core, Contract],
        Kit => [Server, Core, Contract],
        Host => [Kit, Server, Core, Contract],
        _ => [Contract],
    };

    /// <summary>The references that run the wrong way, of an assembly among all those of this repository.</summary>
    public static IReadOnlyList<string> Wrong(string assembly, IEnumerable<string> references, IReadOnlySet<string> ours) =>
    [
        .. from reference in references
           where ours.Contains(reference) && !Allowed(assembly).Contains(reference)
           select $"{assembly} -> {reference}",
    ];

    /// <summary>
    /// The project references that run the wrong way in the project files under core, host and plugins of <paramref name="root"/>, and the
    /// package references of core and of the contract beside LanguageExt.Core in core. A reference that only orders the build
    /// (<c>ReferenceOutputAssembly="false"</c>) is none.
    /// </summary>
    public static IReadOnlyList<string> WrongInProjects(string root) =>
    [
        .. from file in ProjectFiles(root)
           let project = Place(root, file)
           let references = XDocument.Load(file).Descendants().ToArray()
           from wrong in WrongProjects(root, file, project, references).Concat(WrongPackages(project, references))
           select wrong,
    ];

    /// <summary>All project files under core, host and plugins. A folder that does not exist has none.</summary>
    public static IReadOnlyList<string> ProjectFiles(string root) =>
    [
        .. from folder in new[] { "core", "host", "plugins" }
           let path = Path.Combine(root, folder)
           where Directory.Exists(path)
           from file in Directory.EnumerateFiles(path, "*.*proj", SearchOption.AllDirectories)
           where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
           where !file.Contains($"{Path.DirectorySeparatorChar}Templates{Path.DirectorySeparatorChar}content{Path.DirectorySeparatorChar}", StringComparison.Ordinal) // text
           orderby file
           select file,
    ];

    private static IEnumerable<string> WrongProjects(string root, string file, string project, XElement[] elements) =>
        from reference in elements
        where reference.Name.LocalName == "ProjectReference"
        where !string.Equals((string?)reference.Attribute("ReferenceOutputAssembly"), "false", StringComparison.OrdinalIgnoreCase)
        let include = ((string?)reference.Attribute("Include") ?? "").Replace('\\', '/')
        let target = Place(root, Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, include)))
        where !AllowedPlaces(project).Contains(target)
        select $"{project} -> {target}";

    private static IEnumerable<string> WrongPackages(string project, XElement[] elements) =>
        from reference in elements
        where reference.Name.LocalName is "PackageReference" or "Reference" or "FrameworkReference"
        where !string.Equals((string?)reference.Attribute("PrivateAssets"), "all", StringComparison.OrdinalIgnoreCase) // an analyzer: the assembly does not know it
        let package = (string?)reference.Attribute("Include") ?? ""
        where project == "plugins/Abstractions" || (project == "core" && package != "LanguageExt.Core")
        select $"{project} -> {package}";

    private static string[] AllowedPlaces(string project) => project switch
    {
        "core" or "plugins/Abstractions" => [],
        "host/Server" => ["core", "plugins/Abstractions"],
        "plugins/Testing" => ["host/Server", "core", "plugins/Abstractions"],
        "host" => ["plugins/Testing", "host/Server", "core", "plugins/Abstractions"],
        _ => ["plugins/Abstractions"],
    };

    private static string Place(string root, string file) =>
        Path.GetRelativePath(root, Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '/');
}
