namespace PluginHost.Abstractions;

/// <summary>
/// An imperative handler that may await or block, one instance a connection. It is called on the thread pool; calls for one connection
/// never overlap: the next
/// begins when the task of the one before has completed. While it is busy its connection is not read, others are. An exception closes the
/// connection with 1011.
/// A handler that is <see cref="IDisposable"/> or <see cref="IAsyncDisposable"/> is disposed after <see cref="OnClosedAsync"/>.
/// </summary>
public abstract class SessionHandler
{
    /// <summary>The connection is open. The first call.</summary>
    public virtual ValueTask OnOpenAsync(Session session) => ValueTask.CompletedTask;

    /// <summary>A text message arrived. Not overridden, it closes the connection with 1003.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="message">Yours until the returned task completes, or longer after <see cref="OwnedMessage.Keep"/>.</param>
    public virtual ValueTask OnTextAsync(Session session, OwnedMessage message) => Unsupported(session, "text");

    /// <summary>A binary message arrived. Not overridden, it closes the connection with 1003.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="message">Yours until the returned task completes, or longer after <see cref="OwnedMessage.Keep"/>.</param>
    public virtual ValueTask OnBinaryAsync(Session session, OwnedMessage message) => Unsupported(session, "binary");

    /// <summary>A message was published to a topic that this handler has subscribed to for itself (<see cref="TopicDelivery.Handler"/>). While the handler is busy,
    /// messages wait in a bounded queue; beyond it they are dropped, and the loss is logged.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="message">The message, shared with others; it may be kept.</param>
    public virtual ValueTask OnTopicAsync(Session session, TopicMessage message) => ValueTask.CompletedTask;

    /// <summary>Somebody came to or left a topic that this handler watches for itself.</summary>
    public virtual ValueTask OnPresenceAsync(Session session, PresenceChange change) => ValueTask.CompletedTask;

    /// <summary>The connection is over. The last call, made also after an exception; sends are refused.</summary>
    public virtual ValueTask OnClosedAsync(Session session, CloseInfo close) => ValueTask.CompletedTask;

    private static ValueTask Unsupported(Session session, string kind)
    {
        session.Close(CloseCodes.UnsupportedData, $"{kind} messages are not accepted");
        return ValueTask.CompletedTask;
    }
}
