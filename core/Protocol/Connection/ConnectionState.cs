using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Protocol.Connection;

/// <summary>The message that is being received. All zero when there is none.</summary>
/// <param name="Opcode">Text or binary; <see cref="Opcode.Continuation"/> when no message is in progress.</param>
/// <param name="Encoded">Its first frame had a reserved bit set: an extension must decode it, and its text is validated afterwards.</param>
/// <param name="Started">A piece of it has been delivered.</param>
/// <param name="Length">Payload bytes announced by the headers so far.</param>
/// <param name="DecodedLength">Bytes that the extension has made of them so far.</param>
/// <param name="Fragments">Frames so far.</param>
/// <param name="Text">The UTF-8 state of a text message.</param>
public readonly record struct MessageProgress(
    Opcode Opcode, bool Encoded, bool Started, int Length, int DecodedLength, int Fragments, Utf8State Text)
{
    /// <summary>A message is in progress.</summary>
    public bool IsActive => Opcode != Opcode.Continuation;
}

/// <summary>The data frame whose payload is being received. All zero when there is none.</summary>
/// <param name="Remaining">Payload bytes still to come; 0 between frames.</param>
/// <param name="MaskingKey">The key, advanced to the next byte.</param>
/// <param name="Fin">The frame ends its message.</param>
public readonly record struct FrameProgress(int Remaining, uint MaskingKey, bool Fin);

/// <summary>
/// All that a connection is, as numbers; the bytes are the shell's. Every transition gives a new one. Times are milliseconds on the
/// clock that the caller passes as <c>now</c>; only their differences count.
/// </summary>
public readonly record struct ConnectionState
{
    /// <summary>The phase.</summary>
    public Phase Phase { get; init; }

    /// <summary>What comes in is no longer looked at: the handshake was refused, the connection was failed, or the peer's close frame has come.</summary>
    public bool Discarding => Phase is Phase.Refused or Phase.CloseReceived or Phase.Failed or Phase.Closed;

    /// <summary>The opening handshake has not been answered yet.</summary>
    public bool IsConnecting => Phase is Phase.Connecting or Phase.Deciding;

    /// <summary>A fragmented message is being sent: only its continuation may follow.</summary>
    public bool SendingFragments { get; init; }

    /// <summary>A ping waits for a sign of life.</summary>
    public bool PingSent { get; init; }

    /// <summary>Pongs that were asked for and are not yet known to be sent (<see cref="Transitions.PongsLeft"/>).</summary>
    public byte WaitingPongs { get; init; }

    /// <summary>How far the request head has been looked at.</summary>
    public HeadCursor Head { get; init; }

    /// <summary>The message in progress.</summary>
    public MessageProgress Message { get; init; }

    /// <summary>The data frame in progress.</summary>
    public FrameProgress Frame { get; init; }

    /// <summary>When the handshake or the closing must be over; while open, when the next ping or its answer is due.
    /// <see cref="NoDeadline"/> for never.</summary>
    public long Deadline { get; init; }

    /// <summary>When the message or frame that has begun must be complete; <see cref="NoDeadline"/> between messages.</summary>
    public long AssemblyDeadline { get; init; }

    /// <summary>When output that waits must have made some progress; <see cref="NoDeadline"/> while nothing waits.</summary>
    public long SendDeadline { get; init; }

    /// <summary>When what the peer has proved itself with ends to hold; <see cref="NoDeadline"/> for never.</summary>
    public long ExpiryDeadline { get; init; }

    /// <summary>What the peer may send of pings and pongs.</summary>
    public TokenBucket ControlFrames { get; init; }

    /// <summary>The value of a deadline that never comes.</summary>
    public const long NoDeadline = long.MaxValue;

    /// <summary>A connection that has just been accepted (server) or opened (client).</summary>
    public static ConnectionState Start(ConnectionSettings settings, long now) =>
        new()
        {
            Head = settings.Role == Role.Server ? HeadCursor.Request : HeadCursor.Response,
            Deadline = now + settings.HandshakeTimeout,
            AssemblyDeadline = NoDeadline,
            SendDeadline = NoDeadline,
            ExpiryDeadline = NoDeadline,
            ControlFrames = TokenBucket.Full(settings.ControlFrames, now),
        };

    /// <summary>When <see cref="Transitions.Tick"/> wants to be called next, or <see cref="NoDeadline"/>.</summary>
    public long NextDeadline => Math.Min(Math.Min(Deadline, AssemblyDeadline), Math.Min(SendDeadline, ExpiryDeadline));

    /// <summary>Frames of the application's may be sent.</summary>
    public bool CanSend => Phase == Phase.Open;

    /// <summary>
    /// A whole message of the application's may be sent. <see cref="Transitions.Send"/> then answers <see cref="ActionKind.SendFrame"/> and changes nothing:
    /// who knows that need not call it for each message.
    /// </summary>
    public bool AllowsWholeSend => Phase == Phase.Open && !SendingFragments;

    /// <summary>The next byte starts a frame, and a whole message would change nothing: <see cref="WholeMessageReader"/> may be tried.</summary>
    public bool AllowsWholeMessage => Phase is Phase.Open or Phase.CloseSent && AssemblyDeadline == NoDeadline;
}
