using LanguageExt;
using PluginHost.Core.Policy.Topics;
using PluginHost.Core.Scripts;
using PluginHost.Core.Text;

namespace PluginHost.Core.Serving.Plans;

/// <summary>Which scripts are served.</summary>
/// <param name="Directory">As written; a relative path is relative to the configuration file.</param>
/// <param name="Discover">Serve every <c>*.sbn</c> in the directory; otherwise only the entries.</param>
/// <param name="Entries">In the order of the file; ids differ, also without regard to case.</param>
/// <param name="Limits">What a script may use for one event.</param>
/// <param name="Wall">How long one event may take.</param>
/// <param name="Store">What the store of a script may hold.</param>
/// <param name="Files">Files that the folder may hold.</param>
/// <param name="FileSize">Bytes of one script.</param>
public sealed record ScriptsPlan(string Directory, bool Discover, Seq<ScriptEntry> Entries, ScriptLimits Limits, TimeSpan Wall, ScriptStoreLimits Store, int Files, int FileSize)
{
    /// <summary>The topics that a script may use.</summary>
    /// <param name="id">Its id, without <c>.sbn</c>.</param>
    public TopicPermission TopicsOf(string id) => Entries.Find(entry => entry.Id == id).Match(entry => entry.Topics, () => TopicPermission.Everything);
}

/// <summary>What the file says about one script.</summary>
/// <param name="Id">Its file's name without <c>.sbn</c>.</param>
/// <param name="File">As written, without <c>..</c>; none for <c>&lt;directory&gt;/&lt;id&gt;.sbn</c>.</param>
/// <param name="Protocols">The subprotocols that it serves; none for those that the script names itself.</param>
/// <param name="Enabled">False leaves it out, also when it would be discovered.</param>
/// <param name="Options">None when the file gives none.</param>
/// <param name="Topics">Which topics it may use.</param>
public sealed record ScriptEntry(
    string Id, Option<string> File, Option<Seq<string>> Protocols, bool Enabled, Option<OptionsPlan> Options, TopicPermission Topics)
{
    /// <summary>Where it stands in the file.</summary>
    public string Pointer => "/scripts/entries/" + JsonPath.Encode(Id);
}
