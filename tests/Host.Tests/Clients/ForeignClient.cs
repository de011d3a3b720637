using System.Diagnostics;
using System.Text.Json;

namespace PluginHost.Tests.Clients;

/// <summary>Programs that nobody here wrote, and that a machine may lack: <c>tests/install-clients.sh</c> installs them.</summary>
internal static class ForeignClient
{
    private const string HowTo = "run tests/install-clients.sh to install it";

    /// <summary>The folder of their scripts.</summary>
    public static string Scripts { get; } = FindScripts();

    /// <summary>Why a client cannot run here, or <see langword="null"/> when it can.</summary>
    public static string? Missing(string client) => client switch
    {
        "chromium" when !File.Exists("/usr/bin/chromium") => $"Debian's chromium is not installed; {HowTo}",
        "chromium" when !HasModule("playwright-core") => $"playwright-core is not installed in tests/Clients/node; {HowTo}",
        "graphql-ws" or "ocpp-rpc" or "@stomp/stompjs" when !HasModule(client) => $"npm's {client} is not installed in tests/Clients/node; {HowTo}",
        "ws" when !HasModule("ws") => $"npm's ws is not installed in tests/Clients/node; {HowTo}",
        "websockets" when !HasPython("websockets") => $"Debian's python3-websockets is not installed; {HowTo}",
        "wsproto" when !HasPython("wsproto") => $"Debian's python3-wsproto is not installed; {HowTo}",
        _ => null,
    };

    /// <summary>Runs a client to its end.</summary>
    /// <returns>The line of JSON that it prints.</returns>
    public static async Task<JsonElement> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Scripts };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}\n{await errors}");
            return JsonDocument.Parse(await output).RootElement;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static bool HasModule(string name) => Directory.Exists(Path.Combine(Scripts, "node", "node_modules", name));

    private static bool HasPython(string module) => File.Exists("/usr/bin/python3") && Directory.Exists($"/usr/lib/python3/dist-packages/{module}");

    private static string FindScripts()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "PluginHost.sln"))) return Path.Combine(folder.FullName, "tests", "Clients");
        throw new DirectoryNotFoundException("the repository of these tests is not above their output folder");
    }
}

/// <summary>A fact that needs a foreign client, and is skipped with the reason where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ClientFactAttribute : FactAttribute
{
    /// <summary>Names the client.</summary>
    public ClientFactAttribute(string client) => Skip = ForeignClient.Missing(client);
}
