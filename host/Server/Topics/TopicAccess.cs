using PluginHost.Abstractions;
using PluginHost.Server.Connections;

namespace PluginHost.Server.Topics;

/// <summary>What a handler may do with topics, and how values look for its clients.</summary>
/// <param name="fabric">The topics.</param>
/// <param name="permission">Those that its plugin may use.</param>
/// <param name="plugin">The plugin's id.</param>
/// <param name="encode">Makes messages of values.</param>
internal sealed class TopicAccess(
    TopicFabric fabric, Core.Policy.Topics.TopicPermission permission, string plugin, Func<TopicMessage, OutgoingMessage>? encode) : HandlerTopics
{
    /// <summary>The topics.</summary>
    public TopicFabric Fabric => fabric;

    /// <summary>Those that its plugin may use.</summary>
    public Core.Policy.Topics.TopicPermission Permission => permission;

    /// <summary>The plugin's id.</summary>
    public string Plugin => plugin;

    /// <summary>Makes messages of values.</summary>
    public Func<TopicMessage, OutgoingMessage>? Encode => encode;

    /// <inheritdoc/>
    public override long Server => fabric.Server;

    /// <inheritdoc/>
    public override TopicPort Connect(Connection connection) => new ConnectionTopics(connection, this);
}
