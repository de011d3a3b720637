namespace PluginHost.Abstractions;

/// <summary>What is known of a connection.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Subprotocol">The token that its handler is registered under.</param>
/// <param name="Key">The key that its handler has given it, or <see langword="null"/>.</param>
/// <param name="User">The user's name, or <see langword="null"/>.</param>
/// <param name="RemoteAddress">The client's address without its port; <c>unix</c> for a Unix socket, empty where it has none.</param>
public sealed record ConnectionInfo(ConnectionId Id, string Subprotocol, string? Key, string? User, string RemoteAddress);

/// <summary>
/// The open connections of a plugin, whatever handler of it serves them. From any thread. What is asked is asked of what is open at that moment; connections may come
/// and go meanwhile. Data goes in and comes out, never another connection's session, so that all of it works over several servers.
/// </summary>
public abstract class Connections
{
    /// <summary>For hosts and tests.</summary>
    protected Connections() { }

    /// <summary>Counts them.</summary>
    /// <param name="target">Which.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public abstract ValueTask<int> CountAsync(ConnectionTarget target, CancellationToken cancellation);

    /// <summary>Says what is known of them, in no order.</summary>
    /// <param name="target">Which.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public abstract ValueTask<IReadOnlyList<ConnectionInfo>> ListAsync(ConnectionTarget target, CancellationToken cancellation);

    /// <summary>Sends each of them a message, without its handler being asked. A send queue that is full is treated as for any other send.</summary>
    /// <param name="target">Which.</param>
    /// <param name="message">The message. Memory in it is the caller's again when the task completes.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>How many have taken it.</returns>
    /// <exception cref="ArgumentException">The message is nothing, or its text is not valid UTF-8.</exception>
    public abstract ValueTask<int> SendAsync(ConnectionTarget target, OutgoingMessage message, CancellationToken cancellation);

    /// <summary>Starts the close handshake with each of them (RFC 6455 §7.1.2).</summary>
    /// <param name="target">Which.</param>
    /// <param name="code">A close code that <see cref="CloseCodes.MayBeSent"/>.</param>
    /// <param name="reason">At most 123 bytes of UTF-8; may be empty.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>How many were open.</returns>
    /// <exception cref="ArgumentException">The code may not be sent, or the reason is too long.</exception>
    public ValueTask<int> CloseAsync(ConnectionTarget target, int code, string reason, CancellationToken cancellation)
    {
        CloseCodes.Check(code, reason);
        return CloseCoreAsync(target, code, reason, cancellation);
    }

    /// <summary>
    /// Asks the session handler of one of them (<see cref="SessionHandler.OnAskAsync"/>): a call as any other, bounded, cancelled with its connection, and blamed.
    /// </summary>
    /// <param name="target">Which; of several, the newest is asked.</param>
    /// <param name="question">What its handler is given. The caller's again when the call returns.</param>
    /// <param name="cancellation">Ends the wait, and nothing else.</param>
    /// <returns>The answer; <see langword="null"/> where nobody answers: there is no such connection, its handler is none that can be asked, has as much to do as it
    /// may have, has failed, or knows no answer.</returns>
    public abstract ValueTask<ReadOnlyMemory<byte>?> AskAsync(ConnectionTarget target, ReadOnlyMemory<byte> question, CancellationToken cancellation);

    /// <summary>For hosts: <see cref="CloseAsync"/> after its arguments were checked.</summary>
    protected abstract ValueTask<int> CloseCoreAsync(ConnectionTarget target, int code, string reason, CancellationToken cancellation);
}
