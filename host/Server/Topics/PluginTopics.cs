using PluginHost.Abstractions;
using PluginHost.Core.Serving.Plans;

namespace PluginHost.Server.Topics;

/// <summary>The topics as one plugin sees them outside of connections.</summary>
/// <param name="topics">The topics.</param>
/// <param name="plugins">What plugins may use.</param>
/// <param name="plugin">The plugin's id.</param>
internal sealed class PluginTopics(TopicFabric topics, PluginsPlan plugins, string plugin) : Abstractions.Topics
{
    private readonly TopicAccess _access = new(topics, plugins.TopicsOf(plugin), plugin, null);

    /// <inheritdoc/>
    public override TopicResult Publish(string topic, Publication publication) => topics.Publish(_access, null, topic, publication);

    /// <inheritdoc/>
    public override ValueTask<TopicSnapshot> ReadAsync(string topic, HistoryRequest history, CancellationToken cancellation) =>
        ValueTask.FromResult(topics.Read(_access, topic, history));
}
