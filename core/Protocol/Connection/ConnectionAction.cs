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
    HeadFault HeadFault = default)
{
    /// <summary>End the sending half of the stream, once what is queued has been sent.</summary>
    public static ConnectionAction EndOutput { get; } = new(ActionKind.EndOutput);

    /// <summary>Close the stream.</summary>
    public static ConnectionAction CloseStream { get; } = new(ActionKind.CloseStream);

    /// <summary>Close the stream with a reset.</summary>
    public static ConnectionAction ResetStream { get; } = new(ActionKind.ResetStream);

    /// <summary>Send an empty ping.</summary>
    public static ConnectionAction SendPing { get; } = new(ActionKind.SendPing);

    /// <summary>Send the acceptance that the shell holds.</summary>
    public static ConnectionAction SendAcceptance { get; } = new(ActionKind.SendHandshakeReply);

    /// <summary>A head is complete: decide.</summary>
    /// <param name="length">Its bytes, from the start of the input.</param>
    public static ConnectionAction DecideHandshake(int length) => new(ActionKind.DecideHandshake, Length: length);

    /// <summary>Send a refusal.</summary>
    /// <param name="status">The HTTP status, 400 to 599.</param>
    /// <param name="fault">What is wrong with the head, where that is why.</param>
    public static ConnectionAction SendRefusal(int status, HeadFault fault) => new(ActionKind.SendHandshakeReply, Status: (ushort)status, HeadFault: fault);

    /// <summary>Deliver a piece of a message.</summary>
    /// <param name="piece">The piece.</param>
    public static ConnectionAction DeliverData(DataPiece piece) => new(
        ActionKind.DeliverData, piece.Start, piece.Length, piece.Opcode, IsFirst: piece.IsFirst, IsLast: piece.IsLast, IsEncoded: piece.IsEncoded);

    /// <summary>Deliver a pong.</summary>
    /// <param name="start">Where its payload starts in the input.</param>
    /// <param name="length">Bytes, at most 125.</param>
    public static ConnectionAction DeliverPong(int start, int length) => new(ActionKind.DeliverPong, start, length);

    /// <summary>Tell the application that the connection is over.</summary>
    /// <param name="code">The close code; 1005 without one, 1006 without a close frame.</param>
    /// <param name="violation">The rule that was broken.</param>
    /// <param name="reasonStart">Where the reason starts in the input.</param>
    /// <param name="reasonLength">Its bytes.</param>
    public static ConnectionAction DeliverClosed(CloseCode code, ViolationKind violation = default, int reasonStart = 0, int reasonLength = 0) =>
        new(ActionKind.DeliverClosed, reasonStart, reasonLength, CloseCode: code, Violation: violation);

    /// <summary>Send a frame of the application's.</summary>
    /// <param name="opcode">Anything but close.</param>
    /// <param name="fin">FIN.</param>
    /// <param name="length">Payload bytes.</param>
    public static ConnectionAction SendFrame(Opcode opcode, bool fin, int length) => new(ActionKind.SendFrame, Length: length, Opcode: opcode, IsLast: fin);

    /// <summary>Answer a ping.</summary>
    /// <param name="start">Where its payload starts in the input.</param>
    /// <param name="length">Bytes, at most 125.</param>
    public static ConnectionAction SendPong(int start, int length) => new(ActionKind.SendPong, start, length);

    /// <summary>Send a close frame.</summary>
    /// <param name="code">Its code; 1005 for an empty one.</param>
    /// <param name="violation">The rule that was broken, which explains it.</param>
    public static ConnectionAction SendClose(CloseCode code, ViolationKind violation = default) => new(ActionKind.SendClose, CloseCode: code, Violation: violation);

    /// <summary>Calls the function that belongs to this action, with what counts for it.</summary>
    public T Match<T>(
        Func<T> none, Func<int, T> decideHandshake, Func<T> sendAcceptance, Func<int, HeadFault, T> sendRefusal, Func<DataPiece, T> deliverData,
        Func<int, int, T> deliverPong, Func<CloseCode, ViolationKind, int, int, T> deliverClosed, Func<Opcode, bool, int, T> sendFrame, Func<T> sendPing,
        Func<int, int, T> sendPong, Func<CloseCode, ViolationKind, T> sendClose, Func<T> endOutput, Func<T> closeStream, Func<T> resetStream) => Kind switch
        {
            ActionKind.DecideHandshake => decideHandshake(Length),
            ActionKind.SendHandshakeReply => Status == 0 ? sendAcceptance() : sendRefusal(Status, HeadFault),
            ActionKind.DeliverData => deliverData(new DataPiece(Start, Length, Opcode, IsFirst, IsLast, IsEncoded)),
            ActionKind.DeliverPong => deliverPong(Start, Length),
            ActionKind.DeliverClosed => deliverClosed(CloseCode, Violation, Start, Length),
            ActionKind.SendFrame => sendFrame(Opcode, IsLast, Length),
            ActionKind.SendPing => sendPing(),
            ActionKind.SendPong => sendPong(Start, Length),
            ActionKind.SendClose => sendClose(CloseCode, Violation),
            ActionKind.EndOutput => endOutput(),
            ActionKind.CloseStream => closeStream(),
            ActionKind.ResetStream => resetStream(),
            _ => none(),
        };
}

/// <summary>A piece of a message in the input.</summary>
/// <param name="Start">Index of its first byte.</param>
/// <param name="Length">Bytes; 0 and above.</param>
/// <param name="Opcode">Opcode of the message: text or binary.</param>
/// <param name="IsFirst">The first piece of the message.</param>
/// <param name="IsLast">The last piece of the message.</param>
/// <param name="IsEncoded">An extension must decode the piece.</param>
public readonly record struct DataPiece(int Start, int Length, Opcode Opcode, bool IsFirst, bool IsLast, bool IsEncoded);

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
