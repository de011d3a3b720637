module PluginHost.Core.FSharp.ConnectionTests

open PluginHost.Core.FSharp.ConnectionPatterns
open PluginHost.Core.Protocol.Connection
open PluginHost.Core.Protocol.Frames
open System
open System.Text
open Xunit

let private settings = ConnectionSettings.Default
let private rules = FrameRules(true, false, ReservedBits.None, int64 settings.MaxMessage, false)

let private frame opcode (payload: byte array) =
    FrameEncoder.Encode(FrameHeader(true, ReservedBits.None, opcode, true, 0x01020304u, 0L), ReadOnlySpan payload)

let private opened =
    let head = Encoding.ASCII.GetBytes "GET / HTTP/1.1\r\n\r\n"

    match ConnectionMachine.Receive(settings, ConnectionState.Start(settings, 0L), head.AsSpan(), 0L) with
    | Step(state, used, [ Handshake decide ]) when used = head.Length && decide.Length = used ->
        Transitions.Accept(settings, state, 0L).State
    | other -> failwith $"{other}"

let private step state (bytes: byte array) =
    ConnectionMachine.Receive(settings, state, bytes.AsSpan(), 0L)

[<Theory>]
[<InlineData(0)>]
[<InlineData(125)>]
[<InlineData(126)>]
[<InlineData(65536)>]
let ``A frame that was encoded is received again`` (length: int) =
    let payload = Array.init length byte
    let bytes = frame Opcode.Binary payload

    match step opened bytes with
    | Step(state, used, [ Message(Opcode.Binary, start, count) ]) ->
        Assert.Equal(Phase.Open, state.Phase)
        Assert.Equal(bytes.Length, used)
        Assert.Equal<byte array>(payload, bytes[start .. start + count - 1])
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
    | Step(state, 1, [ Send close; Stream ActionKind.EndOutput; Closed(CloseCode.AbnormalClosure, violation) ]) ->
        Assert.Equal(Phase.Failed, state.Phase)
        Assert.Equal(CloseCode.ProtocolError, close.CloseCode)
        Assert.Equal(ViolationKind.ReservedBitSet, violation)
    | other -> failwith $"{other}"

[<Fact>]
let ``Actions are told apart`` () =
    let about action =
        match action with
        | Deliver _ -> "deliver"
        | Send _ -> "send"
        | Stream kind -> $"{kind}"
        | Handshake _ -> "handshake"
        | Nothing -> "nothing"

    let ping = step opened (frame Opcode.Ping [| 7uy |])
    let pong = step opened (frame Opcode.Pong [||])
    Assert.Equal<string list>([ "send" ], ping.Actions.ToSeq() |> Seq.map about |> List.ofSeq)
    Assert.Equal<string list>([ "deliver" ], pong.Actions.ToSeq() |> Seq.map about |> List.ofSeq)
    Assert.Equal("nothing", about ping.Actions.Second)
    Assert.Equal("ResetStream", about (Transitions.Abort(opened).Actions.Second))

[<Fact>]
let ``Results have structural equality and go into lists and sets`` () =
    let once, again = step opened (frame Opcode.Ping [| 7uy |]), step opened (frame Opcode.Ping [| 7uy |])
    Assert.True((once = again))
    Assert.Equal<Phase list>([ Phase.Open; Phase.Closed ], [ opened.Phase; Transitions.Abort(opened).State.Phase ])
    Assert.Equal(27, PhaseTable.Rows |> Seq.length)
