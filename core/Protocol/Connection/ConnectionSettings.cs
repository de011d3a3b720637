using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Protocol.Connection;

/// <summary>What does not change while a connection stands. One instance serves all connections of a route.</summary>
/// <param name="Role">Which end this is.</param>
/// <param name="Head">Bounds on the request head.</param>
/// <param name="FirstFrameBits">Reserved bits that negotiated extensions use on the first frame of a message.</param>
/// <param name="MaxMessage">Most bytes of a message, as sent and once decoded by an extension; 0 to 2³¹−1−14.</param>
/// <param name="MaxFragments">Most frames of a message, empty ones counted; 1 and above.</param>
/// <param name="HandshakeTimeout">Milliseconds from accept to the end of the opening handshake, in total.</param>
/// <param name="AssemblyTimeout">Milliseconds from the first byte of a fragmented or incomplete message to its last.</param>
/// <param name="PingInterval">Milliseconds of silence after which a ping is sent; 0 for never.</param>
/// <param name="PongTimeout">Milliseconds after a ping in which something must be heard.</param>
/// <param name="CloseTimeout">Milliseconds that the peer has to end the connection once it is closing.</param>
public sealed record ConnectionSettings(
    Role Role,
    HeadLimits Head,
    ReservedBits FirstFrameBits,
    int MaxMessage,
    int MaxFragments,
    long HandshakeTimeout,
    long AssemblyTimeout,
    long PingInterval,
    long PongTimeout,
    long CloseTimeout)
{
    /// <summary>Pongs that may wait to be sent, 1 to 255; the next ping fails the connection.</summary>
    public int MaxWaitingPongs { get; init; } = 16;

    /// <summary>How many pings and pongs the peer may send: 50 a second and 100 at once.</summary>
    public TokenRate ControlFrames { get; init; } = new(50, 100);

    /// <summary>Milliseconds in which output that waits must make some progress; 5,000. 0 for any time.</summary>
    public long SendTimeout { get; init; } = 5_000;

    /// <summary>The greatest value of <see cref="MaxMessage"/>: a message and its header fit in one span.</summary>
    public const int LargestMaxMessage = int.MaxValue - FrameHeader.MaxSize;

    /// <summary>A server with the documented defaults: messages up to 1 MiB in up to 16,384 fragments, 5 s for the handshake, 30 s for a
    /// message, a ping after 20 s of silence with 20 s to answer, 5 s to close.</summary>
    public static ConnectionSettings Default { get; } = new(
        Role.Server, HeadLimits.Default, ReservedBits.None, 1 << 20, 16384, 5_000, 30_000, 20_000, 20_000, 5_000);

    /// <summary>Fragments that a message may have by default: one for each 64 bytes of the limit, and at least 1,024.</summary>
    public static int DefaultMaxFragments(int maxMessage) => Math.Max(1024, maxMessage / 64);
}
