using PluginHost.Abstractions;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Loading;

/// <summary>Takes the log lines of plugins.</summary>
/// <param name="pluginId">The plugin.</param>
/// <param name="level">How much it matters.</param>
/// <param name="line">One line without control characters.</param>
public delegate void PluginLog(string pluginId, PluginLogLevel level, string line);

/// <summary>Topics for plugins, outside of connections. From any thread.</summary>
public interface IPluginTopics
{
    /// <summary>A plugin publishes.</summary>
    TopicResult Publish(string plugin, string topic, Publication publication);

    /// <summary>A plugin looks at a topic.</summary>
    TopicSnapshot Read(string plugin, string topic, HistoryRequest history);
}

/// <summary>The context of one started plugin.</summary>
internal sealed class PluginScope(
    string id, PluginOptions options, string directory, TimeProvider time, PluginLog log, IPluginTopics? topics) : PluginContext,
    IDisposable
{
    private readonly Lock _lock = new();
    private Stack<IDisposable>? _registered = new();

    /// <inheritdoc/>
    public override string PluginId => id;

    /// <inheritdoc/>
    public override PluginOptions Options => options;

    /// <inheritdoc/>
    public override string Directory => directory;

    /// <inheritdoc/>
    public override TimeProvider Time => time;

    /// <inheritdoc/>
    public override void Log(PluginLogLevel level, string message) => log(id, level, OneLine.Of(message ?? "", 2000));

    /// <inheritdoc/>
    public override TopicResult Publish(string topic, Publication publication) =>
        topics?.Publish(id, topic, publication) ?? base.Publish(topic, publication);

    /// <inheritdoc/>
    public override TopicSnapshot Read(string topic, HistoryRequest history) => topics?.Read(id, topic, history) ?? base.Read(topic, history);

    /// <inheritdoc/>
    public override void Register(IDisposable disposable)
    {
        ArgumentNullException.ThrowIfNull(disposable);
        lock (_lock)
        {
            if (_registered is not null)
            {
                _registered.Push(disposable);
                return;
            }
        }

        disposable.Dispose();
    }

    /// <summary>Disposes what was registered, the last first. One that throws is logged and does not keep the others.</summary>
    public void Dispose()
    {
        Stack<IDisposable> all;
        lock (_lock)
        {
            all = _registered ?? new();
            _registered = null;
        }

        while (all.TryPop(out var disposable))
            try
            {
                disposable.Dispose();
            }
            catch (Exception e)
            {
                Log(PluginLogLevel.Error, $"disposing a registration threw {OneLine.Of(e)}");
            }
    }
}
