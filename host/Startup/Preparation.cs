using LanguageExt;
using PluginHost.Core.Configuration;
using PluginHost.Core.Routing;
using PluginHost.Loading;
using static LanguageExt.Prelude;

namespace PluginHost.Startup;

/// <summary>What is to be served and from where.</summary>
/// <param name="Config">The file that the user named; <see langword="null"/> for the one that is found.</param>
/// <param name="Listen">Addresses instead of the file's; empty for the file's.</param>
/// <param name="Current">The current folder.</param>
/// <param name="Program">The folder of the program.</param>
internal sealed record StartupSettings(string? Config, Seq<ListenAddress> Listen, string Current, string Program);

/// <summary>Everything checked and loaded. Nothing is started, no port is open.</summary>
/// <param name="Source">The configuration's text.</param>
/// <param name="Plan">What connections are routed by.</param>
/// <param name="Plugins">The loaded plugins, their options validated.</param>
/// <param name="Notes">One line each: what the user should know and need not change.</param>
internal sealed record Prepared(ConfigurationSource Source, BoundPlan Plan, PluginSet Plugins, Seq<string> Notes);

/// <summary>
/// From settings to everything that can be checked without starting anything: read the file, make the plan, load the plugins, join routes and
/// handlers, validate the plugins' options. Each stage needs the one before; all problems of a stage are reported together.
/// </summary>
internal static class Preparation
{
    private static readonly string DefaultDirectory = ConfigurationReader.Default.Plugins.Directory;

    /// <summary>Prepares.</summary>
    /// <returns>All that is loaded, or every problem; then nothing stays loaded.</returns>
    public static Either<Seq<StartupProblem>, Prepared> Prepare(StartupSettings settings) =>
        from source in ConfigurationSource.Read(settings.Config, settings.Current, settings.Program).MapLeft(Seq1)
        from plan in ConfigurationReader.Read(source.Utf8.Span).MapLeft(problems => problems.Map(one => StartupProblem.In(source, one)).Strict())
        from plugins in Load(source, plan, settings.Program)
        from bound in Join(source, Listening(plan, settings), plugins)
        select new Prepared(source, bound, plugins, Notes(source, bound));

    private static Either<Seq<StartupProblem>, PluginSet> Load(ConfigurationSource source, ServerPlan plan, string program) =>
        PluginLoader.Load(Sources(source, plan.Plugins, program)).Match<Either<Seq<StartupProblem>, PluginSet>>(
            loaded => loaded,
            problems => problems.Select(one => Located(source, plan, one)).ToSeq().Strict());

    private static PluginSources Sources(ConfigurationSource source, PluginsPlan plugins, string program) => new(
        source.Folder,
        program,
        plugins.Directory,
        // Written or not, the default means the same: the host's own plugins where the folder is not there.
        DirectoryIsExplicit: plugins.Directory != DefaultDirectory,
        plugins.Discover,
        [.. plugins.Entries.Map(entry => new Loading.PluginEntry(
            entry.Id,
            entry.Path.MatchUnsafe<string?>(path => path, () => null),
            entry.Sha256.MatchUnsafe<string?>(hash => hash, () => null),
            entry.Enabled,
            entry.Options.Match(options => options.Json, () => "{}")))]);

    /// <summary>Routes and options are independent of each other, so both are looked at before anything is said.</summary>
    private static Either<Seq<StartupProblem>, BoundPlan> Join(ConfigurationSource source, ServerPlan plan, PluginSet plugins)
    {
        var handlers = plugins.Handlers.Select(one => new RegisteredHandler(one.Key, one.Value.Plugin.Id, one.Value.Plugin.File)).ToSeq().Strict();
        var bound = PlanValidation.Bind(plan, handlers);
        var options = plugins.Validate().Select(one => Located(source, plan, one)).ToSeq().Strict();
        var problems = bound.Match(_ => Empty, found => found.Map(one => StartupProblem.In(source, one))).Concat(options).Strict();
        if (problems.IsEmpty) return bound.MapLeft(_ => problems);
        plugins.Unload();
        return problems.OrderBy(one => one.Place?.Line ?? 0).ThenBy(one => one.Place?.Column ?? 0).ToSeq().Strict();
    }

    private static StartupProblem Located(ConfigurationSource source, ServerPlan plan, PluginProblem problem) => problem.Pointer is { } pointer
        ? StartupProblem.In(source, plan.Source.ProblemAt(pointer, problem.ToString()))
        : StartupProblem.Of(problem.ToString());

    /// <summary>The plan with the addresses of the command line. They take the names of the file's listeners, in order, so that routes go on finding theirs.</summary>
    private static ServerPlan Listening(ServerPlan plan, StartupSettings settings) => settings.Listen.IsEmpty
        ? plan
        : plan with
        {
            Listeners = settings.Listen.Select((address, i) => new ListenerPlan(
                i < plan.Listeners.Count ? plan.Listeners[i].Name : $"listen-{i + 1}",
                address.Match<ListenAddress>(
                    (host, port) => new ListenAddress.Tcp(host, port),
                    path => new ListenAddress.Unix(Path.GetFullPath(path, settings.Current))))).ToSeq().Strict(),
        };

    private static Seq<string> Notes(ConfigurationSource source, BoundPlan bound)
    {
        var listeners = bound.Plan.Listeners.Map(one => one.Name).ToArray();
        var unreachable = bound.Plan.Routes
            .Filter(route => route.Listener.Exists(name => !listeners.Contains(name)))
            .Map(route => $"route {route.Pointer} belongs to the listener \"{route.Listener.IfNone("")}\", which --listen replaces: it is not served");
        var defaults = source.Path is null
            ? Seq1($"no {ConfigurationSource.FileName} here or beside the program: the defaults are used")
            : Empty;
        var empty = bound.Handlers.IsEmpty ? Seq1("no plugin is loaded, so every handshake will be refused; copy one to plugins/<id>/<id>.dll") : Empty;
        return defaults.Concat(empty).Concat(unreachable).Strict();
    }
}
