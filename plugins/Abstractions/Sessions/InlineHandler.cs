namespace PluginHost.Abstractions;

/// <summary>
/// An imperative handler that never blocks, one instance a connection, made with its <see cref="Session"/>. It is called on the connection's loop, where a call
/// that takes long stalls every other connection of that loop: no I/O, no waiting, no lock that is held for long. Calls for one connection never overlap. An
/// exception closes the connection with 1011, a <see cref="CloseConnectionException"/> with its own code.
/// A handler that is <see cref="IDisposable"/> is disposed after <see cref="OnClosed"/>.
/// </summary>
public abstract class InlineHandler
{
    /// <summary>The connection is open. The first call.</summary>
    public virtual void OnOpen() { }

    /// <summary>A text message arrived. Not overridden, it closes the connection with 1003.</summary>
    /// <param name="message">Borrowed: valid until this call returns.</param>
    public virtual void OnText(BorrowedMessage message) => throw CloseCodes.Unsupported(MessageKind.Text);

    /// <summary>A binary message arrived. Not overridden, it closes the connection with 1003.</summary>
    /// <param name="message">Borrowed: valid until this call returns.</param>
    public virtual void OnBinary(BorrowedMessage message) => throw CloseCodes.Unsupported(MessageKind.Binary);

    /// <summary>A timer ran out (<see cref="Session.SetTimer"/>).</summary>
    /// <param name="id">The timer's number.</param>
    public virtual void OnTimer(int id) { }

    /// <summary>The send queue is below its low mark again, after a send was queued or dropped.</summary>
    public virtual void OnDrained() { }

    /// <summary>A message was published to a topic that this handler has subscribed to for itself (<see cref="TopicDelivery.Handler"/>), or somebody came to or left
    /// one that it watches.</summary>
    /// <param name="message">The message, shared with others; it may be kept.</param>
    public virtual void OnTopic(TopicMessage message) { }

    /// <summary>A <see cref="SessionTopics.Subscribe(TopicSubscription)"/> is answered. It comes before anything that happens after it on the topic.</summary>
    /// <param name="snapshot">The topic at that moment.</param>
    public virtual void OnSnapshot(TopicSnapshot snapshot) { }

    /// <summary>
    /// The host stops, or the plugin is replaced. Reading has stopped; the connection is closed once everything is sent. Whoever calls
    /// <see cref="Session.ResumeReading"/> goes on, and closes by itself within <see cref="StopInfo.Timeout"/>.
    /// </summary>
    /// <param name="stop">With which code, and when at the latest.</param>
    public virtual void OnStopping(StopInfo stop) { }

    /// <summary>The connection is over. The last call, made also after an exception; sends are refused.</summary>
    /// <param name="close">How it ended.</param>
    public virtual void OnClosed(CloseInfo close) { }
}
