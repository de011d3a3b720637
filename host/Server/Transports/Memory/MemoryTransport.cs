using System.Net;
using PluginHost.Server.Buffers;
using PluginHost.Server.Connections;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Transports.Memory;

/// <summary>A loop whose connections need no socket. Run by a thread of its own, or turn by turn by a test that also moves the clock.</summary>
internal sealed class MemoryLoop(Func<long> clock, ServerLog log, IConnectionFactory factory) : SignalLoop(clock, log, factory)
{
    /// <summary>Opens a connection; from any thread.</summary>
    /// <param name="listener">The name of the listener it seems to come from.</param>
    /// <param name="capacity">Bytes that either direction holds.</param>
    /// <param name="remote">The address that the client seems to have.</param>
    /// <returns>The client's end.</returns>
    public MemoryClient Connect(string listener, int capacity, EndPoint? remote = null)
    {
        var toServer = new MemoryPipe(capacity);
        var toClient = new MemoryPipe(capacity);
        var client = new MemoryClient(toServer, toClient);
        Post(() => client.Connection = Adopt(listener, remote, toServer, toClient));
        return client;
    }

    public override void Listen(Listener listener) { }

    public override void StopListening() { }

    private Connection? Adopt(string listener, EndPoint? remote, MemoryPipe toServer, MemoryPipe toClient)
    {
        if (Factory.Admit(this, remote, listener) is not { } account)
        {
            toClient.TryWrite(Factory.Refusal(listener));
            toClient.End();
            toServer.Break();
            return null;
        }
        var channel = new MemoryChannel(this, toServer, toClient) { RemoteEndPoint = remote };
        toServer.BecameReadable = () => Tell(channel, Signal.Readable, 0);
        toClient.BecameWritable = () => Tell(channel, Signal.Writable, 0);
        Factory.Create(this, channel, listener, account);
        Tell(channel, Signal.Readable, 0);
        return channel.Connection;
    }
}

/// <summary>The server's end of an in-memory stream.</summary>
internal sealed class MemoryChannel(MemoryLoop loop, MemoryPipe toServer, MemoryPipe toClient) : SignalledChannel(loop)
{
    private bool _blocked;

    public override EndPoint? LocalEndPoint => null;

    protected override void OnSignal(Signal signal, long count)
    {
        if (signal == Signal.Writable && !_blocked) return;
        if (signal == Signal.Writable) _blocked = false;
        base.OnSignal(signal, count);
    }

    public override long SendRaw(ReadOnlySpan<Segment> segments)
    {
        var sent = 0L;
        foreach (var segment in segments)
        {
            var count = toClient.TryWrite(segment.Span);
            if (count < 0) return -1;
            sent += count;
            if (count < segment.Length) break;
        }
        return sent;
    }

    // What the client reads from now on is told by a signal, and what it has read since the send as well: signals are taken after this.
    public override void WantRawWritable(SendQueue waiting) => _blocked = true;

    public override void EndRawOutput() => toClient.End();

    protected override void CloseRaw(bool reset)
    {
        toServer.Break();
        if (reset) toClient.Break();
        else toClient.End();
    }

    public override int TryReceive(Segment target) => toServer.TryRead(target.Array.AsSpan(target.Start, target.Length)) switch
    {
        -1 => WouldBlock,
        -2 => StreamBroken,
        var count => count,
    };

    public override bool IsDrainedBy(int received, int asked) => false;
}
