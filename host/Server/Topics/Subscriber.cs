using PluginHost.Abstractions;

namespace PluginHost.Server.Topics;

/// <summary>What a connection's handler may do with topics, and how values look for its clients.</summary>
/// <param name="Fabric">The topics.</param>
/// <param name="Permission">Those that its plugin may use.</param>
/// <param name="Plugin">The plugin's id.</param>
/// <param name="Encode">Makes messages of values.</param>
internal sealed record TopicAccess(
    TopicFabric Fabric, Core.Topics.TopicPermission Permission, string Plugin, Func<TopicMessage, EncodedMessage>? Encode);

/// <summary>A connection that subscribes. It exists only for connections that have subscribed to something.</summary>
/// <param name="connection">The connection.</param>
/// <param name="form">How messages look for its client; <see langword="null"/> where each has to be made for it alone.</param>
internal sealed class Subscriber(Connection connection, MessageForm? form)
{
    /// <summary>The connection.</summary>
    public readonly Connection Connection = connection;

    /// <summary>How messages look for its client; <see langword="null"/> where each has to be made for it alone.</summary>
    public readonly MessageForm? Form = form;

    /// <summary>First and last of what waits to be delivered in this turn; −1 for nothing. The loop's only.</summary>
    public int First = -1, Last = -1;

    /// <summary>The last publication that it was given, where it might match several of its subscriptions. The loop's only.</summary>
    public long Stamp;

    /// <summary>Its subscriptions by what they are to; this is also their lock.</summary>
    public readonly Dictionary<SubscriberSet, Subscribing> Subscriptions = new(1);

    /// <summary>Stands for connections that have ended without ever having subscribed.</summary>
    public static Subscriber Gone { get; } = new(null!, null) { HasLeft = true };

    /// <summary>The connection has ended: nothing is subscribed to any more. Under the lock.</summary>
    public bool HasLeft;
}
