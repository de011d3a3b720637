namespace PluginHost.Abstractions;

/// <summary>
/// The version of this contract. A plugin built for 1.2 runs on every host that offers 1.2 or a later 1.x; a change of
/// <see cref="Major"/> breaks plugins.
/// The assembly version is <c>Major.0.0.0</c> for a whole major; the file version moves with each release.
/// </summary>
public static class ContractInfo
{
    /// <summary>Raised when plugins must be rebuilt or changed.</summary>
    public const int Major = 1;

    /// <summary>Raised when something is added that a plugin may use.</summary>
    public const int Minor = 0;
}

/// <summary>
/// Says for which version of the contract an assembly was built, as <c>"major.minor"</c>. The package adds it to every plugin; a host
/// reads it from metadata before
/// it loads the assembly. Without it, a host takes the version of the assembly's reference to <c>PluginHost.Abstractions</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class PluginContractAttribute : Attribute
{
    /// <summary>Makes the attribute.</summary>
    /// <param name="version">Major and minor in decimal, such as <c>1.0</c>.</param>
    public PluginContractAttribute(string version) => Version = version;

    /// <summary>Major and minor in decimal, such as <c>1.0</c>.</summary>
    public string Version { get; }
}
