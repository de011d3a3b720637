using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PluginHost.Abstractions;

/// <summary>What a started plugin may use of its host.</summary>
public abstract class PluginContext
{
    /// <summary>The plugin's id: the name of its folder, or of its entry in <c>plugins.json</c>.</summary>
    public abstract string PluginId { get; }

    /// <summary>The options, as <see cref="Plugin.Validate"/> accepted them.</summary>
    public abstract PluginOptions Options { get; }

    /// <summary>The absolute path of the folder that holds the plugin's assembly.</summary>
    public abstract string Directory { get; }

    /// <summary>The clock and the timers to use. A timer made from it must be given to <see cref="Register"/>.</summary>
    public abstract TimeProvider Time { get; }

    /// <summary>The host's log, with the plugin as a field.</summary>
    public abstract PluginLog Log { get; }

    /// <summary>Topics without a connection.</summary>
    public abstract Topics Topics { get; }

    /// <summary>The plugin's connections: to count, list, close, send to and ask.</summary>
    public abstract Connections Connections { get; }

    /// <summary>
    /// For the plugin's own metrics: the host exports them with its own (<c>/metrics</c>, OTLP), with the plugin as a label. Named
    /// <c>PluginHost.Plugins.&lt;id&gt;</c>; ends with the plugin. Another meter is exported if it carries the tag <c>pluginhost.plugin</c>.
    /// </summary>
    public abstract Meter Meter { get; }

    /// <summary>For the plugin's own activities. Named <c>PluginHost.Plugins.&lt;id&gt;</c>; ends with the plugin.</summary>
    public abstract ActivitySource ActivitySource { get; }

    /// <summary>Cancelled when the plugin's connections begin to be stopped, because the host stops or a newer generation of the plugin has taken over.</summary>
    public abstract CancellationToken Stopping { get; }

    /// <summary>Says how something is that the plugin depends on: it counts in <c>/readyz</c> until it is said anew.</summary>
    /// <param name="check">What it is called, such as <c>database</c>; up to 100 of them.</param>
    /// <param name="status">How it is.</param>
    /// <param name="text">More about it, in a line; may be empty.</param>
    /// <exception cref="InvalidOperationException">100 others are known.</exception>
    public abstract void SetHealth(string check, HealthStatus status, string text);

    /// <summary>
    /// Puts something into the plugin's scope: it is disposed after <see cref="Plugin.StopAsync"/>, last in, first out. For timers,
    /// registrations, event subscriptions:
    /// whatever outside would go on pointing into the plugin.
    /// </summary>
    /// <param name="disposable">What to dispose. After the scope has ended it is disposed at once.</param>
    public abstract void Register(IDisposable disposable);
}
