using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using PluginHost.Abstractions;

namespace PluginHost.Server.Loading;

/// <summary>What an assembly's metadata says, read without loading it.</summary>
/// <param name="Name">The name of the assembly.</param>
/// <param name="Version">Its informational version, else its assembly version.</param>
/// <param name="Contract">The version of the contract it was built for.</param>
public sealed record PluginMetadata(string Name, string Version, Version Contract)
{
    private const string ContractAssembly = "PluginHost.Abstractions";

    /// <summary>Reads the metadata and checks that this host can load the assembly.</summary>
    /// <param name="image">The bytes of the file.</param>
    /// <param name="file">For problems.</param>
    /// <returns>The metadata, or the problem.</returns>
    public static (PluginMetadata? Metadata, PluginProblem? Problem) Read(byte[] image, string file)
    {
        try
        {
            using var pe = new PEReader(new MemoryStream(image, writable: false));
            if (!pe.HasMetadata || pe.GetMetadataReader() is not { IsAssembly: true } reader)
                return (null, NotAnAssembly(file));
            return Check(reader, file);
        }
        catch (Exception e) when (e is BadImageFormatException or InvalidOperationException or OverflowException or ArgumentException)
        {
            return (null, NotAnAssembly(file));
        }
    }

    private static (PluginMetadata?, PluginProblem?) Check(MetadataReader reader, string file)
    {
        // One name may be referenced in several versions; the highest is what must be there.
        var references = reader.AssemblyReferences.Select(h => reader.GetAssemblyReference(h))
            .GroupBy(r => reader.GetString(r.Name), r => r.Version, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Max()!, StringComparer.Ordinal);
        if (!references.TryGetValue(ContractAssembly, out var referenced))
            return (null, new(file, $"it does not reference {ContractAssembly}, so it is not a plugin",
                "Put a plugin there, or remove the folder"));

        var definition = reader.GetAssemblyDefinition();
        var stamp = Stamp(reader, definition, ContractAssembly, nameof(PluginContractAttribute));
        // The stamp knows the minor. A reference of another major outweighs it: that is what the runtime would bind to.
        var contract = stamp is not null && System.Version.TryParse(stamp, out var stamped) && stamped.Major == referenced.Major
            ? new System.Version(stamped.Major, stamped.Minor)
            : new System.Version(referenced.Major, referenced.Minor);
        if (contract.Major != ContractInfo.Major || contract.Minor > ContractInfo.Minor)
        {
            var offered = $"{ContractInfo.Major}.{ContractInfo.Minor}";
            var hint = contract.Major < ContractInfo.Major
                ? $"Build the plugin against {ContractAssembly} {offered}"
                : $"Use a host that offers contract {contract}, or build the plugin against {ContractAssembly} {offered}";
            return (null, new(file, $"it was built for contract {contract}, this host offers {offered}", hint));
        }

        if (references.TryGetValue("System.Runtime", out var runtime) && runtime.Major > Environment.Version.Major)
            return (null, new(file, $"it was built for .NET {runtime.Major}, this host runs on .NET {Environment.Version.Major}",
                $"Build the plugin for net{Environment.Version.Major}.0"));
        var version = Stamp(reader, definition, "System.Reflection",
            nameof(AssemblyInformationalVersionAttribute)) ?? definition.Version.ToString();
        return (new(reader.GetString(definition.Name), version, contract), null);
    }

    /// <summary>The only argument, a string, of an attribute of the assembly.</summary>
    private static string? Stamp(MetadataReader reader, AssemblyDefinition definition, string space, string name)
    {
        foreach (var handle in definition.GetCustomAttributes())
        {
            var attribute = reader.GetCustomAttribute(handle);
            if (attribute.Constructor.Kind != HandleKind.MemberReference)
                continue;
            var constructor = reader.GetMemberReference((MemberReferenceHandle)attribute.Constructor);
            if (constructor.Parent.Kind != HandleKind.TypeReference)
                continue;
            var type = reader.GetTypeReference((TypeReferenceHandle)constructor.Parent);
            if (!reader.StringComparer.Equals(type.Name, name) || !reader.StringComparer.Equals(type.Namespace, space))
                continue;
            var value = reader.GetBlobReader(attribute.Value);
            return value.ReadUInt16() == 1 ? value.ReadSerializedString() : null; // ECMA-335 II.23.3: prolog 0x0001
        }

        return null;
    }

    private static PluginProblem NotAnAssembly(string file) => new(file, "it is not a .NET assembly", "Put the plugin's managed DLL there");
}
