using System.Runtime.InteropServices;

namespace PluginHost.Server.Compression;

/// <summary>Deflates messages without a header, each ending on a byte boundary (RFC 7692 §7.2.1). One thread's at a time.</summary>
internal sealed unsafe class Deflater : IDisposable
{
    /// <summary>What a flush leaves at the end of every message, and is not sent.</summary>
    private const int TailLength = 4;

    private Zlib.Stream* _stream;

    /// <summary>Takes memory outside the garbage collector's: about 256 KiB with the largest window.</summary>
    /// <param name="level">1 (fast) to 9 (small).</param>
    /// <param name="windowBits">9 to 15.</param>
    public Deflater(int level, int windowBits)
    {
        _stream = (Zlib.Stream*)NativeMemory.AllocZeroed((nuint)sizeof(Zlib.Stream));
        Zlib.BeginDeflate(_stream, level, windowBits);
    }

    ~Deflater() => Free();

    /// <summary>The most that a message of that many bytes can become.</summary>
    public static int Bound(int length) => checked(length + (length >> 3) + 64);

    /// <summary>Deflates a whole message.</summary>
    /// <param name="message">Any length.</param>
    /// <param name="output">At least <see cref="Bound"/> bytes.</param>
    /// <param name="keepWindow">Later messages may refer to this one; otherwise all is forgotten, as if it had never been.</param>
    /// <returns>Bytes to send, 1 and above.</returns>
    public int Deflate(ReadOnlySpan<byte> message, Span<byte> output, bool keepWindow)
    {
        ObjectDisposedException.ThrowIf(_stream is null, this);
        fixed (byte* from = message, to = output)
        {
            _stream->NextIn = from;
            _stream->AvailableIn = (uint)message.Length;
            _stream->NextOut = to;
            _stream->AvailableOut = (uint)output.Length;
            var result = Zlib.Deflate(_stream, keepWindow ? Zlib.SyncFlush : Zlib.FullFlush);
            var written = output.Length - (int)_stream->AvailableOut;
            var complete = result is Zlib.Ok or Zlib.BufferError && _stream->AvailableIn == 0 && _stream->AvailableOut > 0;
            _stream->NextIn = _stream->NextOut = null;
            GC.KeepAlive(this);
            if (!complete) throw new InvalidOperationException($"zlib answered {result} with {written} of at most {output.Length} bytes");
            // An empty message after a flush adds nothing at all; it is sent as one empty block without its tail (§7.2.3.6).
            if (written <= TailLength)
            {
                output[0] = 0;
                return 1;
            }
            return written - TailLength;
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_stream is null) return;
        Zlib.End(_stream, deflates: true);
        NativeMemory.Free(_stream);
        _stream = null;
    }
}
