using System.Runtime.InteropServices;

namespace PluginHost.Server.Transports.Epoll;

/// <summary>
/// The few calls of Linux's C library that the event loop makes. Those that cannot block are made without telling the garbage collector, which is
/// what makes them cost no more than in C.
/// </summary>
internal static unsafe partial class Native
{
    public const uint EpollIn = 0x001;
    public const uint EpollOut = 0x004;
    public const uint EpollErr = 0x008;
    public const uint EpollHup = 0x010;
    public const uint EpollRdHup = 0x2000;
    public const uint EpollExclusive = 1u << 28;
    public const uint EpollEdge = 1u << 31;

    public const int CtlAdd = 1;
    public const int CtlDelete = 2;

    public const int Again = 11;
    public const int Interrupted = 4;
    public const int ConnectionAborted = 103;
    public const int TooManyFiles = 24;
    public const int TooManyFilesInSystem = 23;
    public const int NoBuffers = 105;
    public const int NoMemory = 12;

    public const int DontWait = 0x40;
    public const int NoSignal = 0x4000;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int ShutdownWrite = 1;

    private const int SolSocket = 1;
    private const int SoLinger = 13;
    private const int IpProtoTcp = 6;
    private const int TcpNoDelay = 1;

    /// <summary>Bytes of a <c>struct epoll_event</c>: packed on x86-64 only.</summary>
    public static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    /// <summary>Where its data stands.</summary>
    public static readonly int EventData = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    [StructLayout(LayoutKind.Sequential)]
    public struct IoVector
    {
        public byte* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public IoVector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    [DllImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static extern int EpollCreate(int flags);

    [DllImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static extern int EpollControl(int epoll, int operation, int descriptor, byte* @event);

    [DllImport("libc", EntryPoint = "epoll_wait")]
    public static extern int EpollWait(int epoll, byte* events, int most, int milliseconds);

    [DllImport("libc", EntryPoint = "epoll_wait"), SuppressGCTransition]
    public static extern int EpollPoll(int epoll, byte* events, int most, int zero);

    [DllImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static extern int EventDescriptor(uint initial, int flags);

    [DllImport("libc", EntryPoint = "read"), SuppressGCTransition]
    public static extern nint Read(int descriptor, void* buffer, nuint count);

    [DllImport("libc", EntryPoint = "write"), SuppressGCTransition]
    public static extern nint Write(int descriptor, void* buffer, nuint count);

    [DllImport("libc", EntryPoint = "recv"), SuppressGCTransition]
    public static extern nint Receive(int descriptor, byte* buffer, nuint count, int flags);

    [DllImport("libc", EntryPoint = "send"), SuppressGCTransition]
    public static extern nint Send(int descriptor, byte* buffer, nuint count, int flags);

    [DllImport("libc", EntryPoint = "sendmsg"), SuppressGCTransition]
    public static extern nint SendMessage(int descriptor, MessageHeader* message, int flags);

    [DllImport("libc", EntryPoint = "accept4"), SuppressGCTransition]
    public static extern int Accept(int descriptor, byte* address, uint* length, int flags);

    [DllImport("libc", EntryPoint = "getsockname"), SuppressGCTransition]
    public static extern int GetSocketName(int descriptor, byte* address, uint* length);

    [DllImport("libc", EntryPoint = "setsockopt"), SuppressGCTransition]
    private static extern int SetSocketOption(int descriptor, int level, int name, void* value, uint length);

    [DllImport("libc", EntryPoint = "shutdown"), SuppressGCTransition]
    public static extern int Shutdown(int descriptor, int how);

    [DllImport("libc", EntryPoint = "close"), SuppressGCTransition]
    public static extern int Close(int descriptor);

    /// <summary>The error of the call just made on this thread.</summary>
    public static int LastError => Marshal.GetLastSystemError();

    /// <summary>Sends small segments at once (RFC 896's delay off).</summary>
    public static void SetNoDelay(int descriptor)
    {
        var on = 1;
        _ = SetSocketOption(descriptor, IpProtoTcp, TcpNoDelay, &on, sizeof(int));
    }

    /// <summary>Makes the coming close send a reset and forget what is unsent.</summary>
    public static void SetResetOnClose(int descriptor)
    {
        var linger = stackalloc int[] { 1, 0 };
        _ = SetSocketOption(descriptor, SolSocket, SoLinger, linger, 2 * sizeof(int));
    }
}
