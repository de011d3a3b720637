using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Server.Connections;

/// <summary>A message that is sent in pieces (RFC 6455 §5.4), and the messages that wait behind it, in their order. On the loop.</summary>
/// <param name="connection">The connection.</param>
internal sealed class MessagePieces(Connection connection)
{
    private readonly List<(int Start, int Length, bool IsShared)> _held = [];
    private byte[] _bytes = [];
    private ReadOnlyMemory<byte> _piece;

    /// <summary>Bytes that wait.</summary>
    public int HeldBytes { get; private set; }

    /// <summary>Sends a piece. In a turn.</summary>
    /// <param name="opcode">Of the message, for the first piece; otherwise continuation.</param>
    /// <param name="payload">The piece.</param>
    /// <param name="isLast">It is the last one: what waits behind the message follows.</param>
    /// <returns>False where the connection is not open, or another message is being sent in pieces.</returns>
    public bool Send(Opcode opcode, ReadOnlyMemory<byte> payload, bool isLast)
    {
        if (connection.Half != SendingHalf.Open) return false;
        var transition = Transitions.Send(connection.State, opcode, isLast, payload.Length);
        if (transition.Actions.First.Kind == ActionKind.None) return false;
        if (opcode != Opcode.Continuation) connection.CountMessageSent();
        _piece = payload;
        connection.Apply(transition, [], 0);
        _piece = default;
        if (isLast) Release();
        return true;
    }

    /// <summary>Writes the frame of the piece that is being sent.</summary>
    public void Write(ConnectionAction action) =>
        connection.Outbox.WriteFrame(action.Opcode, _piece.Span, ReservedBits.None, action.IsLast);

    /// <summary>Holds a message.</summary>
    /// <returns>What becomes of it.</returns>
    public SendResult Hold(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        if (connection.Half != SendingHalf.Open) return SendResult.Closed;
        if (connection.Outbox.IsFull)
        {
            connection.Loop.Counters.DroppedUnsent++;
            return SendResult.Dropped;
        }
        var size = FrameHeader.SizeFor(payload.Length, masked: false) + payload.Length;
        var room = Reserve(size);
        payload.CopyTo(room[FrameEncoder.WriteUnmasked(room, opcode, ReservedBits.None, payload.Length)..]);
        Commit(size, isShared: false);
        return SendResult.Queued;
    }

    /// <summary>Holds finished frames that other threads have left. How much they leave is bounded where they leave it.</summary>
    public void HoldPosted(ReadOnlySpan<byte> frames) => Hold(frames, isShared: false);

    /// <summary>Holds finished frames that others send too, and that the loop has counted.</summary>
    public void HoldShared(ReadOnlySpan<byte> frames)
    {
        if (!connection.Outbox.IsFull)
        {
            Hold(frames, isShared: true);
            return;
        }
        connection.Loop.Counters.DroppedUnsent++;
        connection.CountSharedDropped(frames, isFull: true);
    }

    private void Hold(ReadOnlySpan<byte> frames, bool isShared)
    {
        frames.CopyTo(Reserve(frames.Length));
        Commit(frames.Length, isShared);
    }

    private void Release()
    {
        var (held, bytes) = (_held.ToArray(), _bytes);
        _held.Clear();
        (_bytes, HeldBytes) = ([], 0);
        foreach (var (start, length, isShared) in held)
        {
            var frames = bytes.AsSpan(start, length);
            var isSent = connection.State.AllowsWholeSend && connection.Half != SendingHalf.Lost;
            if (isShared) SendShared(frames, isSent);
            else if (isSent) SendOwn(frames);
        }
    }

    /// <summary>As they are, compressed or not.</summary>
    private void SendShared(ReadOnlySpan<byte> frames, bool isSent)
    {
        if (!isSent)
        {
            connection.CountSharedDropped(frames, isFull: false);
            return;
        }
        connection.CountShared(frames);
        connection.Outbox.WriteBytes(frames);
    }

    private void SendOwn(ReadOnlySpan<byte> frames)
    {
        connection.CountMessagesSent(frames);
        if (connection.Deflate is null) connection.Outbox.WriteBytes(frames);
        else connection.Outbox.WriteFrames(frames);
    }

    private Span<byte> Reserve(int size)
    {
        if (_bytes.Length - HeldBytes < size) Array.Resize(ref _bytes, Math.Max(HeldBytes + size, 2 * _bytes.Length));
        return _bytes.AsSpan(HeldBytes, size);
    }

    private void Commit(int size, bool isShared)
    {
        _held.Add((HeldBytes, size, isShared));
        HeldBytes += size;
    }
}
