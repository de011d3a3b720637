using PluginHost.Server.Connections;

namespace PluginHost.Server.Transports.Memory;

/// <summary>
/// A connection in memory as its client has it, and what the server says of it. What the server says holds for a server that is driven, between two turns.
/// </summary>
public sealed class MemoryConnection
{
    private readonly MemoryClient _client;

    internal MemoryConnection(MemoryClient client) => _client = client;

    /// <summary>The client's end of the stream.</summary>
    public Stream Stream => _client;

    /// <summary>The server has refused the stream, or the connection is over.</summary>
    public bool IsOver => _client.Connection is { IsOver: true } || (_client.Connection is null && _client.IsAtEnd);

    /// <summary>The opening handshake was accepted, and a handler serves the connection.</summary>
    public bool IsServed => Handler is not null;

    /// <summary>
    /// All that the client has sent has been delivered, unless the handler has paused reading, and no call of the handler has the turn: each has completed, or
    /// overlaps.
    /// </summary>
    public bool IsSettled => IsOver || (_client.Connection is { } connection && Handler is { } handler
        && (connection.Holds.HasFlag(ReadingHolds.Handler) || (_client.IsTaken && !connection.Inbox.IsLeft)) && handler.Runner is { IsBetweenCalls: true });

    /// <summary>The connection is over, and its handler has completed its last call.</summary>
    public bool IsFinished => IsOver && (Handler?.Runner?.IsIdle ?? true);

    /// <summary>Calls of the handler that have begun and not completed.</summary>
    public int CallsInFlight => Handler?.Runner?.CallsInFlight ?? 0;

    /// <summary>What the handler has thrown, other than to close the connection; <see langword="null"/> for nothing.</summary>
    public Exception? Fault => Handler?.Thrown;

    /// <summary>Reads what is there, without waiting.</summary>
    /// <param name="target">Where it goes.</param>
    /// <returns>Bytes; 0 when nothing is there now; −1 when nothing will come any more.</returns>
    public int Read(Span<byte> target) => _client.TryRead(target) switch
    {
        -1 => 0,
        0 or -2 => -1,
        var count => count,
    };

    /// <summary>Writes as much as there is room for, without waiting.</summary>
    /// <param name="bytes">What is to be written.</param>
    /// <returns>Bytes; −1 when the server takes nothing any more.</returns>
    public int Write(ReadOnlySpan<byte> bytes) => _client.TryWrite(bytes);

    /// <summary>Breaks the stream as a lost network does.</summary>
    public void Break() => _client.Break();

    private HandlerPort? Handler => _client.Connection?.Handler;
}
