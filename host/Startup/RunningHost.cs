using System.Net.Sockets;
using System.Runtime.CompilerServices;
using LanguageExt;
using PluginHost.Admin;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server;
using PluginHost.Telemetry;
using static LanguageExt.Prelude;

namespace PluginHost.Startup;

/// <summary>A running server with what stands beside it: the admin address and the export of metrics.</summary>
internal sealed class RunningHost
{
    private readonly AdminListener? _admin;
    private readonly IDisposable? _export;

    private RunningHost(RunningServer server, AdminListener? admin, ILogger log)
    {
        Server = server;
        _admin = admin;
        _export = TelemetryOf(server.Prepared).Map(plan => Export(plan, server.Prepared, log)).MatchUnsafe<IDisposable?>(export => export, () => null);
    }

    /// <summary>The server.</summary>
    public RunningServer Server { get; }

    /// <summary>The URL of the admin page, or <see langword="null"/>.</summary>
    public string? AdminUrl => _admin?.Url;

    /// <summary>Opens the admin address, starts the plugins, then opens the listeners.</summary>
    /// <param name="prepared">What is to be served.</param>
    /// <param name="options">What does not come from the file.</param>
    /// <param name="log">Where events are logged.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <returns>The running host, or every problem; then what was started has been stopped and nothing stays loaded.</returns>
    public static async Task<Either<Seq<StartupProblem>, RunningHost>> StartAsync(Prepared prepared, StartOptions options, ILogger log, CancellationToken cancellation)
    {
        var state = new AdminState();
        var opened = await AdminListener.StartAsync(prepared.Plan.Plan.Admin, state, prepared.Source.Folder, log).ConfigureAwait(false);
        return await opened.MatchAsync(
            RightAsync: async found =>
            {
                var admin = found.MatchUnsafe<AdminListener?>(listener => listener, () => null);
                var observed = options with { IsObserved = admin is not null || TelemetryOf(prepared).IsSome };
                var started = await RunningServer.StartAsync(prepared.With(admin?.Site), observed, cancellation).ConfigureAwait(false);
                if (started.IsLeft && admin is not null) await admin.DisposeAsync().ConfigureAwait(false);
                return started.Map(server =>
                {
                    state.Served = server.Observation;
                    return new RunningHost(server, admin, log);
                });
            },
            Left: problem =>
            {
                prepared.Plugins.Unload();
                return Seq1(problem);
            }).ConfigureAwait(false);
    }

    /// <summary>Stops the server, exports for the last time, and closes the admin address.</summary>
    public async Task<StopReport> StopAsync()
    {
        var report = await Server.StopAsync().ConfigureAwait(false);
        _export?.Dispose();
        await Server.DisposeAsync().ConfigureAwait(false);
        if (_admin is not null) await _admin.DisposeAsync().ConfigureAwait(false); // until now it has said that this server goes away
        return report;
    }

    private static Option<TelemetryPlan> TelemetryOf(Prepared prepared) => prepared.Plan.Plan.Telemetry;

    // On its own, so that the exporter is loaded only where it is wanted.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static IDisposable Export(TelemetryPlan plan, Prepared prepared, ILogger log) => MetricExport.Start(plan, prepared.TelemetryHeaders, log);
}
