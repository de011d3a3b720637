using PluginHost.Abstractions;

namespace PluginHost.Server.Connections;

/// <summary>The topics as one handler may use them, whatever connections it serves. What topics are, connections do not know.</summary>
internal abstract class HandlerTopics
{
    /// <summary>A number that no other server has.</summary>
    public abstract long Server { get; }

    /// <summary>The topics for one of its connections.</summary>
    public abstract TopicPort Connect(Connection connection);
}

/// <summary>
/// The topics of one connection: what its handler asks of them, and what they ask of the connection. It exists only for connections that have used any. From
/// any thread, but for what says otherwise.
/// </summary>
/// <param name="connection">The connection.</param>
internal abstract class TopicPort(Connection connection)
{
    private bool _isHeld;
    private bool _refusalLogged;

    /// <summary>The connection.</summary>
    public Connection Connection => connection;

    /// <summary>It has published while more waits to be delivered than should: it is not read from.</summary>
    public bool IsHeld
    {
        get => Volatile.Read(ref _isHeld);
        protected set => Volatile.Write(ref _isHeld, value);
    }

    /// <summary>Subscribes.</summary>
    public abstract TopicSnapshot Subscribe(TopicSubscription wanted);

    /// <summary>Ends a subscription.</summary>
    public abstract TopicResult Unsubscribe(string topic);

    /// <summary>Publishes.</summary>
    public abstract TopicResult Publish(string topic, in Publication publication);

    /// <summary>Looks at a topic.</summary>
    public abstract TopicSnapshot Read(string topic, HistoryRequest history);

    /// <summary>A message may reach the handler: it is not older than a snapshot that it has.</summary>
    public abstract bool Admits(TopicMessage message);

    /// <summary>Sends what is marked for the client in the batch that is being delivered; what is for the handler stays. On the connection's loop.</summary>
    public abstract void SendMarked();

    /// <summary>The connection ends: it leaves all topics, and subscribes to none any more. On its loop.</summary>
    public abstract void Leave();

    /// <summary>A handler that does not look at the result was refused something: one line for each connection. On its loop.</summary>
    public void LogRefused(string what, string topic, TopicResult result)
    {
        if (_refusalLogged) return;
        _refusalLogged = true;
        connection.Loop.Log.Write(
            LogLevel.Warning,
            $"connection {connection.Id}: handler {connection.Handler?.Name} was refused to {what} \"{topic}\": {result}; further refusals on this connection are not logged");
    }
}

/// <summary>The topics as one loop sees them.</summary>
/// <param name="index">The loop's number among the server's loops.</param>
internal abstract class LoopTopicsPort(int index) : IDisposable
{
    /// <summary>The loop's number among the server's loops.</summary>
    public int Index => index;

    /// <summary>Nothing is to be delivered.</summary>
    public abstract bool IsIdle { get; }

    /// <summary>Delivers as far as this turn's share goes; once a turn, on the loop.</summary>
    public abstract void Deliver();

    /// <summary>Lets go of everything; the loop has ended.</summary>
    public abstract void Dispose();
}
