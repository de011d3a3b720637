using PluginHost.Abstractions;
using PluginHost.Core.Policy.Topics;

namespace PluginHost.Server.Topics;

/// <summary>The topics as one plugin or script sees them outside of connections.</summary>
/// <param name="topics">The topics.</param>
/// <param name="permission">Those that the plugin may use.</param>
/// <param name="plugin">The plugin's id.</param>
internal sealed class PluginTopics(TopicFabric topics, TopicPermission permission, string plugin) : Abstractions.Topics
{
    private readonly TopicAccess _access = new(topics, permission, plugin, null);

    /// <inheritdoc/>
    public override TopicResult Publish(string topic, Publication publication) => topics.Publish(_access, null, topic, publication);

    /// <inheritdoc/>
    public override ValueTask<TopicSnapshot> ReadAsync(string topic, HistoryRequest history, CancellationToken cancellation) =>
        ValueTask.FromResult(topics.Read(_access, topic, history));
}
