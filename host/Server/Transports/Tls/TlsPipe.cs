using System.Threading.Tasks.Sources;
using PluginHost.Server.Buffers;

namespace PluginHost.Server.Transports.Tls;

/// <summary>
/// The stream under an <see cref="System.Net.Security.SslStream"/>: reads what the loop has received, and waits, without a thread, where there is nothing;
/// writes are handed to the layer and never wait. What waits goes on inside <see cref="Supply"/>, on the loop.
/// </summary>
/// <param name="write">Takes encrypted bytes.</param>
internal sealed class TlsPipe(Action<ReadOnlySpan<byte>> write) : Stream, IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<int> _read;
    private Memory<byte> _target;
    private bool _waits;
    private byte[] _staged = [];
    private int _start;
    private int _end;

    /// <summary>Nothing is staged.</summary>
    public bool IsEmpty => _start == _end;

    /// <summary>The end was told.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>What is staged.</summary>
    public ReadOnlySpan<byte> Staged => _staged.AsSpan(_start, _end - _start);

    /// <summary>Stages bytes to be read; only when nothing is staged.</summary>
    public void Stage(byte[] array, int start, int count) => (_staged, _start, _end) = (array, start, start + count);

    /// <summary>Moves what is staged into a rented array.</summary>
    public byte[] Park()
    {
        var parked = PinnedPool.Shared.Rent(_end - _start);
        Staged.CopyTo(parked);
        Stage(parked, 0, _end - _start);
        return parked;
    }

    /// <summary>Drops what is staged.</summary>
    public void Discard() => _start = _end;

    /// <summary>Nothing more comes.</summary>
    public void End() => IsEnded = true;

    /// <summary>Has a read that waits go on with what is staged, or with the end.</summary>
    public void Supply()
    {
        if (!_waits || (IsEmpty && !IsEnded)) return;
        _waits = false;
        var target = _target;
        _target = default;
        _read.SetResult(Take(target.Span));
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!IsEmpty || IsEnded) return ValueTask.FromResult(Take(buffer.Span));
        _read.Reset();
        _target = buffer;
        _waits = true;
        return new ValueTask<int>(this, _read.Version);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Write(ReadOnlySpan<byte> buffer) => write(buffer);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Reads of the loop do not block.");

    public override void Write(byte[] buffer, int offset, int count) => write(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    private int Take(Span<byte> target)
    {
        var count = Math.Min(target.Length, _end - _start);
        _staged.AsSpan(_start, count).CopyTo(target);
        _start += count;
        return count;
    }
}
