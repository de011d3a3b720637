using System.Text;
using PluginHost.Abstractions.Hosting;

namespace PluginHost.Abstractions;

/// <summary>
/// A received message that lies in the loop's buffer and is valid until the call it was given to returns. Copy what is needed longer
/// (<see cref="ToString"/>, <see cref="ToArray"/>). Later use throws <see cref="ObjectDisposedException"/>; memory taken out through
/// <see cref="Bytes"/> is not watched, and holds other bytes after the call.
/// </summary>
public readonly struct BorrowedMessage
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly MessageLease? _lease;
    private readonly int _generation;

    internal BorrowedMessage(MessageKind kind, ReadOnlyMemory<byte> bytes, MessageLease? lease, int generation)
    {
        Kind = kind;
        _bytes = bytes;
        _lease = lease;
        _generation = generation;
    }

    /// <summary>Text or binary.</summary>
    public MessageKind Kind { get; }

    /// <summary>The payload. A text message has been validated as UTF-8.</summary>
    /// <exception cref="ObjectDisposedException">The call that the message was given to has returned.</exception>
    public ReadOnlyMemory<byte> Bytes
    {
        get
        {
            Check();
            return _bytes;
        }
    }

    /// <summary>The length of the payload in bytes.</summary>
    /// <exception cref="ObjectDisposedException">The call that the message was given to has returned.</exception>
    public int Length => Bytes.Length;

    internal MessageLease? Lease => _lease;

    internal int Generation => _generation;

    /// <summary>The payload as a new string, decoded as UTF-8.</summary>
    /// <exception cref="ObjectDisposedException">The call that the message was given to has returned.</exception>
    public override string ToString() => Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>The payload as a new array.</summary>
    /// <exception cref="ObjectDisposedException">The call that the message was given to has returned.</exception>
    public byte[] ToArray() => Bytes.ToArray();

    private void Check() => MessageLease.Check(_lease, _generation);
}
