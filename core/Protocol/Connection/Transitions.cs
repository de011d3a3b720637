using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Protocol.Connection;

/// <summary>
/// Every transition of a connection (RFC 6455 §4, §5, §7). Nothing here reads a byte stream or a clock: <see cref="ConnectionMachine"/>
/// takes bytes apart and calls this; timers and commands come from the shell. An input that means nothing in the present phase gives
/// the same state and no action.
/// </summary>
public static partial class Transitions
{
    // ---- The opening handshake (§4) ----

    /// <summary>The scanner has looked at more of the head.</summary>
    /// <param name="settings">The connection's settings.</param>
    /// <param name="state">A state in <see cref="Phase.Connecting"/>.</param>
    /// <param name="scan">What it found.</param>
    /// <param name="available">Bytes it was given.</param>
    /// <param name="now">Milliseconds.</param>
    public static Transition HeadScanned(ConnectionSettings settings, ConnectionState state, HeadScan scan, int available, long now)
    {
        if (state.Phase != Phase.Connecting) return Stay(state);
        return scan.Kind switch
        {
            HeadScanKind.Incomplete => Stay(state with { Head = scan.Cursor }),
            HeadScanKind.Malformed => RefuseHead(settings, state, HeadFaults.Status(scan.Fault), now, scan.Fault) with { Consumed = available },
            _ => new(
                Move(state, Trigger.HeadCompleted) with { Head = default }, scan.Cursor.Position,
                new(ConnectionAction.DecideHandshake(scan.Cursor.Position))),
        };
    }

    /// <summary>The head was accepted: the connection is open (§4.2.2 item 5, §4.1). From here on the settings are those of its route.</summary>
    public static Transition Accept(ConnectionSettings settings, ConnectionState state, long now) =>
        Accept(settings, state, ConnectionState.NoDeadline, now);

    /// <summary>The head was accepted from a client whose authentication holds for a time.</summary>
    /// <param name="settings">The connection's settings: those of its route.</param>
    /// <param name="state">The state.</param>
    /// <param name="expires">When it ends to hold: the connection is failed then; <see cref="ConnectionState.NoDeadline"/> for never.</param>
    /// <param name="now">Milliseconds.</param>
    public static Transition Accept(ConnectionSettings settings, ConnectionState state, long expires, long now)
    {
        if (state.Phase != Phase.Deciding) return Stay(state);
        var open = Heard(
            settings,
            Move(state, Trigger.HandshakeAccepted) with
            {
                ControlFrames = TokenBucket.Full(settings.ControlFrames, now),
                ExpiryDeadline = expires,
            },
            now);
        return settings.Role == Role.Client ? Stay(open) : Do(open, ConnectionAction.SendAcceptance);
    }

    /// <summary>The head was refused. A server answers and waits for the client to leave; a client leaves.</summary>
    /// <param name="settings">The connection's settings.</param>
    /// <param name="state">The state.</param>
    /// <param name="status">The HTTP status to answer with, 400 to 599.</param>
    /// <param name="now">Milliseconds.</param>
    public static Transition Refuse(ConnectionSettings settings, ConnectionState state, int status, long now) =>
        RefuseHead(settings, state, status, now, HeadFault.None);

    private static Transition RefuseHead(ConnectionSettings settings, ConnectionState state, int status, long now, HeadFault fault)
    {
        if (!state.IsConnecting) return Stay(state);
        if (settings.Role == Role.Client) return Abort(state);
        var refused = Move(state, Trigger.HandshakeRefused) with
        {
            Head = default,
            Deadline = now + settings.CloseTimeout,
        };
        return Do(refused, ConnectionAction.SendRefusal(status, fault), ConnectionAction.EndOutput);
    }

    // ---- Frames (§5) ----

    /// <summary>What the next header must obey.</summary>
    public static FrameRules Rules(ConnectionSettings settings, ConnectionState state) => new(
        ExpectMasked: settings.Role == Role.Server,
        InMessage: state.Message.IsActive,
        FirstFrameBits: settings.FirstFrameBits,
        MaxPayload: settings.MaxMessage - state.Message.Length,
        NoMoreFragments: state.Message.Fragments >= settings.MaxFragments);

    /// <summary>Some bytes of a frame have come, and not enough to act on: the time to complete it runs.</summary>
    public static ConnectionState FrameBegun(ConnectionSettings settings, ConnectionState state, long now) =>
        state.AssemblyDeadline == ConnectionState.NoDeadline
            ? state with { AssemblyDeadline = now + settings.AssemblyTimeout }
            : state;

