using System.Runtime.InteropServices;
using System.Text;
using PluginHost.Abstractions;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Buffers;

namespace PluginHost.Server.Connections;

/// <summary>
/// What one connection sends. In its turn frames are gathered in the loop's batch, and one send takes all of them; what the stream does not take, and what other
/// connections' turns produce, waits in its <see cref="Backlog"/>.
/// </summary>
/// <param name="connection">The connection.</param>
/// <param name="limits">What holds until its route is known.</param>
internal sealed class Outbox(Connection connection, SendLimits limits)
{
    /// <summary>From this size on a received message is answered from where it lies; below, copying is cheaper than another segment.</summary>
    private const int ReferFrom = 4096;

    private SendLimits _limits = limits;
    private Backlog? _backlog;
    private MessagePieces? _pieces;
    private bool _refersToAssembly;

    /// <summary>The marks of its queue.</summary>
    public SendLimits Limits => _limits;

    /// <summary>Bytes that wait to be sent.</summary>
    public long WaitingBytes => _backlog?.Length ?? 0;

    /// <summary>Bytes of messages that wait behind one that is sent in pieces.</summary>
    public long HeldBytes => _pieces?.HeldBytes ?? 0;

    /// <summary>As much waits as may: the connection is not read.</summary>
    public bool IsFull => HeldBytes >= _limits.High || (_backlog is { } backlog && backlog.IsFull(_limits));

    /// <summary>The batch refers to the message that is being assembled.</summary>
    public bool RefersToAssembly => _refersToAssembly;

    private Loop Loop => connection.Loop;

    private Backlog Backlog => _backlog ??= new Backlog(connection);

    /// <summary>The handshake was accepted; these limits hold from now on. In a turn.</summary>
    public void Accepted(SendLimits accepted)
    {
        _limits = accepted;
        Loop.Output.MaxCopied = accepted.Batch;
    }

    /// <summary>A message that is sent in pieces, and what waits behind it; made when there is one.</summary>
    public MessagePieces Pieces => _pieces ??= new MessagePieces(connection);

    // ---- Messages ----

    /// <summary>Sends a message.</summary>
    /// <param name="opcode">Text or binary.</param>
    /// <param name="payload">For text, valid UTF-8.</param>
    public SendResult Send(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        if (connection.State.SendingFragments) return Pieces.Hold(opcode, payload);
        if (!MaySend(out var refused)) return refused;
        connection.CountMessageSent();
        if (!TryWriteCompressed(opcode, payload)) WriteFrame(opcode, payload);
        return Result();
    }

    /// <summary>Sends a message that this loop has received, from where it lies if it is long.</summary>
    public SendResult SendReceived(Opcode opcode, ReadOnlyMemory<byte> payload)
    {
        if (connection.State.SendingFragments) return Pieces.Hold(opcode, payload.Span);
        if (!MaySend(out var refused)) return refused;
        connection.CountMessageSent();
        if (TryWriteCompressed(opcode, payload.Span)) return Result();
        if (payload.Length < ReferFrom || !TryRefer(opcode, payload)) WriteFrame(opcode, payload.Span);
        return Result();
    }

