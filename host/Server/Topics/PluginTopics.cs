using PluginHost.Abstractions;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server.Loading;

namespace PluginHost.Server.Topics;

/// <summary>The topics as plugins see them outside of connections.</summary>
internal sealed class PluginTopics(TopicFabric topics, PluginsPlan plugins) : IPluginTopics
{
    /// <inheritdoc/>
    public TopicResult Publish(string plugin, string topic, Publication publication) => topics.Publish(Access(plugin), null, topic, publication);

    /// <inheritdoc/>
    public TopicSnapshot Read(string plugin, string topic, HistoryRequest history) => topics.Read(Access(plugin), topic, history);

    private TopicAccess Access(string plugin) => new(topics, plugins.TopicsOf(plugin), plugin, null);
}
