using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Counters;

namespace PluginHost.Server.Buffers;

/// <summary>
/// What the socket did not take yet, in order. Small pieces are gathered in chunks; a large pooled buffer is taken over as it is. One
/// connection's, used by its loop only; it exists only while something waits.
/// </summary>
/// <param name="pool">Where chunks come from.</param>
/// <param name="tracksMessages">Remembers where messages begin and end, so that <see cref="TryDropOldest"/> can drop whole ones.</param>
/// <param name="counters">Where the queue and its bytes are counted, until <see cref="Uncount"/>.</param>
internal sealed class SendQueue(PinnedPool pool, bool tracksMessages = false, LoopCounters? counters = null)
{
    /// <summary>What remembering one message adds to <see cref="Cost"/>.</summary>
    public const int CostOfMessage = 8;

    private const int ChunkSize = 16 * 1024;
    private static ReadOnlySpan<byte> EndOfHead => "\r\n\r\n"u8;

    private readonly MessageRing? _messages = tracksMessages ? new() : null;
    private LoopCounters? _counters = Counted(counters);
    private Chunk? _first;
    private Chunk? _last;
    private Queue<long>? _pongs; // where they end, counted from the first byte ever appended
    private long _sent;

    private sealed class Chunk(byte[] array, int start, int end, bool open)
    {
        public readonly byte[] Array = array;
        public readonly bool Open = open;
        public int Start = start;
        public int End = end;
        public Chunk? Next;

        public int Length => End - Start;
    }

    /// <summary>Bytes that wait.</summary>
    public long Length
    {
        get;
        private set
        {
            _counters?.QueuedBytes += value - field;
            field = value;
        }
    }

    /// <summary>What is held against the mark: the bytes, and something for each message that is remembered, lest tiny ones cost more than they count.</summary>
    public long Cost => Length + (CostOfMessage * (long)(_messages?.Count ?? 0));

    /// <summary>Pongs among what waits.</summary>
    public int WaitingPongs => _pongs?.Count ?? 0;

    /// <summary>Bytes at the front that the transport is sending just now: they stay where they are.</summary>
    public long Held { get; set; }

    /// <summary>Copies a frame to the end. One that is no whole message is not dropped by itself.</summary>
    public void AppendFrame(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, Opcode opcode, bool isWhole = true)
    {
        AppendBytes(header);
        AppendBytes(payload);
        _messages?.Add(header.Length + payload.Length, isWhole && !Opcodes.IsControl(opcode));
        if (opcode == Opcode.Pong) AddPongs(1);
    }

