namespace PluginHost.Abstractions;

/// <summary>What became of a message that was given to the host for sending.</summary>
public enum SendResult : byte
{
    /// <summary>It is on its way: the socket took it, or takes it with the turn in progress.</summary>
    Sent,

    /// <summary>It waits in the connection's send queue, because the peer reads slowly or another thread's turn must hand it
    /// over. Who sends much awaits <see cref="Session.DrainedAsync"/> now, so that the queue does not become full.</summary>
    Queued,

    /// <summary>It was not taken: the send queue is full. If that is the peer's slowness, the route's <c>slowConsumer</c> says what follows:
    /// by default the connection is closed with 1008, otherwise it goes on without this message.</summary>
    Dropped,

    /// <summary>It was not taken: the connection is closing or closed.</summary>
    Closed,
}

/// <summary>
/// One open connection, as imperative handlers see it. All members may be called from any thread, also by other connections' handlers,
/// and also after the connection
/// has closed: then sends answer <see cref="SendResult.Closed"/> and nothing else happens. Sends of one thread keep their order. Memory
/// given to a send is the
/// caller's again when the call returns.
/// </summary>
public abstract class Session
{
    /// <summary>For hosts and tests.</summary>
    protected Session() { }

    /// <summary>The facts of the connection.</summary>
    public abstract HandshakeInfo Handshake { get; }

    /// <summary>A number that no other connection of this host process has.</summary>
    public long Id => Handshake.ConnectionId;

    /// <summary>Cancelled when the connection is over.</summary>
    public abstract CancellationToken Closed { get; }

    /// <summary>Bytes that wait in the send queue.</summary>
    public abstract long BufferedBytes { get; }

    /// <summary>Sends a text message.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="ArgumentException">The text holds lone surrogates.</exception>
    public abstract SendResult SendText(string text);

    /// <summary>Sends a text message that is UTF-8 already.</summary>
    /// <param name="utf8">Valid UTF-8.</param>
    /// <exception cref="ArgumentException">It is not UTF-8.</exception>
    public abstract SendResult SendText(ReadOnlyMemory<byte> utf8);

    /// <summary>Sends a binary message.</summary>
    /// <param name="bytes">The payload.</param>
    public abstract SendResult SendBinary(ReadOnlyMemory<byte> bytes);

    /// <summary>Sends a received message as it is: same type, same bytes.</summary>
    /// <param name="message">A message of this or of another connection, within the call it was given to.</param>
    /// <exception cref="ObjectDisposedException">The message has ended.</exception>
    public abstract SendResult Send(BorrowedMessage message);

    /// <summary>Sends a received message as it is: same type, same bytes.</summary>
    /// <param name="message">A message that has not ended.</param>
    /// <exception cref="ObjectDisposedException">The message has ended.</exception>
    public abstract SendResult Send(OwnedMessage message);

    /// <summary>Starts the close handshake (RFC 6455 §7.1.2). Messages sent before go out first; later sends are refused. A second call
    /// does nothing.</summary>
    /// <param name="code">A close code that <see cref="CloseCodes.MayBeSent"/>.</param>
    /// <param name="reason">At most 123 bytes of UTF-8; may be empty.</param>
    /// <exception cref="ArgumentOutOfRangeException">The code may not be sent.</exception>
    /// <exception cref="ArgumentException">The reason is too long or not text.</exception>
    public void Close(int code, string reason)
    {
        CloseCodes.Check(code, reason);
        CloseCore(code, reason);
    }

    /// <summary>Delivers no more messages until <see cref="ResumeReading"/>; the peer is slowed down by TCP. Messages that the host has read
    /// already may still come.</summary>
    public abstract void PauseReading();

    /// <summary>Delivers messages again.</summary>
    public abstract void ResumeReading();

    /// <summary>Completes when the send queue is at or below its low mark, at once if it is, and also when the connection is
    /// over.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public abstract ValueTask DrainedAsync(CancellationToken cancellation);

    /// <summary>
    /// Subscribes to a topic or a pattern, until <see cref="Unsubscribe"/> or the connection's end. What is published after the snapshot is delivered, in the order
    /// in which each publisher published it. Subscribing again to the same replaces the subscription.
    /// </summary>
    /// <param name="subscription">What is wanted.</param>
    /// <returns>The topic at that moment, or why it was refused.</returns>
    public virtual TopicSnapshot Subscribe(TopicSubscription subscription) => throw new NotSupportedException("This host has no topics.");

    /// <summary>Subscribes the client to a topic or a pattern.</summary>
    /// <param name="topic">The topic or the pattern.</param>
    public TopicSnapshot Subscribe(string topic) => Subscribe(TopicSubscription.To(topic));

    /// <summary>Ends a subscription.</summary>
    /// <param name="topic">The topic or the pattern, as it was subscribed to.</param>
    public virtual TopicResult Unsubscribe(string topic) => throw new NotSupportedException("This host has no topics.");

    /// <summary>Publishes to a topic. It need not be subscribed to, and the connection may be closed already.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="publication">What to publish. Memory in it is the caller's again when the call returns.</param>
    /// <exception cref="ArgumentException">A text is not valid.</exception>
    public virtual TopicResult Publish(string topic, Publication publication) => throw new NotSupportedException("This host has no topics.");

    /// <summary>Publishes a text to a topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="text">The text.</param>
    public TopicResult Publish(string topic, string text) => Publish(topic, Publication.Text(text));

    /// <summary>Looks at a topic's history and members without subscribing.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="history">How much of its past is wanted.</param>
    public virtual TopicSnapshot Read(string topic, HistoryRequest history) => throw new NotSupportedException("This host has no topics.");

    /// <summary>For hosts: <see cref="Close"/> after its arguments were checked.</summary>
    protected abstract void CloseCore(int code, string reason);
}