    /// <summary>Sends a text message.</summary>
    /// <exception cref="ArgumentException">The text holds lone surrogates.</exception>
    public SendResult Send(string text)
    {
        var bytes = System.Buffers.ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            return Send(Opcode.Text, TextEncoding.Encode(text, bytes));
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Sends the finished frames that other threads have left, and returns their array.</summary>
    public void SendPosted(Segment frames)
    {
        if (frames.Length == 0) return;
        if (connection.State.SendingFragments) Pieces.HoldPosted(frames.Span);
        else if (connection.State.AllowsWholeSend && connection.Half != SendingHalf.Lost)
        {
            connection.Handler?.SendMarked();
            connection.CountMessagesSent(frames.Span);
            if (connection.Deflate is null) WriteBytes(frames.Span);
            else WriteFrames(frames.Span);
            if (_backlog is { Length: > 0 } backlog)
            {
                backlog.WantDrained();
                if (_limits.SlowConsumer == SlowConsumerPolicy.DropOldest && IsFull) backlog.MakeRoom();
            }
        }
        PinnedPool.Shared.Return(frames.Array);
    }

    /// <summary>Sends frames that others send too, from where they lie. The loop has counted them already.</summary>
    public void SendShared(byte[] frames, int start, int length)
    {
        var bytes = frames.AsSpan(start, length);
        if (connection.State.SendingFragments)
        {
            Pieces.HoldShared(bytes);
            return;
        }
        if (!MaySend(out var refused))
        {
            connection.CountSharedDropped(bytes, refused == SendResult.Dropped);
            return;
        }
        if (!connection.IsInTurn)
        {
            connection.CountShared(bytes);
            Wait(bytes);
            return;
        }
        var output = Loop.Output;
        // More than the queue may hold is not offered at once: what the socket does not take would have to wait.
        if (!output.IsEmpty && output.Length + length > _limits.High) Flush();
        connection.CountShared(bytes);
        if (WaitingBytes == 0 && output.TryRefer(frames, start, length)) return;
        Flush();
        if (WaitingBytes == 0 && output.TryRefer(frames, start, length)) return;
        if (MaySend(out refused)) Wait(bytes); // copied: a queue is bounded in bytes, and a reference to one small message would keep a whole buffer
        else connection.CountSharedDropped(bytes, refused == SendResult.Dropped);
    }

    private bool MaySend(out SendResult refused)
    {
        refused = SendResult.Closed;
        if (!connection.State.AllowsWholeSend || connection.Half != SendingHalf.Open) return false;
        if (!IsFull || _backlog!.MakeRoom()) return true;
        refused = SendResult.Dropped;
        Loop.Counters.DroppedUnsent++;
        _backlog.WantDrained();
        return false;
    }

    private SendResult Result() => _backlog is { Length: > 0 } backlog ? backlog.Result() : SendResult.Sent;

    /// <summary>Writes the header in front of the payload: into what was the client's longer header, or into the headroom.</summary>
    private bool TryRefer(Opcode opcode, ReadOnlyMemory<byte> payload)
    {
        if (!connection.IsInTurn || WaitingBytes > 0 || !MemoryMarshal.TryGetArray(payload, out var where)) return false;
        var isAssembly = connection.Inbox.IsAssembly(where.Array);
        if (!isAssembly && !ReferenceEquals(where.Array, Loop.ReceiveBuffer)) return false;
        var header = new FrameHeader(true, ReservedBits.None, opcode, false, 0, payload.Length);
        var start = where.Offset - header.Size;
        if (Loop.Output.Length >= _limits.High)
        {
            Flush(); // what the stream does not take now waits, and counts
            if (WaitingBytes > 0) return false;
        }
        if (!Loop.Output.TryRefer(where.Array!, start, header.Size + payload.Length)) return false;
        if (isAssembly) _refersToAssembly = true;
        FrameEncoder.WriteHeader(where.Array.AsSpan(start), header);
        return true;
    }

    // ---- Frames and bytes ----

    /// <summary>Adds a frame to what the turn sends.</summary>
    public void WriteFrame(Opcode opcode, ReadOnlySpan<byte> payload, ReservedBits bits = ReservedBits.None, bool isLast = true)
    {
        var size = FrameHeader.SizeFor(payload.Length, masked: false) + payload.Length;
        var room = Room(size);
        if (room.IsEmpty)
        {
            Backlog.Append(opcode, payload, bits, isLast);
            connection.MarkDirty();
            return;
        }
        payload.CopyTo(room[FrameEncoder.WriteUnmasked(room, opcode, bits, payload.Length)..]);
        if (!isLast) room[0] &= 0x7F; // FIN (RFC 6455 §5.2)
        Loop.Output.Commit(size);
    }

    /// <summary>Adds whole frames, or a reply to the handshake, to what the turn sends.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        var room = Room(bytes.Length);
        if (room.IsEmpty)
        {
            Wait(bytes);
            return;
        }
        bytes.CopyTo(room);
        Loop.Output.Commit(bytes.Length);
    }

