using System.CommandLine;
using System.Runtime.InteropServices;
using LanguageExt;
using PluginHost.Cli.Terminal;
using PluginHost.Server;
using PluginHost.Server.Reports;
using PluginHost.Startup;
using PluginHost.Startup.Service;

namespace PluginHost.Cli;

/// <summary>Serves until a signal comes.</summary>
internal static class RunCommand
{
    /// <summary>Starts, prints where, waits for a signal, stops.</summary>
    public static async Task<int> RunAsync(Options options, ParseResult parsed, Output output)
    {
        using var signals = new Signals();
        using var log = new HostLog(options.LevelOf(parsed), options.IsJson(parsed, false));
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => IgnoreHangup(context, log.Server));
        var stray = new StrayExceptions(log.Server, () => Environment.TickCount64);
        stray.Install();
        var json = parsed.GetValue(options.Json);
        return await Preparation.Prepare(options.SettingsOf(parsed)).MatchAsync(
            RightAsync: ready => RunAsync(ready, options, parsed, log, stray, signals, output),
            Left: problems => Problems(problems, output, json)).ConfigureAwait(false);
    }

    private static async Task<int> RunAsync(
        Prepared ready, Options options, ParseResult parsed, HostLog log, StrayExceptions stray, Signals signals, Output output)
    {
        var plan = ready.Plan.Plan.Log;
        log.Configure(options.LevelOf(parsed, plan.Level), options.IsJson(parsed, plan.IsJson));
        using var manager = new ServiceNotifier(log.Server);
        var json = parsed.GetValue(options.Json);
        var started = await StartAsync(ready, options, parsed, log, signals.Stopping).ConfigureAwait(false);
        return await started.MatchAsync(
            RightAsync: host =>
            {
                stray.Faulted = host.Server.PluginFailed;
                return ServeAsync(host, signals, manager, log.Server, output, json);
            },
            Left: problems => signals.Stopping.IsCancellationRequested ? StoppedEarly(signals, output, json) : Problems(problems, output, json))
            .ConfigureAwait(false);
    }

    // Other servers read their configuration again. Ending, as is the default, would cost every connection.
    private static void IgnoreHangup(PosixSignalContext context, ILogger log)
    {
        context.Cancel = true;
        log.LogWarning("SIGHUP is ignored: plugins.json is read at the start only; restart the server to serve what it says now");
    }

    /// <summary>Prints problems, each on a line of its own.</summary>
    public static int Problems(Seq<StartupProblem> problems, Output output, bool json)
    {
        if (json) output.Json(new Reports.Failed("failed", [.. problems.Map(Reports.ProblemReport.Of)]));
        else
        {
            foreach (var problem in problems)
            {
                output.Problem(problem.ToString());
                foreach (var line in problem.Excerpt) output.Note(line);
            }
        }
        return ExitCode.Problem;
    }

    private static async Task<Either<Seq<StartupProblem>, RunningHost>> StartAsync(
        Prepared ready, Options options, ParseResult parsed, HostLog log, CancellationToken cancellation)
    {
        var sockets = PassedSockets.Take(ready.Plan.Plan.Listeners.Map(listener => listener.Name).Strict());
        return await sockets.MatchAsync(
            RightAsync: passed => RunningHost.StartAsync(
                ready,
                new StartOptions { Loggers = log, Transport = options.TransportOf(parsed), Loops = parsed.GetValue(options.Loops), Passed = passed },
                log.Server,
                cancellation),
            Left: problems =>
            {
                ready.Plugins.Unload();
                return problems;
            }).ConfigureAwait(false);
    }

    private static async Task<int> ServeAsync(RunningHost host, Signals signals, ServiceNotifier manager, ILogger log, Output output, bool json)
    {
        Say(log, () => Announce(host, output, json));
        manager.Ready($"Listening on {string.Join(", ", host.Server.Listeners.Select(listener => listener.Url))}", host.Server.RespondsAsync);
        var reason = await signals.First.ConfigureAwait(false);
        manager.Stopping();
        var report = await host.StopAsync().ConfigureAwait(false);
        Say(log, () => Report(report, reason, output, json));
        return report.Problems.IsEmpty ? ExitCode.Ok : ExitCode.Problem;
    }

    /// <summary>A server goes on serving when nobody can read what it says: its disk is full, its reader is gone.</summary>
    private static void Say(ILogger log, Action say)
    {
        try
        {
            say();
        }
        catch (IOException exception)
        {
            log.LogWarning("standard output cannot be written: {Why}", exception.Message);
        }
    }

    private static void Report(StopReport report, string reason, Output output, bool json)
    {
        if (json)
        {
            output.Json(new Reports.Stopped("stopped", reason, report.Closed, report.Reset, [.. report.Problems.Map(Reports.ProblemReport.Of)]));
        }
        else
        {
            foreach (var problem in report.Problems) output.Problem(problem.ToString());
            output.Line($"Stopped by {reason}: {Counted(report.Closed, "connection")} closed, {report.Reset} reset");
        }
    }

    private static int StoppedEarly(Signals signals, Output output, bool json)
    {
        var reason = signals.First.Result;
        if (json) output.Json(new Reports.Stopped("stopped", reason, 0, 0, []));
        else output.Line($"Stopped by {reason} before anything was served");
        return ExitCode.Ok;
    }

    private static void Announce(RunningHost host, Output output, bool json)
    {
        var source = host.Server.Prepared.Source;
        var plugins = Reports.PluginReport.Of(host.Server.Prepared.Plugins);
        if (json)
        {
            output.Json(new Reports.Started(
                "started", ServerVersion.Text, Environment.ProcessId, source.Path, host.Server.Transport.ToString().ToLowerInvariant(),
                [.. host.Server.Listeners.Select(listener => new Reports.ListenerReport(listener.Name, listener.Url, listener.EveryAddress))], plugins, [.. host.Server.Prepared.Notes], host.AdminUrl));
            return;
        }
        foreach (var note in host.Server.Prepared.Notes) output.Note(note);
        output.Line($"PluginHost {ServerVersion.Text}, {source.Path ?? source.Name}");
        foreach (var plugin in plugins)
            output.Line($"Serving {string.Join(", ", plugin.Handlers.SelectMany(handler => handler.Subprotocols))} by {plugin.Name} {plugin.Version}");
        foreach (var listener in host.Server.Listeners)
            output.Line($"Listening on {listener.Url} ({listener.Name}{(listener.EveryAddress ? ", every address" : "")})", "green");
        if (host.AdminUrl is { } admin) output.Line($"Admin page on {admin}", "green");
        if (output.IsTerminal) output.Note("Ctrl-C stops.");
    }

    private static string Counted(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
