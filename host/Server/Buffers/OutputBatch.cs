using System.Runtime.CompilerServices;

namespace PluginHost.Server.Buffers;

/// <summary>
/// What one turn of one connection sends: small frames copied into one buffer, large ones referred to where they lie, all of it handed to
/// the socket at once. It belongs to a loop and is empty between turns.
/// </summary>
internal sealed class OutputBatch
{
    /// <summary>Most segments of a batch.</summary>
    public const int MaxSegments = 32;

    /// <summary>Bytes that can be copied into a batch.</summary>
    public const int CorkSize = 128 * 1024;

    private readonly byte[] _cork = GC.AllocateUninitializedArray<byte>(CorkSize, pinned: true);
    private readonly Segment[] _segments = new Segment[MaxSegments];
    private int _count;
    private int _used;
    private int _open = -1; // where in the cork the segment starts that may still grow

    /// <summary>Most bytes that are copied into a batch; what does not fit is sent first. Set at the beginning of a turn.</summary>
    public int MaxCopied { get; set; } = CorkSize;

    /// <summary>Nothing is to be sent.</summary>
    public bool IsEmpty => _count == 0 && _open < 0;

    /// <summary>Bytes in the batch.</summary>
    public long Length { get; private set; }

    /// <summary>What is to be sent, in order.</summary>
    public ReadOnlySpan<Segment> Segments
    {
        get
        {
            CloseOpen();
            return _segments.AsSpan(0, _count);
        }
    }

    /// <summary>Room for <paramref name="length"/> bytes to be written by the caller, then confirmed with <see cref="Commit"/>; empty when it is full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Reserve(int length)
    {
        if (length > MaxCopied - _used || (_open < 0 && _count == MaxSegments)) return default;
        return _cork.AsSpan(_used, length);
    }

    /// <summary>The first <paramref name="length"/> bytes of what was reserved are to be sent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Commit(int length)
    {
        if (_open < 0) _open = _used;
        _used += length;
        Length += length;
    }

    /// <summary>Refers to bytes that stay where they are until the batch is sent.</summary>
    /// <returns>Whether there was room.</returns>
    public bool TryRefer(byte[] pinned, int start, int length)
    {
        CloseOpen();
        if (_count == MaxSegments) return false;
        _segments[_count++] = new Segment(pinned, start, length);
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

    /// <summary>What was written to the cork so far becomes a segment. There is room for it: it was kept when the segment was opened.</summary>
    private void CloseOpen()
    {
        if (_open < 0) return;
        _segments[_count++] = new Segment(_cork, _open, _used - _open);
        _open = -1;
    }
}
