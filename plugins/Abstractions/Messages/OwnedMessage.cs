using System.Text;
using PluginHost.Abstractions.Hosting;

namespace PluginHost.Abstractions;

/// <summary>
/// A received message that belongs to the handler it was given to: until the task that the handler returned completes, or, once
/// <see cref="Keep"/> was called, until <see cref="Dispose"/>. Then its memory goes back to the host's pool and use throws
/// <see cref="ObjectDisposedException"/>. Copies of this value are the same message.
/// </summary>
public readonly struct OwnedMessage : IDisposable
{
    private readonly MessageSlot? _slot;
    private readonly long _turn;

    internal OwnedMessage(MessageSlot slot, long turn, MessageKind kind, int length)
    {
        (_slot, _turn) = (slot, turn);
        Kind = kind;
        Length = length;
    }

    /// <summary>Text or binary.</summary>
    public MessageKind Kind { get; }

    /// <summary>The payload. A text message has been validated as UTF-8. Memory taken out here is not watched, and holds other bytes once the message has ended.</summary>
    /// <exception cref="ObjectDisposedException">The message has ended.</exception>
    public ReadOnlyMemory<byte> Bytes => _slot is null ? default : _slot.Read(_turn, Length);

    /// <summary>The length of the payload in bytes.</summary>
    public int Length { get; }

    /// <summary><see cref="Keep"/> was called and the message has not ended.</summary>
    public bool IsKept => _slot is not null && _slot.IsKept(_turn);

    /// <summary>Keeps the message beyond the handler's task. The caller disposes it; a message that is never disposed costs the host's
    /// pool a buffer.</summary>
    /// <returns>This message.</returns>
    /// <exception cref="ObjectDisposedException">The message has ended.</exception>
    public OwnedMessage Keep()
    {
        _slot?.Keep(_turn);
        return this;
    }

    /// <summary>The payload as a new string, decoded as UTF-8.</summary>
    /// <exception cref="ObjectDisposedException">The message has ended.</exception>
    public override string ToString() => Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>The payload as a new array.</summary>
    /// <exception cref="ObjectDisposedException">The message has ended.</exception>
    public byte[] ToArray() => Bytes.ToArray();

    /// <summary>Ends the message: its memory goes back to the host. A second call does nothing.</summary>
    public void Dispose() => _slot?.End(_turn);
}
