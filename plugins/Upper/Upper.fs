namespace PluginHost.Plugins.Upper

open System
open PluginHost.Abstractions

/// What a connection remembers: an immutable value, kept by the host.
type State = { Messages: int }

/// Answers text in upper case. "?" asks how many messages there were; a quiet minute closes the connection.
type UpperHandler() =
    inherit PureHandler<State>()

    let patience = Command.SetTimer(0, TimeSpan.FromMinutes 1.0)

    override _.Open(_: HandshakeInfo) = Step.To({ Messages = 0 }, patience)

    override _.Next(state: State, e: Event) =
        match e.Kind with
        | EventKind.Text ->
            let next = { state with Messages = state.Messages + 1 }

            let answer =
                match e.Message.ToString() with
                | "?" -> $"{next.Messages} messages so far"
                | text -> text.ToUpperInvariant()

            Step.To(next, [ Command.SendText answer; patience ])
        | EventKind.Binary -> Step.To(state, Command.Close(CloseCodes.UnsupportedData, "text only"))
        | EventKind.Timer -> Step.To(state, [ Command.SendText "good bye"; Command.Close(CloseCodes.Normal, "quiet for a minute") ])
        | _ -> Step.To state

type UpperPlugin() =
    inherit Plugin()

    override _.Describe() =
        PluginDescription("Upper", "1.0", [ Handler.Pure("upper.v1", UpperHandler()).WithDescription "text in upper case" ])
