using PluginHost.Abstractions;

namespace PluginHost.Plugins.Echo;

/// <summary>Serves the subprotocol <c>echo</c>: every message comes back as it is.</summary>
public sealed class EchoPlugin : Plugin
{
    public override PluginDescription Describe() =>
        new("Echo", "1.0", [Handler.Pure("echo", new EchoHandler()).WithDescription("sends every message back")]);
}

/// <summary>The smallest pure handler: it keeps no state, and answers a message with the message itself, which costs no copy.</summary>
public sealed class EchoHandler : PureHandler<NoState>
{
    public override Step<NoState> Open(HandshakeInfo handshake) => Step.To(default(NoState));

    public override Step<NoState> Next(NoState state, Event e) => e.Kind switch
    {
        EventKind.Text or EventKind.Binary => Step.To(state, Command.Send(e.Message)),
        _ => Step.To(state),
    };
}

/// <summary>Nothing to remember.</summary>
public readonly record struct NoState;
