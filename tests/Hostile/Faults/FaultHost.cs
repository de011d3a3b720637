using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using PluginHost.Tests;
using PluginHost.Tests.Cli;
using PluginHost.Tests.Server;

namespace PluginHost.Hostile.Faults;

/// <summary>The real server as a process of its own, with plugins that misbehave, and a client of a good one that must not notice.</summary>
public class FaultHost : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private HostProcess _process = null!;
    private int _port;

    /// <summary>Faults after which a handler of these tests is quarantined, and for how many milliseconds.</summary>
    public const int Faults = 4, Quarantine = 400;

    /// <summary>Faults after which handlers are quarantined here.</summary>
    protected virtual int MostFaults => Faults;

    /// <summary>Its log.</summary>
    public string Log => _process.Error;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        var plugins = JsonSerializer.Serialize(Path.Combine(AppContext.BaseDirectory, "testplugins"));
        _folder.Write("plugins.json", $$"""
            {
              "listeners": [{ "name": "main", "address": "127.0.0.1:0" }],
              "plugins": { "directory": {{plugins}} },
              "scripts": { "discover": false },
              "handlers": { "slow": "200ms", "faults": {{MostFaults}}, "faultSources": 1, "faultsPerAddress": 1000000, "faultWindow": "1m", "quarantine": "{{Quarantine}}ms" },
              "limits": { "connectionsPerAddress": 10000, "pendingHandshakes": 1000, "sendTimeout": "1m" },
              "shutdown": { "drain": "1s" },
            }
            """);
        _process = HostProcess.Start(_folder.Path, "run", "--json", "--loops", "2");
        var urls = await _process.StartedAsync();
        _port = new Uri(urls["main"]).Port;
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>A new stream to it.</summary>
    internal RawClient Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect("127.0.0.1", _port);
        return new RawClient(new NetworkStream(socket, ownsSocket: true));
    }

    /// <summary>A client whose handshake is done.</summary>
    internal async Task<RawClient> OpenAsync(string protocol)
    {
        var client = Connect();
        await client.HandshakeAsync(protocol: protocol);
        return client;
    }

    /// <summary>What a handshake is answered with: 101 or a refusal.</summary>
    internal async Task<int> StatusAsync(string protocol)
    {
        using var client = Connect();
        var head = await client.RequestAsync(ClientFrames.Request(protocol: protocol));
        return int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture);
    }

    /// <summary>Does something while other clients exchange messages; none of them loses its socket or a message.</summary>
    internal async Task WhileOthersGoOn(Func<Task> something)
    {
        var others = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => OpenAsync("echo")));
        using var end = new CancellationTokenSource();
        var going = others.Select(other => Task.Run(async () =>
        {
            for (var i = 0; i < 20 || !end.IsCancellationRequested; i++)
            {
                await other.SendAsync(ClientFrames.Text($"{i}"));
                Assert.Equal($"{i}", (await other.FrameAsync()).Text);
            }
        })).ToArray();
        try
        {
            await something();
        }
        finally
        {
            await end.CancelAsync();
        }
        await Task.WhenAll(going);
        foreach (var other in others)
        {
            await other.SendAsync(ClientFrames.Close(1000));
            await other.ExpectCloseAsync(1000);
            other.Dispose();
        }
    }

    /// <summary>Waits for a line of the log.</summary>
    internal Task Logs(string text) => Wait.Until(() => Log.Contains(text, StringComparison.Ordinal), () => $"\"{text}\" is not in the log:\n{Log}");
}

/// <summary>The same, where no handler is quarantined.</summary>
public sealed class PatientFaultHost : FaultHost
{
    /// <inheritdoc/>
    protected override int MostFaults => 10_000;
}
