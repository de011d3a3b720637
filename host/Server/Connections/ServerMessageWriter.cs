using System.Buffers;
using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Server.Connections;

/// <summary>A message of a session that is written, and sent as a whole or in pieces.</summary>
/// <param name="connection">The connection.</param>
/// <param name="session">The session.</param>
/// <param name="kind">Text or binary.</param>
internal sealed class ServerMessageWriter(Connection connection, ServerSession session, MessageKind kind) : MessageWriter
{
    private const int Least = 256;

    private byte[] _bytes = [];
    private int _used;
    private Utf8State _utf8;
    private State _state;

    private enum State : byte
    {
        /// <summary>Nothing of it has been sent.</summary>
        Whole,

        /// <summary>Pieces of it have been sent.</summary>
        InPieces,

        /// <summary>It has been sent, or given up.</summary>
        Ended,
    }

    public override int WrittenCount => _used;

    public override void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _used);
        _used += count;
    }

    public override Memory<byte> GetMemory(int sizeHint)
    {
        Grow(sizeHint);
        return _bytes.AsMemory(_used);
    }

    public override Span<byte> GetSpan(int sizeHint)
    {
        Grow(sizeHint);
        return _bytes.AsSpan(_used);
    }

    public override async ValueTask<SendResult> FlushAsync(CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_state == State.Ended, this);
        Check(isLast: false);
        var sent = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        OnLoop(() => sent.SetResult(SendPiece(isLast: false)), () => sent.SetResult(false));
        if (await sent.Task.ConfigureAwait(false)) _used = 0;
        else if (connection.IsOver || !connection.State.CanSend) return SendResult.Closed;
        else return SendResult.Queued; // behind another message in pieces; this one goes on later, or as a whole
        await session.DrainedAsync(cancellation).ConfigureAwait(false);
        return SendResult.Sent;
    }

    public override SendResult Send()
    {
        ObjectDisposedException.ThrowIf(_state == State.Ended, this);
        if (_state == State.Whole)
        {
            var whole = _bytes.AsMemory(0, _used);
            var result = kind == MessageKind.Text ? session.SendText(whole) : session.SendBinary(whole);
            End();
            return result;
        }
        Check(isLast: true);
        _state = State.Ended;
        // The memory is the loop's until it has sent the piece.
        OnLoop(
            () =>
            {
                SendPiece(isLast: true);
                session.EndPieces();
                End();
            },
            End);
        return SendResult.Queued;
    }

    protected override void Dispose(bool disposing)
    {
        if (_state == State.Ended) return;
        var wasInPieces = _state == State.InPieces;
        _state = State.Ended;
        if (!wasInPieces) End();
        else OnLoop(() => connection.Handler!.Fault(new InvalidOperationException("a message that was begun in pieces was not ended")), () => { });
    }

    /// <summary>The message has taken too long; on the loop.</summary>
    public void TimeOver() => connection.Handler!.Fault(new TimeoutException("a message that was begun in pieces was not ended in time (handlers.pieces)"));

    private bool SendPiece(bool isLast)
    {
        var opcode = _state == State.Whole ? (Opcode)kind : Opcode.Continuation;
        if (_state == State.Whole && connection.State.SendingFragments) return false;
        if (!connection.Outbox.Pieces.Send(opcode, _bytes.AsMemory(0, _used), isLast)) return false;
        if (_state != State.Whole) return true;
        _state = State.InPieces;
        session.BeginPieces(this);
        return true;
    }

    /// <summary>Does something in a turn of the connection, after what the session has sent before.</summary>
    private void OnLoop(Action action, Action otherwise) => connection.Loop.Post(connection, () =>
    {
        if (connection.IsOver || connection.Phase != Phase.Open)
        {
            otherwise();
            return;
        }
        connection.InTurn(() =>
        {
            connection.Outbox.SendPosted(connection.Handler!.TakePostedFrames());
            action();
        });
    });

    private void Check(bool isLast)
    {
        if (kind != MessageKind.Text) return;
        var result = Utf8Validator.Validate(_utf8, _bytes.AsSpan(0, _used));
        if (result.FirstImpossible >= 0 || (isLast && !result.State.IsBoundary))
            throw new ArgumentException("The text is not valid UTF-8 (RFC 6455 §5.6).");
        _utf8 = result.State;
    }

    private void Grow(int sizeHint)
    {
        ObjectDisposedException.ThrowIf(_state == State.Ended, this);
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        var wanted = Math.Max(sizeHint, 1);
        if (_bytes.Length - _used >= wanted) return;
        var bigger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(Least, _used + wanted), 2 * _used));
        _bytes.AsSpan(0, _used).CopyTo(bigger);
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = bigger;
    }

    private void End()
    {
        _state = State.Ended;
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        (_bytes, _used) = ([], 0);
    }
}
