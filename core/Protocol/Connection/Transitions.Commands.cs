using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Core.Protocol.Connection;

/// <summary>What the application wants of a connection.</summary>
public static partial class Transitions
{
    /// <summary>A frame of the application's: a whole message, a fragment, a ping or a pong.</summary>
    /// <param name="state">The state.</param>
    /// <param name="opcode">Anything but close, which has its own command.</param>
    /// <param name="fin">The last fragment; always so for ping and pong.</param>
    /// <param name="length">Payload bytes; at most 125 for ping and pong.</param>
    /// <returns>A <see cref="ActionKind.SendFrame"/>, or no action: refused, because the connection is not open or §5.4 or §5.5 forbids it.</returns>
    public static Transition Send(ConnectionState state, Opcode opcode, bool fin, int length)
    {
        var control = Opcodes.IsControl(opcode);
        var allowed = state.CanSend && length >= 0 && opcode switch
        {
            Opcode.Ping or Opcode.Pong => fin && length <= FrameHeader.MaxControlPayload,
            Opcode.Continuation => state.SendingFragments,
            Opcode.Text or Opcode.Binary => !state.SendingFragments,
            _ => false,
        };
        if (!allowed) return Stay(state);
        var next = control ? state : state with { SendingFragments = !fin };
        return Do(next, ConnectionAction.SendFrame(opcode, fin, length));
    }

    /// <summary>The application closes (§7.1.2).</summary>
    /// <param name="settings">The connection's settings.</param>
    /// <param name="state">The state.</param>
    /// <param name="code">A code that may be on the wire, or <see cref="CloseCode.NoStatusReceived"/> for an empty close frame.</param>
    /// <param name="reasonLength">Bytes of the reason, at most <see cref="CloseCodeRules.MaxReasonBytes"/>; 0 without a code.</param>
    /// <param name="now">Milliseconds.</param>
    /// <returns>A <see cref="ActionKind.SendClose"/>, or no action: refused, because the connection is not open or the arguments are not allowed.</returns>
    public static Transition Close(ConnectionSettings settings, ConnectionState state, CloseCode code, int reasonLength, long now)
    {
        var mostReason = code == CloseCode.NoStatusReceived ? 0 : CloseCodeRules.MaxReasonBytes;
        var allowed = state.Phase == Phase.Open && reasonLength >= 0 && reasonLength <= mostReason
            && (code == CloseCode.NoStatusReceived || CloseCodeRules.IsValidOnWire((int)code));
        return allowed
            ? Do(Closing(settings, state, Trigger.CloseCommanded, now), ConnectionAction.SendClose(code))
            : Stay(state);
    }
}
