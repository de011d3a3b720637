using LanguageExt;

namespace PluginHost.Core.Protocol.Connection;

/// <summary>Where a connection stands (RFC 6455 §4, §7).</summary>
public enum Phase : byte
{
    /// <summary>The head of the opening handshake is being received.</summary>
    Connecting,

    /// <summary>A complete head waits for the decision. Nothing is read.</summary>
    Deciding,

    /// <summary>The handshake was refused and the answer has been given out. What follows is not looked at; only the end of input counts.</summary>
    Refused,

    /// <summary>Messages may be sent and received.</summary>
    Open,

    /// <summary>This end has sent its close frame; the peer's has not come. Nothing more is sent.</summary>
    CloseSent,

    /// <summary>The peer's close frame has come and has been answered. What follows is not looked at; only the end of input counts.</summary>
    CloseReceived,

    /// <summary>
    /// The connection was failed (RFC 6455 §7.1.7): a close frame has been given out, unless there was one before. What follows is not looked at; only the
    /// end of input counts.
    /// </summary>
    Failed,

    /// <summary>Nothing comes in or goes out any more.</summary>
    Closed,
}

/// <summary>What can move a connection from one phase to another.</summary>
public enum Trigger : byte
{
    /// <summary>The head of the opening handshake is complete.</summary>
    HeadCompleted,

    /// <summary>The opening handshake was accepted.</summary>
    HandshakeAccepted,

    /// <summary>The opening handshake was refused, is malformed or came too late.</summary>
    HandshakeRefused,

    /// <summary>A valid close frame from the peer.</summary>
    CloseFrameReceived,

    /// <summary>The application closes.</summary>
    CloseCommanded,

    /// <summary>The peer broke a rule, or was silent too long: the connection is failed (RFC 6455 §7.1.7).</summary>
    Violated,

    /// <summary>The peer has ended its half of the stream.</summary>
    InputEnded,

    /// <summary>The stream broke, or this end gives it up.</summary>
    Aborted,

    /// <summary>The peer did not end the connection in the time that it had.</summary>
    DeadlinePassed,
}

/// <summary>The table of phases: the only place where it is decided which phase follows which. <c>docs/connection.md</c> is drawn from it.</summary>
public static class PhaseTable
{
    /// <summary>The phase that follows, or none where the trigger means nothing in that phase.</summary>
    public static Option<Phase> Next(Phase phase, Trigger trigger) => (phase, trigger) switch
    {
        (Phase.Connecting, Trigger.HeadCompleted) => Phase.Deciding,
        (Phase.Connecting, Trigger.HandshakeRefused) => Phase.Refused,
        (Phase.Connecting, Trigger.InputEnded) => Phase.Closed,
        (Phase.Connecting, Trigger.Aborted) => Phase.Closed,

        (Phase.Deciding, Trigger.HandshakeAccepted) => Phase.Open,
        (Phase.Deciding, Trigger.HandshakeRefused) => Phase.Refused,
        (Phase.Deciding, Trigger.InputEnded) => Phase.Closed,
        (Phase.Deciding, Trigger.Aborted) => Phase.Closed,

        (Phase.Refused, Trigger.InputEnded) => Phase.Closed,
        (Phase.Refused, Trigger.Aborted) => Phase.Closed,
        (Phase.Refused, Trigger.DeadlinePassed) => Phase.Closed,

        (Phase.Open, Trigger.CloseFrameReceived) => Phase.CloseReceived,
        (Phase.Open, Trigger.CloseCommanded) => Phase.CloseSent,
        (Phase.Open, Trigger.Violated) => Phase.Failed,
        (Phase.Open, Trigger.InputEnded) => Phase.Closed,
        (Phase.Open, Trigger.Aborted) => Phase.Closed,

        (Phase.CloseSent, Trigger.CloseFrameReceived) => Phase.CloseReceived,
        (Phase.CloseSent, Trigger.Violated) => Phase.Failed,
        (Phase.CloseSent, Trigger.InputEnded) => Phase.Closed,
        (Phase.CloseSent, Trigger.Aborted) => Phase.Closed,
        (Phase.CloseSent, Trigger.DeadlinePassed) => Phase.Closed,

        (Phase.CloseReceived, Trigger.InputEnded) => Phase.Closed,
        (Phase.CloseReceived, Trigger.Aborted) => Phase.Closed,
        (Phase.CloseReceived, Trigger.DeadlinePassed) => Phase.Closed,

        (Phase.Failed, Trigger.InputEnded) => Phase.Closed,
        (Phase.Failed, Trigger.Aborted) => Phase.Closed,
        (Phase.Failed, Trigger.DeadlinePassed) => Phase.Closed,

        _ => Option<Phase>.None,
    };

    /// <summary>Every row of the table.</summary>
    public static Seq<(Phase From, Trigger Trigger, Phase To)> Rows { get; } = Enum.GetValues<Phase>()
        .SelectMany(from => Enum.GetValues<Trigger>()
            .SelectMany(trigger => Next(from, trigger).Map(to => (from, trigger, to)).AsEnumerable()))
        .ToSeq();
}
