namespace PluginName1

open PluginHost.Abstractions

/// What a connection remembers: a value that does not change.
type State = { Messages: int }

/// A function from state and event to state and commands.
type PluginName1Handler() =
    inherit PureHandler<State>()

    override _.Open(_: HandshakeInfo) = Step.To { Messages = 0 }

    override _.Next(state: State, e: Event) =
        match e.Kind with
        | EventKind.Text ->
            let next = { Messages = state.Messages + 1 }
            Step.To(next, Command.SendText $"{next.Messages}: {e.Message}")
        | EventKind.Binary -> Step.To(state, Command.Close(CloseCodes.UnsupportedData, "text only"))
        | _ -> Step.To state

/// Serves plugintoken.v1.
type PluginName1Plugin() =
    inherit Plugin()

    override _.Describe() =
        PluginDescription(
            "PluginName1",
            "1.0",
            [ Handler.Pure("plugintoken.v1", PluginName1Handler()).WithDescription "counts and answers text" ]
        )
