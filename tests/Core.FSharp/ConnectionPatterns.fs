/// Active patterns over the results of the frame decoder and of the connection's transitions.
module PluginHost.Core.FSharp.ConnectionPatterns
open PluginHost.Core.Protocol.Connection
open PluginHost.Core.Protocol.Frames


/// Complete: a header is incomplete, complete, or broken at the byte with that number.
let (|Incomplete|Complete|Broken|) (result: HeaderResult) =
    match result.Status with
    | HeaderStatus.Incomplete -> Incomplete
    | HeaderStatus.Complete -> Complete result.Header
    | _ -> Broken(result.Violation, result.DecidedBy)

/// Complete: what an action is about.
let (|Deliver|Send|Stream|Handshake|Nothing|) (action: ConnectionAction) =
    match action.Kind with
    | ActionKind.DeliverData
    | ActionKind.DeliverPong
    | ActionKind.DeliverClosed -> Deliver action
    | ActionKind.SendFrame
    | ActionKind.SendPing
    | ActionKind.SendPong
    | ActionKind.SendClose -> Send action
    | ActionKind.EndOutput
    | ActionKind.CloseStream
    | ActionKind.ResetStream -> Stream action.Kind
    | ActionKind.DecideHandshake
    | ActionKind.SendHandshakeReply -> Handshake action
    | _ -> Nothing

let (|Message|_|) (action: ConnectionAction) =
    if action.Kind = ActionKind.DeliverData && action.IsFirst && action.IsLast then
        Some(action.Opcode, action.Start, action.Length)
    else
        None

let (|Closed|_|) (action: ConnectionAction) =
    if action.Kind = ActionKind.DeliverClosed then Some(action.CloseCode, action.Violation) else None

/// Complete: a transition as the next state, the bytes used and the list of actions.
let (|Step|) (transition: Transition) =
    Step(transition.State, transition.Consumed, List.ofSeq (transition.Actions.ToSeq()))
