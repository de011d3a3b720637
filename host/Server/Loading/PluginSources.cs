using PluginHost.Abstractions;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Loading;

/// <summary>Where plugins come from: the <c>plugins</c> section of <c>plugins.json</c>, with what its relative paths are relative
/// to.</summary>
/// <param name="ConfigFolder">The absolute path of the folder that holds <c>plugins.json</c>.</param>
/// <param name="HostFolder">The absolute path of the folder that holds the host's program.</param>
/// <param name="Directory">The folder of drop-in plugins, absolute or relative to <paramref name="ConfigFolder"/>.</param>
/// <param name="DirectoryIsExplicit">The configuration names the directory, so that it must exist.</param>
/// <param name="Discover">Every <c>&lt;id&gt;/&lt;id&gt;.dll</c> in the directory is loaded, named by an entry or not.</param>
/// <param name="Entries">The entries, by id.</param>
public sealed record PluginSources(
    string ConfigFolder, string HostFolder, string Directory, bool DirectoryIsExplicit, bool Discover, IReadOnlyList<PluginEntry> Entries)
{
    /// <summary>The sources of an empty configuration: whatever is in <c>plugins/</c>.</summary>
    public static PluginSources Default(string configFolder) => new(configFolder, AppContext.BaseDirectory, "plugins", false, true, []);
}

/// <summary>One entry of <c>plugins.json</c>.</summary>
/// <param name="Id">The key of the entry.</param>
/// <param name="Path">The assembly, absolute or relative to the folder of <c>plugins.json</c>; <see langword="null"/> for
/// <c>&lt;directory&gt;/&lt;id&gt;/&lt;id&gt;.dll</c>.</param>
/// <param name="Sha256">The expected SHA-256 of the assembly, 64 hexadecimal digits; <see langword="null"/> for any.</param>
/// <param name="Enabled"><see langword="false"/>: the plugin is not loaded, even when its folder is there.</param>
/// <param name="OptionsJson">The plugin's options, a JSON object without comments.</param>
public sealed record PluginEntry(string Id, string? Path = null, string? Sha256 = null, bool Enabled = true, string OptionsJson = "{}");

/// <summary>A plugin that the program has made itself. It has no load context of its own, and is not unloaded.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Plugin">The plugin, not used before.</param>
public sealed record OwnPlugin(string Id, Plugin Plugin);

/// <summary>An assembly that is to be loaded as a plugin.</summary>
/// <param name="Id">The plugin's id.</param>
/// <param name="File">The absolute path of the assembly, links resolved.</param>
/// <param name="Sha256">The expected SHA-256, or <see langword="null"/>.</param>
/// <param name="OptionsJson">The plugin's options.</param>
public sealed record PluginCandidate(string Id, string File, string? Sha256, string OptionsJson);

/// <summary>Something that keeps the plugins from being served. One is one line.</summary>
/// <param name="File">The assembly, folder or entry it is about.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Hint">What to do about it.</param>
/// <param name="Pointer">Where in <c>plugins.json</c>, as a JSON pointer, when the cause is there.</param>
public sealed record PluginProblem(string File, string Message, string Hint, string? Pointer = null)
{
    /// <summary>The problem as one line without control characters.</summary>
    public override string ToString() => OneLine.Of($"{File}: {Message}. {Hint}.", 1000);
}
