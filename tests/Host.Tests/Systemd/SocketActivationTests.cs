using PluginHost.Tests.Cli;

namespace PluginHost.Tests.Systemd;

/// <summary>The published host, started by <c>systemd-socket-activate</c> when the first client connects.</summary>
[Collection(SystemdCollection.Name)]
public sealed class SocketActivationTests(PublishedOnDemand published)
{
    private const int SigTerm = 15;

    [SystemdFact("systemd-socket-activate")]
    public async Task One_socket_is_the_only_listener()
    {
        using var folder = new TempFolder();
        var address = SystemdTools.OwnAddress(8080);
        var config = folder.Write("plugins.json", """{ "listeners": [{ "name": "public", "address": "127.0.0.1:1" }] }""");
        await using var host = Activate(folder, ["--listen", $"{address}"], config);
        await host.ErrorAsync($"Listening on {address}");
        Assert.Equal("", host.Output);

        using var client = await Served.ConnectAsync($"ws://{address}", "echo");

        Assert.Equal("hello", await client.AskAsync("hello"));
        Assert.Equal($"ws://{address}", (await host.StartedAsync())["public"]);
        host.Signal(SigTerm);
        Assert.Equal(0, (await host.EndAsync()).ExitCode);
    }

    [SystemdFact("systemd-socket-activate")]
    public async Task Several_sockets_are_the_listeners_of_their_names()
    {
        using var folder = new TempFolder();
        var (first, second) = (SystemdTools.OwnAddress(8080), SystemdTools.OwnAddress(8080));
        var config = folder.Write("plugins.json", """
            { "listeners": [{ "name": "local", "address": "127.0.0.1:1" }, { "name": "free", "address": "127.0.0.1:0" }, { "name": "public", "address": "127.0.0.1:2" }] }
            """);
        await using var host = Activate(
            folder, ["--listen", $"{first}", "--listen", folder["s"], "--listen", $"{second}", "--fdname", "public:local:public"], config);
        await host.ErrorAsync($"Listening on {second}");

        using (var client = await Served.ConnectAsync($"ws://{second}")) Assert.Equal("hello", await client.AskAsync("hello"));
        using (var client = await Served.ConnectAsync($"ws://{first}")) Assert.Equal("hello", await client.AskAsync("hello"));
        using (var client = await Served.ConnectUnixAsync(folder["s"])) Assert.Equal("hello", await client.AskAsync("hello"));

        var started = await host.LineAsync(_ => true);
        Assert.Contains($"\"name\":\"public\",\"url\":\"ws://{first}\"", started, StringComparison.Ordinal);
        Assert.Contains($"\"name\":\"public\",\"url\":\"ws://{second}\"", started, StringComparison.Ordinal);
        Assert.Contains($"\"name\":\"local\",\"url\":\"unix:{folder["s"]}\"", started, StringComparison.Ordinal);
        host.Signal(SigTerm);
        Assert.Equal(0, (await host.EndAsync()).ExitCode);
        Assert.True(File.Exists(folder["s"]));
    }

    [SystemdFact("systemd-socket-activate")]
    public async Task Several_sockets_without_names_say_what_to_change()
    {
        using var folder = new TempFolder();
        var address = SystemdTools.OwnAddress(8080);
        var config = folder.Write("plugins.json", """{ "listeners": [{ "name": "public", "address": "127.0.0.1:1" }] }""");
        await using var host = Activate(folder, ["--listen", $"{address}", "--listen", folder["s"]], config);
        await host.ErrorAsync($"Listening on {folder["s"]}");

        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(address);

        var end = await host.EndAsync();
        Assert.Equal(1, end.ExitCode);
        foreach (var descriptor in (int[])[3, 4])
        {
            Assert.Contains($"the service manager has passed on the socket {descriptor}, named ", end.Output + end.Error, StringComparison.Ordinal);
            Assert.Contains("write FileDescriptorName= with one of", end.Output + end.Error, StringComparison.Ordinal);
        }
    }

    private HostProcess Activate(TempFolder folder, string[] sockets, string config) => HostProcess.Start(
        "systemd-socket-activate", folder.Path, [.. sockets, published.Host.Program, "--config", config, "--json"]);
}
