using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using PluginHost.Tests.Cli;
using PluginHost.Tests.Server;

namespace PluginHost.Tests.Startup;

/// <summary>The program as a service of a service manager: a socket that it is told by, sockets that it is given.</summary>
public sealed class ServiceTests
{
    private const int SigTerm = 15;

    [LinuxTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_says_that_it_is_ready_that_it_lives_and_that_it_stops(bool isAbstract)
    {
        using var folder = new TempFolder();
        var name = isAbstract ? "@pluginhost-" + Guid.NewGuid().ToString("N") : folder["notify"];
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(isAbstract ? "\0" + name[1..] : name));
        await using var host = HostProcess.Start("dotnet", folder.Path, [HostProcess.Program, "--config", folder.Write("plugins.json", "{}"), "--listen", "127.0.0.1:0", "--json"],
            new Dictionary<string, string> { ["NOTIFY_SOCKET"] = name, ["WATCHDOG_USEC"] = "200000" });
        var url = (await host.StartedAsync())["default"];
        Assert.Equal($"READY=1\nSTATUS=Listening on {url}", await NextAsync(manager));
        Assert.Equal("WATCHDOG=1", await NextAsync(manager));
        Assert.Equal("WATCHDOG=1", await NextAsync(manager));
        host.Signal(SigTerm);
        string told;
        while ((told = await NextAsync(manager)) == "WATCHDOG=1") { }
        Assert.StartsWith("STOPPING=1\n", told, StringComparison.Ordinal);
        Assert.Equal(0, (await host.EndAsync()).ExitCode);
    }

    [LinuxFact]
    public async Task A_manager_that_is_gone_or_wants_no_signs_of_life_is_no_problem()
    {
        using var folder = new TempFolder();
        await using var host = HostProcess.Start("dotnet", folder.Path, [HostProcess.Program, "--config", folder.Write("plugins.json", "{}"), "--listen", "127.0.0.1:0", "--json"],
            new Dictionary<string, string> { ["NOTIFY_SOCKET"] = folder["nobody"], ["WATCHDOG_USEC"] = "x" });
        var url = (await host.StartedAsync())["default"];
        using (var client = await Served.ConnectAsync(url)) Assert.Equal("hello", await client.AskAsync("hello"));
        host.Signal(SigTerm);
        var end = await host.EndAsync();
        Assert.Equal(0, end.ExitCode);
        Assert.Contains("the service manager cannot be told", end.Error, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task A_loop_that_hangs_gives_no_sign_of_life()
    {
        using var folder = new TempFolder();
        Loading.PluginSource.Compile(folder["plugins"], "hangs", """
            public class P : Plugin
            {
                public override PluginDescription Describe() => new("P", "1.0", new[] { Handler.Inline("hangs", _ => new H()) });
            }
            public class H : InlineHandler
            {
                public override void OnText(BorrowedMessage message) => Thread.Sleep(Timeout.Infinite);
            }
            """);
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(folder["notify"]));
        await using var host = HostProcess.Start("dotnet", folder.Path,
            [HostProcess.Program, "--config", folder.Write("plugins.json", "{}"), "--listen", "127.0.0.1:0", "--json", "--loops", "1"],
            new Dictionary<string, string> { ["NOTIFY_SOCKET"] = folder["notify"], ["WATCHDOG_USEC"] = "400000" });
        using var client = await Served.ConnectAsync((await host.StartedAsync())["default"], "hangs");
        await client.SendAsync("x"u8.ToArray(), System.Net.WebSockets.WebSocketMessageType.Text, true, Served.Limit());
        await host.ErrorAsync("a loop does not answer");
    }

    [LinuxFact]
    public async Task It_serves_on_a_socket_that_it_was_given()
    {
        using var folder = new TempFolder();
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();
        var config = folder.Write("plugins.json", """{ "listeners": [{ "name": "web", "address": "127.0.0.1:1" }, { "name": "other", "address": "127.0.0.1:0" }] }""");
        await using var host = StartWith(listening, folder.Path, "web", "--config", config, "--json");
        var urls = await host.StartedAsync();
        Assert.Equal($"ws://{listening.LocalEndPoint}", urls["web"]);
        using (var client = await Served.ConnectAsync(urls["web"])) Assert.Equal("hello", await client.AskAsync("hello"));
        using (var client = await Served.ConnectAsync(urls["other"])) Assert.Equal("hello", await client.AskAsync("hello"));
        host.Signal(SigTerm);
        Assert.Equal(0, (await host.EndAsync()).ExitCode);
    }

    [LinuxFact]
    public async Task A_single_socket_is_the_single_listener_and_a_Unix_sockets_file_is_left_alone()
    {
        using var folder = new TempFolder();
        using var listening = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listening.Bind(new UnixDomainSocketEndPoint(folder["s"]));
        listening.Listen();
        await using var host = StartWith(listening, folder.Path, "pluginhost.socket", "--config", folder.Write("plugins.json", "{}"), "--json");
        Assert.Equal("unix:" + folder["s"], (await host.StartedAsync())["default"]);
        using (var client = await Served.ConnectUnixAsync(folder["s"])) Assert.Equal("hello", await client.AskAsync("hello"));
        host.Signal(SigTerm);
        Assert.Equal(0, (await host.EndAsync()).ExitCode);
        Assert.True(File.Exists(folder["s"]));
    }

    [LinuxTheory]
    [InlineData(true, "web", "named \"web\", and no listener has that name; write FileDescriptorName= with one of \"one\", \"two\"")]
    [InlineData(false, "one", "of listener one, passed on by the service manager, does not listen for streams")]
    public async Task A_socket_that_cannot_be_served_says_what_to_change(bool listens, string name, string why)
    {
        using var folder = new TempFolder();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        if (listens) socket.Listen();
        var config = folder.Write("plugins.json", """{ "listeners": [{ "name": "one", "address": "127.0.0.1:0" }, { "name": "two", "address": "127.0.0.1:0" }] }""");
        await using var host = StartWith(socket, folder.Path, name, "--config", config);
        var end = await host.EndAsync();
        end.Failed(1);
        Assert.Contains(why, end.Error, StringComparison.Ordinal);
    }

    /// <summary>Starts the program as a service manager would: with the socket as descriptor 3.</summary>
    private static HostProcess StartWith(Socket socket, string folder, string name, params string[] arguments)
    {
        const int setFlags = 2;
        Assert.Equal(0, Control((int)socket.Handle, setFlags, 0)); // so that the child inherits it
        var script = $"exec 3<&{socket.Handle}; export LISTEN_PID=$$ LISTEN_FDS=1; exec dotnet \"$@\"";
        var host = HostProcess.Start("bash", folder, ["-c", script, "bash", HostProcess.Program, .. arguments], new Dictionary<string, string> { ["LISTEN_FDNAMES"] = name });
        Assert.Equal(0, Control((int)socket.Handle, setFlags, 1));
        return host;
    }

    private static async Task<string> NextAsync(Socket manager)
    {
        var buffer = new byte[4096];
        var length = await manager.ReceiveAsync(buffer, Served.Limit());
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    [DllImport("libc", EntryPoint = "fcntl")]
    private static extern int Control(int descriptor, int command, int argument);
}