    /// <summary>Copies whole frames, or an HTTP reply, to the end.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        Remember(bytes, 0);
        AppendBytes(bytes);
    }

    /// <summary>Copies the rest of a batch to the end: whole frames, of which some have been sent.</summary>
    /// <param name="bytes">All of them.</param>
    /// <param name="sent">Bytes that have been sent.</param>
    public void AppendRest(ReadOnlySpan<byte> bytes, int sent)
    {
        Remember(bytes, sent);
        AppendBytes(bytes[sent..]);
    }

    /// <summary>Takes over a rented buffer and the frames in it, of which some bytes have been sent.</summary>
    public void AppendOwned(byte[] rented, int start, int length, int sent)
    {
        Remember(rented.AsSpan(start, length), sent);
        Link(new Chunk(rented, start + sent, start + length, open: false));
        Length += length - sent;
    }

    /// <summary>So many pongs are somewhere among what was appended last; they count as waiting until all of that has been sent.</summary>
    public void AddPongs(int count)
    {
        for (; count > 0; count--) (_pongs ??= new()).Enqueue(_sent + Length);
    }

    /// <summary>The first segments, as many as fit.</summary>
    /// <returns>How many were written.</returns>
    public int Peek(Span<Segment> segments)
    {
        var count = 0;
        for (var chunk = _first; chunk is not null && count < segments.Length; chunk = chunk.Next)
            segments[count++] = new Segment(chunk.Array, chunk.Start, chunk.Length);
        return count;
    }

    /// <summary>Drops bytes that were sent from the front.</summary>
    public void Advance(long sent)
    {
        _sent += sent;
        Length -= sent;
        _messages?.Advance(sent);
        while (_pongs is { Count: > 0 } && _pongs.Peek() <= _sent) _pongs.Dequeue();
        while (_first is { } chunk)
        {
            if (chunk.Length > sent)
            {
                chunk.Start += (int)sent;
                return;
            }
            sent -= chunk.Length;
            _first = chunk.Next;
            pool.Return(chunk.Array);
        }
        _last = null;
    }

    /// <summary>Drops the message that has waited longest, of which nothing has been sent and nothing is being sent.</summary>
    /// <returns>Whether there was one.</returns>
    public bool TryDropOldest()
    {
        if (_messages is null || !_messages.TryRemoveFirst(Held, out var start, out var length)) return false;
        Remove(start, length);
        if (_pongs is not null) _pongs = new(_pongs.Select(end => end <= _sent + start ? end : end - length));
        return true;
    }

    /// <summary>Counts no longer.</summary>
    public void Uncount()
    {
        if (_counters is not { } counters) return;
        counters.Queues--;
        counters.QueuedBytes -= Length;
        _counters = null;
    }

    /// <summary>Drops everything.</summary>
    public void Clear()
    {
        Held = 0;
        Advance(Length);
    }

    private static LoopCounters? Counted(LoopCounters? counters)
    {
        if (counters is not null) counters.Queues++;
        return counters;
    }

    private void AppendBytes(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_last is not { Open: true } || _last.End == _last.Array.Length)
                Link(new Chunk(pool.Rent(Math.Max(ChunkSize, Math.Min(bytes.Length, 1 << 20))), 0, 0, open: true));
            var last = _last!;
            var count = Math.Min(bytes.Length, last.Array.Length - last.End);
            bytes[..count].CopyTo(last.Array.AsSpan(last.End));
            last.End += count;
            Length += count;
            bytes = bytes[count..];
        }
    }

    private void Link(Chunk chunk)
    {
        if (_last is null) _first = chunk;
        else _last.Next = chunk;
        _last = chunk;
    }

    /// <summary>Takes bytes out of the middle. What lies before them in a chunk does not move: the transport may be sending it.</summary>
    private void Remove(long start, long length)
    {
        Length -= length;
        Chunk? before = null;
        for (var chunk = _first; length > 0 && chunk is not null; chunk = chunk.Next)
        {
            if (start >= chunk.Length)
            {
                start -= chunk.Length;
                before = chunk;
                continue;
            }
            var cut = (int)Math.Min(length, chunk.Length - start);
            var from = chunk.Start + (int)start;
            length -= cut;
            start = 0;
            if (cut == chunk.Length)
            {
                if (before is null) _first = chunk.Next;
                else before.Next = chunk.Next;
                if (ReferenceEquals(_last, chunk)) _last = before;
                pool.Return(chunk.Array);
                continue;
            }
            if (from == chunk.Start)
            {
                chunk.Start += cut;
            }
            else
            {
                chunk.Array.AsSpan(from + cut, chunk.End - from - cut).CopyTo(chunk.Array.AsSpan(from));
                chunk.End -= cut;
            }
            before = chunk;
        }
    }

    /// <summary>Notes where the messages lie.</summary>
    private void Remember(ReadOnlySpan<byte> bytes, int sent)
    {
        if (_messages is null) return;
        var rules = new FrameRules(ExpectMasked: false, InMessage: false, ReservedBits.Rsv1, long.MaxValue, NoMoreFragments: false);
        for (var at = 0; at < bytes.Length;)
        {
            var length = 0;
            var droppable = false;
            if (bytes[at] == (byte)'H')
            {
                length = bytes[at..].IndexOf(EndOfHead) + EndOfHead.Length; // the reply to the handshake
            }
            else
            {
                var header = FrameHeaderDecoder.Decode(bytes[at..], rules with { InMessage = (bytes[at] & 0x0F) == (byte)Opcode.Continuation }).Header;
                length = header.Size + (int)header.PayloadLength;
                // A piece of a message stays: without it the rest would be none.
                droppable = header is { Fin: true, Opcode: Opcode.Text or Opcode.Binary } && at >= sent;
            }
            if (at + length > sent) _messages.Add(at + length - Math.Max(at, sent), droppable);
            at += length;
        }
    }
}
