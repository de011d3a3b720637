module PluginHost.Core.FSharp.ConnectionTests

open System
open System.Text
open PluginHost.Core.FSharp.ConnectionPatterns
open PluginHost.Core.Protocol.Connection
open PluginHost.Core.Protocol.Frames
open Xunit

let private settings = ConnectionSettings.Default
let private rules = FrameRules(true, false, ReservedBits.None, int64 settings.MaxMessage, false)

let private frame opcode (payload: byte array) =
    FrameEncoder.Encode(FrameHeader(true, ReservedBits.None, opcode, true, 0x01020304u, 0L), ReadOnlySpan payload)

let private head = Encoding.ASCII.GetBytes "GET / HTTP/1.1\r\n\r\n"

let private step state (bytes: byte array) =
    ConnectionMachine.Receive(settings, state, bytes.AsSpan(), 0L)

let private opened =
    match step (ConnectionState.Start(settings, 0L)) head with
    | Step(state, used, [ DecideHandshake length ]) when used = head.Length && length = used -> Transitions.Accept(settings, state, 0L).State
    | other -> failwith $"{other}"

/// What can happen to a connection.
type private Happening =
    | Bytes of byte array
    | Accepted
    | Sends of Opcode * int
    | Closes of CloseCode
    | TimePasses
    | InputEnds

/// One thing happens: the next state, and what is to be done.
let private happens state happening =
    let rec receive state (bytes: byte array) =
        match step state bytes with
        | Step(next, 0, actions) -> next, actions
        | Step(next, used, actions) ->
            let last, rest = receive next bytes[used..]
            last, actions @ rest

    let transition =
        match happening with
        | Bytes bytes -> Choice1Of2 bytes
        | Accepted -> Choice2Of2(Transitions.Accept(settings, state, 0L))
        | Sends(opcode, length) -> Choice2Of2(Transitions.Send(state, opcode, true, length))
        | Closes code -> Choice2Of2(Transitions.Close(settings, state, code, 0, 0L))
        | TimePasses -> Choice2Of2(Transitions.Tick(settings, state, state.NextDeadline))
        | InputEnds -> Choice2Of2(Transitions.InputEnded state)

    match transition with
    | Choice1Of2 bytes -> receive state (Array.copy bytes)
    | Choice2Of2(Step(next, _, actions)) -> next, actions

/// A whole connection is a fold: its phases, and all that is to be done.
let private live happenings =
    let states = List.scan (fun (state, _) happening -> happens state happening) (ConnectionState.Start(settings, 0L), []) happenings
    [ for state, _ in states -> state.Phase ], [ for _, actions in states do yield! actions ]

[<Fact>]
let ``A whole connection is a fold`` () =
    let phases, actions =
        live
            [ Bytes head
              Accepted
              Bytes(Array.append (frame Opcode.Text "hi"B) (frame Opcode.Ping [| 7uy |]))
              Sends(Opcode.Text, 2)
              TimePasses
              Bytes(frame Opcode.Pong [||])
              Closes CloseCode.GoingAway
              Sends(Opcode.Text, 2)
              Bytes(frame Opcode.Close [| 0x03uy; 0xE9uy |])
              InputEnds ]

    Assert.Equal<Phase list>(
        [ Phase.Connecting; Phase.Deciding; Phase.Open; Phase.Open; Phase.Open; Phase.Open; Phase.Open; Phase.CloseSent; Phase.CloseSent; Phase.CloseReceived
          Phase.Closed ],
        phases
    )

    match actions with
    | [ DecideHandshake _
        SendAcceptance
        DeliverData hi
        SendPong(_, 1)
        SendFrame(Opcode.Text, true, 2)
        SendPing
        DeliverPong(_, 0)
        SendClose(CloseCode.GoingAway, ViolationKind.None)
        EndOutput
        DeliverClosed(CloseCode.GoingAway, ViolationKind.None)
        CloseStream ] -> Assert.Equal((Opcode.Text, 2, true, true), (hi.Opcode, hi.Length, hi.IsFirst, hi.IsLast))
    | other -> failwith $"{other}"

[<Theory>]
[<InlineData(0)>]
[<InlineData(125)>]
[<InlineData(126)>]
[<InlineData(65536)>]
let ``A frame that was encoded is received again`` (length: int) =
    let payload = Array.init length byte
    let bytes = frame Opcode.Binary payload

    match step opened bytes with
    | Step(state, used, [ DeliverData piece ]) ->
        Assert.Equal(Phase.Open, state.Phase)
        Assert.Equal(bytes.Length, used)
        Assert.Equal<byte array>(payload, bytes[piece.Start .. piece.Start + piece.Length - 1])
    | other -> failwith $"{other}"

[<Fact>]
let ``Every result of the header decoder is matched`` () =
    let describe (bytes: byte array) =
        match FrameHeaderDecoder.Decode(ReadOnlySpan bytes, rules) with
        | Incomplete -> "incomplete"
        | Complete header -> $"{header.Opcode} of {header.PayloadLength}"
        | Broken(violation, at) -> $"{violation} at {at}"

    let bytes = frame Opcode.Text [| 1uy; 2uy |]
    Assert.Equal("incomplete", describe bytes[..4])
    Assert.Equal("Text of 2", describe bytes)
    Assert.Equal("UnmaskedClientFrame at 2", describe [| 0x81uy; 0uy |])

[<Fact>]
let ``A violation sends, ends and tells, in this order`` () =
    match step opened [| 0xFFuy |] with
    | Step(state, 1, [ SendClose(code, _); EndOutput; DeliverClosed(CloseCode.AbnormalClosure, violation) ]) ->
        Assert.Equal(Phase.Failed, state.Phase)
        Assert.Equal(CloseCode.ProtocolError, code)
        Assert.Equal(ViolationKind.ReservedBitSet, violation)
    | other -> failwith $"{other}"

[<Fact>]
let ``A refused handshake ends with its answer`` () =
    match Transitions.Refuse(settings, ConnectionState.Start(settings, 0L), 403, 0L) with
    | Step(state, 0, [ SendRefusal(403, _); EndOutput ]) -> Assert.Equal(Phase.Refused, state.Phase)
    | other -> failwith $"{other}"

[<Fact>]
let ``A stream that breaks is reset, and the application is told`` () =
    match Transitions.Abort opened with
    | Step(state, 0, [ DeliverClosed(CloseCode.AbnormalClosure, ViolationKind.None); ResetStream ]) -> Assert.Equal(Phase.Closed, state.Phase)
    | other -> failwith $"{other}"

[<Fact>]
let ``A place without an action is nothing`` () =
    Assert.Equal(Nothing, action (step opened (frame Opcode.Ping [||])).Actions.Second)

[<Fact>]
let ``Results have structural equality and go into lists and sets`` () =
    let once, again = step opened (frame Opcode.Ping [| 7uy |]), step opened (frame Opcode.Ping [| 7uy |])
    Assert.True((once = again))
    Assert.Equal<Phase list>([ Phase.Open; Phase.Closed ], [ opened.Phase; Transitions.Abort(opened).State.Phase ])
    Assert.Equal(27, PhaseTable.Rows |> Seq.length)
