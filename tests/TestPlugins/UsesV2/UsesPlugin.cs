using PluginHost.Abstractions;
using TestPlugins.Library;

namespace TestPlugins.UsesV2;

/// <summary>Answers everything with what its version of the library says.</summary>
public sealed class UsesPlugin : Plugin
{
    public override PluginDescription Describe() => new("Uses library 2", "1.0", [Handler.Pure("uses.v2", new UsesHandler())]);
}

public sealed class UsesHandler : PureHandler<int>
{
    public override Step<int> Open(HandshakeInfo handshake) => Step.To(0);

    public override Step<int> Next(int state, Event e) => Step.To(state, Command.SendText(Answer.Text));
}
