using System.Net;
using PluginHost.Abstractions;
using PluginHost.Server.Buffers;

namespace PluginHost.Server.Connections;

/// <summary>
/// The stream under a connection, as its loop sees it. A transport derives from it; every member is called on the loop, and none blocks. The
/// transport calls <see cref="Connection.Receive"/>, <see cref="Connection.InputEnded"/>, <see cref="Connection.Writable"/> and
/// <see cref="Connection.Abort"/>.
/// </summary>
internal abstract class Channel
{
    /// <summary>The connection that this carries.</summary>
    public Connection Connection { get; set; } = null!;

    /// <summary>The client's address: the peer's, if the transport knows one, or what a trusted proxy has said.</summary>
    public EndPoint? RemoteEndPoint { get; set; }

    /// <summary>The address it was accepted on, if the transport knows one.</summary>
    public abstract EndPoint? LocalEndPoint { get; }

    /// <summary>What a trusted proxy has said about whether the client speaks TLS with it; <see langword="null"/> where nobody has.</summary>
    public bool? ClientIsSecure { get; set; }

    /// <summary>The client speaks TLS, with this server or with a trusted proxy.</summary>
    public bool IsSecure => ClientIsSecure ?? IsEncrypted;

    /// <summary>The stream is encrypted.</summary>
    protected virtual bool IsEncrypted => false;

    /// <summary>The certificate that the client has shown and that was verified, or <see langword="null"/>. Read from it each time: it is asked once.</summary>
    public virtual ClientCertificate? ClientCertificate => null;

    /// <summary>Hands bytes to the stream.</summary>
    /// <returns>How many it took, in order, 0 and above; −1 when it is broken.</returns>
    public abstract long Send(ReadOnlySpan<Segment> segments);

    /// <summary>The stream took less than it was given: <see cref="Connection.Writable"/> is wanted once it takes more.</summary>
    /// <param name="waiting">What waits. The transport may send its front itself and report that.</param>
    public abstract void WantWritable(SendQueue waiting);

    /// <summary>Input may have waited while the connection did not read: look again.</summary>
    public abstract void ResumeReading();

    /// <summary>Input waits that the connection could not handle in its share of this turn: look again in the next one.</summary>
    public abstract void ReadOn();

    /// <summary>Ends the sending half.</summary>
    public abstract void EndOutput();

    /// <summary>Closes the stream, with a reset if asked. Nothing is called afterwards.</summary>
    public abstract void Close(bool reset);
}
