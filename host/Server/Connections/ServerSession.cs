using PluginHost.Abstractions;
using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Buffers;
using CloseCode = PluginHost.Core.Protocol.Frames.CloseCode;

namespace PluginHost.Server.Connections;

/// <summary>
/// A connection as imperative handlers see it, from any thread. On the connection's loop a send goes straight into the turn; from elsewhere finished
/// frames are gathered here and handed over in one piece, however many they are.
/// </summary>
/// <param name="connection">The connection.</param>
/// <param name="limits">The marks of its send queue.</param>
/// <param name="ended">Sends are refused from the start.</param>
internal sealed class ServerSession(Connection connection, SendLimits limits, bool ended) : Session
{
    private const int MaxInARow = 64;

    private readonly Lock _gate = new();
    private int _droppedInARow;
    private byte[]? _frames;
    private int _used;
    private bool _posted;
    private bool _ended = ended;
    private bool _over;
    private bool _dropped;
    private (int Code, string Reason)? _close;
    private bool? _pause;
    private SessionTokens? _tokens;
    private bool _isStopping;
    private ConnectionLog? _log;
    private ServerSessionTopics? _topics;
    private TaskCompletionSource? _drained;
    private TaskCompletionSource? _flushed;
    private Abandonment? _pieces;
    private long _waiting;

    public override HandshakeInfo Handshake => connection.Handler!.Handshake;

    public override ConnectionId Id => new(connection.Handler!.Served.Topics.Server, connection.Id);

    public override PluginContext Context => connection.Handler!.Served.Context
        ?? throw new InvalidOperationException("The plugin has not been started: it has no context.");

    public override SessionTopics Topics => _topics ?? Interlocked.CompareExchange(ref _topics, new ServerSessionTopics(connection), null) ?? _topics;

    public override PluginLog Log => _log ?? Interlocked.CompareExchange(ref _log, new ConnectionLog(connection, Context.Log), null) ?? _log;

    public override CancellationToken Closed
    {
        get
        {
            lock (_gate) return Tokens.Closed;
        }
    }

    public override CancellationToken Stopping
    {
        get
        {
            lock (_gate) return Tokens.Stopping;
        }
    }

    /// <summary>Cancelled when nothing can be sent any more.</summary>
    public CancellationToken CallsEnded
    {
        get
        {
            lock (_gate) return Tokens.CallsEnded;
        }
    }

    /// <summary>Nothing can be sent any more.</summary>
    public bool AreCallsEnded => Volatile.Read(ref _ended);

    private SessionTokens Tokens => _tokens ??= new SessionTokens(_isStopping, _ended, _over);

    public override long BufferedBytes => Volatile.Read(ref _waiting);

