using System.Text;
using System.Text.Json.Nodes;
using LanguageExt;
using PluginHost.Abstractions;
using PluginHost.Server;
using PluginHost.Server.Loading;

namespace PluginHost.Testing;

/// <summary>How a plugin is served in a test.</summary>
public sealed class TestSettings
{
    /// <summary>The plugin's options, a JSON object.</summary>
    public string Options { get; init; } = "{}";

    /// <summary>The rest of the configuration, as in <c>plugins.json</c>. What it says of listeners counts, but none is opened.</summary>
    public string Configuration { get; init; } = "{}";

    /// <summary>The plugin's id; by default <c>plugin</c>, or the name of its file.</summary>
    public string? Id { get; init; }

    /// <summary>The time that the clock of a <see cref="TestHost"/> shows first.</summary>
    public DateTimeOffset Start { get; init; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How long a test waits, in real time, for what other threads bring about, before it has failed.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What is to be prepared for a plugin that is there.</summary>
    internal StartupSettings For(Plugin plugin)
    {
        var id = Id ?? "plugin";
        return SettingsOf(new JsonObject { ["options"] = JsonNode.Parse(Options) }, id, "plugins") with { Plugins = [new OwnPlugin(id, plugin)] };
    }

    /// <summary>What is to be prepared for the plugin or script of a file.</summary>
    internal StartupSettings For(string file)
    {
        var path = Path.GetFullPath(file);
        var isScript = Path.GetExtension(path).Equals(".sbn", StringComparison.OrdinalIgnoreCase);
        var entry = new JsonObject { [isScript ? "file" : "path"] = path, ["options"] = JsonNode.Parse(Options) };
        return SettingsOf(entry, Id ?? Path.GetFileNameWithoutExtension(path), isScript ? "scripts" : "plugins");
    }

    private StartupSettings SettingsOf(JsonObject entry, string id, string section)
    {
        var configuration = JsonNode.Parse(Configuration) as JsonObject ?? throw new ArgumentException("The configuration is a JSON object.");
        foreach (var name in (string[])["plugins", "scripts"])
        {
            var part = configuration[name] as JsonObject ?? [];
            configuration[name] = part;
            part.TryAdd("discover", false);
            if (name != section) continue;
            var entries = part["entries"] as JsonObject ?? [];
            part["entries"] = entries;
            if (entries[id] is not JsonObject written) entries[id] = entry;
            else foreach (var (key, value) in entry.ToArray()) written.TryAdd(key, value?.DeepClone());
        }
        var source = new ConfigurationSource(null, "the configuration of the test", AppContext.BaseDirectory, Encoding.UTF8.GetBytes(configuration.ToJsonString()));
        return StartupSettings.Of(null) with { Source = source };
    }

    /// <summary>Prepares and starts.</summary>
    internal static async Task<RunningServer> StartAsync(StartupSettings settings, StartOptions options)
    {
        var started = await Preparation.Prepare(settings)
            .BindAsync(prepared => RunningServer.StartAsync(prepared, options, CancellationToken.None)).ConfigureAwait(false);
        return started.IfLeft(problems => throw new StartupException(problems));
    }
}
