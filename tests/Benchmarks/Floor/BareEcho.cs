using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace PluginHost.Benchmarks.Floor;

/// <summary>
/// The least that an echo can cost: one thread that waits, receives, unmasks in place and sends, with no check of anything, for messages under 126 bytes
/// that arrive whole. It is no server; it shows what the system's own work leaves to be saved.
/// <c>PluginHost.Benchmarks floor</c> prints its address.
/// </summary>
internal static unsafe class BareEcho
{
    private const int Most = 256;
    private const int BufferSize = 256 * 1024;

    private static readonly int s_size = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int s_data = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    public static void Run()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(512);
        Console.WriteLine($"ws://{listener.LocalEndPoint}");
        var poll = epoll_create1(0);
        Add(poll, (int)listener.Handle, 1);
        var events = (byte*)NativeMemory.Alloc(Most * 16);
        var buffer = (byte*)NativeMemory.Alloc(BufferSize);
        var open = new HashSet<int>();
        while (true)
        {
            var count = epoll_wait(poll, events, Most, 0);
            if (count == 0) count = epoll_wait_blocking(poll, events, Most, -1);
            for (var i = 0; i < count; i++)
            {
                var descriptor = (int)*(long*)(events + (i * s_size) + s_data);
                if (descriptor == (int)listener.Handle) Accept(poll, descriptor);
                else Serve(descriptor, buffer, open);
            }
        }
    }

    private static void Accept(int poll, int listener)
    {
        var descriptor = accept4(listener, null, null, 0x800);
        if (descriptor < 0) return;
        var on = 1;
        _ = setsockopt(descriptor, 6, 1, &on, sizeof(int));
        Add(poll, descriptor, 1 | 0x2000 | (1u << 31));
    }

    private static void Serve(int descriptor, byte* buffer, HashSet<int> open)
    {
        var count = (int)recv(descriptor, buffer, BufferSize, 0x40);
        if (count <= 0)
        {
            if (count < 0 && Marshal.GetLastSystemError() == 11) return;
            open.Remove(descriptor);
            _ = close(descriptor);
        }
        else if (open.Add(descriptor))
        {
            Answer(descriptor, Encoding.ASCII.GetString(buffer, count));
        }
        else
        {
            _ = send(descriptor, buffer, (nuint)Unmask(buffer, count), 0x4040);
        }
    }

    private static int Unmask(byte* buffer, int count)
    {
        var from = buffer;
        var to = buffer;
        while (from < buffer + count)
        {
            var length = from[1] & 0x7F;
            var key = *(uint*)(from + 2);
            *to++ = *from;
            *to++ = (byte)length;
            for (var i = 0; i < length; i++) *to++ = (byte)(from[6 + i] ^ (byte)(key >> (8 * (i & 3))));
            from += 6 + length;
        }
        return (int)(to - buffer);
    }

    private static void Answer(int descriptor, string head)
    {
        const string Name = "Sec-WebSocket-Key: ";
        var key = head.Substring(head.IndexOf(Name, StringComparison.OrdinalIgnoreCase) + Name.Length, 24);
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
        var answer = Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n");
        fixed (byte* bytes = answer) _ = send(descriptor, bytes, (nuint)answer.Length, 0x4040);
    }

    private static void Add(int poll, int descriptor, uint events)
    {
        var entry = stackalloc byte[16];
        *(uint*)entry = events;
        *(long*)(entry + s_data) = descriptor;
        _ = epoll_ctl(poll, 1, descriptor, entry);
    }

    [DllImport("libc")]
    private static extern int epoll_create1(int flags);

    [DllImport("libc")]
    private static extern int epoll_ctl(int epoll, int operation, int descriptor, byte* entry);

    [DllImport("libc"), SuppressGCTransition]
    private static extern int epoll_wait(int epoll, byte* events, int most, int zero);

    [DllImport("libc", EntryPoint = "epoll_wait")]
    private static extern int epoll_wait_blocking(int epoll, byte* events, int most, int milliseconds);

    [DllImport("libc"), SuppressGCTransition]
    private static extern int accept4(int descriptor, byte* address, uint* length, int flags);

    [DllImport("libc"), SuppressGCTransition]
    private static extern int setsockopt(int descriptor, int level, int name, void* value, uint length);

    [DllImport("libc"), SuppressGCTransition]
    private static extern nint recv(int descriptor, byte* buffer, nuint length, int flags);

    [DllImport("libc"), SuppressGCTransition]
    private static extern nint send(int descriptor, byte* buffer, nuint length, int flags);

    [DllImport("libc"), SuppressGCTransition]
    private static extern int close(int descriptor);
}
