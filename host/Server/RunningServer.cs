using System.Net;
using System.Net.Sockets;
using LanguageExt;
using PluginHost.Abstractions;
using PluginHost.Server.Composition;
using PluginHost.Server.Connections;
using PluginHost.Server.Handshakes;
using PluginHost.Server.Loading;
using PluginHost.Server.Logging;
using PluginHost.Server.Metrics;
using PluginHost.Server.Reports;
using PluginHost.Server.Scripting;
using PluginHost.Server.Topics;
using PluginHost.Server.Transports;
using PluginHost.Server.Transports.Memory;
using static LanguageExt.Prelude;

namespace PluginHost.Server;

/// <summary>How a server is started, besides what its configuration says.</summary>
public sealed record StartOptions
{
    /// <summary>Where events are logged, under the categories of <see cref="LogCategories"/>.</summary>
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>How sockets are served.</summary>
    public TransportKind Transport { get; init; }

    /// <summary>Event loops, 1 and above; 0 for one a processor.</summary>
    public int Loops { get; init; }

    /// <summary>Sockets that listen already, by the names of their listeners, which then open none. They are the server's from its start on.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Socket>> Passed { get; init; } = new Dictionary<string, IReadOnlyList<Socket>>();

    /// <summary>The time of day, and what all waits and time limits go by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// The server has no threads of its own: it is <see cref="RunningServer.Drive"/> that does what is to be done, one call at a time. Only with
    /// <see cref="TransportKind.Memory"/>. Handlers that may wait are called on the thread pool as ever.
    /// </summary>
    public bool IsDriven { get; init; }

    /// <summary>Somebody looks at it while it serves: connections keep what is told about them, traffic and delays are measured.</summary>
    public bool IsObserved { get; init; }
}

/// <summary>How a stop went.</summary>
/// <param name="Closed">Connections that were open when it began and have ended.</param>
/// <param name="Reset">Those of them that had to be reset because the peer did not close in time.</param>
/// <param name="Problems">Plugins that could not be stopped.</param>
public sealed record StopReport(int Closed, int Reset, Seq<StartupProblem> Problems);

/// <summary>Plugins that are started and a server that serves them.</summary>
public sealed class RunningServer : IAsyncDisposable
{
    private readonly WebSocketServer _server;
    private readonly IdleMemory? _memory;
    private readonly ScriptReload? _scripts;
    private readonly bool _isDriven;
    private int _stopped;

    private RunningServer(
        Prepared prepared, WebSocketServer server, ServerLog log, PluginServices services, StartOptions options, PluginMeters? meters)
    {
        Prepared = prepared;
        _server = server;
        _isDriven = options.IsDriven;
        if (!_isDriven) _memory = new IdleMemory();
        Observation = new ServerObservation(server, options.IsObserved, services.Health, meters);
        if (!_isDriven) _scripts = new ScriptReload(prepared.Scripts, prepared.Plan, prepared.Plugins, server.Serve, log, services);
    }

    /// <summary>What is served.</summary>
    public Prepared Prepared { get; }

    /// <summary>The open listeners, in the order of the configuration.</summary>
    public IReadOnlyList<OpenListener> Listeners =>
        [.. _server.Listeners.Select(listener => OpenListener.Of(listener.Name, listener.EndPoint, Prepared.Tls.ContainsKey(listener.Name)))];

    /// <summary>How sockets are served; never <see cref="TransportKind.Default"/>.</summary>
    public TransportKind Transport => _server.Transport;

    /// <summary>What can be seen of it.</summary>
    public ServerObservation Observation { get; }

    /// <summary>Starts the plugins, then opens the listeners.</summary>
    /// <param name="prepared">What is to be served.</param>
    /// <param name="options">What does not come from the configuration.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <returns>The running server, or every problem; then what was started has been stopped and nothing stays loaded.</returns>
    public static async Task<Either<Seq<StartupProblem>, RunningServer>> StartAsync(Prepared prepared, StartOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(prepared);
        ArgumentNullException.ThrowIfNull(options);
        var log = new ServerLog(
            options.Loggers.CreateLogger(LogCategories.Server), prepared.Plan.Plan.Admin.Map(site => site.Limits.Faults).IfNone(FaultLog.DefaultCapacity));
        var logs = LogsOf(options.Loggers);
        var own = new ServerOptions(options.Transport, options.Loops, prepared.Source.Folder, ClockOf(options.Time), log)
        {
            Time = options.Time,
            IsDriven = options.IsDriven,
            KeepsRecords = options.IsObserved,
            Tls = prepared.Tls,
            Passed = options.Passed,
            Authentication = prepared.Authentication,
            Authenticators = Authenticator.Of(prepared.Plugins),
        };
        var topics = WebSocketServer.MakeTopics(own, prepared.Plan, new NoBackplane());
        var directory = new ConnectionDirectory(topics.Server);
        var services = new PluginServices(
            options.Time, logs, id => new PluginTopics(topics, prepared.Plan.Plan.Plugins.TopicsOf(id), id), id => new PluginConnections(directory, id),
            new PluginHealth())
        {
            ScriptTopics = id => new PluginTopics(topics, prepared.Plan.Plan.Scripts.TopicsOf(Path.GetFileNameWithoutExtension(id)), id),
        };
        var meters = options.IsObserved ? new PluginMeters(log) : null;
        var faults = await prepared.Plugins.StartAsync(services, cancellation).ConfigureAwait(false);
        if (faults.Count > 0)
        {
            meters?.Dispose();
            prepared.Plugins.Unload();
            return Lines(faults);
        }
        var started = WebSocketServer.Start(own, prepared.Plan, prepared.Plugins.Handlers, topics, directory);
        if (started.IsRight)
            return started.Map(server => new RunningServer(prepared, server, log, services, options, meters)).MapLeft(_ => Seq<StartupProblem>());
        meters?.Dispose();
        var left = await StopPluginsAsync(prepared.Plugins).ConfigureAwait(false);
        return started.LeftAsEnumerable().SelectMany(problems => problems)
            .Select(problem => StartupProblem.Of($"listener {problem.Listener}: {problem.Message}"))
            .Concat(left).ToSeq().Strict();
    }

