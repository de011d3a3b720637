namespace PluginHost.Abstractions;

/// <summary>How much a log line matters.</summary>
public enum PluginLogLevel
{
    /// <summary>For whoever looks for a fault.</summary>
    Debug,

    /// <summary>Normal operation.</summary>
    Information,

    /// <summary>Something is off, and the plugin goes on.</summary>
    Warning,

    /// <summary>Something failed.</summary>
    Error,
}

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

    /// <summary>
    /// Writes one line to the host's log, from any thread. Control characters are escaped and a long line is cut. Give it text, never an
    /// exception object: one that the
    /// log kept would keep the plugin from being unloaded.
    /// </summary>
    /// <param name="level">How much it matters.</param>
    /// <param name="message">The line.</param>
    public abstract void Log(PluginLogLevel level, string message);

    /// <summary>Publishes to a topic, from any thread; no connection is the sender.</summary>
    /// <param name="topic">The topic, which the plugin's entry must allow.</param>
    /// <param name="publication">What to publish. Memory in it is the caller's again when the call returns.</param>
    /// <exception cref="ArgumentException">A text is not valid.</exception>
    public virtual TopicResult Publish(string topic, Publication publication) => throw new NotSupportedException("This host has no topics.");

    /// <summary>Looks at a topic's history and members, from any thread.</summary>
    /// <param name="topic">The topic, which the plugin's entry must allow to subscribe to.</param>
    /// <param name="history">How much of its past is wanted.</param>
    public virtual TopicSnapshot Read(string topic, HistoryRequest history) => throw new NotSupportedException("This host has no topics.");

    /// <summary>
    /// Puts something into the plugin's scope: it is disposed after <see cref="Plugin.StopAsync"/>, last in, first out. For timers,
    /// registrations, event subscriptions:
    /// whatever outside would go on pointing into the plugin.
    /// </summary>
    /// <param name="disposable">What to dispose. After the scope has ended it is disposed at once.</param>
    public abstract void Register(IDisposable disposable);
}
