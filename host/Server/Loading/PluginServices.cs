using PluginHost.Abstractions;

namespace PluginHost.Server.Loading;

/// <summary>What the host gives to plugins when they are started.</summary>
/// <param name="Time">The clock that they see.</param>
/// <param name="Log">The log of a plugin, by its id.</param>
/// <param name="Topics">The topics of a plugin, by its id.</param>
/// <param name="Connections">The connections of a plugin, by its id.</param>
/// <param name="Health">How plugins say that they are.</param>
public sealed record PluginServices(
    TimeProvider Time, Func<string, PluginLog> Log, Func<string, Abstractions.Topics> Topics, Func<string, Abstractions.Connections> Connections,
    PluginHealth Health)
{
    /// <summary>The topics of a script by its id: scripts have permissions of their own. As those of plugins, unless it is set.</summary>
    public Func<string, Abstractions.Topics> ScriptTopics { get; init; } = Topics;
}
