using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace PluginHost.Benchmarks.Load;

/// <summary>What the load client needs of Linux's event interface. The server's own is not used: it is what is measured.</summary>
internal sealed unsafe class Epoll : IDisposable
{
    private const uint In = 1, Out = 4, Edge = 1u << 31;
    private const int Most = 512;

    private static readonly bool s_packed = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int s_size = s_packed ? 12 : 16;
    private static readonly int s_data = s_packed ? 4 : 8;

    private readonly byte[] _events = GC.AllocateArray<byte>(Most * 16, pinned: true);
    private readonly int _epoll = Check(epoll_create1(0));

    /// <summary>Reports edges of the descriptor under that number.</summary>
    public void Add(int descriptor, int number) => Add(descriptor, number, In | Out | Edge);

    /// <summary>Reports what the descriptor receives, once each time.</summary>
    public void AddInputEdge(int descriptor, int number) => Add(descriptor, number, In | Edge);

    /// <summary>Reports whenever the descriptor may be read.</summary>
    public void AddInput(int descriptor, int number) => Add(descriptor, number, In);

    private void Add(int descriptor, int number, uint what)
    {
        var entry = stackalloc byte[16];
        *(uint*)entry = what;
        *(long*)(entry + s_data) = number;
        Check(epoll_ctl(_epoll, 1, descriptor, entry));
    }

    /// <summary>Reports nothing of the descriptor any more.</summary>
    public void Remove(int descriptor) => Check(epoll_ctl(_epoll, 2, descriptor, null));

    /// <summary>A TCP connection on loopback; the system answers, not the server.</summary>
    /// <param name="from">The last part of the address in 127.0.0.0/24 that it comes from.</param>
    /// <param name="port">Where to.</param>
    /// <returns>Its descriptor.</returns>
    public static int Connect(byte from, int port)
    {
        var descriptor = Check(socket(2, 1, 0));
        // IP_BIND_ADDRESS_NO_PORT: the port is chosen when it is known where to.
        var on = 1;
        Check(setsockopt(descriptor, 0, 24, &on, sizeof(int)));
        var address = stackalloc byte[16];
        Write(address, from, 0);
        Check(bind(descriptor, address, 16));
        Write(address, 1, port);
        Check(connect(descriptor, address, 16));
        return descriptor;
    }

    /// <summary>Ends a connection.</summary>
    public static void Close(int descriptor) => _ = close(descriptor);

    /// <summary>An address as the system wants it: family, port and address in network order.</summary>
    private static void Write(byte* address, byte last, int port)
    {
        new Span<byte>(address, 16).Clear();
        *(ushort*)address = 2;
        BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(address + 2, 2), (ushort)port);
        BinaryPrimitives.WriteUInt32BigEndian(new Span<byte>(address + 4, 4), 0x7F000000u | last);
    }

    /// <summary>Waits; gives the numbers of what may be read or written.</summary>
    public int Wait(Span<int> numbers, int milliseconds)
    {
        fixed (byte* events = _events)
        {
            var count = epoll_wait(_epoll, events, Math.Min(Most, numbers.Length), milliseconds);
            for (var i = 0; i < count; i++) numbers[i] = (int)*(long*)(events + (i * s_size) + s_data);
            return Math.Max(0, count);
        }
    }

    /// <summary>Receives without waiting: bytes, 0 at the end, −1 for nothing now, −2 for broken.</summary>
    public static int Receive(int descriptor, Span<byte> into)
    {
        fixed (byte* at = into)
        {
            var count = recv(descriptor, at, (nuint)into.Length, 0x40);
            return count >= 0 ? (int)count : Marshal.GetLastSystemError() is 11 or 4 ? -1 : -2;
        }
    }

    /// <summary>Sends without waiting: bytes taken, −2 for broken.</summary>
    public static int Send(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* at = bytes)
        {
            var count = send(descriptor, at, (nuint)bytes.Length, 0x4040);
            return count >= 0 ? (int)count : Marshal.GetLastSystemError() is 11 or 4 ? 0 : -2;
        }
    }

    /// <summary>Processor time of another process so far, in seconds, to the nanosecond.</summary>
    public static double ProcessorTime(int process)
    {
        long* time = stackalloc long[2];
        return clock_gettime((~process << 3) | 2, time) == 0 ? time[0] + (time[1] * 1e-9) : throw new Win32Exception();
    }

    public void Dispose() => _ = close(_epoll);

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception();

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_create1(int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_ctl(int epoll, int operation, int descriptor, byte* entry);

    [DllImport("libc")]
    private static extern int epoll_wait(int epoll, byte* events, int most, int milliseconds);

    [DllImport("libc"), SuppressGCTransition]
    private static extern nint recv(int descriptor, byte* buffer, nuint length, int flags);

    [DllImport("libc"), SuppressGCTransition]
    private static extern nint send(int descriptor, byte* buffer, nuint length, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int clock_gettime(int clock, long* time);

    [DllImport("libc", SetLastError = true)]
    private static extern int socket(int family, int type, int protocol);

    [DllImport("libc", SetLastError = true)]
    private static extern int setsockopt(int descriptor, int level, int name, void* value, uint length);

    [DllImport("libc", SetLastError = true)]
    private static extern int bind(int descriptor, byte* address, uint length);

    [DllImport("libc", SetLastError = true)]
    private static extern int connect(int descriptor, byte* address, uint length);

    [DllImport("libc")]
    private static extern int close(int descriptor);
}
