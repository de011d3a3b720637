namespace TestPlugins.Words

open System.Threading
open System.Threading.Tasks
open PluginHost.Abstractions

/// The imperative tiers in F#: task expressions, a kept message, a decision before the 101.
type WordsSession(session: Session) =
    inherit SessionHandler()

    let mutable words = 0

    override _.OnTextAsync(message: OwnedMessage, _: Call) =
        ValueTask(
            task {
                do! Task.Yield()
                use kept = message.Keep()
                words <- words + kept.ToString().Split(' ').Length

                if session.SendText(string words) = SendResult.Dropped then
                    do! session.DrainedAsync session.Closed
            }
        )

type ShoutInline(session: Session) =
    inherit InlineHandler()

    override _.OnText(message: BorrowedMessage) =
        session.SendText(message.ToString() + "!") |> ignore

type WordsPlugin() =
    inherit Plugin()

    let decide (handshake: HandshakeInfo) (_: CancellationToken) =
        match handshake.QueryValue "key" with
        | null -> HandshakeDecision.Refuse(403, "a key is needed")
        | key -> HandshakeDecision.AcceptAs(User(key, Roles = [| "reader" |]))
        |> ValueTask.FromResult

    override _.Describe() =
        PluginDescription(
            "Words",
            "1.0",
            [ Handler.Session("words.v1", (fun session -> WordsSession session)).AlsoAs("words.v2").WithDescription "counts words"
              Handler.Inline("shout", (fun session -> ShoutInline session)).WithDecision decide ]
        )

    override _.Validate(options: PluginOptions) =
        if options.Json = "{}" then
            [||]
        else
            [| OptionProblem("", "words has no options") |]
