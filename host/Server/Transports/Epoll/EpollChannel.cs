using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PluginHost.Server.Buffers;
using PluginHost.Server.Connections;

namespace PluginHost.Server.Transports.Epoll;

/// <summary>A socket that an <see cref="EpollLoop"/> owns, registered once, edge-triggered.</summary>
internal sealed unsafe class EpollChannel(EpollLoop loop, int descriptor, EndPoint? local) : PulledChannel
{
    private bool _hangUp;

    /// <summary>Its place in the loop's table.</summary>
    public int Slot { get; set; }

    public int Descriptor => descriptor;

    public override EndPoint? LocalEndPoint => local;

    /// <summary>What epoll said.</summary>
    public void OnEvents(uint events)
    {
        try
        {
            if ((events & Native.EpollOut) != 0) Writable(0);
            if ((events & (Native.EpollRdHup | Native.EpollHup | Native.EpollErr)) != 0) _hangUp = true;
            if ((events & ~Native.EpollOut) != 0) Pull();
            // A reset while nothing is read would not be noticed until somebody reads.
            if ((events & Native.EpollErr) != 0 && !Connection.IsOver && Connection.IsReadingPaused) Connection.Abort();
        }
        catch (Exception exception)
        {
            Failed(exception);
        }
    }

    protected override void AddReady() => loop.AddReady(this);

    public override int TryReceive(Segment target)
    {
        while (true)
        {
            var count = Native.Receive(descriptor, Address(target.Array, target.Start), (nuint)target.Length, Native.DontWait);
            if (count >= 0) return (int)count;
            var error = Native.LastError;
            if (error != Native.Interrupted) return error == Native.Again ? WouldBlock : StreamBroken;
        }
    }

    // Less than asked for: the socket is empty, and the next byte makes a new edge. After a hang-up none comes.
    public override bool IsDrainedBy(int received, int asked) => received < asked && !_hangUp;

    public override long SendRaw(ReadOnlySpan<Segment> segments)
    {
        while (true)
        {
            var sent = segments.Length == 1
                ? Native.Send(descriptor, Address(segments[0].Array, segments[0].Start), (nuint)segments[0].Length, Native.DontWait | Native.NoSignal)
                : SendMany(segments);
            if (sent >= 0) return sent;
            var error = Native.LastError;
            if (error == Native.Again) return 0;
            if (error != Native.Interrupted) return -1;
        }
    }

    private nint SendMany(ReadOnlySpan<Segment> segments)
    {
        var vectors = stackalloc Native.IoVector[OutputBatch.MaxSegments];
        for (var i = 0; i < segments.Length; i++)
        {
            vectors[i].Base = Address(segments[i].Array, segments[i].Start);
            vectors[i].Length = (nuint)segments[i].Length;
        }
        var message = new Native.MessageHeader { Vectors = vectors, VectorCount = (nuint)segments.Length };
        return Native.SendMessage(descriptor, &message, Native.DontWait | Native.NoSignal);
    }

    // Every array that comes here is pinned for life.
    private static byte* Address(byte[] array, int start) =>
        (byte*)Unsafe.AsPointer(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(array), start));

    /// <summary>Nothing to ask for: writability is an edge that is always registered.</summary>
    public override void WantRawWritable(SendQueue waiting) { }

    public override void EndRawOutput() => _ = Native.Shutdown(descriptor, Native.ShutdownWrite);

    protected override void CloseRaw(bool reset)
    {
        if (reset) Native.SetResetOnClose(descriptor);
        loop.Close(this);
    }
}
