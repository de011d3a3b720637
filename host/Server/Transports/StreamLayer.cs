using PluginHost.Abstractions;
using PluginHost.Server.Buffers;

namespace PluginHost.Server.Transports;

/// <summary>
/// What stands between a channel and its connection: TLS, a PROXY header. Called on the loop, like the channel. A connection without one costs nothing.
/// </summary>
/// <param name="channel">The channel under it.</param>
internal abstract class StreamLayer(PulledChannel channel)
{
    /// <summary>The channel under it.</summary>
    protected PulledChannel Channel => channel;

    /// <summary>What passes is encrypted.</summary>
    public virtual bool IsSecure => false;

    /// <summary>The certificate that the client has shown and that was verified, or <see langword="null"/>.</summary>
    public virtual ClientCertificate? ClientCertificate => null;

    /// <summary>A pull begins: the transport has said that there may be input.</summary>
    public virtual void BeginPull() { }

    /// <summary>Receives for the connection.</summary>
    /// <returns>Bytes, 1 and above; 0 at the end of input; <see cref="PulledChannel.WouldBlock"/>; <see cref="PulledChannel.StreamBroken"/>.</returns>
    public abstract int Receive(Segment target);

    /// <summary>After that receive, nothing more is there until the transport says so.</summary>
    public abstract bool IsDrainedBy(int received, int asked);

    /// <summary>The pull has ended: what lies in buffers of the loop is put aside.</summary>
    public virtual void EndPull() { }

    /// <summary>Takes bytes of the connection.</summary>
    /// <returns>How many it took; −1 when the stream is broken.</returns>
    public virtual long Send(ReadOnlySpan<Segment> segments) => channel.SendRaw(segments);

    /// <summary>The connection wants to know when more is taken.</summary>
    public virtual void WantWritable(SendQueue waiting) => channel.WantRawWritable(waiting);

    /// <summary>The stream takes bytes again.</summary>
    public virtual void Writable(long alreadySent) => channel.Connection.Writable(alreadySent);

    /// <summary>The connection sends nothing more.</summary>
    public virtual void EndOutput() => channel.EndRawOutput();

    /// <summary>The stream is about to be closed.</summary>
    public virtual void Close(bool reset) { }
}
