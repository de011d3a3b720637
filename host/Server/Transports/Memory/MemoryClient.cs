using PluginHost.Server.Connections;

namespace PluginHost.Server.Transports.Memory;

/// <summary>The client's end of an in-memory stream.</summary>
internal sealed class MemoryClient(MemoryPipe toServer, MemoryPipe toClient) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>The connection that the stream belongs to; <see langword="null"/> before it is accepted.</summary>
    public Connection? Connection { get; set; }

    /// <summary>The server has read everything.</summary>
    public bool IsTaken => toServer.IsEmpty;

    /// <summary>Everything that can be read now, without waiting.</summary>
    public byte[] ReadAvailable()
    {
        using var all = new MemoryStream();
        var buffer = new byte[4096];
        for (int count; (count = toClient.TryRead(buffer)) > 0;) all.Write(buffer, 0, count);
        return all.ToArray();
    }

    /// <summary>Writes as much as there is room for, without waiting.</summary>
    /// <returns>Bytes; −1 when the stream was reset.</returns>
    public int TryWrite(ReadOnlySpan<byte> bytes) => toServer.TryWrite(bytes);

    /// <summary>Reads what is there, without waiting.</summary>
    /// <returns>Bytes; 0 at the end; −1 when nothing is there now; −2 when the stream was reset.</returns>
    public int TryRead(Span<byte> target) => toClient.TryRead(target);

    /// <summary>The server has ended or broken its half, and everything before was read.</summary>
    public bool IsAtEnd => toClient.IsAtEnd;

    /// <summary>The server has reset the stream.</summary>
    public bool IsReset => toClient.IsBroken;

    /// <summary>Ends the client's half.</summary>
    public void EndOutput() => toServer.End();

    /// <summary>Breaks the stream as a lost network does.</summary>
    public void Break()
    {
        toServer.Break();
        toClient.Break();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var change = toClient.NextChange;
            var count = toClient.TryRead(buffer.Span);
            if (count >= 0) return count;
            if (count == -2) throw new IOException("The stream was reset.");
            await change.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var change = toServer.NextChange;
            var count = toServer.TryWrite(buffer.Span);
            if (count < 0) throw new IOException("The stream was reset.");
            buffer = buffer[count..];
            if (count == 0) await change.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush() { }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        toServer.End();
        base.Dispose(disposing);
    }
}
