using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Benchmarks.Core;

/// <summary>
/// 64 KiB of masked, unfragmented text frames as a client sends them. No octet of a key has its top bit set: then text that is unmasked twice is
/// ASCII both times, and a buffer can be read in place again and again without being filled anew.
/// </summary>
internal sealed record FrameBuffer(byte[] Bytes, int Frames)
{
    private const int Size = 64 * 1024;

    /// <summary>As many frames of that payload size as fit.</summary>
    public static FrameBuffer Of(int payloadSize)
    {
        var random = new Random(1);
        var bytes = new List<byte>(Size);
        var frames = 0;
        while (true)
        {
            var payload = new byte[payloadSize];
            for (var i = 0; i < payload.Length; i++) payload[i] = (byte)random.Next(' ', 127);
            var frame = FrameEncoder.Encode(
                new FrameHeader(true, ReservedBits.None, Opcode.Text, true, (uint)random.NextInt64() & 0x7F7F7F7F, 0), payload);
            if (bytes.Count + frame.Length > Size) return new FrameBuffer([.. bytes], frames);
            bytes.AddRange(frame);
            frames++;
        }
    }
}

/// <summary>A stream that gives the same bytes again and again, without end; every read completes at once.</summary>
internal sealed class EndlessStream(byte[] bytes) : Stream
{
    private int _at;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    public override int Read(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, bytes.Length - _at);
        bytes.AsSpan(_at, count).CopyTo(buffer);
        _at = _at + count == bytes.Length ? 0 : _at + count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public override void Write(byte[] buffer, int offset, int count) { }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
