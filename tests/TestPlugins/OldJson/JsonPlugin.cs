using Newtonsoft.Json;
using PluginHost.Abstractions;

namespace TestPlugins.Json;

/// <summary>Answers everything with the version of the package that its folder holds. Two plugins are built from this file.</summary>
public sealed class JsonPlugin : Plugin
{
    private static readonly string Token = typeof(JsonPlugin).Assembly.GetName().Name!;

    public override PluginDescription Describe() => new("JSON", "1.0", [Handler.Pure(Token, new JsonHandler())]);
}

public sealed class JsonHandler : PureHandler<int>
{
    public override Step<int> Open(HandshakeInfo handshake) => Step.To(0);

    public override Step<int> Next(int state, Event e) =>
        Step.To(state, Command.SendText(JsonConvert.SerializeObject(new { json = typeof(JsonConvert).Assembly.GetName().Version!.Major })));
}
