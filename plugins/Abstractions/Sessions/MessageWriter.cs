using System.Buffers;

namespace PluginHost.Abstractions;

/// <summary>
/// A message that is written into the host's memory (<see cref="Session.Write"/>), as a <c>Utf8JsonWriter</c> does. It is sent as a whole by <see cref="Send"/>, or piece
/// by piece (RFC 6455 §5.4) with <see cref="FlushAsync"/>. Other messages of the connection wait behind one that is begun in pieces, so that has a time limit. Of one
/// thread at a time. Disposed without <see cref="Send"/>, nothing is sent; if pieces were, the connection is closed with 1011.
/// </summary>
public abstract class MessageWriter : IBufferWriter<byte>, IDisposable
{
    /// <summary>For hosts and tests.</summary>
    protected MessageWriter() { }

    /// <summary>Bytes that were written since the last piece.</summary>
    public abstract int WrittenCount { get; }

    /// <inheritdoc/>
    public abstract void Advance(int count);

    /// <inheritdoc/>
    public abstract Memory<byte> GetMemory(int sizeHint);

    /// <inheritdoc/>
    public abstract Span<byte> GetSpan(int sizeHint);

    /// <summary>Sends what was written as a piece of the message, and waits while the send queue is above its low mark.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>What became of the piece. Where another message is being sent in pieces, it waits here and answers <see cref="SendResult.Queued"/>.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the piece was sent.</exception>
    /// <exception cref="ArgumentException">The message is a text, and this is not UTF-8.</exception>
    /// <exception cref="InvalidOperationException">The message was sent.</exception>
    public abstract ValueTask<SendResult> FlushAsync(CancellationToken cancellation);

    /// <summary>Sends what was written as the whole message, or as its last piece.</summary>
    /// <returns>What became of it.</returns>
    /// <exception cref="ArgumentException">The message is a text, and this is not UTF-8.</exception>
    /// <exception cref="InvalidOperationException">The message was sent.</exception>
    public abstract SendResult Send();

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>For hosts: gives the memory back.</summary>
    protected abstract void Dispose(bool disposing);
}
