using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace PluginHost.Benchmarks.Load;

/// <summary>
/// A socket under an <see cref="System.Net.Security.SslStream"/>, read by the thread that waits for many of them: each <see cref="Pump"/> receives once, so that no connection
/// keeps the others waiting, and what awaits the bytes goes on within it. Until <see cref="IsPumped"/> it blocks.
/// </summary>
internal sealed class PumpedStream(Socket socket) : Stream, IValueTaskSource<int>
{
    private readonly int _descriptor = (int)socket.Handle;
    private ManualResetValueTaskSourceCore<int> _source;
    private Memory<byte> _into;
    private bool _isWaiting;
    private bool _mayReceive;

    /// <summary>Reads wait for <see cref="Pump"/>.</summary>
    public bool IsPumped { get; set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The socket has something to read.</summary>
    public void Pump()
    {
        _mayReceive = true;
        if (!_isWaiting || TryReceive(_into.Span) is not { } count) return;
        _isWaiting = false;
        _into = default;
        _source.SetResult(count);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!IsPumped) return new ValueTask<int>(socket.Receive(buffer.Span));
        if (buffer.IsEmpty) return new ValueTask<int>(0); // asks whether there is something: it will find out
        if (_mayReceive && TryReceive(buffer.Span) is { } count) return new ValueTask<int>(count);
        _source.Reset();
        (_into, _isWaiting) = (buffer, true);
        return new ValueTask<int>(this, _source.Version);
    }

    public override int Read(Span<byte> buffer) => socket.Receive(buffer);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty) buffer = buffer[socket.Send(buffer)..];
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return default;
    }

    public override void Flush() { }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    int IValueTaskSource<int>.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    protected override void Dispose(bool disposing)
    {
        if (disposing) socket.Dispose();
        base.Dispose(disposing);
    }

    private int? TryReceive(Span<byte> into)
    {
        _mayReceive = false;
        var count = Epoll.Receive(_descriptor, into);
        return count == -1 ? null : Math.Max(0, count);
    }
}
