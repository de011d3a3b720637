namespace PluginHost.Abstractions;

/// <summary>The connection is to end, because the host stops or this generation of the plugin is replaced.</summary>
/// <param name="Code">The code that the host will close with: 1001 where it stops, 1012 where the plugin is replaced.</param>
/// <param name="Timeout">How long calls in flight have to complete before they are cancelled.</param>
public readonly record struct StopInfo(int Code, TimeSpan Timeout);
