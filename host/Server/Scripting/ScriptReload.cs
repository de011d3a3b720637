using LanguageExt;
using PluginHost.Core.Scripts;
using PluginHost.Core.Serving.Routing;
using PluginHost.Server.Connections;
using PluginHost.Server.Loading;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Scripting;

/// <summary>
/// Reads scripts again when their files change. The system tells of changes where it can; besides, the files are looked at now and then, which costs
/// little. A file that is being written is left alone until it has been still for a moment.
/// </summary>
internal sealed class ScriptReload : IDisposable
{
    /// <summary>How often the files are looked at when nobody tells of a change.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>How long the files have to be still.</summary>
    internal static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ScriptService _scripts;
    private readonly PluginSet _plugins;
    private readonly Action<BoundPlan, IReadOnlyDictionary<string, PluginHandler>> _serve;
    private readonly ServerLog _log;
    private readonly PluginServices _services;
    private readonly Lock _gate = new();
    private readonly Timer _timer;
    private BoundPlan _plan;
    private FileSystemWatcher? _watcher;
    private ScriptWatch _watch;
    private bool _stirred;
    private bool _stopped;

    /// <summary>Begins to watch.</summary>
    /// <param name="scripts">The scripts.</param>
    /// <param name="plan">What connections are routed by.</param>
    /// <param name="plugins">The plugins, scripts among them.</param>
    /// <param name="serve">Takes what new connections are served by.</param>
    /// <param name="log">Where changes and faults are logged.</param>
    /// <param name="services">What the host gives to scripts.</param>
    public ScriptReload(
        ScriptService scripts, BoundPlan plan, PluginSet plugins, Action<BoundPlan, IReadOnlyDictionary<string, PluginHandler>> serve, ServerLog log,
        PluginServices services)
    {
        (_scripts, _plan, _plugins, _serve, _log, _services) = (scripts, plan, plugins, serve, log, services);
        _watch = ScriptWatch.From(scripts.Signature);
        _timer = new Timer(_ => Turn(), null, Timeout.Infinite, Timeout.Infinite);
        _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends watching. A change that is being taken over is waited for.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            _watcher?.Dispose();
            _timer.Dispose();
            _scripts.Stop();
        }
    }

    private void Turn()
    {
        lock (_gate)
        {
            if (_stopped) return;
            _stirred = false;
            Watch();
            var isStill = true;
            try
            {
                isStill = Look();
            }
            catch (Exception exception)
            {
                _log.Write(LogLevel.Error, $"scripts cannot be read again: {ExceptionText.Describe(exception)}");
            }
            _timer.Change(isStill && !Volatile.Read(ref _stirred) ? Interval : Quiet, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Looks at the files; takes them over where they have changed and are still.</summary>
    /// <returns>False when they are to be looked at again soon.</returns>
    private bool Look()
    {
        (_watch, var step) = _watch.Look(_scripts.Folder.Signature());
        if (step == ScriptWatchStep.Read) Reload();
        return step != ScriptWatchStep.LookAgain;
    }

    private void Reload()
    {
        var step = _scripts.Look();
        if (!_scripts.Changes(step))
        {
            _scripts.Take(step);
            Say(step);
            return;
        }
        var plugins = _plugins.WithScripts(ScriptService.PluginsOf(step.Set, step.Plugins));
        plugins.Bind(_plan.Plan).Match(
            bound => TakeOver(step, bound, plugins),
            problems => problems.Iter(problem => _log.Write(LogLevel.Error, $"scripts not taken over, what was served before is kept: {problem.Message}")));
    }

    private void TakeOver(ScriptStep step, BoundPlan bound, PluginSet plugins)
    {
        var before = _scripts.Plugins.ToHashSet();
        foreach (var script in plugins.Plugins.Where(plugin => plugin.IsScript && !before.Contains(plugin)))
            script.StartAsync(_services, Patience, CancellationToken.None).GetAwaiter().GetResult();
        _scripts.Take(step);
        _plan = bound;
        _serve(bound, plugins.Handlers);
        Say(step);
    }

    private void Say(ScriptStep step)
    {
        foreach (var (level, line) in step.Lines) _log.Write(level, line);
    }

    /// <summary>Has the system tell of changes, as soon as there is a folder. Where it cannot, looking has to do.</summary>
    private void Watch()
    {
        var root = _scripts.Folder.Root;
        if (_watcher is not null || !Directory.Exists(root)) return;
        try
        {
            _watcher = new FileSystemWatcher(root) { IncludeSubdirectories = true };
            _watcher.Changed += Stir;
            _watcher.Created += Stir;
            _watcher.Deleted += Stir;
            _watcher.Renamed += Stir;
            _watcher.EnableRaisingEvents = true;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
        {
            _watcher = null;
        }
    }

    // A turn that is going on sees the mark at its end.
    private void Stir(object sender, FileSystemEventArgs change)
    {
        Volatile.Write(ref _stirred, true);
        try
        {
            _timer.Change(Quiet, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // It is over.
        }
    }
}
