using System.Buffers;

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
/// given to a send is the caller's again when the call returns. Members may be added in 1.x; those are virtual.
/// </summary>
public abstract class Session
{
    /// <summary>For hosts and tests.</summary>
    protected Session() { }

    /// <summary>The facts of the connection.</summary>
    public abstract HandshakeInfo Handshake { get; }

    /// <summary>Names the connection, among those of all servers.</summary>
    public abstract ConnectionId Id { get; }

    /// <summary>Who the client is, or <see langword="null"/>.</summary>
    public User? User => Handshake.User;

    /// <summary>What the plugin may use of its host.</summary>
    /// <exception cref="InvalidOperationException">The plugin has not been started.</exception>
    public abstract PluginContext Context { get; }

    /// <summary>The topics of this connection.</summary>
    public abstract SessionTopics Topics { get; }

    /// <summary>The log, with the connection, its user and its handler as fields.</summary>
    public abstract PluginLog Log { get; }

    /// <summary>Cancelled when the connection is to end, because the host stops or the plugin is replaced.</summary>
    public abstract CancellationToken Stopping { get; }

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

    /// <summary>Sends a text message that is UTF-8 in several segments.</summary>
    /// <param name="utf8">Valid UTF-8.</param>
    /// <exception cref="ArgumentException">It is not UTF-8.</exception>
    public SendResult SendText(ReadOnlySequence<byte> utf8) => SendSequence(MessageKind.Text, utf8);

    /// <summary>Sends a binary message in several segments.</summary>
    /// <param name="bytes">The payload.</param>
    public SendResult SendBinary(ReadOnlySequence<byte> bytes) => SendSequence(MessageKind.Binary, bytes);

    /// <summary>Begins a message that is written into the host's memory.</summary>
    /// <param name="kind">Text or binary.</param>
    public abstract MessageWriter Write(MessageKind kind);

    /// <summary>Completes when all that was sent before is with the socket, and also when the connection is over.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public abstract ValueTask FlushAsync(CancellationToken cancellation);

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

    /// <summary>
    /// Sets a timer: <see cref="SessionHandler.OnTimerAsync"/> or <see cref="InlineHandler.OnTimer"/> is called once, after that time. Setting it again replaces it. All
    /// end with the connection.
    /// </summary>
    /// <param name="id">Tells the connection's timers apart; at most 64 run at once.</param>
    /// <param name="delay">Above zero, at most 49 days; accurate to about a tenth of a second.</param>
    /// <exception cref="ArgumentOutOfRangeException">Zero, negative, or more than 49 days.</exception>
    /// <exception cref="InvalidOperationException">64 other timers run.</exception>
    public void SetTimer(int id, TimeSpan delay)
    {
        Command.CheckDelay(delay);
        SetTimerCore(id, delay);
    }

    /// <summary>Stops a timer; one that does not run stays so. A call that is on its way comes all the same.</summary>
    /// <param name="id">The timer's number.</param>
    public abstract void StopTimer(int id);

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

    private SendResult SendSequence(MessageKind kind, ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsSingleSegment) return kind == MessageKind.Text ? SendText(bytes.First) : SendBinary(bytes.First);
        var length = checked((int)bytes.Length);
        var whole = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            bytes.CopyTo(whole);
            var memory = whole.AsMemory(0, length);
            return kind == MessageKind.Text ? SendText(memory) : SendBinary(memory);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    /// <summary>For hosts: <see cref="Close"/> after its arguments were checked.</summary>
    protected abstract void CloseCore(int code, string reason);

    /// <summary>For hosts: <see cref="SetTimer"/> after its arguments were checked.</summary>
    protected abstract void SetTimerCore(int id, TimeSpan delay);
}
