using System.Collections.Immutable;
using LanguageExt;
using PluginHost.Core.Policy.Topics;
using PluginHost.Core.Scripts;
using PluginHost.Core.Serving.Plans;
using static LanguageExt.Prelude;
using static PluginHost.Core.Configuration.Kinds;

namespace PluginHost.Core.Configuration;

/// <summary>The keys that say which plugins and scripts there are, and what they may do.</summary>
internal static class LoadingKeys
{
    private static readonly ScriptLimits Usual = ScriptLimits.Default;

    private static readonly Fields<Func<string, PluginPlan>> PluginEntries = Fields.Of(
        Key.Optional("path", TextKinds.DllPath,
            "The plugin's DLL. By default <directory>/<id>/<id>.dll. Without \"..\"; an absolute path may be written."),
        Key.Optional("sha256", TextKinds.Sha256.Map(hash => hash.ToLowerInvariant()), "The plugin is loaded only when its DLL has this SHA-256."),
        Key.Of("enabled", Flag, true, "False leaves the plugin out, also when it would be discovered."),
        Given("Handed to the plugin, which validates it."),
        Topics("plugin"),
        (path, hash, enabled, options, topics) => fun((string id) => new PluginPlan(id, path, hash, enabled, options, topics)));

    /// <summary>Which plugins are loaded.</summary>
    public static Key<PluginsPlan> Plugins { get; } = Key.Section("plugins", Fields.Of(
        Key.Of("directory", TextKinds.FilePath, "plugins", "The folder in which plugins/<id>/<id>.dll are found."),
        Key.Of("discover", Flag, true, "Load every <id>/<id>.dll in the folder. False loads only the entries."),
        Key.Of("entries", MapOf(TextKinds.Name, PluginEntries), [], "Plugins by id; needed only to configure one."),
        Key.Of("callTimeout", Wait, TimeSpan.FromSeconds(30),
            "How long a plugin may take to be constructed and described, to validate its options, to start and to stop."),
        (directory, discover, entries, timeout) => new PluginsPlan(directory, discover, entries, timeout)).On(ReloadRule.Restart), "Which plugins are loaded.");

    private static readonly Fields<Func<string, ScriptEntry>> ScriptEntries = Fields.Of(
        Key.Optional("file", TextKinds.ScriptPath, "The script. By default <directory>/<id>.sbn. Without \"..\"; an absolute path may be written."),
        Key.Optional("protocols", ListOf(TextKinds.Token), "The subprotocols that the script serves.", "By default those that its first comment names."),
        Key.Of("enabled", Flag, true, "False leaves the script out, also when it would be discovered."),
        Given("What the script sees as options."),
        Topics("script"),
        (file, protocols, enabled, options, topics) => fun((string id) => new ScriptEntry(id, file, protocols, enabled, options, topics)));

    private static readonly Fields<(TimeSpan Wall, ScriptLimits Limits)> Limits = Fields.Of(
        Key.Of("wall", Duration(Milliseconds(1), TimeSpan.FromSeconds(10)), Milliseconds(50), "Time. The connections of one loop wait for each other's scripts."),
        Key.Of("steps", Whole(1, int.MaxValue), Usual.Steps, "Statements, expressions, calls; four items walked are one."),
        Key.Of("memory", Size(1024), (int)Usual.Memory, "What is allocated; also the size of the state that is kept."),
        Key.Of("depth", Whole(1, 1000), Usual.Depth, "Calls and includes within each other."),
        Key.Of("output", Size(1), Usual.Output, "Characters printed, and of any one text."),
        Key.Of("regex", Duration(Milliseconds(1), TimeSpan.FromSeconds(1)), Usual.Regex, "Time of one match of a regular expression."),
        (wall, steps, memory, depth, output, regex) =>
            (wall, new ScriptLimits { Steps = steps, Memory = memory, Depth = depth, Output = output, Regex = regex }));

    private static readonly Fields<ScriptStoreLimits> Store = Fields.Of(
        Key.Of("keys", Whole(1, 1_000_000), ScriptStoreLimits.Default.Keys, "Keys."),
        Key.Of("keyLength", Whole(1, 4096), ScriptStoreLimits.Default.KeyLength, "Characters of a key."),
        Key.Of("value", Size(64), ScriptStoreLimits.Default.Value, "Bytes of a value, as a state is measured."),
        Key.Of("size", Size(64), ScriptStoreLimits.Default.Size, "Bytes of all keys and values."),
        (keys, length, value, size) => new ScriptStoreLimits { Keys = keys, KeyLength = length, Value = value, Size = size });

    /// <summary>Which scripts are served.</summary>
    public static Key<ScriptsPlan> Scripts { get; } = Key.Section("scripts", Fields.Of(
        Key.Of("directory", TextKinds.FilePath, "scripts", "The folder in which scripts are found. It is watched."),
        Key.Of("discover", Flag, true, "Serve every *.sbn in the folder. False serves only the entries."),
        Key.Of("entries", MapOf(TextKinds.Name, ScriptEntries), [], "Scripts by id; needed only to configure one."),
        Key.Section("limits", Limits, "What a script may use for one event."),
        Key.Section("store", Store, "What the store that the connections of a script share may hold."),
        Key.Of("files", Whole(1, 100_000), 1000, "Scripts that the folder may hold, with those in its folders. Where there are more, none is served."),
        Key.Of("fileSize", Size(1, 16 << 20), 1 << 20, "Bytes of one script."),
        (directory, discover, entries, limits, store, files, size) =>
            new ScriptsPlan(directory, discover, entries, limits.Limits, limits.Wall, store, files, size)).On(ReloadRule.Restart),
        "Which scripts are served.");

    private static Key<Option<OptionsPlan>> Given(string doc) => Key.Optional("options", Options, doc, "By default an empty object.");

    private static Key<TopicPermission> Topics(string who) => Key.Section("topics", Fields.Of(
        Key.Optional("subscribe", ListOf(TextKinds.TopicPattern),
            $"What the {who} may subscribe to, as patterns such as \"chat/#\" or \"rooms/+/news\".", "By default every topic."),
        Key.Optional("publish", ListOf(TextKinds.TopicPattern), "What it may publish to.", "By default every topic."),
        (subscribe, publish) => new TopicPermission(Patterns(subscribe), Patterns(publish))), $"Which topics the {who} may use.");

    private static ImmutableArray<string> Patterns(Option<Seq<string>> patterns) => patterns.Match(some => some.ToImmutableArray(), () => default);

    private static TimeSpan Milliseconds(int time) => TimeSpan.FromMilliseconds(time);
}
