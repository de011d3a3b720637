using PluginHost.Abstractions;

namespace PluginName1;

/// <summary>Serves <c>plugintoken.v1</c>.</summary>
public sealed class PluginName1Plugin : Plugin
{
    public override PluginDescription Describe() => new("PluginName1", "1.0",
    [
        Handler.Session("plugintoken.v1", session => new PluginName1Handler(session))
            .WithOverlappingCalls(8)
            .WithDescription("counts and answers text, a second later"),
    ]);
}