    public override SendResult SendText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (connection.Loop.IsCurrent) return OnLoop(connection.Outbox.Send(text));
        var bytes = System.Buffers.ArrayPool<byte>.Shared.Rent(text.Length * 3 + 1);
        try
        {
            return Post(Opcode.Text, TextEncoding.Encode(text, bytes));
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    public override SendResult SendText(ReadOnlyMemory<byte> utf8)
    {
        TextEncoding.Check(utf8.Span);
        return Send(Opcode.Text, utf8.Span);
    }

    public override SendResult SendBinary(ReadOnlyMemory<byte> bytes) => Send(Opcode.Binary, bytes.Span);

    public override SendResult Send(BorrowedMessage message) => connection.Loop.IsCurrent
        ? OnLoop(connection.Outbox.SendReceived((Opcode)message.Kind, message.Bytes))
        : Post((Opcode)message.Kind, message.Bytes.Span);

    public override SendResult Send(OwnedMessage message) => Send((Opcode)message.Kind, message.Bytes.Span);

    public override void PauseReading() => SetReading(paused: true);

    public override void ResumeReading() => SetReading(paused: false);

    public override ValueTask DrainedAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_ended || BufferedBytes <= limits.Low) return ValueTask.CompletedTask;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_drained.Task.WaitAsync(cancellation));
        }
    }

    public override MessageWriter Write(MessageKind kind) => new ServerMessageWriter(connection, this, kind);

    public override ValueTask FlushAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            // On the loop, what a turn gathers and what waits is known; elsewhere, what was told last.
            var isIdle = connection.Loop.IsCurrent ? !connection.IsInTurn && connection.WaitingBytes == 0 : Volatile.Read(ref _waiting) == 0;
            if (_over || (isIdle && !_posted)) return ValueTask.CompletedTask;
            _flushed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_flushed.Task.WaitAsync(cancellation));
        }
    }

    /// <summary>A message is begun in pieces: it has a time limit. On the loop.</summary>
    public void BeginPieces(ServerMessageWriter writer)
    {
        _pieces = new Abandonment(connection.Loop.Now + connection.Handler!.Served.Guard.PiecesWithin, writer.TimeOver);
        connection.Loop.Timers.Update(_pieces);
    }

    /// <summary>The message in pieces has ended. On the loop.</summary>
    public void EndPieces() => _pieces?.Cancel();

    public override void StopTimer(int id) => connection.Handler!.StopTimer(id);

    protected override void SetTimerCore(int id, TimeSpan delay) => connection.Handler!.SetTimer(id, delay);

    protected override void CloseCore(int code, string reason)
    {
        if (connection.Loop.IsCurrent)
        {
            connection.Close((CloseCode)code, reason);
            return;
        }
        lock (_gate)
        {
            if (_ended || _close is not null) return;
            _close = (code, reason);
            HandOver();
        }
    }

    /// <summary>What other threads have left.</summary>
    /// <param name="Frames">Frames in a rented array, or an empty segment.</param>
    /// <param name="Close">The close that is wanted after them.</param>
    /// <param name="Dropped">A send was dropped since the last time: whoever sent it wants to know when the queue has drained.</param>
    /// <param name="Pause">Reading is to be paused or resumed.</param>
    public readonly record struct Left(Segment Frames, (int Code, string Reason)? Close, bool Dropped, bool? Pause);

    /// <summary>Takes what other threads have left; on the loop.</summary>
    public Left TakePosted()
    {
        lock (_gate)
        {
            _posted = false;
            if (_close is not null) _ended = true;
            var left = new Left(Frames(), _close, _dropped, _pause);
            _dropped = false;
            _pause = null;
            return left;
        }
    }

    /// <summary>Takes the frames that other threads have left, before a close; on the loop.</summary>
    public Segment TakeFrames()
    {
        lock (_gate) return Frames();
    }

    private Segment Frames()
    {
        var frames = _frames is null ? default : new Segment(_frames, 0, _used);
        _frames = null;
        _used = 0;
        return frames;
    }

    /// <summary>Tells how much waits; on the loop, at the end of each turn that sends or drains.</summary>
    public void Waiting(long bytes)
    {
        lock (_gate)
        {
            Volatile.Write(ref _waiting, bytes + _used);
            if (bytes + _used <= limits.Low) ReleaseDrained();
            if (bytes + _used > 0) return;
            _flushed?.TrySetResult();
            _flushed = null;
        }
    }

    /// <summary>Sends are refused from now on, and calls in flight can answer nothing any more; on the loop.</summary>
    public void EndSending()
    {
        CancellationTokenSource? calls;
        lock (_gate)
        {
            _ended = true;
            ReleaseDrained();
            calls = _tokens?.EndCalls();
        }
        Cancel(calls);
    }

    /// <summary>The connection is over; on the loop.</summary>
    public void Over()
    {
        CancellationTokenSource? closed, calls;
        lock (_gate)
        {
            if (_over) return;
            _over = _ended = true;
            (closed, calls) = (_tokens?.Close(), _tokens?.EndCalls());
            _flushed?.TrySetResult();
            _flushed = null;
            _pieces?.Cancel();
            ReleaseDrained();
        }
        Cancel(calls);
        Cancel(closed);
    }

    /// <summary>The connection is to end; on the loop.</summary>
    public void BeginStopping()
    {
        CancellationTokenSource? stopping;
        lock (_gate)
        {
            _isStopping = true;
            stopping = _tokens?.Stop();
        }
        Cancel(stopping);
    }

    /// <summary>Registered callbacks are the plugin's: not on the loop.</summary>
    private void Cancel(CancellationTokenSource? source)
    {
        if (source is not null) PoolCancellation.Cancel(source, connection.Loop.Log);
    }

    private void SetReading(bool paused)
    {
        if (connection.Loop.IsCurrent)
        {
            connection.Handler!.SetReading(paused);
            return;
        }
        lock (_gate)
        {
            if (_over) return;
            _pause = paused;
            HandOver();
        }
    }

    private SendResult Send(Opcode opcode, ReadOnlySpan<byte> payload) => connection.Loop.IsCurrent
        ? OnLoop(connection.Outbox.Send(opcode, payload))
        : Post(opcode, payload);

    private SendResult OnLoop(SendResult result)
    {
        if (result == SendResult.Queued) Volatile.Write(ref _waiting, connection.WaitingBytes);
        return result;
    }

    /// <summary>Many sends in a row have found the queue full: whoever goes on like that all the same must not take the processor from those who would empty it.</summary>
    private SendResult Post(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        var result = TryPost(opcode, payload);
        if (result != SendResult.Dropped) _droppedInARow = 0;
        else if (++_droppedInARow % MaxInARow == 0 && !Loop.IsLoopThread) Thread.Sleep(1);
        return result;
    }

    private SendResult TryPost(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        var header = new FrameHeader(true, ReservedBits.None, opcode, false, 0, payload.Length);
        lock (_gate)
        {
            if (_ended || _close is not null) return SendResult.Closed;
            // Where the oldest make room, they do so on the loop; here only what the loop has not taken yet is bounded.
            if ((limits.SlowConsumer == SlowConsumerPolicy.DropOldest ? _used : _waiting) >= limits.High)
            {
                _dropped = true;
                Interlocked.Increment(ref connection.Loop.Counters.DroppedElsewhere);
                HandOver();
                return SendResult.Dropped;
            }
            Grow(header.Size + payload.Length);
            _used += FrameEncoder.WriteHeader(_frames.AsSpan(_used), header);
            payload.CopyTo(_frames.AsSpan(_used));
            _used += payload.Length;
            Volatile.Write(ref _waiting, _waiting + header.Size + payload.Length);
            HandOver();
            return SendResult.Queued;
        }
    }

    private void Grow(int more)
    {
        if (_frames is not null && _frames.Length - _used >= more) return;
        var bigger = PinnedPool.Shared.Rent(Math.Max(_used + more, 2 * _used));
        if (_frames is not null)
        {
            _frames.AsSpan(0, _used).CopyTo(bigger);
            PinnedPool.Shared.Return(_frames);
        }
        _frames = bigger;
    }

    private void HandOver()
    {
        if (_posted) return;
        _posted = true;
        connection.Loop.Post(connection);
    }

    private void ReleaseDrained()
    {
        _drained?.TrySetResult();
        _drained = null;
    }
}
