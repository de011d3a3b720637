using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace PluginHost.Abstractions.Hosting;

/// <summary>
/// For hosts: lends out messages that lie in a buffer of the host. One lease serves a loop for ever: lend, call the handler,
/// <see cref="End"/>. Each lent message
/// remembers the generation it belongs to; once that has ended, it throws. Allocates nothing.
/// </summary>
public sealed class MessageLease
{
    private int _generation;

    /// <summary>Lends a message until the next <see cref="End"/>.</summary>
    /// <param name="kind">Text or binary.</param>
    /// <param name="bytes">The payload; for text, valid UTF-8.</param>
    public BorrowedMessage Lend(MessageKind kind, ReadOnlyMemory<byte> bytes) => new(kind, bytes, this, _generation);

    /// <summary>Ends all messages lent so far.</summary>
    public void End() => Volatile.Write(ref _generation, unchecked(_generation + 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Check(MessageLease? lease, int generation)
    {
        if (lease is not null && Volatile.Read(ref lease._generation) != generation)
            ThrowEnded();
    }

    [DoesNotReturn]
    private static void ThrowEnded() => throw new ObjectDisposedException(
        nameof(BorrowedMessage),
        "A borrowed message was used after the call it was given to had returned. Copy it within the call with ToArray() or ToString().");
}
