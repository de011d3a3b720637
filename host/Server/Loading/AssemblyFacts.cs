using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace PluginHost.Server.Loading;

/// <summary>A reference from one assembly to another.</summary>
/// <param name="Name">The simple name.</param>
/// <param name="Version">The assembly version it was compiled against.</param>
internal readonly record struct AssemblyReferenceFacts(string Name, Version Version);

/// <summary>What the metadata of an assembly says, read without loading it.</summary>
/// <param name="File">Its path, relative to the plugin's folder.</param>
/// <param name="Name">Its simple name.</param>
/// <param name="Version">Its assembly version.</param>
/// <param name="References">What it refers to.</param>
internal sealed record AssemblyFacts(string File, string Name, Version Version, IReadOnlyList<AssemblyReferenceFacts> References)
{
    /// <summary>Reads the metadata of a file.</summary>
    /// <param name="folder">The plugin's folder.</param>
    /// <param name="file">The file's path, relative to it.</param>
    /// <returns><see langword="null"/> for what is no managed assembly, such as a native library.</returns>
    public static AssemblyFacts? Read(string folder, string file)
    {
        try
        {
            using var stream = new FileStream(Path.Combine(folder, file), FileMode.Open, FileAccess.Read, FileShare.Read);
            using var pe = new PEReader(stream);
            if (!pe.HasMetadata || pe.GetMetadataReader() is not { IsAssembly: true } reader)
                return null;
            var definition = reader.GetAssemblyDefinition();
            return new(file, reader.GetString(definition.Name), definition.Version,
            [
                .. reader.AssemblyReferences.Select(reader.GetAssemblyReference)
                    .Select(reference => new AssemblyReferenceFacts(reader.GetString(reference.Name), reference.Version)),
            ]);
        }
        catch (Exception e) when (e is BadImageFormatException or InvalidOperationException or OverflowException or ArgumentException)
        {
            return null;
        }
    }
}
