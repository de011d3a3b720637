using System.Net.WebSockets;
using PluginHost.Abstractions;
using PluginHost.Server;
using PluginHost.Server.Transports;
using PluginHost.Server.Transports.Memory;

namespace PluginHost.Testing;

/// <summary>A plugin, served by the whole server, threads and all, in this process and in memory: no port is opened. Its clients are .NET's own.</summary>
public sealed class TestServer : IAsyncDisposable
{
    private readonly TestLog _log;
    private readonly RunningServer _server;

    private TestServer(TestLog log, RunningServer server) => (_log, _server) = (log, server);

    /// <summary>The lines of the log: the host's and the plugin's, each with its level and where it comes from.</summary>
    public IReadOnlyList<string> Log => [.. _log.Lines];

    /// <summary>Starts a plugin without options.</summary>
    /// <param name="plugin">The plugin, not used before.</param>
    /// <exception cref="StartupException">It cannot be started.</exception>
    public static Task<TestServer> StartAsync(Plugin plugin) => StartAsync(plugin, new TestSettings());

    /// <summary>Starts a plugin.</summary>
    /// <param name="plugin">The plugin, not used before.</param>
    /// <param name="settings">How it is served.</param>
    /// <exception cref="StartupException">It cannot be started.</exception>
    public static Task<TestServer> StartAsync(Plugin plugin, TestSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return StartAsync(settings.For(plugin));
    }

    /// <summary>Loads a plugin's assembly, or a script, as the host does, and starts it.</summary>
    /// <param name="file">The DLL or the script.</param>
    /// <param name="settings">How it is served.</param>
    /// <exception cref="StartupException">It cannot be loaded or started.</exception>
    public static Task<TestServer> StartAsync(string file, TestSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return StartAsync(settings.For(file));
    }

    private static async Task<TestServer> StartAsync(StartupSettings startup)
    {
        var log = new TestLog();
        return new TestServer(log, await TestSettings.StartAsync(startup, new StartOptions { Loggers = log, Transport = TransportKind.Memory }).ConfigureAwait(false));
    }

    /// <summary>Connects a client.</summary>
    /// <param name="subprotocol">The subprotocol that it offers.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="WebSocketException">The handshake is refused.</exception>
    public Task<WebSocket> ConnectAsync(string subprotocol, CancellationToken cancellation) => ConnectAsync(new TestRequest(subprotocol), cancellation);

    /// <summary>Connects a client.</summary>
    /// <param name="request">What it asks for.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="WebSocketException">The handshake is refused.</exception>
    public async Task<WebSocket> ConnectAsync(TestRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var client = new ClientWebSocket();
        try
        {
            foreach (var subprotocol in request.Subprotocols) client.Options.AddSubProtocol(subprotocol);
            foreach (var (name, value) in request.Headers) client.Options.SetRequestHeader(name, value);
            if (request.Compression) client.Options.DangerousDeflateOptions = new WebSocketDeflateOptions();
            using var handler = new SocketsHttpHandler { ConnectCallback = (_, _) => ValueTask.FromResult(Open(request)) };
            using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
            await client.ConnectAsync(new Uri("ws://localhost" + request.Path), invoker, cancellation).ConfigureAwait(false);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Stops as SIGTERM does: calls finish, connections are closed, the plugin is stopped.</summary>
    /// <param name="within">How long calls and connections have to end.</param>
    public Task StopAsync(TimeSpan within) => _server.StopAsync(within);

    /// <summary>Stops at once, if it has not been stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(TimeSpan.Zero).ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
    }

    private Stream Open(TestRequest request) =>
        _server.Connect(null, request.RemoteAddress is { } address ? System.Net.IPEndPoint.Parse(address) : null).Stream;
}