    /// <summary>The header of a data frame that <see cref="Rules"/> allows (§5.4, §5.6).</summary>
    public static ConnectionState DataHeader(ConnectionSettings settings, ConnectionState state, FrameHeader header, long now)
    {
        var message = header.Opcode == Opcode.Continuation
            ? state.Message
            : new MessageProgress(header.Opcode, header.Reserved != ReservedBits.None, false, 0, 0, 0, Utf8State.Start);
        return FrameBegun(settings, state, now) with
        {
            Message = message with { Length = message.Length + (int)header.PayloadLength, Fragments = message.Fragments + 1 },
            Frame = new FrameProgress((int)header.PayloadLength, header.MaskingKey, header.Fin),
        };
    }

    /// <summary>The next payload bytes of the data frame in progress, unmasked.</summary>
    /// <param name="settings">The connection's settings.</param>
    /// <param name="state">A state with a frame in progress.</param>
    /// <param name="start">Where <paramref name="payload"/> starts in the input.</param>
    /// <param name="payload">At most <see cref="FrameProgress.Remaining"/> bytes.</param>
    /// <param name="ascii">They are known to be ASCII.</param>
    /// <param name="now">Milliseconds.</param>
    public static Transition DataReceived(
        ConnectionSettings settings, ConnectionState state, int start, ReadOnlySpan<byte> payload, bool ascii, long now)
    {
        var message = state.Message;
        var remaining = state.Frame.Remaining - payload.Length;
        var last = state.Frame.Fin && remaining == 0;
        if (message.Opcode == Opcode.Text && !message.Encoded)
        {
            var text = ascii && message.Text.IsBoundary ? new Utf8Result(message.Text, -1) : Utf8Validator.Validate(message.Text, payload);
            // A last frame too short to finish the character breaks the rule at the character's first byte.
            if (!text.IsPossible || (state.Frame.Fin && text.State.Needed > remaining))
                return Fail(settings, state, ViolationKind.InvalidUtf8, now);
            message = message with { Text = text.State };
        }

        var consumed = start + payload.Length;
        var frame = state.Frame with { Remaining = remaining, MaskingKey = Masking.Advance(state.Frame.MaskingKey, payload.Length) };
        if (payload.IsEmpty && !last) return new(state with { Message = message, Frame = frame }, consumed, default);
        var deliver = new ConnectionAction(
            ActionKind.DeliverData, start, payload.Length, message.Opcode,
            IsFirst: !message.Started, IsLast: last, IsEncoded: message.Encoded);
        var next = last && !message.Encoded
            ? MessageDone(state)
            : state with { Message = message with { Started = true }, Frame = frame };
        return new(next, consumed, new(deliver));
    }

    /// <summary>What an extension has decoded of a message whose pieces were delivered as encoded. The shell calls it for each such piece,
    /// before it passes more input.</summary>
    /// <param name="settings">The connection's settings.</param>
    /// <param name="state">A state with an encoded message in progress.</param>
    /// <param name="decoded">The decoded bytes.</param>
    /// <param name="last">Nothing follows in this message.</param>
    /// <param name="now">Milliseconds.</param>
    public static Transition Decoded(ConnectionSettings settings, ConnectionState state, ReadOnlySpan<byte> decoded, bool last, long now)
    {
        var message = state.Message;
        if (!message.Encoded) return Stay(state);
        if (decoded.Length > settings.MaxMessage - message.DecodedLength) return Fail(settings, state, ViolationKind.MessageTooBig, now);
        if (message.Opcode == Opcode.Text)
        {
            var text = Utf8Validator.Validate(message.Text, decoded);
            if (!text.IsPossible || (last && !text.State.IsBoundary)) return Fail(settings, state, ViolationKind.InvalidUtf8, now);
            message = message with { Text = text.State };
        }
        return Stay(last
            ? MessageDone(state)
            : state with { Message = message with { DecodedLength = message.DecodedLength + decoded.Length } });
    }

    /// <summary>A ping (§5.5.2): answered while the connection is open. Once this end's close frame has left, nothing follows it (§1.4).
    /// A peer that sends too many, or does not read the answers, is failed.</summary>
    public static Transition PingReceived(ConnectionSettings settings, ConnectionState state, int start, int length, long now)
    {
        if (!Receives(state)) return Stay(state);
        if (!state.ControlFrames.Has(settings.ControlFrames, 1, now)) return Fail(settings, state, ViolationKind.TooManyControlFrames, now);
        var next = ControlDone(settings, state, now);
        if (state.Phase != Phase.Open) return Stay(next);
        return state.WaitingPongs >= settings.MaxWaitingPongs
            ? Fail(settings, state, ViolationKind.PongsNotRead, now)
            : Do(next with { WaitingPongs = (byte)(state.WaitingPongs + 1) }, ConnectionAction.SendPong(start, length));
    }