    /// <summary>Adds whole messages, each compressed where that pays.</summary>
    public void WriteFrames(ReadOnlySpan<byte> frames)
    {
        while (!frames.IsEmpty)
        {
            var header = FrameRun.First(frames);
            var frame = frames[..(header.Size + (int)header.PayloadLength)];
            if (!TryWriteCompressed(header.Opcode, frame[header.Size..])) WriteBytes(frame);
            frames = frames[frame.Length..];
        }
    }

    /// <summary>Adds a message compressed, where that was agreed on and pays.</summary>
    private bool TryWriteCompressed(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        if (connection.Deflate is not { } deflate) return false;
        var compressed = deflate.Compress(payload);
        if (compressed.IsEmpty) return false;
        WriteFrame(opcode, compressed, ReservedBits.Rsv1);
        return true;
    }

    private void Wait(ReadOnlySpan<byte> bytes)
    {
        Backlog.Append(bytes);
        connection.MarkDirty();
    }

    /// <summary>Room in the batch of the turn; empty when the bytes have to wait in the queue.</summary>
    private Span<byte> Room(int length)
    {
        if (!connection.IsInTurn || WaitingBytes > 0) return default;
        var room = Loop.Output.Reserve(length);
        if (!room.IsEmpty) return room;
        Flush();
        return WaitingBytes > 0 ? default : Loop.Output.Reserve(length);
    }

    // ---- Sending ----

    /// <summary>Sends what the turn has gathered.</summary>
    public void Flush()
    {
        var output = Loop.Output;
        if (output.IsEmpty) return;
        if (!connection.IsOver && connection.Half != SendingHalf.Lost)
        {
            var sent = connection.Channel.Send(output.Segments);
            if (sent > 0) connection.CountSent(sent);
            if (sent < 0) Lose();
            else if (sent < output.Length) Backlog.Keep(output.Segments, sent);
            else connection.OutputSent();
        }
        output.Clear();
        _refersToAssembly = false;
    }

    /// <summary>Sends what waits.</summary>
    public void SendWaiting() => _backlog?.Send();

    /// <summary>The stream takes bytes again.</summary>
    /// <returns>Whether there is something to be sent.</returns>
    public bool Writable(long alreadySent) => _backlog is { } backlog && backlog.Writable(alreadySent);

    /// <summary>So little waits again that it is to be told; once.</summary>
    public bool TakeDrained() => connection.Half != SendingHalf.Lost && _backlog is { } backlog && backlog.TakeDrained(_limits);

    /// <summary>Other threads' messages were dropped: they are told when there is room again.</summary>
    public void MakeUpForDropped()
    {
        Backlog.WantDrained();
        Flush();
        // What the stream takes now was full for the sender's haste; what it does not take, for the peer's slowness.
        if (IsFull) Backlog.MakeRoom();
        connection.MarkDirty();
    }

    // ---- The end ----

    /// <summary>A send failed: the peer is gone.</summary>
    public void Lose()
    {
        connection.Half = SendingHalf.Lost;
        _backlog?.Drop();
    }

    /// <summary>The peer reads too slowly.</summary>
    public void BecomeTooSlow()
    {
        if (connection.Half == SendingHalf.Open) connection.Half = SendingHalf.TooSlow;
        connection.MarkDirty();
    }

    /// <summary>Fails the connection of a peer that reads too slowly.</summary>
    public void FailSlow()
    {
        connection.Half = SendingHalf.Open;
        connection.Fail(ViolationKind.SlowConsumer);
    }

    /// <summary>Nothing follows what has been given out.</summary>
    public void End()
    {
        if (connection.Half != SendingHalf.Lost) connection.Half = SendingHalf.Ending;
    }

    /// <summary>The turn ends.</summary>
    public void EndTurn()
    {
        if (connection.Half != SendingHalf.Ending || WaitingBytes != 0 || connection.IsOver) return;
        connection.Half = SendingHalf.Ended;
        connection.Channel.EndOutput();
    }

    /// <summary>Nothing is sent any more, whatever state a fault has left behind. What waits stays: the transport may be sending from it.</summary>
    public void Abandon() => connection.Half = SendingHalf.Lost;

    /// <summary>The stream is closed.</summary>
    public void Close() => _backlog?.Close();
}
