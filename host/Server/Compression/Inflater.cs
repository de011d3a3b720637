using System.Runtime.InteropServices;

namespace PluginHost.Server.Compression;

/// <summary>How far an <see cref="Inflater"/> came.</summary>
/// <param name="Consumed">Input bytes taken.</param>
/// <param name="Written">Output bytes made.</param>
/// <param name="IsValid">The input is what deflate makes, as far as it was looked at.</param>
internal readonly record struct InflateStep(int Consumed, int Written, bool IsValid);

/// <summary>Inflates raw deflate data, piece by piece, never more than there is room for (RFC 7692 §7.2.2). One thread's at a time.</summary>
internal sealed unsafe class Inflater : IDisposable
{
    private readonly int _windowBits;
    private Zlib.Stream* _stream;

    /// <summary>Takes memory outside the garbage collector's: about 7 KiB and the window.</summary>
    /// <param name="windowBits">8 to 15.</param>
    public Inflater(int windowBits)
    {
        _windowBits = windowBits;
        _stream = (Zlib.Stream*)NativeMemory.AllocZeroed((nuint)sizeof(Zlib.Stream));
        Zlib.BeginInflate(_stream, windowBits);
    }

    ~Inflater() => Free();

    /// <summary>Inflates as much as there is room for.</summary>
    public InflateStep Inflate(ReadOnlySpan<byte> input, Span<byte> output)
    {
        ObjectDisposedException.ThrowIf(_stream is null, this);
        fixed (byte* from = input, to = output)
        {
            _stream->NextIn = from;
            _stream->AvailableIn = (uint)input.Length;
            _stream->NextOut = to;
            _stream->AvailableOut = (uint)output.Length;
            var result = Zlib.Inflate(_stream, Zlib.SyncFlush);
            var step = new InflateStep(
                input.Length - (int)_stream->AvailableIn, output.Length - (int)_stream->AvailableOut,
                result is Zlib.Ok or Zlib.StreamEnd or Zlib.BufferError);
            // A block marked as the last is no end here: what follows begins a new one (§7.2.3.4).
            if (result == Zlib.StreamEnd) Zlib.ResetInflate(_stream, _windowBits);
            _stream->NextIn = _stream->NextOut = null;
            GC.KeepAlive(this);
            return step;
        }
    }

    /// <summary>Forgets the window, so that the next message may come from anybody.</summary>
    public void Reset() => Zlib.ResetInflate(_stream, _windowBits);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_stream is null) return;
        Zlib.End(_stream, deflates: false);
        NativeMemory.Free(_stream);
        _stream = null;
    }
}