    /// <summary>A pong (§5.5.3), asked for or not.</summary>
    public static Transition PongReceived(ConnectionSettings settings, ConnectionState state, int start, int length, long now)
    {
        if (!Receives(state)) return Stay(state);
        return state.ControlFrames.Has(settings.ControlFrames, 1, now)
            ? Do(ControlDone(settings, state, now), ConnectionAction.DeliverPong(start, length))
            : Fail(settings, state, ViolationKind.TooManyControlFrames, now);
    }

    /// <summary>A valid close frame (§5.5.1): answered with the same code, unless this end has sent its own.</summary>
    /// <param name="settings">The connection's settings.</param>
    /// <param name="state">The state.</param>
    /// <param name="code">Its code, or <see cref="CloseCode.NoStatusReceived"/>.</param>
    /// <param name="reasonStart">Where the reason starts in the input.</param>
    /// <param name="reasonLength">Its bytes.</param>
    /// <param name="now">Milliseconds.</param>
    public static Transition CloseReceived(
        ConnectionSettings settings, ConnectionState state, CloseCode code, int reasonStart, int reasonLength, long now)
    {
        if (!Receives(state)) return Stay(state);
        var next = MessageDone(Closing(settings, state, Trigger.CloseFrameReceived, now));
        var reply = state.Phase == Phase.Open ? ConnectionAction.SendClose(code) : default;
        // §7.1.1: the server ends the stream first; a client waits for it.
        var end = settings.Role == Role.Server ? ConnectionAction.EndOutput : default;
        return Do(next, reply, end, ConnectionAction.DeliverClosed(code, ViolationKind.None, reasonStart, reasonLength));
    }

    /// <summary>The peer broke a rule: the connection is failed (§7.1.7) and what follows is not looked at.</summary>
    public static Transition Fail(ConnectionSettings settings, ConnectionState state, ViolationKind violation, long now)
    {
        if (!Receives(state)) return Stay(state);
        var next = MessageDone(Closing(settings, state, Trigger.Violated, now));
        var close = state.Phase == Phase.Open
            ? ConnectionAction.SendClose(Violations.CloseCodeOf(violation), violation)
            : default;
        return Do(
            next, close, ConnectionAction.EndOutput,
            ConnectionAction.DeliverClosed(CloseCode.AbnormalClosure, violation));
    }

    // ---- The stream and the clock ----

    /// <summary>The peer has ended its half of the stream (§7.1.1, §7.1.5). A client that was refused, or has closed, does that last.</summary>
    public static Transition InputEnded(ConnectionState state) => End(state, Trigger.InputEnded, ConnectionAction.CloseStream);

    /// <summary>The stream broke, or the shell gives it up.</summary>
    public static Transition Abort(ConnectionState state) => End(state, Trigger.Aborted, ConnectionAction.ResetStream);

    /// <summary>Something was heard: silence begins anew.</summary>
    public static ConnectionState Heard(ConnectionSettings settings, ConnectionState state, long now) => state.Phase == Phase.Open
        ? state with
        {
            PingSent = false,
            Deadline = settings.PingInterval > 0 ? now + settings.PingInterval : ConnectionState.NoDeadline,
        }
        : state;

    /// <summary>This end has not read for a while: the peer's silence, and a message that does not go on, were not the peer's doing.</summary>
    /// <param name="settings">The connection's settings.</param>
    /// <param name="state">The state.</param>
    /// <param name="now">Milliseconds.</param>
    public static ConnectionState Unread(ConnectionSettings settings, ConnectionState state, long now)
    {
        if (state.Phase != Phase.Open) return state;
        var heard = Heard(settings, state, now);
        return now >= heard.AssemblyDeadline ? heard with { AssemblyDeadline = now + settings.AssemblyTimeout } : heard;
    }

    /// <summary>Output waits because the stream takes no more just now: it has a time in which some of it must leave.</summary>
    /// <param name="settings">The connection's settings.</param>
    /// <param name="state">The state.</param>
    /// <param name="progressed">Some of it has just left, so that the time begins anew.</param>
    /// <param name="now">Milliseconds.</param>
    public static ConnectionState OutputWaits(ConnectionSettings settings, ConnectionState state, bool progressed, long now) =>
        settings.SendTimeout > 0 && state.Phase != Phase.Closed && (progressed || state.SendDeadline == ConnectionState.NoDeadline)
            ? state with { SendDeadline = now + settings.SendTimeout }
            : state;

