using LanguageExt;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Protocol.Connection;

/// <summary>What the core wants done. The interpreter in the shell does it, in order.</summary>
public enum ActionKind : byte
{
    /// <summary>Nothing: an unused place.</summary>
    None,

    /// <summary>The request head is complete: bytes <c>Start</c> to <c>Start + Length</c> of the input. Decide, then accept or refuse.</summary>
    DecideHandshake,

    /// <summary>Send the handshake's answer that the shell holds: the acceptance, or the refusal it made of <c>Status</c>.</summary>
    SendHandshakeReply,

    /// <summary>A piece of a message: <c>Start</c>, <c>Length</c>, <c>Opcode</c> of the message, <c>IsFirst</c>, <c>IsLast</c>, <c>IsEncoded</c>.</summary>
    DeliverData,

    /// <summary>A pong that the peer sent: <c>Start</c>, <c>Length</c>.</summary>
    DeliverPong,

    /// <summary>The connection is over for the application: <c>CloseCode</c> (1005 without a code, 1006 without a close frame), the reason in
    /// <c>Start</c>, <c>Length</c>, and the <c>Violation</c> if the connection was failed. It comes exactly once for a connection that was open.</summary>
    DeliverClosed,

    /// <summary>Send a frame of the application's: <c>Opcode</c>, <c>IsLast</c> (FIN), <c>Length</c>.</summary>
    SendFrame,

    /// <summary>Send an empty ping.</summary>
    SendPing,

    /// <summary>Answer a ping with the same payload: <c>Start</c>, <c>Length</c>.</summary>
    SendPong,

    /// <summary>Send a close frame with <c>CloseCode</c>; empty for 1005. The reason is the violation's explanation, or the application's, or none.</summary>
    SendClose,

    /// <summary>Send what is queued, then end the sending half of the stream.</summary>
    EndOutput,

    /// <summary>Close the stream; what is queued may be lost.</summary>
    CloseStream,

    /// <summary>Close the stream with a reset.</summary>
    ResetStream,
}

/// <summary>One action. Which fields count is said at its <see cref="ActionKind"/>; the rest are zero.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Start">Index of the first byte in the input that the transition was given.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Opcode">Opcode of a message or a frame.</param>
/// <param name="IsFirst">The first piece of a message.</param>
/// <param name="IsLast">The last piece of a message, or FIN.</param>
/// <param name="IsEncoded">An extension must decode the piece.</param>
/// <param name="CloseCode">A close code.</param>
/// <param name="Violation">The broken rule.</param>
/// <param name="Status">The HTTP status of a refusal; 0 for an acceptance.</param>
/// <param name="HeadFault">What is wrong with the head, where that is why it is refused.</param>
public readonly record struct ConnectionAction(
    ActionKind Kind,
    int Start = 0,
    int Length = 0,
    Opcode Opcode = default,
    bool IsFirst = false,
    bool IsLast = false,
    bool IsEncoded = false,
    CloseCode CloseCode = default,
    ViolationKind Violation = default,
    ushort Status = 0,
    HeadFault HeadFault = default);

/// <summary>Up to three actions, in order, held inline: no memory is allocated for them.</summary>
/// <param name="First">The first, or an action of kind <see cref="ActionKind.None"/>.</param>
/// <param name="Second">The second.</param>
/// <param name="Third">The third.</param>
public readonly record struct ActionList(ConnectionAction First, ConnectionAction Second = default, ConnectionAction Third = default)
{
    /// <summary>How many there are, 0 to 3.</summary>
    public int Count => First.Kind == ActionKind.None ? 0 : Second.Kind == ActionKind.None ? 1 : Third.Kind == ActionKind.None ? 2 : 3;

    /// <summary>The action at an index.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such action.</exception>
    public ConnectionAction this[int index] => index >= Count
        ? throw new ArgumentOutOfRangeException(nameof(index), index, "no such action")
        : index switch
        {
            0 => First,
            1 => Second,
            2 => Third,
            _ => throw new ArgumentOutOfRangeException(nameof(index), index, "no such action"),
        };

    /// <summary>The actions as a sequence, for tests, F# and tools.</summary>
    public Seq<ConnectionAction> ToSeq()
    {
        var self = this;
        return Enumerable.Range(0, Count).Select(i => self[i]).ToSeq();
    }
}

/// <summary>The answer of every transition: the next state and what is to be done.</summary>
/// <param name="State">The state from now on.</param>
/// <param name="Consumed">Input bytes that are done with; the shell passes the rest again, followed by what comes later.</param>
/// <param name="Actions">What is to be done, in order.</param>
public readonly record struct Transition(ConnectionState State, int Consumed, ActionList Actions);
