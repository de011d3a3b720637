using System.Reflection;

namespace PluginHost.Server.Reports;

/// <summary>The version of the engine.</summary>
public static class ServerVersion
{
    /// <summary>Such as <c>0.2.0</c>.</summary>
    public static string Text { get; } = typeof(ServerVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
