using System.Reflection;
using System.Runtime.Loader;

namespace PluginHost.Loading;

/// <summary>
/// The load context of one plugin. It shares the contract and the framework with the host and takes everything else from the plugin's
/// folder, never from the
/// host, whose own packages a plugin must not come to depend on. Assemblies are read into memory, so that a file can be replaced while it
/// is in use.
/// </summary>
internal sealed class PluginLoadContext : AssemblyLoadContext
{
    private static readonly HashSet<string> Framework = FrameworkNames();
    private readonly string _folder;
    private readonly AssemblyDependencyResolver? _resolver;

    public PluginLoadContext(string id, string file) : base($"plugin {id}", isCollectible: true)
    {
        PluginId = id;
        _folder = Path.GetDirectoryName(file)!;
        // Without a .deps.json, and where the host has no hostpolicy to ask, the plugin's folder is all there is.
        if (File.Exists(Path.ChangeExtension(file, ".deps.json")))
            _resolver = MakeResolver(file);
    }

    /// <summary>The plugin whose assemblies these are.</summary>
    public string PluginId { get; }

    /// <summary>Loads an image, with the symbols beside the file for line numbers in stack traces.</summary>
    public Assembly LoadImage(byte[] image, string file)
    {
        var symbols = Path.ChangeExtension(file, ".pdb");
        using var pdb = File.Exists(symbols) ? new MemoryStream(File.ReadAllBytes(symbols)) : null;
        using var dll = new MemoryStream(image, writable: false);
        return LoadFromStream(dll, pdb);
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var name = assemblyName.Name!;
        if (name == "PluginHost.Abstractions")
            return null; // the host's
        var local = _resolver?.ResolveAssemblyToPath(assemblyName) ?? Beside(assemblyName);
        if (local is not null)
            return LoadImage(File.ReadAllBytes(local), local);
        if (Framework.Contains(name) || !string.IsNullOrEmpty(assemblyName.CultureName))
            return null; // the framework's; or a translation, which may be missing
        throw new FileNotFoundException($"{assemblyName.FullName} is not in the plugin's folder");
    }

    /// <inheritdoc/>
    protected override IntPtr LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver?.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : IntPtr.Zero;

    private static AssemblyDependencyResolver? MakeResolver(string file)
    {
        try
        {
            return new AssemblyDependencyResolver(file);
        }
        catch (InvalidOperationException)
        {
            return null; // a .deps.json that cannot be read, or no hostpolicy
        }
    }

    private string? Beside(AssemblyName name)
    {
        var path = Path.Combine(_folder, name.CultureName ?? "", name.Name + ".dll");
        return File.Exists(path) ? path : null;
    }

    /// <summary>The assemblies of the shared frameworks: those trusted ones that do not lie beside the host. Where all lie there
    /// (self-contained), by prefix.</summary>
    private static HashSet<string> FrameworkNames()
    {
        var own = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var core = Path.GetDirectoryName(typeof(object).Assembly.Location);
        var trusted = (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "").Split(Path.PathSeparator,
            StringSplitOptions.RemoveEmptyEntries);
        return trusted.Where(path => core != own ? Path.GetDirectoryName(path) != own : IsFrameworkName(Path.GetFileName(path)))
            .Select(path => Path.GetFileNameWithoutExtension(path)!)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsFrameworkName(string file) =>
        file.StartsWith("System.", StringComparison.Ordinal) || file.StartsWith("Microsoft.", StringComparison.Ordinal)
        || file is "netstandard.dll" or "mscorlib.dll" or "WindowsBase.dll";
}
