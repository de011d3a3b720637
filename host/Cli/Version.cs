using PluginHost.Abstractions;
using PluginHost.Server.Reports;

namespace PluginHost.Cli;

/// <summary>What this is.</summary>
internal static class Version
{
    /// <summary>Program, plugin contract and runtime in one line.</summary>
    public static string Long => $"PluginHost {ServerVersion.Text}, plugin contract {ContractInfo.Major}.{ContractInfo.Minor}, .NET {Environment.Version}";
}
