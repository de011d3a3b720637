module PluginHost.Core.FSharp.UnionTests

open System
open System.Collections.Immutable
open System.Text
open PluginHost.Core.Configuration
open PluginHost.Core.FSharp.Patterns
open PluginHost.Core.Policy.Authentication
open PluginHost.Core.Protocol.Handshake
open PluginHost.Core.Scripts
open PluginHost.Core.Serving.Handshakes
open PluginHost.Core.Serving.Plans
open PluginHost.Core.Serving.Routing
open PluginHost.Core.Text
open Xunit

let private bind (json: string) =
    ConfigurationReader.Read(ReadOnlySpan(Encoding.UTF8.GetBytes json))
    |> ofEither
    |> Result.bind (fun plan -> PlanValidation.Bind(plan, toSeq [ RegisteredHandler("echo", "echo", "echo.dll") ]) |> ofEither)

let private request (path: string) =
    $"GET {path} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    |> Encoding.ASCII.GetBytes

[<Fact>]
let ``A configuration gives a plan or every problem with its place`` () =
    match bind "{ \"limits\": { \"message\": \"many\" },\n  \"routs\": [] }" with
    | Ok _ -> failwith "it is wrong twice"
    | Error problems ->
        Assert.Equal<(int * string) list>([ 1, "/limits/message"; 2, "/routs" ], [ for problem in problems -> problem.Line, problem.Pointer ])

[<Fact>]
let ``Where a listener listens is matched`` () =
    let describe (text: string) =
        match ListenAddress.Parse text |> ofEither with
        | Ok(Tcp(host, port)) -> $"{port} of {host}"
        | Ok(Unix path) -> path
        | Error problem -> $"wrong: {problem.Length > 0}"

    Assert.Equal<string list>([ "80 of ::1"; "/run/s"; "wrong: True" ], List.map describe [ "[::1]:80"; "unix:/run/s"; "nowhere" ])

[<Fact>]
let ``A route's template and where a path goes are matched`` () =
    let plan = bind "{ \"routes\": [{ \"path\": \"/rooms/{room}\", \"noOffer\": \"echo\" }] }" |> Result.defaultWith (fun problems -> failwith $"{problems}")

    let route path =
        match Router.Route(plan, "default", path) with
        | Matched(route, values) ->
            let shape =
                [ for segment in route.Path.Segments ->
                      match segment with
                      | Literal text -> text
                      | Parameter name -> $"<{name}>" ]

            String.Join('/', shape) + $" {values}"
        | NotFound _ -> "not found"
        | Malformed _ -> "malformed"

    Assert.Equal<string list>([ "rooms/<room> [(room, a)]"; "not found"; "malformed" ], List.map route [ "/rooms/a"; "/"; "/%zz" ])

