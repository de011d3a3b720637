using System.Collections.Concurrent;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Buffers;

namespace PluginHost.Server.Topics;

/// <summary>
/// A pinned array that many connections send from. Whoever refers to it holds it; when nobody does any more it is used again. Safe from any thread.
/// </summary>
internal sealed class SharedBuffer
{
    /// <summary>What most are long; a longer frame gets one of its own.</summary>
    public const int Size = 64 * 1024;

    private const int MaxIdle = 256;

    private static readonly ConcurrentQueue<SharedBuffer> Idle = new();
    private static int _idleCount;
    private static long _live;
    private int _holders;

    private SharedBuffer() { }

    /// <summary>Buffers that somebody holds.</summary>
    public static long Live => Interlocked.Read(ref _live);

    /// <summary>The bytes.</summary>
    public byte[] Array { get; private set; } = [];

    /// <summary>A buffer of at least that many bytes, held by the caller.</summary>
    public static SharedBuffer Rent(int length)
    {
        if (Idle.TryDequeue(out var buffer)) Interlocked.Decrement(ref _idleCount);
        else buffer = new SharedBuffer();
        buffer.Array = PinnedPool.Shared.Rent(Math.Max(length, Size));
        buffer._holders = 1;
        Interlocked.Increment(ref _live);
        return buffer;
    }

    /// <summary>One more holds it.</summary>
    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>One less holds it.</summary>
    public void Release()
    {
        var left = Interlocked.Decrement(ref _holders);
        if (left > 0) return;
        if (left < 0) throw new InvalidOperationException("A shared buffer was released more often than it was held.");
        PinnedPool.Shared.Return(Array);
        Array = [];
        Interlocked.Decrement(ref _live);
        if (Interlocked.Increment(ref _idleCount) > MaxIdle) Interlocked.Decrement(ref _idleCount);
        else Idle.Enqueue(this);
    }
}

/// <summary>A frame in a shared buffer.</summary>
/// <param name="Buffer">The buffer; <see langword="null"/> where there is nothing to send.</param>
/// <param name="Start">Index of the header's first byte.</param>
/// <param name="Header">Bytes of the header.</param>
/// <param name="Length">Bytes of header and payload.</param>
internal readonly record struct SharedFrame(SharedBuffer? Buffer, int Start, int Header, int Length)
{
    /// <summary>The payload.</summary>
    public ReadOnlySpan<byte> Payload => Buffer is null ? default : Buffer.Array.AsSpan(Start + Header, Length - Header);
}

/// <summary>
/// Writes frames one after the other into shared buffers, so that those of one turn lie together and leave as one piece. One thread's at a time.
/// </summary>
internal sealed class FrameArena
{
    private SharedBuffer? _buffer;
    private int _used;

    /// <summary>Writes a frame.</summary>
    /// <param name="opcode">Text or binary.</param>
    /// <param name="bits">RSV1 for a compressed payload.</param>
    /// <param name="payload">The payload.</param>
    /// <returns>The frame, held by the caller.</returns>
    public SharedFrame Write(Opcode opcode, ReservedBits bits, ReadOnlySpan<byte> payload)
    {
        var frame = Reserve(opcode, bits, payload.Length);
        payload.CopyTo(frame.Buffer!.Array.AsSpan(frame.Start + frame.Header));
        return frame;
    }

    /// <summary>Writes a frame's header and leaves the payload to the caller.</summary>
    /// <returns>The frame, held by the caller.</returns>
    public SharedFrame Reserve(Opcode opcode, ReservedBits bits, int length)
    {
        var header = new FrameHeader(true, bits, opcode, false, 0, length);
        var size = header.Size + length;
        if (size > SharedBuffer.Size / 2)
        {
            var own = SharedBuffer.Rent(size);
            FrameEncoder.WriteHeader(own.Array, header);
            return new SharedFrame(own, 0, header.Size, size);
        }
        if (_buffer is null || _buffer.Array.Length - _used < size)
        {
            Drop();
            _buffer = SharedBuffer.Rent(SharedBuffer.Size);
        }
        var start = _used;
        _used += size;
        FrameEncoder.WriteHeader(_buffer.Array.AsSpan(start), header);
        _buffer.Hold();
        return new SharedFrame(_buffer, start, header.Size, size);
    }

    /// <summary>Lets go of the buffer in use.</summary>
    public void Drop()
    {
        _buffer?.Release();
        _buffer = null;
        _used = 0;
    }
}
