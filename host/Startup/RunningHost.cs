using System.Net;
using System.Runtime.CompilerServices;
using LanguageExt;
using PluginHost.Admin;
using PluginHost.Core.Serving.Plans;
using PluginHost.Loading;
using PluginHost.Metrics;
using PluginHost.Scripting;
using PluginHost.Server;
using PluginHost.Server.Topics;
using static LanguageExt.Prelude;

namespace PluginHost.Startup;

/// <summary>An open listener.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Url">What a client connects to: <c>ws://127.0.0.1:8080</c>, or <c>unix:/run/pluginhost.sock</c>.</param>
/// <param name="EveryAddress">It listens on every address of the machine, of which the URL names one.</param>
internal sealed record OpenListener(string Name, string Url, bool EveryAddress)
{
    /// <summary>The listener as it was bound.</summary>
    public static OpenListener Of(string name, EndPoint endPoint, bool secure)
    {
        var scheme = secure ? "wss" : "ws";
        return endPoint switch
        {
            IPEndPoint ip when ip.Address.Equals(IPAddress.Any) || ip.Address.Equals(IPAddress.IPv6Any) => new(name, $"{scheme}://localhost:{ip.Port}", true),
            IPEndPoint ip => new(name, $"{scheme}://{ip}", false),
            _ => new(name, $"unix:{endPoint}", false),
        };
    }
}

/// <summary>How a stop went.</summary>
/// <param name="Closed">Connections that were open when it began and have ended.</param>
/// <param name="Reset">Those of them that had to be reset because the peer did not close in time.</param>
/// <param name="Problems">Plugins that could not be stopped.</param>
internal sealed record StopReport(int Closed, int Reset, Seq<StartupProblem> Problems);

/// <summary>Plugins that are started and a server that serves them.</summary>
internal sealed class RunningHost
{
    private readonly WebSocketServer _server;
    private readonly IdleMemory _memory = new();

    private readonly ScriptReload _scripts;

    private readonly AdminListener? _admin;
    private readonly LoopLag? _lag;
    private TrafficSampler? _traffic;
    private readonly ServerMeters _meters;
    private readonly IDisposable? _export;

    private RunningHost(Prepared prepared, WebSocketServer server, AdminListener? admin, ServerLog log, PluginLog plugins)
    {
        Prepared = prepared;
        _server = server;
        _admin = admin;
        var telemetry = prepared.Plan.Plan.Telemetry.MatchUnsafe<TelemetryPlan?>(one => one, () => null);
        _lag = admin is null && telemetry is null ? null : new LoopLag(server.Loops);
        _meters = new ServerMeters(server, _lag);
        if (telemetry is not null) _export = Export(telemetry, prepared, log);
        _scripts = new ScriptReload(prepared.Scripts, prepared.Plan, prepared.Plugins, server.Serve, log, plugins);
    }

    /// <summary>What is served.</summary>
    public Prepared Prepared { get; }

    /// <summary>The open listeners, in the order of the file.</summary>
    public IReadOnlyList<OpenListener> Listeners => [.. _server.Listeners.Select(one => OpenListener.Of(one.Name, one.EndPoint, Prepared.Tls.ContainsKey(one.Name)))];

    /// <summary>The URL of the admin page, or <see langword="null"/>.</summary>
    public string? AdminUrl => _admin?.Url;

    /// <summary>How sockets are served.</summary>
    public TransportKind Transport => _server.Transport;

    /// <summary>A plugin has failed outside of any call. From any thread.</summary>
    public void PluginFailed(string plugin) => _server.PluginFailed(plugin);

