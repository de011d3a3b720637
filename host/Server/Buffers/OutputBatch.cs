namespace PluginHost.Server.Buffers;

/// <summary>
/// What one turn of one connection sends: small frames copied into one buffer, large ones referred to where they lie, all of it handed to
/// the socket at once. It belongs to a loop and is empty between turns.
/// </summary>
internal sealed class OutputBatch
{
    /// <summary>Most segments of a batch.</summary>
    public const int MaxSegments = 32;

    private readonly byte[] _cork = GC.AllocateUninitializedArray<byte>(128 * 1024, pinned: true);
    private readonly Segment[] _segments = new Segment[MaxSegments];
    private int _count;
    private int _used;
    private int _open = -1; // index of the segment at the end of the cork that may still grow

    /// <summary>Nothing is to be sent.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>Bytes in the batch.</summary>
    public long Length { get; private set; }

    /// <summary>What is to be sent, in order.</summary>
    public ReadOnlySpan<Segment> Segments => _segments.AsSpan(0, _count);

    /// <summary>Room for <paramref name="length"/> bytes to be written by the caller, then confirmed with <see cref="Commit"/>; empty when it is full.</summary>
    public Span<byte> Reserve(int length)
    {
        if (length > _cork.Length - _used || (_open < 0 && _count == MaxSegments)) return default;
        return _cork.AsSpan(_used, length);
    }

    /// <summary>The first <paramref name="length"/> bytes of what was reserved are to be sent.</summary>
    public void Commit(int length)
    {
        if (_open >= 0)
        {
            var open = _segments[_open];
            _segments[_open] = open with { Length = open.Length + length };
        }
        else
        {
            _open = _count;
            _segments[_count++] = new Segment(_cork, _used, length);
        }
        _used += length;
        Length += length;
    }

    /// <summary>Refers to bytes that stay where they are until the batch is sent.</summary>
    /// <returns>Whether there was room.</returns>
    public bool TryRefer(byte[] pinned, int start, int length)
    {
        if (_count == MaxSegments) return false;
        _segments[_count++] = new Segment(pinned, start, length);
        _open = -1;
        Length += length;
        return true;
    }

    /// <summary>Empties the batch.</summary>
    public void Clear()
    {
        _count = 0;
        _used = 0;
        _open = -1;
        Length = 0;
    }
}
