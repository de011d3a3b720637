using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PluginHost.Abstractions;

namespace PluginHost.Tests.Loading;

/// <summary>Compiles small plugins from source, so that each fault stands beside the test that expects it.</summary>
internal static class PluginSource
{
    private const string Usings =
        "using System;\nusing System.Collections.Generic;\nusing System.Threading;\nusing System.Threading.Tasks;\n";

    // Read once for all compilations.
    private static readonly IReadOnlyList<MetadataReference> Framework =
    [
        .. Directory.EnumerateFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "System*.dll")
            .Where(f => !f.EndsWith(".Native.dll", StringComparison.Ordinal))
            .Append(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "netstandard.dll"))
            .Select(f => MetadataReference.CreateFromFile(f)),
    ];

    /// <summary>A sound plugin that serves one token.</summary>
    public static string Sound(string token) => $$"""
        public class P : Plugin
        {
            public override PluginDescription Describe() => new("P", "1.0", new[] { Handler.Inline("{{token}}", _ => new H()) });
        }
        public class H : InlineHandler { }
        """;

    /// <summary>Compiles into <paramref name="folder"/>/<paramref name="id"/>/<paramref name="id"/>.dll.</summary>
    /// <returns>The path of the DLL.</returns>
    public static string Compile(string folder, string id, string source, string? stamp = "1.0", params string[] references) =>
        CompileTo(Path.Combine(folder, id, id + ".dll"), id, source, stamp, [typeof(Plugin).Assembly.Location, .. references]);

    /// <summary>Compiles a library.</summary>
    public static string CompileLibrary(string file, string name, string source) => CompileTo(file, name, source, null, []);

    /// <summary>Makes an assembly of the contract's name with another version.</summary>
    public static string CompileContract(string file, string version) => CompileTo(file, "PluginHost.Abstractions", $$"""
        [assembly: System.Reflection.AssemblyVersion("{{version}}")]
        namespace PluginHost.Abstractions { public abstract class Plugin { } [System.AttributeUsage(System.AttributeTargets.Assembly)]
        public sealed class PluginContractAttribute : System.Attribute { public PluginContractAttribute(string v) { } } }
        """, null, []);

    /// <summary>Compiles against given references only, and the framework.</summary>
    public static string CompileTo(string file, string name, string source, string? stamp, string[] references)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var uses = references.Length == 0 ? "" : "using PluginHost.Abstractions;\n";
        var stamped = stamp is null ? "" : $"[assembly: PluginHost.Abstractions.PluginContract(\"{stamp}\")]\n";
        var compilation = CSharpCompilation.Create(
            name,
            [CSharpSyntaxTree.ParseText(Usings + uses + stamped + source)],
            [.. Framework, .. references.Select(r => MetadataReference.CreateFromFile(r))],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        var result = compilation.Emit(file);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        return file;
    }
}
