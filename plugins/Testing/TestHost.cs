using System.Diagnostics;
using System.Net;
using PluginHost.Abstractions;
using PluginHost.Server;
using PluginHost.Server.Transports;

namespace PluginHost.Testing;

/// <summary>
/// A plugin, served by the engine itself, in memory, with a clock that only the test moves. The engine takes its turns when the test waits for something, says
/// something or advances the clock; so what pure and inline handlers do happens in the test's own calls, and always in the same order. Session handlers are called on
/// the thread pool, as ever.
/// </summary>
public sealed class TestHost : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly List<TestConnection> _connections = [];
    private readonly TestLog _log = new();
    private readonly TimeSpan _patience;
    private RunningServer? _server;
    private Task<StopReport>? _stopped;
    private TimeSpan _left = Timeout.InfiniteTimeSpan;

    private TestHost(TestSettings settings)
    {
        _patience = settings.Patience;
        Clock = new TestClock(settings.Start, Turn);
    }

    /// <summary>The clock.</summary>
    public TestClock Clock { get; }

    /// <summary>The lines of the log: the host's and the plugin's, each with its level and where it comes from.</summary>
    public IReadOnlyList<string> Log => [.. _log.Lines];

    /// <summary>The handlers of the plugin, as it describes them.</summary>
    public IReadOnlyList<HandlerDescription> Handlers => [.. Server.Prepared.Plugins.Plugins.SelectMany(plugin => plugin.Description.Handlers)];

    /// <summary>The connections, in the order in which they were opened.</summary>
    public IReadOnlyList<TestConnection> Connections
    {
        get
        {
            lock (_gate) return [.. _connections];
        }
    }

    internal RunningServer Server => _server!;

    /// <summary>Starts a plugin without options.</summary>
    /// <param name="plugin">The plugin, not used before.</param>
    /// <exception cref="StartupException">It cannot be started.</exception>
    public static Task<TestHost> StartAsync(Plugin plugin) => StartAsync(plugin, new TestSettings());

    /// <summary>Starts a plugin.</summary>
    /// <param name="plugin">The plugin, not used before.</param>
    /// <param name="settings">How it is served.</param>
    /// <exception cref="StartupException">It cannot be started.</exception>
    public static Task<TestHost> StartAsync(Plugin plugin, TestSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return StartAsync(settings.For(plugin), settings);
    }

    /// <summary>Loads a plugin's assembly, or a script, as the host does, and starts it.</summary>
    /// <param name="file">The DLL or the script.</param>
    /// <param name="settings">How it is served.</param>
    /// <exception cref="StartupException">It cannot be loaded or started.</exception>
    public static Task<TestHost> StartAsync(string file, TestSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return StartAsync(settings.For(file), settings);
    }

    private static async Task<TestHost> StartAsync(StartupSettings startup, TestSettings settings)
    {
        var host = new TestHost(settings);
        var options = new StartOptions { Loggers = host._log, Transport = TransportKind.Memory, Loops = 1, Time = host.Clock, IsDriven = true };
        host._server = await TestSettings.StartAsync(startup, options).ConfigureAwait(false);
        return host;
    }

    /// <summary>Opens a connection. Completes when the call about its opening is over, or overlaps.</summary>
    /// <param name="subprotocol">The subprotocol that it offers.</param>
    /// <exception cref="HandshakeRefusedException">It is refused.</exception>
    public Task<TestConnection> OpenAsync(string subprotocol) => OpenAsync(new TestRequest(subprotocol));

    /// <summary>Opens a connection. Completes when the call about its opening is over, or overlaps.</summary>
    /// <param name="request">What it asks for.</param>
    /// <exception cref="HandshakeRefusedException">It is refused.</exception>
    public async Task<TestConnection> OpenAsync(TestRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var opened = Server.Connect(null, request.RemoteAddress is { } address ? IPEndPoint.Parse(address) : null);
        var connection = new TestConnection(this, opened, request);
        lock (_gate) _connections.Add(connection);
        try
        {
            await connection.OpenedAsync().ConfigureAwait(false);
        }
        catch (HandshakeRefusedException)
        {
            lock (_gate) _connections.Remove(connection);
            throw;
        }
        return connection;
    }

    /// <summary>Stops as SIGTERM does: calls finish, connections are closed, the plugin is stopped.</summary>
    /// <param name="within">How long calls and connections have to end, on the test's clock.</param>
    /// <returns>How each connection that was open has ended for its client.</returns>
    public async Task<IReadOnlyList<CloseInfo>> StopAsync(TimeSpan within)
    {
        var open = Connections.Where(connection => !connection.IsOver).ToArray();
        var stopped = BeginStop(within);
        await UntilAsync(() => stopped.IsCompleted, () => $"The host does not stop: {open.Sum(connection => connection.CallsInFlight)} calls are in flight. Where they wait for the clock, advance it").ConfigureAwait(false);
        await stopped.ConfigureAwait(false);
        return [.. open.Select(connection => connection.Close)];
    }

    /// <summary>Has everything be done that can be done at this time, but for what other threads are about to bring.</summary>
    /// <returns>The time until something is due; negative for never.</returns>
    public TimeSpan Turn()
    {
        lock (_gate)
        {
            if (_server is not { } server) return Timeout.InfiniteTimeSpan;
            for (var moved = true; moved;)
            {
                _left = server.Drive();
                moved = false;
                foreach (var connection in _connections) moved |= connection.Wire.Exchange();
            }
            return _left;
        }
    }

    /// <summary>Stops at once, if it has not been stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        var stopped = BeginStop(TimeSpan.Zero);
        while (!stopped.IsCompleted)
        {
            await Task.WhenAny(stopped, Task.Delay(1)).ConfigureAwait(false);
            Clock.Advance(Tick); // nobody waits for what takes its time
        }
        await stopped.ConfigureAwait(false);
        await Server.DisposeAsync().ConfigureAwait(false);
    }

    internal Task<StopReport> BeginStop(TimeSpan within)
    {
        Turn(); // what was said before comes before
        lock (_gate) return _stopped ??= Server.StopAsync(within);
    }

    internal void Locked(Action action)
    {
        lock (_gate) action();
    }

    /// <summary>Takes turns until something is so.</summary>
    /// <param name="isSo">It.</param>
    /// <param name="otherwise">What is said when it does not become so.</param>
    internal async Task UntilAsync(Func<bool> isSo, Func<string> otherwise)
    {
        if (!await TryUntilAsync(isSo, _patience).ConfigureAwait(false)) throw new ExpectationException($"{otherwise()} (within {_patience.TotalSeconds} s).");
    }

    internal async Task<bool> TryUntilAsync(Func<bool> isSo, TimeSpan patience)
    {
        var watch = Stopwatch.StartNew();
        for (var looks = 0; ; looks++)
        {
            Turn();
            var found = false;
            Locked(() => found = isSo());
            if (found) break;
            if (watch.Elapsed > patience) return false;
            if (looks < 200) await Task.Yield();
            else await Task.Delay(1).ConfigureAwait(false);
        }
        Turn(); // what its calls have left is done, too
        return true;
    }
}