    /// <summary>Opens the admin address, starts the plugins, then opens the listeners.</summary>
    /// <param name="prepared">What is to be served.</param>
    /// <param name="options">What does not come from the file.</param>
    /// <param name="log">Takes the log lines of plugins.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <returns>The running server, or every problem; then what was started has been stopped and nothing stays loaded.</returns>
    public static async Task<Either<Seq<StartupProblem>, RunningHost>> StartAsync(
        Prepared prepared, ServerOptions options, PluginLog log, CancellationToken cancellation)
    {
        var state = new AdminState();
        var opened = await AdminListener.StartAsync(prepared.Plan.Plan.Admin, state, options).ConfigureAwait(false);
        return await opened.MatchAsync(
            RightAsync: async found =>
            {
                var admin = found.MatchUnsafe<AdminListener?>(one => one, () => null);
                var started = await StartAsync(prepared.With(admin?.Site), options with { KeepsRecords = admin is not null }, log, admin, cancellation).ConfigureAwait(false);
                if (started.IsLeft && admin is not null) await admin.DisposeAsync().ConfigureAwait(false);
                started.IfRight(host => host.Watch(state));
                return started;
            },
            Left: problem =>
            {
                prepared.Plugins.Unload();
                return Seq1(problem);
            }).ConfigureAwait(false);
    }

    private static async Task<Either<Seq<StartupProblem>, RunningHost>> StartAsync(
        Prepared prepared, ServerOptions options, PluginLog log, AdminListener? admin, CancellationToken cancellation)
    {
        var topics = WebSocketServer.MakeTopics(options, prepared.Plan, new NoBackplane());
        var faults = await prepared.Plugins.StartAsync(TimeProvider.System, log, new PluginTopics(topics, prepared.Plan.Plan.Plugins), cancellation).ConfigureAwait(false);
        if (faults.Count > 0)
        {
            prepared.Plugins.Unload();
            return Lines(faults);
        }
        var started = WebSocketServer.Start(options, prepared.Plan, prepared.Plugins.Handlers, topics);
        if (started.IsRight) return started.Map(server => new RunningHost(prepared, server, admin, options.Log, log)).MapLeft(_ => Seq<StartupProblem>());
        var left = await StopPluginsAsync(prepared.Plugins).ConfigureAwait(false);
        return started.LeftAsEnumerable().SelectMany(problems => problems)
            .Select(one => StartupProblem.Of($"listener {one.Listener}: {one.Message}"))
            .Concat(left).ToSeq().Strict();
    }

    /// <summary>Every loop gives a sign of life within a time.</summary>
    public Task<bool> RespondsAsync(TimeSpan within) => _server.RespondsAsync(within);

    /// <summary>Closes the listeners and the connections, then stops and unloads the plugins.</summary>
    public async Task<StopReport> StopAsync()
    {
        _memory.Dispose();
        _scripts.Dispose();
        _lag?.Dispose();
        _traffic?.Dispose();
        var open = _server.ConnectionCount;
        var reset = await _server.StopAsync(CancellationToken.None).ConfigureAwait(false);
        var problems = await StopPluginsAsync(Prepared.Plugins).ConfigureAwait(false);
        _export?.Dispose();
        _meters.Dispose();
        if (_admin is not null) await _admin.DisposeAsync().ConfigureAwait(false); // until now it has said that this server goes away
        return new StopReport(Math.Max(0, open - reset), reset, problems);
    }

    // On its own, so that the exporter is loaded only where it is wanted.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static IDisposable Export(TelemetryPlan plan, Prepared prepared, ServerLog log) => MetricExport.Start(plan, prepared.TelemetryHeaders, log);

    private void Watch(AdminState state)
    {
        if (_admin is null) return;
        _traffic = new TrafficSampler(_server);
        state.Served = new ServedState(_server, _meters, _traffic);
    }

    private static async Task<Seq<StartupProblem>> StopPluginsAsync(PluginSet plugins)
    {
        var problems = await plugins.StopAsync(CancellationToken.None).ConfigureAwait(false);
        plugins.Unload();
        return Lines(problems);
    }

    private static Seq<StartupProblem> Lines(IEnumerable<PluginProblem> problems) =>
        problems.Select(one => StartupProblem.Of(one.ToString())).ToSeq().Strict();
}