    /// <summary>A plugin has failed outside of any call. From any thread.</summary>
    /// <param name="plugin">Its id.</param>
    public void PluginFailed(string plugin) => _server.PluginFailed(plugin);

    /// <summary>Every loop gives a sign of life within a time.</summary>
    /// <param name="within">How long they may take.</param>
    public Task<bool> RespondsAsync(TimeSpan within) => _server.RespondsAsync(within);

    /// <summary>Opens a connection without a socket; only with <see cref="TransportKind.Memory"/>.</summary>
    /// <param name="listener">The listener that it seems to come in on; <see langword="null"/> for the first.</param>
    /// <param name="remote">The address that the client seems to have.</param>
    /// <param name="capacity">Bytes that either direction holds.</param>
    /// <exception cref="InvalidOperationException">It has another transport, or has been stopped.</exception>
    public MemoryConnection Connect(string? listener = null, EndPoint? remote = null, int capacity = 1 << 16)
    {
        if (Transport != TransportKind.Memory) throw new InvalidOperationException($"connections of this server are made by {Transport}, not in memory");
        if (Volatile.Read(ref _stopped) != 0) throw new InvalidOperationException("the server has been stopped");
        return new MemoryConnection(_server.ConnectInMemory(listener ?? Prepared.Plan.Plan.Listeners[0].Name, capacity, remote));
    }

    /// <summary>Of a server that is driven: does what is to be done at this time. One call at a time.</summary>
    /// <returns>The time until something is due; <see cref="Timeout.InfiniteTimeSpan"/> for never.</returns>
    public TimeSpan Drive() => _isDriven && _server.Drive() is >= 0 and var left ? TimeSpan.FromMilliseconds(left) : Timeout.InfiniteTimeSpan;

    /// <summary>Closes the listeners and the connections, then stops and unloads the plugins.</summary>
    public Task<StopReport> StopAsync() => StopAsync(null);

    /// <summary>Closes the listeners and the connections, then stops and unloads the plugins.</summary>
    /// <param name="within">How long calls and connections have to end; <see langword="null"/> for as long as configured.</param>
    public async Task<StopReport> StopAsync(TimeSpan? within)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0) return new StopReport(0, 0, Seq<StartupProblem>());
        _memory?.Dispose();
        _scripts?.Dispose();
        Observation.EndSampling();
        var open = _server.ConnectionCount;
        Prepared.Plugins.BeginStopping();
        var reset = await _server.StopAsync(CancellationToken.None, within).ConfigureAwait(false);
        var problems = await StopPluginsAsync(Prepared.Plugins).ConfigureAwait(false);
        return new StopReport(Math.Max(0, open - reset), reset, problems);
    }

    /// <summary>Stops, if it has not been stopped, and lets go of what is measured.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        Observation.Dispose();
    }

    private static Func<long> ClockOf(TimeProvider time)
    {
        if (time == TimeProvider.System) return () => Environment.TickCount64;
        var start = time.GetTimestamp();
        return () => (long)time.GetElapsedTime(start).TotalMilliseconds;
    }

    private static Func<string, PluginLog> LogsOf(ILoggerFactory loggers) =>
        id => new PluginLines(loggers.CreateLogger(LogCategories.Plugins + id), []);

    private static async Task<Seq<StartupProblem>> StopPluginsAsync(PluginSet plugins)
    {
        var problems = await plugins.StopAsync(CancellationToken.None).ConfigureAwait(false);
        plugins.Unload();
        return Lines(problems);
    }

    private static Seq<StartupProblem> Lines(IEnumerable<PluginProblem> problems) =>
        problems.Select(problem => StartupProblem.Of(problem.ToString())).ToSeq().Strict();
}
