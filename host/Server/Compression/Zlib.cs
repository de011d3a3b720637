using System.Runtime.InteropServices;

namespace PluginHost.Server.Compression;

/// <summary>
/// The runtime's own zlib, which comes with it on every platform. The framework's streams cannot set a window, keep one from message to message, or give one
/// back; these calls can.
/// </summary>
internal static unsafe class Zlib
{
    public const int Ok = 0;
    public const int StreamEnd = 1;
    public const int BufferError = -5;

    public const int NoFlush = 0;
    public const int SyncFlush = 2;
    public const int FullFlush = 3;

    private const string Library = "libSystem.IO.Compression.Native";
    private const int DeflateSize = 256 * 1024; // both with the largest window
    private const int InflateSize = 40 * 1024;
    private const int Deflated = 8;
    private const int MemoryLevel = 8;
    private const int DefaultStrategy = 0;

    /// <summary>The state of one stream; zlib points back at it, so it must not move.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Stream
    {
        public byte* NextIn;
        public byte* NextOut;
        public byte* Message;
        public void* State;
        public uint AvailableIn;
        public uint AvailableOut;
    }

    private static long _live;

    /// <summary>Streams that hold memory outside the garbage collector's.</summary>
    public static long Live => Interlocked.Read(ref _live);

    /// <summary>Begins to deflate without a header (a negative window).</summary>
    public static void BeginDeflate(Stream* stream, int level, int windowBits)
    {
        Check(DeflateInit(stream, level, Deflated, -windowBits, MemoryLevel, DefaultStrategy));
        Interlocked.Increment(ref _live);
    }

    /// <summary>Begins to inflate without a header.</summary>
    public static void BeginInflate(Stream* stream, int windowBits)
    {
        Check(InflateInit(stream, -windowBits));
        Interlocked.Increment(ref _live);
    }

    /// <summary>Frees what a stream holds.</summary>
    public static void End(Stream* stream, bool deflates)
    {
        _ = deflates ? EndDeflate(stream) : EndInflate(stream);
        Interlocked.Decrement(ref _live);
        NativeHeap.Freed(deflates ? DeflateSize : InflateSize);
    }

    /// <summary>Forgets the window.</summary>
    public static void ResetInflate(Stream* stream, int windowBits) => Check(InflateReset(stream, -windowBits));

    [DllImport(Library, EntryPoint = "CompressionNative_Deflate")]
    public static extern int Deflate(Stream* stream, int flush);

    [DllImport(Library, EntryPoint = "CompressionNative_DeflateEnd")]
    private static extern int EndDeflate(Stream* stream);

    [DllImport(Library, EntryPoint = "CompressionNative_Inflate")]
    public static extern int Inflate(Stream* stream, int flush);

    [DllImport(Library, EntryPoint = "CompressionNative_InflateEnd")]
    private static extern int EndInflate(Stream* stream);

    [DllImport(Library, EntryPoint = "CompressionNative_DeflateInit2_")]
    private static extern int DeflateInit(Stream* stream, int level, int method, int windowBits, int memoryLevel, int strategy);

    [DllImport(Library, EntryPoint = "CompressionNative_InflateInit2_")]
    private static extern int InflateInit(Stream* stream, int windowBits);

    [DllImport(Library, EntryPoint = "CompressionNative_InflateReset2_")]
    private static extern int InflateReset(Stream* stream, int windowBits);

    private static void Check(int result)
    {
        if (result != Ok) throw new InvalidOperationException($"zlib answered {result}");
    }
}
