using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using PluginHost.Tests;
using PluginHost.Tests.Cli;
using PluginHost.Tests.Server;

namespace PluginHost.Hostile.Attacks;

/// <summary>A process that has no descriptor left goes on serving those it has, says so, and accepts again when there are some. Linux only.</summary>
[Trait("Row", "descriptors exhausted")]
public sealed partial class DescriptorTests : IDisposable
{
    private const int NumberOfFiles = 7; // RLIMIT_NOFILE

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Accepting_pauses_and_recovers()
    {
        if (!OperatingSystem.IsLinux()) return;
        _folder.Write("plugins.json", """{ "listeners": [{ "name": "main", "address": "127.0.0.1:0" }] }""");
        await using var host = HostProcess.Start(_folder.Path, "run", "--json");
        var port = new Uri((await host.StartedAsync())["main"]).Port;
        using var started = JsonDocument.Parse(host.Output);
        var process = started.RootElement.GetProperty("pid").GetInt32();
        using var first = await OpenAsync(port);
        var used = Directory.GetFiles($"/proc/{process}/fd").Length;
        Assert.Equal(0, GetLimit(process, NumberOfFiles, 0, out var before));
        Assert.Equal(0, SetLimit(process, NumberOfFiles, before with { Soft = (ulong)used + 6 }, 0));
        var waiting = Enumerable.Range(0, 40).Select(_ => Connect(port)).ToList();
        await Tests.Server.Wait.Until(() => host.Error.Contains("accept", StringComparison.OrdinalIgnoreCase), () => $"nothing is said of it:\n{host.Error}");
        await first.SendAsync(ClientFrames.Text("still served"));
        Assert.Equal("still served", (await first.FrameAsync()).Text);
        foreach (var client in waiting) client.Dispose();
        // Nobody tells it that there are descriptors again: it finds out within a second.
        for (var i = 0; i < 3; i++) using (await OpenAsync(port)) { }
        Assert.InRange(host.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 1, 30);
    }

    private static RawClient Connect(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect("127.0.0.1", port);
        return new RawClient(new NetworkStream(socket, ownsSocket: true));
    }

    private static async Task<RawClient> OpenAsync(int port)
    {
        var client = Connect(port);
        await client.HandshakeAsync(protocol: "echo");
        return client;
    }

    [StructLayout(LayoutKind.Sequential)]
    private record struct Limit(ulong Soft, ulong Hard);

    [LibraryImport("libc", EntryPoint = "prlimit")]
    private static partial int SetLimit(int process, int resource, in Limit limit, nint before);

    [LibraryImport("libc", EntryPoint = "prlimit")]
    private static partial int GetLimit(int process, int resource, nint limit, out Limit now);
}
