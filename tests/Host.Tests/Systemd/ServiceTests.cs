using System.Net;
using System.Net.WebSockets;
using PluginHost.Tests.Cli;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Systemd.SystemdMachine;

namespace PluginHost.Tests.Systemd;

/// <summary>The shipped units under a real systemd, installed as <c>docs/systemd.md</c> says; tests change addresses and times.</summary>
[Collection(SystemdCollection.Name)]
public sealed class ServiceTests(PublishedOnDemand published)
{
    private readonly IPEndPoint _address = SystemdTools.OwnAddress(8080);

    [SystemdMachineFact]
    public async Task It_is_active_when_it_listens_and_stops_with_1001_in_time()
    {
        using var folder = Configured("\"shutdown\": { \"drain\": \"1s\" },");
        await using var machine = await SystemdMachine.StartAsync(published.Host, folder.Path);

        await machine.DoAsync("enable", "--now", "pluginhost");

        Assert.Equal("active", await machine.PropertyAsync(Service, "ActiveState"));
        Assert.Equal($"Listening on ws://{_address}", await machine.PropertyAsync(Service, "StatusText"));
        using var client = await Served.ConnectAsync($"ws://{_address}", "echo");
        Assert.Equal("hello", await client.AskAsync("hello"));
        using var script = await Served.ConnectAsync($"ws://{_address}", "shout.v1");
        Assert.Equal("HELLO", await script.AskAsync("hello"));

        var stopping = machine.DoAsync("stop", "pluginhost");
        var received = await client.ReceiveAsync(new byte[100], Served.Limit());
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, received.CloseStatus);
        await client.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, Served.Limit());
        await stopping; // though the other client does not answer
        Assert.Equal("inactive", await machine.PropertyAsync(Service, "ActiveState"));
        Assert.Equal("success", await machine.PropertyAsync(Service, "Result"));
        Assert.Contains("Stopped by SIGTERM: 1 connection closed, 1 reset", await machine.LogAsync(), StringComparison.Ordinal);
    }

    [SystemdMachineFact]
    public async Task A_process_that_does_not_run_is_killed_by_the_watchdog_and_started_again()
    {
        using var folder = Configured();
        // Whoever outlives the watchdog's signal stays forever.
        await using var machine = await SystemdMachine.StartAsync(published.Host, folder.Path, (Service, "[Service]\nWatchdogSec=5s\nTimeoutAbortSec=infinity\n"));
        await machine.DoAsync("start", "pluginhost");

        await machine.DoAsync("kill", "--signal=STOP", "pluginhost");

        await machine.UntilAsync(Service, "NRestarts", value => value != "0");
        await machine.UntilAsync(Service, "ActiveState", value => value == "active");
        using var client = await Served.ConnectAsync($"ws://{_address}", "echo");
        Assert.Equal("hello", await client.AskAsync("hello"));
    }

    [SystemdMachineTheory]
    [InlineData("epoll")]
    [InlineData("sockets")]
    public async Task The_first_connection_starts_it_and_the_socket_outlives_it(string transport)
    {
        using var folder = Configured();
        var socket = SystemdTools.OwnAddress(80);
        await using var machine = await SystemdMachine.StartAsync(
            published.Host, folder.Path,
            (Socket, $"[Socket]\nListenStream=\nListenStream={socket}\n"),
            (Service, $"[Service]\nExecStart=\nExecStart=/opt/pluginhost/PluginHost --config /etc/pluginhost/plugins.json --transport {transport}\n"));
        await machine.DoAsync("enable", "--now", Socket);
        Assert.Equal("inactive", await machine.PropertyAsync(Service, "ActiveState"));

        var before = await ServedByAsync();
        Assert.Equal($"Listening on ws://{socket}", await machine.PropertyAsync(Service, "StatusText"));
        await machine.DoAsync("stop", Service);
        var after = await ServedByAsync();
        Assert.NotEqual(before, after);

        // One that connects while nobody accepts waits instead of being refused.
        var restarting = machine.DoAsync("restart", Service);
        while (!restarting.IsCompleted) await ServedByAsync();
        await restarting;
        Assert.NotEqual(after, await ServedByAsync());
        Assert.Equal("active", await machine.PropertyAsync(Socket, "ActiveState"));

        async Task<string> ServedByAsync()
        {
            // The old process may still accept one that it then closes: 503, 1001 or a reset, but never a refused connection.
            var limit = Served.Limit();
            while (true)
            {
                limit.ThrowIfCancellationRequested();
                try
                {
                    using var client = await Served.ConnectAsync($"ws://{socket}", "echo");
                    if (await client.AskAsync("hello") == "hello") return await machine.PropertyAsync(Service, "MainPID");
                }
                catch (WebSocketException exception)
                {
                    Assert.NotEqual(System.Net.Sockets.SocketError.ConnectionRefused, (exception.GetBaseException() as System.Net.Sockets.SocketException)?.SocketErrorCode);
                }
            }
        }
    }

    [SystemdMachineFact]
    public async Task A_key_that_only_root_can_read_is_a_credential_of_the_service()
    {
        using var certificate = TestCertificates.Server("localhost");
        using var folder = Configured("", """, "tls": { "certificate": "cert.pem", "key": "/run/credentials/pluginhost.service/key.pem" }""");
        folder.Write("cert.pem", certificate.ExportCertificatePem());
        var key = folder.Write("key.pem", TestCertificates.KeyPem(certificate));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var machine = await SystemdMachine.StartAsync(
            published.Host, folder.Path, (Service, "[Service]\nLoadCredential=key.pem:/etc/pluginhost/key.pem\n"));

        await machine.DoAsync("start", "pluginhost");

        Assert.Equal($"Listening on wss://{_address}", await machine.PropertyAsync(Service, "StatusText"));
    }

    /// <summary>What is installed in <c>/etc/pluginhost</c>: the shipped configuration with the address of this test, and the scripts.</summary>
    private TempFolder Configured(string members = "", string listener = "")
    {
        var folder = new TempFolder();
        var shipped = File.ReadAllText(Path.Combine(SystemdTools.Repository, "plugins.json"));
        folder.Write("plugins.json", Replaced(
            Replaced(shipped, "\"127.0.0.1:8080\" }", $"\"{_address}\"{listener} }}"), "\"admin\": { \"address\": \"127.0.0.1:8081\" },", members));
        folder.Copy(Path.Combine(SystemdTools.Repository, "scripts"), "scripts");
        return folder;
    }

    private static string Replaced(string text, string part, string by)
    {
        Assert.Contains(part, text, StringComparison.Ordinal);
        return text.Replace(part, by, StringComparison.Ordinal);
    }
}
