namespace PluginHost.Abstractions;

/// <summary>
/// An imperative handler that never blocks, one instance a connection. It is called on the connection's loop, where a call that takes
/// long stalls every other
/// connection of that loop: no I/O, no waiting, no lock that is held for long. Calls for one connection never overlap. An exception
/// closes the connection with 1011.
/// A handler that is <see cref="IDisposable"/> is disposed after <see cref="OnClosed"/>.
/// </summary>
public abstract class InlineHandler
{
    /// <summary>The connection is open. The first call.</summary>
    public virtual void OnOpen(Session session) { }

    /// <summary>A text message arrived. Not overridden, it closes the connection with 1003.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="message">Borrowed: valid until this call returns.</param>
    public virtual void OnText(Session session, BorrowedMessage message) =>
        session.Close(CloseCodes.UnsupportedData, "text messages are not accepted");

    /// <summary>A binary message arrived. Not overridden, it closes the connection with 1003.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="message">Borrowed: valid until this call returns.</param>
    public virtual void OnBinary(Session session, BorrowedMessage message) =>
        session.Close(CloseCodes.UnsupportedData, "binary messages are not accepted");

    /// <summary>The send queue is below its low mark again, after a send was queued or dropped.</summary>
    public virtual void OnDrained(Session session) { }

    /// <summary>A message was published to a topic that this handler has subscribed to for itself (<see cref="TopicDelivery.Handler"/>).</summary>
    /// <param name="session">The connection.</param>
    /// <param name="message">The message, shared with others; it may be kept.</param>
    public virtual void OnTopic(Session session, TopicMessage message) { }

    /// <summary>Somebody came to or left a topic that this handler watches for itself.</summary>
    public virtual void OnPresence(Session session, PresenceChange change) { }

    /// <summary>The connection is over. The last call, made also after an exception; sends are refused.</summary>
    public virtual void OnClosed(Session session, CloseInfo close) { }
}
