namespace PluginHost.Server.Buffers;

/// <summary>
/// What the socket did not take yet, in order. Small pieces are gathered in chunks; a large pooled buffer is taken over as it is. One
/// connection's, used by its loop only; it exists only while something waits.
/// </summary>
internal sealed class SendQueue(PinnedPool pool)
{
    private const int ChunkSize = 16 * 1024;

    private readonly Queue<Chunk> _chunks = new();
    private Chunk? _tail;

    private sealed class Chunk(byte[] array, int start, int end, bool open)
    {
        public readonly byte[] Array = array;
        public readonly bool Open = open;
        public int Start = start;
        public int End = end;
    }

    /// <summary>Bytes that wait.</summary>
    public long Length { get; private set; }

    /// <summary>Copies bytes to the end.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_tail is not { Open: true } || _tail.End == _tail.Array.Length)
            {
                _tail = new Chunk(pool.Rent(Math.Max(ChunkSize, Math.Min(bytes.Length, 1 << 20))), 0, 0, open: true);
                _chunks.Enqueue(_tail);
            }
            var count = Math.Min(bytes.Length, _tail.Array.Length - _tail.End);
            bytes[..count].CopyTo(_tail.Array.AsSpan(_tail.End));
            _tail.End += count;
            Length += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Takes over a rented buffer and the bytes in it.</summary>
    public void AppendOwned(byte[] rented, int start, int length)
    {
        _tail = new Chunk(rented, start, start + length, open: false);
        _chunks.Enqueue(_tail);
        Length += length;
    }

    /// <summary>The first segments, as many as fit.</summary>
    /// <returns>How many were written.</returns>
    public int Peek(Span<Segment> segments)
    {
        var count = 0;
        foreach (var chunk in _chunks)
        {
            if (count == segments.Length) break;
            segments[count++] = new Segment(chunk.Array, chunk.Start, chunk.End - chunk.Start);
        }
        return count;
    }

    /// <summary>Drops bytes that were sent from the front.</summary>
    public void Advance(long sent)
    {
        Length -= sent;
        while (_chunks.TryPeek(out var chunk))
        {
            var there = chunk.End - chunk.Start;
            if (there > sent)
            {
                chunk.Start += (int)sent;
                return;
            }
            sent -= there;
            _chunks.Dequeue();
            pool.Return(chunk.Array);
        }
        _tail = null;
    }

    /// <summary>Drops everything.</summary>
    public void Clear() => Advance(Length);
}
