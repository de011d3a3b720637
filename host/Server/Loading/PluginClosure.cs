namespace PluginHost.Server.Loading;

/// <summary>
/// Whether a plugin's folder holds everything that its assemblies refer to. Decided from metadata, before anything is loaded: what a load
/// context does not find falls back to the host's packages, which a plugin must not come to depend on.
/// </summary>
/// <param name="LeftOut">Assemblies of the folder that must not be loaded: the contract and copies of the framework's own. Two copies of one
/// type are two types.</param>
/// <param name="Faults">What is missing or cannot be shared, one sentence each.</param>
internal sealed record PluginClosure(IReadOnlyList<AssemblyFacts> LeftOut, IReadOnlyList<string> Faults)
{
    /// <summary>Follows the references of every assembly.</summary>
    /// <param name="assemblies">The assemblies of the folder that can be loaded on this platform.</param>
    /// <param name="contract">The contract, as the host has it.</param>
    /// <param name="framework">The version of an assembly of the shared framework; <see langword="null"/> for a name that it lacks.</param>
    public static PluginClosure Of(IReadOnlyList<AssemblyFacts> assemblies, AssemblyFacts contract, Func<string, Version?> framework)
    {
        var leftOut = assemblies.Where(assembly => Same(assembly.Name, contract.Name) || framework(assembly.Name) >= assembly.Version).ToList();
        var kept = assemblies.Except(leftOut).ToList();
        var names = kept.Select(assembly => assembly.Name).Append(contract.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var missing =
            from assembly in kept
            from reference in assembly.References
            where !names.Contains(reference.Name) && !(framework(reference.Name) >= reference.Version)
            group assembly.Name by (Name: reference.Name.ToUpperInvariant(), reference.Version) into wanted
            let reference = kept.SelectMany(assembly => assembly.References).First(candidate => Same(candidate.Name, wanted.Key.Name) && candidate.Version == wanted.Key.Version)
            orderby reference.Name
            select Missing(reference, wanted.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), framework(reference.Name));
        var unshared = kept
            .Where(assembly => framework(assembly.Name) is not null && contract.References.Any(shared => Same(shared.Name, assembly.Name)))
            .Select(assembly => $"it brings {assembly.Name} {assembly.Version}, which the contract shares with the host: there it is {framework(assembly.Name)}");
        return new(leftOut, [.. missing, .. unshared]);
    }

    private static string Missing(AssemblyReferenceFacts reference, IEnumerable<string> wanting, Version? offered) =>
        $"{reference.Name}, Version={reference.Version} is wanted by {string.Join(", ", wanting)}, but is not in the plugin's folder"
        + (offered is null ? "" : $", and the framework has {offered}");

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
