using System.Collections.Frozen;
using LanguageExt;
using Microsoft.Extensions.Logging;
using PluginHost.Core.Scripts;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server.Loading;
using PluginHost.Server.Scripting.Engine;
using static LanguageExt.Prelude;

namespace PluginHost.Server.Scripting;

/// <summary>The scripts of one configuration as they are served now. Used by one thread at a time.</summary>
internal sealed class ScriptService
{
    private readonly ScriptsPlan _plan;
    private readonly IReadOnlyDictionary<string, string> _options;
    private readonly FrozenDictionary<string, string> _taken;
    private ScriptSet<ScriptProgram> _set = ScriptSet<ScriptProgram>.Empty(ScriptProgram.Compile, ScriptProgram.Check);
    private readonly Dictionary<string, ScriptFile> _files = new(StringComparer.Ordinal);
    private System.Collections.Generic.HashSet<string> _unread = [];
    private FrozenDictionary<string, LoadedPlugin> _plugins = FrozenDictionary<string, LoadedPlugin>.Empty;

    private ScriptService(string configFolder, ScriptsPlan plan, IReadOnlyDictionary<string, string> options, PluginSet plugins)
    {
        _plan = plan;
        _options = options;
        _taken = plugins.Handlers.ToFrozenDictionary(handler => handler.Key, handler => handler.Value.Plugin.File);
        Folder = new ScriptFolder(configFolder, plan);
        Signature = Folder.Signature();
    }

    /// <summary>Where the scripts are.</summary>
    public ScriptFolder Folder { get; }

    /// <summary>The state of the files from before they were first read.</summary>
    public string Signature { get; }

    /// <summary>The scripts, ordered by id.</summary>
    public IEnumerable<LoadedPlugin> Plugins => PluginsOf(_set, _plugins);

    /// <summary>Finds and parses all scripts.</summary>
    /// <param name="configFolder">The absolute path of the folder of <c>plugins.json</c>.</param>
    /// <param name="plan">Which scripts are served.</param>
    /// <param name="options">Options by their pointers.</param>
    /// <param name="plugins">Plugins, whose subprotocols are taken.</param>
    /// <returns>The scripts, and everything that is wrong, located in <c>plugins.json</c> or in a script.</returns>
    public static (ScriptService Scripts, Seq<Either<ScriptError, PluginProblem>> Problems) Load(
        string configFolder, ScriptsPlan plan, IReadOnlyDictionary<string, string> options, PluginSet plugins)
    {
        var service = new ScriptService(configFolder, plan, options, plugins);
        var step = service.Look();
        service.Take(step);
        return (service, step.Problems);
    }

    /// <summary>Reads the files again and computes what would be served. Nothing changes until <see cref="Take"/>.</summary>
    public ScriptStep Look()
    {
        var (found, problem) = Folder.Find();
        if (found is null) return new ScriptStep(_set, _plugins, [problem!], [.. Unsaid([problem!])]);
        // What cannot be read just now is served as it was.
        var kept = _set.Scripts.Where(script => found.Unread.Contains(script.Source.Id)).Select(script => (script.Source, _plugins[script.Source.Id].File));
        var sources = found.Scripts.Concat(kept).ToArray();
        var (next, changes, problems) = _set.Step(sources.Select(source => source.Source), found.Parts, _taken);
        var paths = sources.ToDictionary(source => source.Source.Id, source => source.Item2);
        var plugins = next.Scripts.ToFrozenDictionary(script => script.Source.Id, script => Load(script, next.Parts, paths[script.Source.Id]));
        return new ScriptStep(next, plugins,
            [.. found.Problems.Select(Right<ScriptError, PluginProblem>), .. problems.Map(Located)],
            [.. Unsaid(found.Problems), .. changes.Map(Said)]);
    }

    /// <summary>From now on this is served.</summary>
    public void Take(ScriptStep step)
    {
        (_set, _plugins) = (step.Set, step.Plugins);
        foreach (var (id, file) in _files.Where(entry => !step.Plugins.ContainsKey(entry.Key)).ToArray())
        {
            file.Stop();
            _files.Remove(id);
        }
    }

    /// <summary>Nothing is called any more by a timer.</summary>
    public void Stop()
    {
        foreach (var file in _files.Values) file.Stop();
    }

