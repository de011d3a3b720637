using System.Net;
using PluginHost.Tests.Cli;
using PluginHost.Tests.Clients;

namespace PluginHost.Tests.Systemd;

/// <summary>The programs of systemd, which a machine may lack: <c>tests/install-clients.sh</c> installs them.</summary>
internal static class SystemdTools
{
    /// <summary>The folder of the shipped units.</summary>
    public static string Units { get; } = Path.Combine(Repository, "docs", "systemd");

    /// <summary>The folder of the repository.</summary>
    public static string Repository => Path.GetFullPath(Path.Combine(ForeignClient.Scripts, "..", ".."));

    /// <summary>Why these programs cannot run here, or <see langword="null"/> when they can.</summary>
    public static string? Missing(params string[] programs) =>
        !OperatingSystem.IsLinux() ? "needs Linux"
        : programs.FirstOrDefault(one => Find(one) is null) is { } absent ? $"{absent} is not installed; run tests/install-clients.sh to install it"
        : null;

    /// <summary>A port of an address that this test has for itself.</summary>
    public static IPEndPoint OwnAddress(int port) =>
        new(new IPAddress([127, (byte)Random.Shared.Next(2, 255), (byte)Random.Shared.Next(1, 255), (byte)Random.Shared.Next(1, 255)]), port);

    /// <summary>Runs a program to its end.</summary>
    public static async Task<HostProcess.Result> RunAsync(string program, params string[] arguments)
    {
        await using var process = HostProcess.Start(program, "/", arguments, new Dictionary<string, string> { ["LC_ALL"] = "C", ["SYSTEMD_COLORS"] = "0" });
        process.Input.Close();
        return await process.EndAsync();
    }

    private static string? Find(string program) =>
        new[] { "/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/lib/systemd" }.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}

/// <summary>A fact that needs programs of systemd, and is skipped with the reason where one is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SystemdFactAttribute : FactAttribute
{
    /// <summary>Names the programs.</summary>
    public SystemdFactAttribute(params string[] programs) => Skip = SystemdTools.Missing(programs);
}

/// <summary>The published host, published once, where a test needs it.</summary>
public sealed class PublishedOnDemand : IDisposable
{
    private readonly Lazy<PublishedHost> _published = new(() => new PublishedHost());

    /// <summary>The published host.</summary>
    internal PublishedHost Host => _published.Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_published.IsValueCreated) _published.Value.Dispose();
    }
}

/// <summary>Tests that share the published host.</summary>
[CollectionDefinition(Name)]
public sealed class SystemdCollection : ICollectionFixture<PublishedOnDemand>
{
    /// <summary>Its name.</summary>
    public const string Name = "Systemd";
}
