/// Active patterns over the results of the frame decoder and of the connection's transitions.
module PluginHost.Core.FSharp.ConnectionPatterns

open PluginHost.Core.Protocol.Connection
open PluginHost.Core.Protocol.Frames
open PluginHost.Core.Protocol.Handshake

/// Complete: a header is incomplete, complete, or broken at the byte with that number.
let (|Incomplete|Complete|Broken|) (result: HeaderResult) =
    match result.Status with
    | HeaderStatus.Incomplete -> Incomplete
    | HeaderStatus.Complete -> Complete result.Header
    | _ -> Broken(result.Violation, result.DecidedBy)

/// What the core wants done.
[<NoComparison>]
type Action =
    | Nothing
    | DecideHandshake of length: int
    | SendAcceptance
    | SendRefusal of status: int * HeadFault
    | DeliverData of DataPiece
    | DeliverPong of start: int * length: int
    | DeliverClosed of CloseCode * ViolationKind
    | SendFrame of Opcode * fin: bool * length: int
    | SendPing
    | SendPong of start: int * length: int
    | SendClose of CloseCode * ViolationKind
    | EndOutput
    | CloseStream
    | ResetStream

let action (action: ConnectionAction) =
    action.Match(
        (fun () -> Nothing),
        (fun length -> DecideHandshake length),
        (fun () -> SendAcceptance),
        (fun status fault -> SendRefusal(status, fault)),
        (fun piece -> DeliverData piece),
        (fun start length -> DeliverPong(start, length)),
        (fun code violation _ _ -> DeliverClosed(code, violation)),
        (fun opcode fin length -> SendFrame(opcode, fin, length)),
        (fun () -> SendPing),
        (fun start length -> SendPong(start, length)),
        (fun code violation -> SendClose(code, violation)),
        (fun () -> EndOutput),
        (fun () -> CloseStream),
        (fun () -> ResetStream)
    )

/// Complete: a transition as the next state, the bytes used and the list of actions.
let (|Step|) (transition: Transition) =
    Step(transition.State, transition.Consumed, [ for wanted in transition.Actions.ToSeq() -> action wanted ])
