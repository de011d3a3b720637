using System.Buffers;
using System.Text;

namespace PluginHost.Abstractions;

/// <summary>
/// A received message that belongs to the handler it was given to: until the task that the handler returned completes, or, once
/// <see cref="Keep"/> was called, until <see cref="Dispose"/>. Then its memory goes back to the host's pool and use throws
/// <see cref="ObjectDisposedException"/>.
/// </summary>
public sealed class OwnedMessage : IDisposable
{
    private readonly int _length;
    private IMemoryOwner<byte>? _owner;
    private int _kept;

    /// <summary>For hosts and tests: a message over pooled memory.</summary>
    /// <param name="kind">Text or binary.</param>
    /// <param name="owner">The memory; disposed exactly once, when the message ends.</param>
    /// <param name="length">Bytes of the payload, from the start of the memory.</param>
    public OwnedMessage(MessageKind kind, IMemoryOwner<byte> owner, int length)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, owner.Memory.Length);
        Kind = kind;
        _owner = owner;
        _length = length;
    }

    /// <summary>Text or binary.</summary>
    public MessageKind Kind { get; }

    /// <summary>The payload. A text message has been validated as UTF-8.</summary>
    /// <exception cref="ObjectDisposedException">The message has ended.</exception>
    public ReadOnlyMemory<byte> Bytes => Owner.Memory[.._length];

    /// <summary>The length of the payload in bytes.</summary>
    public int Length => _length;

    /// <summary><see cref="Keep"/> was called.</summary>
    public bool IsKept => Volatile.Read(ref _kept) != 0;

    private IMemoryOwner<byte> Owner => Volatile.Read(ref _owner) ?? throw new ObjectDisposedException(
        nameof(OwnedMessage),
        "The message was used after the handler's task had completed. "
        + "Call Keep() before that, and Dispose() when done with it, or copy it with ToArray() or ToString().");

    /// <summary>Keeps the message beyond the handler's task. The caller disposes it; a message that is never disposed costs the host's
    /// pool a buffer.</summary>
    /// <returns>This message.</returns>
    /// <exception cref="ObjectDisposedException">The message has ended.</exception>
    public OwnedMessage Keep()
    {
        _ = Owner;
        Volatile.Write(ref _kept, 1);
        return this;
    }

    /// <summary>The payload as a new string, decoded as UTF-8.</summary>
    /// <exception cref="ObjectDisposedException">The message has ended.</exception>
    public override string ToString() => Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>The payload as a new array.</summary>
    /// <exception cref="ObjectDisposedException">The message has ended.</exception>
    public byte[] ToArray() => Bytes.ToArray();

    /// <summary>Ends the message: its memory goes back to the host. A second call does nothing.</summary>
    public void Dispose() => Interlocked.Exchange(ref _owner, null)?.Dispose();

    /// <summary>For hosts: ends the message after the handler's task, unless it was kept.</summary>
    public void EndCall()
    {
        if (!IsKept)
            Dispose();
    }
}
