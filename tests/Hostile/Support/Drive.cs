using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Transports.Memory;
using PluginHost.Tests.Server;

namespace PluginHost.Hostile.Support;

/// <summary>Drives a server without threads: much at once, in pieces, and without reading.</summary>
internal static class Drive
{
    /// <summary>Sends all of it, as the server takes it.</summary>
    /// <param name="server">The server.</param>
    /// <param name="client">The client.</param>
    /// <param name="bytes">What is sent.</param>
    /// <param name="reads">The client reads what it is answered meanwhile.</param>
    /// <param name="piece">Bytes of one packet.</param>
    /// <returns>What the client has read.</returns>
    public static byte[] Feed(this ManualServer server, MemoryClient client, ReadOnlySpan<byte> bytes, bool reads = true, int piece = 64 * 1024)
    {
        using var heard = new MemoryStream();
        for (var stuck = 0; !bytes.IsEmpty && stuck < 100; stuck++)
        {
            var taken = client.TryWrite(bytes[..Math.Min(bytes.Length, piece)]);
            if (taken < 0) break;
            if (taken > 0) stuck = 0;
            bytes = bytes[taken..];
            server.Turn();
            if (reads) heard.Write(client.ReadAvailable());
        }
        if (reads) server.Turn();
        for (byte[] rest; reads && (rest = client.ReadAvailable()).Length > 0; server.Turn()) heard.Write(rest);
        return heard.ToArray();
    }

    /// <summary>A client whose handshake is done with more header lines.</summary>
    public static MemoryClient OpenWith(this ManualServer server, string protocol, string more, int capacity = 1 << 20, string path = "/")
    {
        var client = server.Connect(capacity);
        Assert.StartsWith("HTTP/1.1 101 ", ManualServer.Latin1(server.Say(client, ClientFrames.Request(path, protocol, more))), StringComparison.Ordinal);
        return client;
    }

    /// <summary>A client that has agreed on permessage-deflate.</summary>
    public static MemoryClient OpenDeflate(this ManualServer server, string protocol, int capacity = 1 << 20) =>
        server.OpenWith(protocol, "Sec-WebSocket-Extensions: permessage-deflate\r\n", capacity);

    /// <summary>A message in that many frames.</summary>
    public static byte[] Fragments(Opcode opcode, ReadOnlySpan<byte> payload, int count, ReservedBits reserved = ReservedBits.None)
    {
        using var all = new MemoryStream();
        var each = payload.Length / count;
        for (var i = 0; i < count; i++)
        {
            var part = i == count - 1 ? payload[(i * each)..] : payload.Slice(i * each, each);
            all.Write(ClientFrames.Of(i == 0 ? opcode : Opcode.Continuation, part, i == count - 1, i == 0 ? reserved : ReservedBits.None));
        }
        return all.ToArray();
    }

    /// <summary>Data as RFC 7692 §7.2.1 has it: without the last four bytes.</summary>
    public static byte[] Deflated(ReadOnlySpan<byte> data)
    {
        using var into = new MemoryStream();
        using (var deflate = new DeflateStream(into, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflate.Write(data);
            deflate.Flush();
        }
        // A flush ends with an empty stored block, 00 00 FF FF; what Dispose adds comes after it.
        var bytes = into.ToArray();
        ReadOnlySpan<byte> block = [0x00, 0x00, 0xFF, 0xFF];
        var end = bytes.AsSpan().LastIndexOf(block);
        return end >= 0 ? bytes[..end] : [.. bytes, 0];
    }
}

/// <summary>What a server said.</summary>
internal static class Answer
{
    /// <summary>The frames in it.</summary>
    public static List<ReceivedFrame> Frames(ReadOnlySpan<byte> bytes)
    {
        var frames = new List<ReceivedFrame>();
        while (bytes.Length >= 2)
        {
            long length = bytes[1];
            var head = 2;
            if (length == 126) (length, head) = (BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]), 4);
            else if (length == 127) (length, head) = (BinaryPrimitives.ReadInt64BigEndian(bytes[2..]), 10);
            frames.Add(new ReceivedFrame((bytes[0] & 0x80) != 0, (Opcode)(bytes[0] & 15), bytes.Slice(head, (int)length).ToArray()));
            bytes = bytes[(head + (int)length)..];
        }
        Assert.Equal(0, bytes.Length);
        return frames;
    }

    /// <summary>The code of the close frame that it ends with; 0 when there is none.</summary>
    public static int CloseCode(ReadOnlySpan<byte> bytes)
    {
        var frames = Frames(bytes);
        if (frames.Count == 0 || frames[^1].Opcode != Opcode.Close) return 0;
        return frames[^1].Code;
    }

    /// <summary>The status of the response that it begins with; 0 when there is none.</summary>
    public static int Status(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        return text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>How many responses it holds.</summary>
    public static int Responses(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes).Split("HTTP/1.1 ").Length - 1;
}

/// <summary>What something costs on the calling thread, whatever else the machine does.</summary>
internal static partial class Cost
{
    /// <summary>Bytes allocated.</summary>
    public static long Allocated(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>Nanoseconds of processor time, the least of several runs.</summary>
    public static double Least(int runs, Action action)
    {
        action();
        var least = double.MaxValue;
        for (var i = 0; i < runs; i++)
        {
            var before = ThreadTime();
            action();
            least = Math.Min(least, ThreadTime() - before);
        }
        return least;
    }

    /// <summary>Nanoseconds of processor time.</summary>
    public static double Time(Action action)
    {
        var before = ThreadTime();
        action();
        return ThreadTime() - before;
    }

    private static double ThreadTime()
    {
        if (!OperatingSystem.IsLinux()) return System.Diagnostics.Stopwatch.GetTimestamp() * (1e9 / System.Diagnostics.Stopwatch.Frequency);
        Assert.Equal(0, ClockGetTime(3, out var time)); // CLOCK_THREAD_CPUTIME_ID
        return (time.Seconds * 1e9) + time.Nanoseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec time);
}
