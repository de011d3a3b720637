using System.Buffers.Binary;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Protocol.Connection;

/// <summary>
/// Takes received bytes apart and hands what they mean to <see cref="Transitions"/>, one frame or one piece of a frame at a time. The
/// only memory it changes is the payload within its argument, which it unmasks in place.
/// </summary>
public static class ConnectionMachine
{
    /// <summary>
    /// One step. Call it again with what it left, until it consumes nothing; then wait for more bytes and pass the rest and them together.
    /// At most <see cref="HeadLimits.Head"/> bytes stay behind while connecting, and at most 131 (a control frame) afterwards; while a
    /// handshake waits for its decision everything stays behind, so that the shell should not read on.
    /// </summary>
    /// <param name="settings">The connection's settings.</param>
    /// <param name="state">The present state.</param>
    /// <param name="bytes">What has been received and not been consumed. Payload bytes among those consumed are unmasked in place.</param>
    /// <param name="now">Milliseconds.</param>
    /// <returns>Actions whose ranges count from the start of <paramref name="bytes"/>.</returns>
    public static Transition Receive(ConnectionSettings settings, ConnectionState state, Span<byte> bytes, long now)
    {
        if (bytes.IsEmpty) return Transitions.Stay(state);
        if (state.Discarding) return new(state, bytes.Length, default);
        if (state.Phase == Phase.Deciding) return Transitions.Stay(state);
        if (state.Phase == Phase.Connecting)
            return Transitions.HeadScanned(settings, state, HeadScanner.Scan(state.Head, bytes, settings.Head), bytes.Length, now);

        var heard = Transitions.Heard(settings, state, now);
        return heard.Frame.Remaining > 0
            ? Payload(settings, heard, 0, bytes, now)
            : Frame(settings, heard, bytes, now);
    }

    private static Transition Frame(ConnectionSettings settings, ConnectionState state, Span<byte> bytes, long now)
    {
        var result = FrameHeaderDecoder.Decode(bytes, Transitions.Rules(settings, state));
        if (result.Status == HeaderStatus.Incomplete) return Transitions.Stay(Transitions.FrameBegun(settings, state, now));
        if (result.Status == HeaderStatus.Violation) return Fail(settings, state, result.Violation, bytes, now);
        return Opcodes.IsControl(result.Header.Opcode)
            ? Control(settings, state, result.Header, bytes, now)
            : Payload(settings, Transitions.DataHeader(settings, state, result.Header, now), result.Header.Size, bytes, now);
    }

    private static Transition Payload(ConnectionSettings settings, ConnectionState state, int start, Span<byte> bytes, long now)
    {
        var payload = bytes.Slice(start, Math.Min(state.Frame.Remaining, bytes.Length - start));
        // A server's frames have no mask; then the key is 0 and this only looks for bytes beyond ASCII.
        var ascii = Masking.ApplyAscii(payload, state.Frame.MaskingKey);
        var transition = Transitions.DataReceived(settings, state, start, payload, ascii, now);
        return transition.State.Discarding ? transition with { Consumed = bytes.Length } : transition;
    }

    /// <summary>Control frames are taken whole: they are short, so that an incomplete one can stay with the shell.</summary>
    private static Transition Control(ConnectionSettings settings, ConnectionState state, FrameHeader header, Span<byte> bytes, long now)
    {
        var start = header.Size;
        var length = (int)header.PayloadLength;
        if (bytes.Length < start + length)
        {
            var early = header.Opcode == Opcode.Close ? EarlyViolation(header, bytes[start..]) : ViolationKind.None;
            return early == ViolationKind.None
                ? Transitions.Stay(Transitions.FrameBegun(settings, state, now))
                : Fail(settings, state, early, bytes, now);
        }

        var payload = bytes.Slice(start, length);
        if (header.Opcode == Opcode.Close)
        {
            // Looked at in a copy first: what is failed is not unmasked, however it was cut.
            var broken = EarlyViolation(header, payload);
            if (broken != ViolationKind.None) return Fail(settings, state, broken, bytes, now);
        }
        Masking.Apply(payload, header.MaskingKey);
        var transition = header.Opcode switch
        {
            Opcode.Ping => Transitions.PingReceived(settings, state, start, length, now),
            Opcode.Pong => Transitions.PongReceived(settings, state, start, length, now),
            _ => Close(settings, state, start, payload, now),
        };
        return transition with { Consumed = start + length };
    }

    private static Transition Close(ConnectionSettings settings, ConnectionState state, int start, ReadOnlySpan<byte> payload, long now) =>
        payload.IsEmpty
            ? Transitions.CloseReceived(settings, state, CloseCode.NoStatusReceived, start, 0, now)
            : Transitions.CloseReceived(
                settings, state, (CloseCode)BinaryPrimitives.ReadUInt16BigEndian(payload), start + 2, payload.Length - 2, now);

    /// <summary>What a close frame's payload breaks (§5.5.1, §7.4), as far as it has come: many a code is decided by its first byte, a reason
    /// by its first impossible byte, or by a character that the rest of the frame cannot finish.</summary>
    private static ViolationKind EarlyViolation(FrameHeader header, ReadOnlySpan<byte> masked)
    {
        if (masked.IsEmpty) return ViolationKind.None;
        Span<byte> payload = stackalloc byte[FrameHeader.MaxControlPayload];
        payload = payload[..masked.Length];
        masked.CopyTo(payload);
        Masking.Apply(payload, header.MaskingKey);
        if (!CloseCodeRules.CanStartWith(payload[0])) return ViolationKind.InvalidCloseCode;
        if (payload.Length < 2) return ViolationKind.None;
        if (!CloseCodeRules.IsValidOnWire(BinaryPrimitives.ReadUInt16BigEndian(payload))) return ViolationKind.InvalidCloseCode;
        var reason = Utf8Validator.Validate(Utf8State.Start, payload[2..]);
        return reason.IsPossible && reason.State.Needed <= header.PayloadLength - masked.Length
            ? ViolationKind.None
            : ViolationKind.InvalidCloseReason;
    }

    private static Transition Fail(
        ConnectionSettings settings, ConnectionState state, ViolationKind violation, ReadOnlySpan<byte> bytes, long now) =>
        Transitions.Fail(settings, state, violation, now) with { Consumed = bytes.Length };
}