[<Fact>]
let ``A handshake is a fold over its steps`` () =
    let plan = bind "{ \"routes\": [{ \"path\": \"/\", \"noOffer\": \"echo\" }] }" |> Result.defaultWith (fun problems -> failwith $"{problems}")
    let listener = Seq.head plan.Plan.Listeners

    let begin' (path: string) =
        match ServerHandshake.Read(ReadOnlySpan(request path), HeadLimits.Default) |> ofEither with
        | Ok request -> HandshakeMachine.Begin(plan, toOption (Some listener), request, Origination(listener.Name, toOption None, true, toOption None))
        | Error rejection -> HandshakeStep.Refuse rejection

    let rec trace answers (step: HandshakeStep) =
        match step, answers with
        | Accept accept, _ -> [ "accept " + (ofOption accept.Handler |> Option.defaultValue "nobody") ]
        | Refuse rejection, _ -> [ $"refuse {rejection.Status}" ]
        | VerifyPassword _, answer :: rest -> "password" :: trace rest (HandshakeMachine.Next(step, answer, DateTimeOffset.UnixEpoch))
        | VerifyToken _, answer :: rest -> "token" :: trace rest (HandshakeMachine.Next(step, answer, DateTimeOffset.UnixEpoch))
        | AskPlugin ask, answer :: rest -> ask.Id :: trace rest (HandshakeMachine.Next(step, answer, DateTimeOffset.UnixEpoch))
        | AskHandler ask, answer :: rest -> $"ask {ask.Token}" :: trace rest (HandshakeMachine.Next(step, answer, DateTimeOffset.UnixEpoch))
        | ClaimKey claim, answer :: rest -> $"claim {claim.Key}" :: trace rest (HandshakeMachine.Next(step, answer, DateTimeOffset.UnixEpoch))
        | _, [] -> [ "waits" ]

    let accepted = HandshakeAnswer.Accepted(toOption None)
    Assert.Equal<string list>([ "ask echo"; "accept echo" ], begin' "/" |> trace [ accepted ])
    Assert.Equal<string list>([ "ask echo"; "refuse 503" ], begin' "/" |> trace [ HandshakeAnswer.Refused(Rejection.Unavailable 1) ])
    Assert.Equal<string list>([ "waits" ], begin' "/" |> trace [])

    let keyed rule : HandshakeAnswer = HandshakeAnswer.Keyed(toOption None, "cp1", rule)

    let claimed rule taken = begin' "/" |> trace [ keyed rule; HandshakeAnswer.Claimed taken ]

    for rule, taken, last in
        [ KeyRule.KeepBoth, true, "accept echo"
          KeyRule.ReplaceOlder, true, "accept echo"
          KeyRule.RefuseNewer, false, "accept echo"
          KeyRule.RefuseNewer, true, "refuse 409" ] do
        Assert.Equal<string list>([ "ask echo"; "claim cp1"; last ], claimed rule taken)
    Assert.Equal<string list>([ "refuse 404" ], begin' "/elsewhere" |> trace [ accepted ])

[<Fact>]
let ``Every answer to a step is matched`` () =
    let describe (answer: HandshakeAnswer) =
        match answer with
        | PasswordVerified(Some roles) -> String.Join(',', roles)
        | PasswordVerified None -> "wrong password"
        | TokenVerified(Ok payload) -> $"{payload.Length} bytes"
        | TokenVerified(Error _) -> "wrong token"
        | Accepted(Some user) -> user.Name
        | Accepted None -> "somebody"
        | Keyed(key, rule) -> $"{key} {rule}"
        | Claimed taken -> if taken then "taken" else "free"
        | Refused rejection -> $"{rejection.Status}"

    let answers: HandshakeAnswer list =
        [ HandshakeAnswer.Password(toOption (Some(toSeq [ "a"; "b" ])))
          HandshakeAnswer.Password(toOption None)
          HandshakeAnswer.Accepted(toOption None)
          HandshakeAnswer.Keyed(toOption None, "cp1", KeyRule.ReplaceOlder)
          HandshakeAnswer.Claimed true
          HandshakeAnswer.Refused(Rejection.Unavailable 1) ]

    Assert.Equal<string list>([ "a,b"; "wrong password"; "somebody"; "cp1 ReplaceOlder"; "taken"; "503" ], List.map describe answers)

[<Fact>]
let ``How a client proves itself is matched`` () =
    let credential (credential: Credential) =
        match credential with
        | Basic(user, _) -> user
        | Bearer token -> token
        | Certificate facts -> facts.Subject

    let step (step: AuthenticationStep) =
        match step with
        | Known None -> "nobody"
        | Known(Some identity) -> identity.Name
        | Password(user, _) -> user
        | Token text -> text
        | Plugin id -> id

    Assert.Equal("ann", credential (Credential.Basic("ann", "x")))
    Assert.Equal("t", credential (Credential.Bearer "t"))

    Assert.Equal<string list>(
        [ "nobody"; "ann"; "t"; "gate" ],
        [ step (AuthenticationStep.Known(toOption None))
          step (AuthenticationStep.Password("ann", "x"))
          step (AuthenticationStep.Token "t")
          step (AuthenticationStep.Plugin "gate") ]
    )

[<Fact>]
let ``Where a key or a secret is kept is matched`` () =
    let rec key (source: TokenKeySource) =
        match source with
        | PublicKey path -> path
        | KeySet path -> path
        | SharedSecret secret -> place secret

    and place (secret: Secret) =
        match secret with
        | InPlace _ -> "here"
        | InEnvironment name -> name
        | InFile path -> path

    Assert.Equal<string list>(
        [ "a.pem"; "keys.json"; "NAME" ],
        [ key (TokenKeySource.PublicKey "a.pem")
          key (TokenKeySource.KeySet "keys.json")
          key (TokenKeySource.SharedSecret(Secret.Environment "NAME")) ]
    )

    Assert.Equal<string list>([ "here"; "f" ], [ place (Secret.Literal "x"); place (Secret.File "f") ])

[<Fact>]
let ``What a script wants is matched`` () =
    let describe command =
        match wanted command with
        | SendText text -> $"text {text}"
        | SendBytes bytes -> $"binary {bytes.Length}"
        | SendUtf8 bytes -> $"utf8 {bytes.Length}"
        | Subscribe _ -> "subscribe"
        | Unsubscribe topic -> $"unsubscribe {topic}"
        | ReadTopic(topic, _) -> $"read {topic}"
        | Publish _ -> "publish"
        | Close(code, reason) -> $"close {code} {reason}"
        | Log _ -> "log"
        | Timer None -> "no timer"
        | Timer(Some after) -> $"in {after.TotalSeconds} s"

    Assert.Equal<string list>(
        [ "text hi"; "binary 2"; "unsubscribe t"; "close 4000 bye"; "in 2 s"; "no timer" ],
        [ describe (ScriptCommand.Send "hi")
          describe (ScriptCommand.SendBinary(ReadOnlyMemory [| 1uy; 2uy |]))
          describe (ScriptCommand.Unsubscribe "t")
          describe (ScriptCommand.Close(4000, "bye"))
          describe (ScriptCommand.Timer(Nullable(TimeSpan.FromSeconds 2.0)))
          describe (ScriptCommand.Timer(Nullable())) ]
    )

[<Fact>]
let ``What has become of a script is matched`` () =
    let describe (change: ScriptChange) =
        match change with
        | Appeared(file, protocols) -> $"{file} serves {protocols}"
        | ReadAgain(file, protocols) -> $"{file} still serves {protocols}"
        | NotTaken(file, true, problems) -> $"{file} is kept for {problems.Length}"
        | NotTaken(file, false, _) -> $"{file} is refused"
        | Gone(file, _) -> $"{file} is gone"

    let none = LanguageExt.Seq<ScriptProblem>.Empty

    Assert.Equal<string list>(
        [ "a serves [x]"; "b still serves []"; "c is kept for 0"; "d is refused"; "e is gone" ],
        [ describe (ScriptChange.Appeared("a", ImmutableArray.Create "x"))
          describe (ScriptChange.ReadAgain("b", ImmutableArray.Empty))
          describe (ScriptChange.Refused("c", true, none))
          describe (ScriptChange.Refused("d", false, none))
          describe (ScriptChange.Gone("e", ImmutableArray.Empty)) ]
    )

[<Fact>]
let ``What is done about an event of a script is matched`` () =
    let describe (work: ScriptWork) =
        match work with
        | Evaluate -> "evaluate"
        | Replay events -> $"replay {events.Length}"
        | Answer commands -> $"answer {commands.Length}"

    Assert.Equal<string list>([ "evaluate"; "answer 0" ], [ describe ScriptWork.Evaluate.Once; describe ScriptWork.Answer.Nothing ])

[<Fact>]
let ``A head is incomplete, complete or malformed`` () =
    let describe (text: string) =
        match HeadScanner.Scan(HeadCursor.Request, ReadOnlySpan(Encoding.ASCII.GetBytes text), HeadLimits.Default) with
        | HeadIncomplete _ -> "incomplete"
        | HeadComplete length -> $"complete {length}"
        | HeadMalformed(fault, at) -> $"malformed {fault <> HeadFault.None} at {at}"

    Assert.Equal<string list>(
        [ "incomplete"; "complete 18"; "malformed True at 14" ],
        List.map describe [ "GET / HT"; "GET / HTTP/1.1\r\n\r\n"; "GET / HTTP/1.1\nA: b" ]
    )

[<Fact>]
let ``Problems add up`` () =
    let read (text: string) : LanguageExt.Validation<string, int> =
        match Int32.TryParse text with
        | true, number -> LanguageExt.Prelude.Success<string, int> number
        | _ -> LanguageExt.Prelude.Fail<string, int> $"{text} is no number"

    let sum a b =
        match ofValidation (read a), ofValidation (read b) with
        | Ok left, Ok right -> Ok(left + right)
        | left, right -> Error [ for problems in [ left; right ] do yield! (match problems with Error found -> found | Ok _ -> []) ]

    Assert.Equal(Ok 3, sum "1" "2")
    Assert.Equal(Error [ "x is no number"; "y is no number" ], sum "x" "y")
