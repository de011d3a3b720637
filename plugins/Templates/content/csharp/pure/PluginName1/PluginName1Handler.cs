using PluginHost.Abstractions;

namespace PluginName1;

/// <summary>What a connection remembers: a value that does not change.</summary>
public sealed record State(int Messages);

/// <summary>A function from state and event to state and commands. It waits for nothing and keeps nothing: the host keeps the state, and does what it says.</summary>
public sealed class PluginName1Handler : PureHandler<State>
{
    public override Step<State> Open(HandshakeInfo handshake) => Step.To(new State(0));

    public override Step<State> Next(State state, Event e)
    {
        switch (e.Kind)
        {
            case EventKind.Text:
                var next = new State(state.Messages + 1);
                return Step.To(next, Command.SendText($"{next.Messages}: {e.Message}"));
            case EventKind.Binary:
                return Step.To(state, Command.Close(CloseCodes.UnsupportedData, "text only"));
            default:
                return Step.To(state);
        }
    }
}
