/// Complete active patterns over the unions of the core: the compiler then knows when a case was forgotten.
module PluginHost.Core.FSharp.Patterns

open System
open PluginHost.Core.Policy.Authentication
open PluginHost.Core.Protocol.Handshake
open PluginHost.Core.Scripts
open PluginHost.Core.Serving.Handshakes
open PluginHost.Core.Serving.Plans
open PluginHost.Core.Serving.Routing
open PluginHost.Core.Text

// ---- LanguageExt as F# knows it ----

let ofOption (option: LanguageExt.Option<'a>) : 'a option =
    option.ToSeq() |> Seq.tryHead

let ofEither (either: LanguageExt.Either<'error, 'a>) : Result<'a, 'error> =
    either.Match(Func<'a, Result<'a, 'error>>(fun value -> Ok value), Func<'error, Result<'a, 'error>>(fun error -> Error error))

let ofValidation (validation: LanguageExt.Validation<'error, 'a>) : Result<'a, 'error list> =
    validation.Match(
        Func<'a, Result<'a, 'error list>>(fun value -> Ok value),
        Func<LanguageExt.Seq<'error>, Result<'a, 'error list>>(fun errors -> Error(List.ofSeq errors))
    )

let toOption (value: 'a option) : LanguageExt.Option<'a> =
    match value with
    | Some found -> LanguageExt.Option<'a>.Some found
    | None -> LanguageExt.Option<'a>.None

let toSeq (values: 'a list) : LanguageExt.Seq<'a> = LanguageExt.Prelude.toSeq values

// ---- Protocol ----

let (|Reject|Handler|) (policy: NoOfferPolicy) =
    policy.Match((fun () -> Reject), (fun token -> Handler token))

let (|AnyOrigin|ListedOrigins|) (policy: OriginPolicy) =
    policy.Match((fun () -> AnyOrigin), (fun same origins -> ListedOrigins(same, List.ofSeq origins)))

let (|HeadIncomplete|HeadMalformed|HeadComplete|) (scan: HeadScan) =
    scan.Match(
        (fun cursor -> HeadIncomplete cursor),
        (fun fault at -> HeadMalformed(fault, at)),
        (fun length -> HeadComplete length)
    )

// ---- Policy ----

let (|Basic|Bearer|Certificate|) (credential: Credential) =
    credential.Match(
        (fun user password -> Basic(user, password)),
        (fun token -> Bearer token),
        (fun facts -> Certificate facts)
    )

let (|Known|Password|Token|Plugin|) (step: AuthenticationStep) =
    step.Match(
        (fun user -> Known(ofOption user)),
        (fun user text -> Password(user, text)),
        (fun text -> Token text),
        (fun id -> Plugin id)
    )

let (|PublicKey|KeySet|SharedSecret|) (source: TokenKeySource) =
    source.Match((fun path -> PublicKey path), (fun path -> KeySet path), (fun secret -> SharedSecret secret))

// ---- Scripts ----

let (|Evaluate|Replay|Answer|) (work: ScriptWork) =
    work.Match((fun () -> Evaluate), (fun events -> Replay(List.ofSeq events)), (fun commands -> Answer(List.ofSeq commands)))

let (|Appeared|ReadAgain|NotTaken|Gone|) (change: ScriptChange) =
    change.Match(
        (fun file protocols -> Appeared(file, List.ofSeq protocols)),
        (fun file protocols -> ReadAgain(file, List.ofSeq protocols)),
        (fun file isKept problems -> NotTaken(file, isKept, List.ofSeq problems)),
        (fun file protocols -> Gone(file, List.ofSeq protocols))
    )

let (|TopicMessage|TopicMember|TopicSnapshot|) (topic: ScriptTopic) =
    topic.Match((fun message -> TopicMessage message), (fun who -> TopicMember who), (fun snapshot -> TopicSnapshot snapshot))

/// What a script wants done. Ten cases are more than an active pattern can have, so they are a union.
[<NoComparison>]
type Wanted =
    | SendText of string
    | SendBytes of byte array
    | SendUtf8 of byte array
    | Subscribe of ScriptCommand.Subscribe
    | Unsubscribe of string
    | ReadTopic of string * ScriptHistory
    | Publish of ScriptCommand.Publish
    | Close of int * string
    | Log of ScriptCommand.Log
    | Timer of TimeSpan option

let wanted (command: ScriptCommand) =
    command.Match(
        (fun text -> SendText text),
        (fun bytes -> SendBytes(bytes.ToArray())),
        (fun bytes -> SendUtf8(bytes.ToArray())),
        (fun subscribe -> Subscribe subscribe),
        (fun topic -> Unsubscribe topic),
        (fun topic history -> ReadTopic(topic, history)),
        (fun publish -> Publish publish),
        (fun code reason -> Close(code, reason)),
        (fun line -> Log line),
        (fun after -> Timer(Option.ofNullable after))
    )

// ---- Serving ----

let (|Tcp|Unix|) (address: ListenAddress) =
    address.Match((fun host port -> Tcp(host, port)), (fun path -> Unix path))

let (|Literal|Parameter|) (segment: TemplateSegment) =
    segment.Match((fun text -> Literal text), (fun name -> Parameter name))

let (|Matched|NotFound|Malformed|) (decision: RoutingDecision) =
    decision.Match(
        (fun route values -> Matched(route, [ for struct (name, value) in values -> name, value ])),
        (fun reason -> NotFound reason),
        (fun reason -> Malformed reason)
    )

let (|VerifyPassword|VerifyToken|AskPlugin|AskHandler|ClaimKey|Accept|Refuse|) (step: HandshakeStep) =
    step.Match(
        (fun verify -> VerifyPassword verify),
        (fun verify -> VerifyToken verify),
        (fun ask -> AskPlugin ask),
        (fun ask -> AskHandler ask),
        (fun claim -> ClaimKey claim),
        (fun accept -> Accept accept),
        (fun refuse -> Refuse refuse.Rejection)
    )

let (|PasswordVerified|TokenVerified|Accepted|Keyed|Claimed|Refused|) (answer: HandshakeAnswer) =
    answer.Match(
        (fun roles -> PasswordVerified(ofOption roles |> Option.map List.ofSeq)),
        (fun payload -> TokenVerified(ofEither payload)),
        (fun user -> Accepted(ofOption user)),
        (fun keyed -> Keyed(keyed.Key, keyed.Conflict)),
        (fun isTaken -> Claimed isTaken),
        (fun rejection -> Refused rejection)
    )

// ---- Text ----

let (|InPlace|InEnvironment|InFile|) (secret: Secret) =
    secret.Match((fun text -> InPlace text), (fun name -> InEnvironment name), (fun path -> InFile path))
