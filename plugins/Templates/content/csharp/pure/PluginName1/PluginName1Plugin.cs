using PluginHost.Abstractions;

namespace PluginName1;

/// <summary>Serves <c>plugintoken.v1</c>.</summary>
public sealed class PluginName1Plugin : Plugin
{
    public override PluginDescription Describe() => new("PluginName1", "1.0",
    [
        Handler.Pure("plugintoken.v1", new PluginName1Handler()).WithDescription("counts and answers text"),
    ]);
}
