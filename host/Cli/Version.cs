using System.Reflection;
using PluginHost.Abstractions;

namespace PluginHost.Cli;

/// <summary>What this is.</summary>
internal static class Version
{
    /// <summary>The version of the program, such as <c>0.1.0</c>.</summary>
    public static string Text { get; } = typeof(Version).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Program, plugin contract and runtime in one line.</summary>
    public static string Long => $"PluginHost {Text}, plugin contract {ContractInfo.Major}.{ContractInfo.Minor}, .NET {Environment.Version}";
}
