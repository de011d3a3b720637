using PluginHost.Abstractions;
using PluginHost.Core.Policy.Topics;
using PluginHost.Server.Connections;

namespace PluginHost.Server.Topics;

/// <summary>A connection that subscribes. It exists only for connections that have subscribed to something.</summary>
/// <param name="topics">The topics of the connection.</param>
/// <param name="form">How messages look for its client; <see langword="null"/> where each has to be made for it alone.</param>
internal sealed class Subscriber(ConnectionTopics topics, MessageForm? form)
{
    /// <summary>The topics of the connection.</summary>
    public readonly ConnectionTopics Topics = topics;

    /// <summary>The connection.</summary>
    public Connection Connection => Topics.Connection;

    /// <summary>How messages look for its client; <see langword="null"/> where each has to be made for it alone.</summary>
    public readonly MessageForm? Form = form;

    /// <summary>First and last of what waits to be delivered in this turn; −1 for nothing. The loop's only.</summary>
    public int First = -1, Last = -1;

    /// <summary>The last publication that it was given, where it might match several of its subscriptions. The loop's only.</summary>
    public long Stamp;

    private SnapshotFloors _floors = SnapshotFloors.None;
    private long _tickets;

    /// <summary>Its subscriptions by what they are to; this is also their lock.</summary>
    public readonly Dictionary<SubscriberSet, Subscribing> Subscriptions = new(1);

    /// <summary>A message may reach it; from any thread.</summary>
    public bool Admits(string topic, TopicPosition position)
    {
        if (position.Offset == 0) return true;
        var floors = Volatile.Read(ref _floors);
        return floors.IsNone || floors.Admits(topic, position.Epoch, position.Offset);
    }

    /// <summary>It is given a snapshot; under the lock, and that of the topic.</summary>
    /// <returns>The number that <see cref="Passed"/> wants.</returns>
    public long Given(string topic, TopicPosition position)
    {
        Volatile.Write(ref _floors, _floors.Given(new SnapshotFloors.Floor(++_tickets, topic, position.Epoch, position.Offset)));
        return _tickets;
    }

    /// <summary>Nothing that was published before the snapshot is on its way any more; on the loop.</summary>
    public void Passed(long ticket)
    {
        lock (Subscriptions) Volatile.Write(ref _floors, _floors.Passed(ticket));
    }

    /// <summary>Stands for connections that have ended without ever having subscribed.</summary>
    public static Subscriber Gone { get; } = new(null!, null) { HasLeft = true };

    /// <summary>The connection has ended: nothing is subscribed to any more. Under the lock.</summary>
    public bool HasLeft;
}