    /// <summary>No output waits any more.</summary>
    public static ConnectionState OutputSent(ConnectionState state) => state with { SendDeadline = ConnectionState.NoDeadline, WaitingPongs = 0 };

    /// <summary>How many pongs have not left yet.</summary>
    /// <param name="state">The state.</param>
    /// <param name="waiting">0 to <see cref="ConnectionSettings.MaxWaitingPongs"/>.</param>
    public static ConnectionState PongsLeft(ConnectionState state, int waiting) => state with { WaitingPongs = (byte)waiting };

    /// <summary>Time has passed. Before <see cref="ConnectionState.NextDeadline"/> nothing happens.</summary>
    public static Transition Tick(ConnectionSettings settings, ConnectionState state, long now)
    {
        if (now < state.NextDeadline) return Stay(state);
        // The peer takes nothing, so it would not take a close frame either.
        if (now >= state.SendDeadline) return Abort(state);
        if (now >= state.ExpiryDeadline) return Fail(settings, state, ViolationKind.AuthenticationExpired, now);
        if (now >= state.AssemblyDeadline) return Fail(settings, state, ViolationKind.MessageTooSlow, now);
        return state.Phase switch
        {
            // What is late is the peer's head, or this end's decision.
            Phase.Connecting => Refuse(settings, state, 408, now),
            Phase.Deciding => Refuse(settings, state, 503, now),
            Phase.Open when state.PingSent => Fail(settings, state, ViolationKind.PongTimeout, now),
            Phase.Open => Do(state with { PingSent = true, Deadline = now + settings.PongTimeout }, ConnectionAction.SendPing),
            _ => End(state, Trigger.DeadlinePassed, ConnectionAction.ResetStream),
        };
    }

    // ---- Shared pieces ----

    /// <summary>Nothing is to be done.</summary>
    internal static Transition Stay(ConnectionState state) => new(state, 0, default);

    private static Transition Do(
        ConnectionState state, ConnectionAction first, ConnectionAction second = default, ConnectionAction third = default)
    {
        if (second.Kind == ActionKind.None) (second, third) = (third, default);
        return first.Kind == ActionKind.None ? new(state, 0, new(second, third)) : new(state, 0, new(first, second, third));
    }

    private static ConnectionState Move(ConnectionState state, Trigger trigger) =>
        state with { Phase = PhaseTable.Next(state.Phase, trigger).IfNone(state.Phase) };

    /// <summary>Frames are read and looked at.</summary>
    private static bool Receives(ConnectionState state) => state.Phase is Phase.Open or Phase.CloseSent;

    /// <summary>From the first step of the closing on, the peer has one fixed time to end the connection: later steps do not extend it.</summary>
    private static ConnectionState Closing(ConnectionSettings settings, ConnectionState state, Trigger trigger, long now) =>
        Move(state, trigger) with
        {
            SendingFragments = false,
            PingSent = false,
            ExpiryDeadline = ConnectionState.NoDeadline,
            Deadline = state.Phase == Phase.CloseSent ? state.Deadline : now + settings.CloseTimeout,
        };

    private static ConnectionState MessageDone(ConnectionState state) =>
        state with { Message = default, Frame = default, AssemblyDeadline = ConnectionState.NoDeadline };

    /// <summary>A ping or pong is complete: unless it stands inside a message, nothing is being assembled any more.</summary>
    private static ConnectionState ControlDone(ConnectionSettings settings, ConnectionState state, long now) => state with
    {
        ControlFrames = state.ControlFrames.Take(settings.ControlFrames, 1, now),
        AssemblyDeadline = state.Message.IsActive ? state.AssemblyDeadline : ConnectionState.NoDeadline,
    };

    private static Transition End(ConnectionState state, Trigger trigger, ConnectionAction how)
    {
        if (state.Phase == Phase.Closed) return Stay(state);
        var tellHandler = Receives(state); // otherwise it has been told
        var next = Move(state, trigger) with
        {
            SendingFragments = false,
            PingSent = false,
            Head = default,
            Message = default,
            Frame = default,
            Deadline = ConnectionState.NoDeadline,
            AssemblyDeadline = ConnectionState.NoDeadline,
            SendDeadline = ConnectionState.NoDeadline,
            ExpiryDeadline = ConnectionState.NoDeadline,
            WaitingPongs = 0,
        };
        var closed = tellHandler ? ConnectionAction.DeliverClosed(CloseCode.AbnormalClosure) : default;
        return Do(next, closed, how);
    }
}