    /// <summary>Whether new connections would be served otherwise than now.</summary>
    public bool Changes(ScriptStep step) => step.Plugins.Count != _plugins.Count || step.Plugins.Any(plugin => !ReferenceEquals(_plugins.GetValueOrDefault(plugin.Key), plugin.Value));

    /// <summary>The scripts of a step, ordered by id.</summary>
    public static IEnumerable<LoadedPlugin> PluginsOf(ScriptSet<ScriptProgram> set, FrozenDictionary<string, LoadedPlugin> plugins) =>
        set.Scripts.Select(entry => plugins[entry.Source.Id]);

    /// <summary>What is wrong with files that could not be read, and was not said at the look before.</summary>
    private IEnumerable<(LogLevel Level, string Line)> Unsaid(IReadOnlyList<PluginProblem> problems)
    {
        var before = _unread;
        _unread = problems.Select(problem => problem.ToString()).ToHashSet(StringComparer.Ordinal);
        return _unread.Except(before).Select(line => (LogLevel.Error, $"script not read, what was served before is kept: {line}"));
    }

    private static (LogLevel Level, string Line) Said(ScriptChange change) => change.Match(
        appeared: (file, tokens) => (LogLevel.Information, tokens.IsEmpty ? $"{file} is new: scripts may include it" : $"{file} is new: it serves {string.Join(", ", tokens)}"),
        readAgain: (file, tokens) => (LogLevel.Information, $"{file} was read again: new connections {(tokens.IsEmpty ? "" : $"to {string.Join(", ", tokens)} ")}use it"),
        refused: (file, isKept, problems) => (LogLevel.Error, $"{file} was refused, {(isKept ? "the version before is kept" : "it is not served")}: {Why(problems)}"),
        gone: (file, tokens) => (LogLevel.Information, tokens.IsEmpty ? $"{file} is gone" : $"{file} is gone: {string.Join(", ", tokens)} is served no longer"));

    /// <summary>The first problem, and how many there are besides: a file has one line.</summary>
    private static string Why(Seq<ScriptProblem> problems) => problems[0].Error.Match(ScriptFailure.OneLine, () => problems[0].Message)
        + (problems.Count == 1 ? "" : $" (and {problems.Count - 1} more)");

    private LoadedPlugin Load(ServedScript<ScriptProgram> script, IReadOnlyDictionary<string, ScriptPart<ScriptProgram>> parts, string path)
    {
        var id = script.Source.Id;
        var same = ReferenceEquals(parts, _set.Parts) && _set.Scripts.Any(entry => ReferenceEquals(entry, script));
        return same ? _plugins[id] : ScriptPlugin.Load(script, parts, _plan, FileOf(id), path, OptionsOf(id));
    }

    private ScriptFile FileOf(string id)
    {
        if (!_files.TryGetValue(id, out var file)) _files.Add(id, file = new ScriptFile(_plan.Store));
        return file;
    }

    private string OptionsOf(string id) =>
        _plan.Entries.Find(entry => entry.Id == id).Bind(entry => entry.Options).Map(entry => _options[entry.Pointer]).IfNone("{}");

    private Either<ScriptError, PluginProblem> Located(ScriptProblem problem) => problem.Error.Match(
        Left<ScriptError, PluginProblem>,
        () => Right<ScriptError, PluginProblem>(new PluginProblem(problem.File, problem.Message,
            "Change it, or set \"enabled\": false in its entry",
            _plan.Entries.Find(entry => entry.Id == problem.Id).MatchUnsafe<string?>(entry => entry.Pointer, () => null))));
}

/// <summary>What would be served next.</summary>
/// <param name="Set">The scripts.</param>
/// <param name="Plugins">Their plugins, by the scripts' ids; those of scripts that stay the same are the same.</param>
/// <param name="Found">What is wrong.</param>
/// <param name="Lines">What happened to each file since the look before, a line for the log each.</param>
internal sealed record ScriptStep(
    ScriptSet<ScriptProgram> Set, FrozenDictionary<string, LoadedPlugin> Plugins, IReadOnlyList<Either<ScriptError, PluginProblem>> Found,
    IReadOnlyList<(LogLevel Level, string Line)> Lines)
{
    /// <summary>What is wrong.</summary>
    public Seq<Either<ScriptError, PluginProblem>> Problems => Found.ToArray().ToSeq();
}
