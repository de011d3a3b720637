using System.Net.WebSockets;
using PluginHost.Tests.Cli;
using PluginHost.Tests.Server;

namespace PluginHost.Tests.Startup;

/// <summary>The machine fails: the program goes on, or says what to do.</summary>
public sealed class MachineTests
{
    private const int SigTerm = 15;

    /// <summary>Starts the program by a line for the shell, in which <c>"$@"</c> is its command line.</summary>
    private static HostProcess Start(string line, string folder, params string[] arguments) =>
        HostProcess.Start("bash", folder, ["-c", line, "bash", "dotnet", HostProcess.Program, .. arguments]);

    private static async Task EndAsync(HostProcess host)
    {
        host.Signal(SigTerm);
        var end = await host.EndAsync();
        Assert.True(end.ExitCode == 0, $"{end.ExitCode}\n{end.Output}\n{end.Error}");
    }

    // What it takes to say so may be in an assembly that is not loaded yet, and then cannot be.
    [LinuxTheory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task Without_descriptors_it_serves_those_it_has_and_others_later(string format)
    {
        using var folder = new TempFolder();
        await using var host = Start(
            "ulimit -n 300; exec \"$@\"", folder.Path,
            "--config", folder.Write("plugins.json", """{ "limits": { "connectionsPerAddress": 1000, "pendingHandshakes": 1000 } }"""),
            "--listen", "127.0.0.1:0", "--json", "--log-format", format);
        var url = (await host.StartedAsync())["default"];
        using var first = await Served.ConnectAsync(url);
        var others = new List<System.Net.Sockets.TcpClient>();
        for (var i = 0; i < 300; i++)
        {
            others.Add(new System.Net.Sockets.TcpClient());
            await others[^1].ConnectAsync(new Uri(url).Host, new Uri(url).Port, Served.Limit());
        }
        await host.ErrorAsync("out of descriptors or memory; no accept for ");
        Assert.Equal("still here", await first.AskAsync("still here"));
        foreach (var other in others) other.Dispose();
        using (var later = await Served.ConnectAsync(url)) Assert.Equal("hello", await later.AskAsync("hello"));
        await EndAsync(host);
    }

    [LinuxTheory]
    [InlineData("2>/dev/full")]
    [InlineData(">/dev/full")]
    [InlineData(">/dev/full 2>&1")]
    public async Task A_full_disk_costs_the_log_and_nothing_else(string redirect)
    {
        using var folder = new TempFolder();
        var config = folder.Write("plugins.json", """{ "listeners": [{ "address": "unix:s" }] }""");
        await using var host = Start($"exec \"$@\" {redirect}", folder.Path, "--config", config, "--log", "trace");
        await Wait.Until(() => File.Exists(folder["s"]), () => "it does not listen");
        for (var i = 0; i < 3; i++)
        {
            using var client = await Served.ConnectUnixAsync(folder["s"]);
            Assert.Equal("hello", await client.AskAsync("hello"));
            await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Served.Limit());
        }
        if (!redirect.Contains('2')) await host.ErrorAsync("standard output cannot be written: ");
        await EndAsync(host);
    }

    [LinuxFact]
    public async Task An_expired_certificate_is_served_and_told_of()
    {
        using var folder = new TempFolder();
        using var certificate = TestCertificates.Make("CN=localhost", ["localhost"], "1.3.6.1.5.5.7.3.1", -20, -10, TestCertificates.Authority);
        folder.Write("tls.pem", TestCertificates.Pem(certificate));
        var config = folder.Write("plugins.json", """{ "listeners": [{ "address": "127.0.0.1:0", "tls": { "certificate": "tls.pem" } }] }""");
        await using var host = HostProcess.Start(folder.Path, "--config", config, "--json");
        var url = (await host.StartedAsync())["default"];
        Assert.Contains("has expired on ", host.Output, StringComparison.Ordinal); // a note of the start
        using (var client = await ConnectAsync(url)) Assert.Equal("hello", await client.AskAsync("hello"));
        await EndAsync(host);
    }

    [LinuxFact]
    public async Task Files_that_are_deleted_while_it_runs_cost_what_was_in_them_and_nothing_else()
    {
        using var folder = new TempFolder();
        using var certificate = TestCertificates.Server("localhost");
        folder.Write("tls.pem", TestCertificates.Pem(certificate));
        folder.Write("scripts/gone.sbn", "{{# protocols: gone ~}}{{ message }}");
        var config = folder.Write("plugins.json", """{ "listeners": [{ "address": "127.0.0.1:0", "tls": { "certificate": "tls.pem" } }] }""");
        await using var host = HostProcess.Start(folder.Path, "--config", config, "--json");
        var url = (await host.StartedAsync())["default"];
        using var script = await ConnectAsync(url, "gone");
        Assert.Equal("hello", await script.AskAsync("hello"));
        foreach (var file in new[] { "tls.pem", "plugins.json", "scripts/gone.sbn" }) File.Delete(folder[file]);
        await host.ErrorAsync("gone is served no longer");
        await host.ErrorAsync("tls.pem");
        Assert.Equal("still", await script.AskAsync("still"));
        using (var client = await ConnectAsync(url)) Assert.Equal("hello", await client.AskAsync("hello"));
        await EndAsync(host);
    }

    private static async Task<ClientWebSocket> ConnectAsync(string url, string protocol = "echo")
    {
        var client = new ClientWebSocket();
        client.Options.AddSubProtocol(protocol);
        client.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        await client.ConnectAsync(new Uri(url), Served.Limit());
        return client;
    }
}
