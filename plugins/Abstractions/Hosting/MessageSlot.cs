using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace PluginHost.Abstractions.Hosting;

/// <summary>
/// For hosts, and for tests of handlers: gives out messages over pooled memory, one after the other. Each message remembers its turn; once that has ended, it throws,
/// also when the slot has been used again. A slot that is used again allocates nothing.
/// </summary>
public sealed class MessageSlot
{
    // The turn, shifted by one, and whether its message is kept. Whoever advances the turn, and nobody else, gives the memory back.
    private long _state;
    private readonly ArrayPool<byte> _pool;
    private byte[]? _memory;
    private long _given = -1;

    /// <summary>A slot over the shared pool.</summary>
    public MessageSlot() : this(ArrayPool<byte>.Shared) { }

    /// <summary>A slot over a pool.</summary>
    /// <param name="pool">Where memory comes from, and goes back to exactly once when a message ends.</param>
    public MessageSlot(ArrayPool<byte> pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        _pool = pool;
    }

    /// <summary>Gives out a message that holds a copy.</summary>
    /// <param name="kind">Text or binary.</param>
    /// <param name="payload">The payload; for text, valid UTF-8.</param>
    /// <exception cref="InvalidOperationException">The message before has not ended.</exception>
    public OwnedMessage Give(MessageKind kind, ReadOnlySpan<byte> payload)
    {
        var turn = Volatile.Read(ref _state) >> 1;
        if (turn == _given) throw new InvalidOperationException("The message that the slot gave out before has not ended.");
        var memory = payload.IsEmpty ? [] : _pool.Rent(payload.Length);
        payload.CopyTo(memory);
        Volatile.Write(ref _memory, memory);
        _given = turn;
        return new OwnedMessage(this, turn, kind, payload.Length);
    }

    /// <summary>The call that the message was given to is over: ends the message unless it is kept. Called once for each message, by who gave it out.</summary>
    /// <returns>Whether the slot may be used again. After a message that is kept, or that the handler has ended itself, it may not.</returns>
    public bool EndCall() => _given >= 0 && TryEnd(_given << 1, _given);

    internal ReadOnlyMemory<byte> Read(long turn, int length)
    {
        // In this order: if the turn has not ended after the memory was read, it is the turn's own.
        var memory = Volatile.Read(ref _memory);
        Check(turn);
        return new ReadOnlyMemory<byte>(memory, 0, length);
    }

    internal bool IsKept(long turn) => Volatile.Read(ref _state) == ((turn << 1) | 1);

    internal void Keep(long turn)
    {
        if (Interlocked.CompareExchange(ref _state, (turn << 1) | 1, turn << 1) >> 1 != turn) ThrowEnded();
    }

    internal void End(long turn)
    {
        if (!TryEnd((turn << 1) | 1, turn)) TryEnd(turn << 1, turn);
    }

    private bool TryEnd(long state, long turn)
    {
        if (Interlocked.CompareExchange(ref _state, (turn + 1) << 1, state) != state) return false;
        var memory = _memory!;
        _memory = null;
        if (memory.Length > 0) _pool.Return(memory);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Check(long turn)
    {
        if (Volatile.Read(ref _state) >> 1 != turn) ThrowEnded();
    }

    [DoesNotReturn]
    private static void ThrowEnded() => throw new ObjectDisposedException(
        nameof(OwnedMessage),
        "The message was used after the handler's task had completed. "
        + "Call Keep() before that, and Dispose() when done with it, or copy it with ToArray() or ToString().");
}
