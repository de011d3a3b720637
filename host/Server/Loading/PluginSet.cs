using LanguageExt;
using PluginHost.Abstractions;
using PluginHost.Core.Configuration;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Serving.Routing;
using PluginHost.Core.Text;

namespace PluginHost.Server.Loading;

/// <summary>A handler and the plugin it belongs to.</summary>
/// <param name="Plugin">The plugin.</param>
/// <param name="Description">The handler.</param>
public sealed record PluginHandler(LoadedPlugin Plugin, HandlerDescription Description);

/// <summary>All plugins of one configuration, loaded. They are started, stopped and unloaded together.</summary>
public sealed class PluginSet
{
    private readonly TimeSpan _limit;
    private IReadOnlyDictionary<string, PluginHandler> _handlers;

    internal PluginSet(IReadOnlyList<LoadedPlugin> plugins, TimeSpan limit)
    {
        Plugins = plugins;
        _limit = limit;
        _handlers = plugins.SelectMany(p =>
            p.Description.Handlers.SelectMany(h => h.Subprotocols.Select(token => (token, new PluginHandler(p, h)))))
            .ToDictionary(pair => pair.token, pair => pair.Item2, StringComparer.Ordinal);
    }

    /// <summary>The plugins, ordered by id, then the scripts, ordered by id.</summary>
    public IReadOnlyList<LoadedPlugin> Plugins { get; }

    /// <summary>The handlers by subprotocol token, compared exactly.</summary>
    public IReadOnlyDictionary<string, PluginHandler> Handlers => _handlers;

    /// <summary>The handlers as routes are joined with them.</summary>
    internal Seq<RegisteredHandler> Registered =>
        Handlers.Select(handler => new RegisteredHandler(handler.Key, handler.Value.Plugin.Id, handler.Value.Plugin.File)).ToSeq().Strict();

    /// <summary>Joins a plan with the handlers, and with the plugins that authenticate clients.</summary>
    internal Either<Seq<Problem>, BoundPlan> Bind(ServerPlan plan) => PlanValidation.Bind(
        plan, Registered, Plugins.Where(loaded => loaded.Description.Authenticate is not null).Select(loaded => loaded.Id).ToArray().ToSeq().Strict());

    /// <summary>The same plugins with other scripts in the place of those among them.</summary>
    internal PluginSet WithScripts(IEnumerable<LoadedPlugin> scripts) => new([.. Plugins.Where(loaded => !loaded.IsScript), .. scripts], _limit);

    /// <summary>Has every plugin check its options. Starts nothing.</summary>
    /// <returns>Every problem of every plugin.</returns>
    public IReadOnlyList<PluginProblem> Validate() => [.. Plugins.SelectMany(p => p.Validate(_limit))];

    /// <summary>Starts all plugins, in order. When one fails, those started before it are stopped, the last first.</summary>
    /// <param name="services">What the host gives to them.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Empty when all are started; otherwise none is.</returns>
    public async Task<IReadOnlyList<PluginProblem>> StartAsync(
        PluginServices services, CancellationToken cancellation)
    {
        foreach (var plugin in Plugins)
            if (await plugin.StartAsync(services, _limit, cancellation).ConfigureAwait(false) is { } problem)
                return [problem, .. await StopAsync(CancellationToken.None).ConfigureAwait(false)];
        return [];
    }

    /// <summary>Their connections begin to be stopped. A plugin that takes long over being told is not waited for.</summary>
    internal void BeginStopping()
    {
        foreach (var plugin in Plugins) _ = plugin.BeginStoppingAsync();
    }

    /// <summary>Stops all plugins that are started, the last first.</summary>
    /// <param name="cancellation">Gives up waiting for plugins; their scopes are ended all the same.</param>
    /// <returns>What went wrong.</returns>
    public async Task<IReadOnlyList<PluginProblem>> StopAsync(CancellationToken cancellation)
    {
        var problems = new List<PluginProblem>();
        foreach (var plugin in Plugins.Reverse())
            if (await plugin.StopAsync(_limit, cancellation).ConfigureAwait(false) is { } problem)
                problems.Add(problem);
        return problems;
    }

    /// <summary>Lets go of all plugins. No connection may use them any more.</summary>
    public IReadOnlyList<UnloadedPlugin> Unload()
    {
        _handlers = new Dictionary<string, PluginHandler>();
        return [.. Plugins.Select(p => p.Unload())];
    }
}

/// <summary>What came of loading: all plugins, or all problems.</summary>
public abstract record PluginLoadResult
{
    private PluginLoadResult() { }

    private protected abstract int Closed { get; }

    /// <summary>Calls the function that belongs to this case.</summary>
    public T Match<T>(Func<PluginSet, T> loaded, Func<IReadOnlyList<PluginProblem>, T> failed) => this switch
    {
        Loaded l => loaded(l.Plugins),
        Failed f => failed(f.Problems),
        _ => throw new InvalidOperationException(),
    };

    /// <summary>Every plugin is loaded; none is started.</summary>
    /// <param name="Plugins">The plugins; maybe none.</param>
    public sealed record Loaded(PluginSet Plugins) : PluginLoadResult
    {
        private protected override int Closed => 0;
    }

    /// <summary>Something is wrong, and no plugin is loaded.</summary>
    /// <param name="Problems">Everything that is wrong; at least one.</param>
    public sealed record Failed(IReadOnlyList<PluginProblem> Problems) : PluginLoadResult
    {
        private protected override int Closed => 1;
    }
}
