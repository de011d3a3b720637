using System.Buffers;
using System.Runtime.InteropServices;

namespace PluginHost.Conformance.Wire;

/// <summary>Raw DEFLATE with a chosen window, by the runtime's own zlib: the framework's streams know only the widest.</summary>
internal abstract unsafe class Zlib : IDisposable
{
    private const string Library = "libSystem.IO.Compression.Native";
    private const int SyncFlush = 2, StreamEnd = 1, BufferError = -5, Deflated = 8, MemoryLevel = 8;
    private ZStream* _stream = (ZStream*)NativeMemory.AllocZeroed((nuint)sizeof(ZStream));
    private bool _begun;

    /// <summary>The native side's view of a stream.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ZStream
    {
        public byte* NextIn, NextOut;
        public nint Message, State;
        public uint AvailableIn, AvailableOut;
    }

    /// <summary>Compresses, ending on a byte boundary with an empty block (Z_SYNC_FLUSH).</summary>
    /// <param name="windowBits">8 to 15. zlib cannot send with 8 bits, but what it does not compress refers to nothing before.</param>
    internal sealed class Deflater(int windowBits) : Zlib
    {
        protected override int Begin(nint stream) =>
            DeflateInit2(stream, windowBits < 9 ? 0 : 6, Deflated, -Math.Max(9, windowBits), MemoryLevel, 0);

        protected override int Step(nint stream) => Deflate(stream, SyncFlush);

        protected override void End(nint stream) => _ = DeflateEnd(stream);
    }

    /// <summary>Decompresses; a distance beyond the window, give or take 64 bytes, is an error.</summary>
    /// <param name="windowBits">8 to 15.</param>
    internal sealed class Inflater(int windowBits) : Zlib
    {
        // zlib also looks back into what it has written during the same call, so that may be little where the window is not the widest.
        protected override int Room => windowBits < 15 ? 64 : base.Room;

        protected override int Begin(nint stream) => InflateInit2(stream, -windowBits);

        protected override int Step(nint stream) => Inflate(stream, SyncFlush);

        protected override void End(nint stream) => _ = InflateEnd(stream);
    }

    /// <summary>Bytes that may be written by one call.</summary>
    protected virtual int Room => 64 << 10;

    protected abstract int Begin(nint stream);

    protected abstract int Step(nint stream);

    protected abstract void End(nint stream);

    /// <summary>Puts all of <paramref name="input"/> through.</summary>
    /// <exception cref="ProtocolFault">The input is not DEFLATE, or wants a wider window.</exception>
    public byte[] Run(ReadOnlySpan<byte> input)
    {
        var output = new ArrayBufferWriter<byte>(Math.Max(256, input.Length));
        fixed (byte* start = input)
        {
            var offset = 0;
            while (true)
            {
                if (!_begun) Open();
                var room = output.GetSpan(Room)[..Room];
                int result, written;
                fixed (byte* destination = room)
                {
                    _stream->NextIn = start + offset;
                    _stream->AvailableIn = (uint)(input.Length - offset);
                    _stream->NextOut = destination;
                    _stream->AvailableOut = (uint)room.Length;
                    result = Step(Handle);
                    offset = input.Length - (int)_stream->AvailableIn;
                    written = room.Length - (int)_stream->AvailableOut;
                }
                output.Advance(written);
                if (result < 0 && result != BufferError) throw new ProtocolFault($"compressed data is invalid (zlib error {result})");

                // A final block (RFC 7692 §7.2.3.4) ends the stream; what follows begins another one.
                if (result == StreamEnd) Reset();
                if (offset == input.Length && (written < room.Length || result == StreamEnd)) return output.WrittenSpan.ToArray();
                if (written == 0 && result == BufferError) throw new ProtocolFault("compressed data is incomplete");
            }
        }
    }

    /// <summary>Forgets the window.</summary>
    public void Reset()
    {
        if (_begun) End(Handle);
        _begun = false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stream == null) return;
        Reset();
        NativeMemory.Free(_stream);
        _stream = null;
    }

    private nint Handle => (nint)_stream;

    private void Open()
    {
        var result = Begin(Handle);
        if (result != 0) throw new InvalidOperationException($"zlib cannot begin (error {result})");
        _begun = true;
    }

    [DllImport(Library, EntryPoint = "CompressionNative_DeflateInit2_")]
    private static extern int DeflateInit2(nint stream, int level, int method, int windowBits, int memoryLevel, int strategy);

    [DllImport(Library, EntryPoint = "CompressionNative_Deflate")]
    private static extern int Deflate(nint stream, int flush);

    [DllImport(Library, EntryPoint = "CompressionNative_DeflateEnd")]
    private static extern int DeflateEnd(nint stream);

    [DllImport(Library, EntryPoint = "CompressionNative_InflateInit2_")]
    private static extern int InflateInit2(nint stream, int windowBits);

    [DllImport(Library, EntryPoint = "CompressionNative_Inflate")]
    private static extern int Inflate(nint stream, int flush);

    [DllImport(Library, EntryPoint = "CompressionNative_InflateEnd")]
    private static extern int InflateEnd(nint stream);
}
