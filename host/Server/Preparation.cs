using LanguageExt;
using PluginHost.Core.Configuration;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Serving.Routing;
using PluginHost.Core.Text;
using PluginHost.Server.Authentication;
using PluginHost.Server.Files;
using PluginHost.Server.Loading;
using PluginHost.Server.Scripting;
using PluginHost.Server.Transports.Tls;
using static LanguageExt.Prelude;

namespace PluginHost.Server;

/// <summary>What is to be served and from where.</summary>
/// <param name="Config">The file that the user named; <see langword="null"/> for the one that is found.</param>
/// <param name="Listen">Addresses instead of the file's; empty for the file's.</param>
/// <param name="Current">The current folder.</param>
/// <param name="Program">The folder of the program.</param>
public sealed record StartupSettings(string? Config, Seq<ListenAddress> Listen, string Current, string Program)
{
    /// <summary>The admin address instead of the file's.</summary>
    public AdminChoice Admin { get; init; } = AdminChoice.OfFile;

    /// <summary>The configuration itself, instead of a file's; then <see cref="Config"/> and <see cref="Current"/> are not looked at for one.</summary>
    public ConfigurationSource? Source { get; init; }

    /// <summary>Plugins that the program has made itself, beside those that are loaded. What the configuration says of a plugin of such an id is said of it.</summary>
    public IReadOnlyList<OwnPlugin> Plugins { get; init; } = [];

    /// <summary>A configuration file as it is, with the current folder and the program's.</summary>
    /// <param name="config">Its path; <see langword="null"/> for the one that is found.</param>
    public static StartupSettings Of(string? config) => new(config, Seq<ListenAddress>(), Directory.GetCurrentDirectory(), AppContext.BaseDirectory);
}

/// <summary>What the command line says about the admin address.</summary>
/// <param name="IsOff">There is none.</param>
/// <param name="Address">Where it is; <see langword="null"/> for where the file says.</param>
public readonly record struct AdminChoice(bool IsOff, ListenAddress? Address)
{
    /// <summary>It says nothing.</summary>
    public static AdminChoice OfFile => default;
}

/// <summary>Everything checked and loaded. Nothing is started, no port is open.</summary>
public sealed record Prepared
{
    internal Prepared(
        ConfigurationSource source, BoundPlan plan, PluginSet plugins, ScriptService scripts, IReadOnlyDictionary<string, TlsListener> tls,
        AuthenticationStores authentication, Seq<string> notes) =>
        (Source, Plan, Plugins, Scripts, Tls, Authentication, Notes) = (source, plan, plugins, scripts, tls, authentication, notes);

    /// <summary>The configuration's text.</summary>
    public ConfigurationSource Source { get; }

    /// <summary>What connections are routed by.</summary>
    public BoundPlan Plan { get; private init; }

    /// <summary>The loaded plugins, their options validated, and the scripts.</summary>
    public PluginSet Plugins { get; }

    /// <summary>One line each: what the user should know and need not change.</summary>
    public Seq<string> Notes { get; }

    /// <summary>The headers that metrics are exported with, their values as they have been read. Never to be printed.</summary>
    public IReadOnlyList<(string Name, string Value)> TelemetryHeaders { get; internal init; } = [];

    /// <summary>The scripts, and how they are read again.</summary>
    internal ScriptService Scripts { get; }

    /// <summary>The listeners that speak TLS, by name, their certificates loaded.</summary>
    internal IReadOnlyDictionary<string, TlsListener> Tls { get; }

    /// <summary>The users and keys that the plan names, loaded.</summary>
    internal AuthenticationStores Authentication { get; }

    /// <summary>The same with the admin address as it was opened: handshakes are decided on by it.</summary>
    public Prepared With(AdminSite? admin) => admin is null || Plan.Plan.Admin.Exists(planned => planned.Address == admin.Address)
        ? this
        : this with { Plan = Plugins.Bind(Plan.Plan with { Admin = admin }).IfLeft(Plan) };
}

/// <summary>
/// From settings to everything that can be checked without starting anything: read the file, make the plan, load the plugins, join routes and
/// handlers, validate the plugins' options. Each stage needs the one before; all problems of a stage are reported together.
/// </summary>
public static class Preparation
{
    private static readonly string DefaultDirectory = ConfigurationReader.Default.Plugins.Directory;

    /// <summary>Prepares.</summary>
    /// <returns>All that is loaded, or every problem; then nothing stays loaded.</returns>
    public static Either<Seq<StartupProblem>, Prepared> Prepare(StartupSettings settings) =>
        from source in SourceOf(settings).MapLeft(Seq1)
        from plan in ConfigurationReader.Read(source.Utf8.Span).MapLeft(problems => problems.Map(found => StartupProblem.In(source, found)).Strict())
        from options in PluginOptionsOf(source, plan)
        from headers in TelemetryHeadersOf(source, plan)
        from plugins in Load(source, plan, options, settings)
        from scripts in LoadScripts(source, plan, options, plugins)
        let all = plugins.WithScripts(scripts.Plugins)
        from joined in Join(source, Listening(plan with { Admin = AdminOf(plan, settings) }, settings), all)
        select new Prepared(source, joined.Bound, all, scripts, joined.Tls, joined.Authentication, Notes(source, joined.Bound, joined.Tls)) { TelemetryHeaders = headers };

    private static Either<StartupProblem, ConfigurationSource> SourceOf(StartupSettings settings) =>
        settings.Source ?? ConfigurationSource.Read(settings.Config, settings.Current, settings.Program);

    /// <summary>The options of each plugin and script that the file gives some, by their pointers, with the secrets that are kept elsewhere.</summary>
    private static Either<Seq<StartupProblem>, IReadOnlyDictionary<string, string>> PluginOptionsOf(ConfigurationSource source, ServerPlan plan)
    {
        var problems = new List<StartupProblem>();
        var all = new Dictionary<string, string>();
        foreach (var options in plan.Plugins.Entries.Choose(entry => entry.Options).Concat(plan.Scripts.Entries.Choose(entry => entry.Options)))
        {
            string[] values = [.. options.Secrets.Map(secret => SecretReader.Read(secret.Secret, source.Folder).IfLeft(fault =>
            {
                problems.Add(StartupProblem.In(source, plan.Source.ProblemAt(secret.Pointer, fault.Why)));
                return "";
            }))];
            all[options.Pointer] = options.WithSecrets(values.ToSeq());
        }
        return problems.Count > 0 ? problems.ToSeq().Strict() : all;
    }

    private static Either<Seq<StartupProblem>, IReadOnlyList<(string Name, string Value)>> TelemetryHeadersOf(ConfigurationSource source, ServerPlan plan)
    {
        var problems = new List<StartupProblem>();
        var headers = new List<(string, string)>();
        foreach (var header in plan.Telemetry.Match(telemetry => telemetry.Headers, () => Seq<TelemetryHeader>()))
        {
            var value = SecretReader.Read(header.Value, source.Folder).Bind<string>(text => text.Any(c => c is < ' ' or > '~')
                ? new Unreadable("the value of a header has printable ASCII characters only")
                : text);
            value.Match(text => headers.Add((header.Name, text)), fault => problems.Add(StartupProblem.In(source, plan.Source.ProblemAt(header.Pointer, fault.Why))));
        }
        return problems.Count > 0 ? problems.ToSeq().Strict() : headers;
    }

    private static Either<Seq<StartupProblem>, PluginSet> Load(
        ConfigurationSource source, ServerPlan plan, IReadOnlyDictionary<string, string> options, StartupSettings settings) =>
        PluginLoader.Load(Sources(source, plan.Plugins, options, settings.Program), plan.Plugins.CallTimeout, settings.Plugins).Match<Either<Seq<StartupProblem>, PluginSet>>(
            loaded => loaded,
            problems => problems.Select(problem => Located(source, plan, problem)).ToSeq().Strict());

    private static PluginSources Sources(
        ConfigurationSource source, PluginsPlan plugins, IReadOnlyDictionary<string, string> options, string program) => new(
        source.Folder,
        program,
        plugins.Directory,
        // Written or not, the default means the same: the host's own plugins where the folder is not there.
        DirectoryIsExplicit: plugins.Directory != DefaultDirectory,
        plugins.Discover,
        [.. plugins.Entries.Map(entry => new PluginHost.Server.Loading.PluginEntry(
            entry.Id,
            entry.Path.MatchUnsafe<string?>(path => path, () => null),
            entry.Sha256.MatchUnsafe<string?>(hash => hash, () => null),
            entry.Enabled,
            entry.Options.Match(found => options[found.Pointer], () => "{}")))]);

    private static Either<Seq<StartupProblem>, ScriptService> LoadScripts(
        ConfigurationSource source, ServerPlan plan, IReadOnlyDictionary<string, string> options, PluginSet plugins)
    {
        var (scripts, faults) = ScriptService.Load(source.Folder, plan.Scripts, options, plugins);
        if (faults.IsEmpty) return scripts;
        plugins.Unload();
        return faults.Map(found => found.Match(fault => Located(source, plan, fault), StartupProblem.In)).Strict();
    }

    private sealed record Joined(BoundPlan Bound, IReadOnlyDictionary<string, TlsListener> Tls, AuthenticationStores Authentication);

    /// <summary>Routes, options, certificates, users and keys are independent of each other, so all are looked at before anything is said.</summary>
    private static Either<Seq<StartupProblem>, Joined> Join(ConfigurationSource source, ServerPlan plan, PluginSet plugins)
    {
        var bound = plugins.Bind(plan);
        var (authentication, unusable) = AuthenticationStores.Load(plan, source.Folder);
        var credentials = unusable.Map(found => StartupProblem.In(source, plan.Source.ProblemAt(found.Pointer, found.Message)));
        var options = plugins.Validate().Select(found => Located(source, plan, found)).ToSeq().Strict();
        var tls = TlsListeners.Load(plan, source.Folder);
        var certificates = tls.Problems.Select(problem => StartupProblem.In(source, plan.Source.ProblemAt(problem.Pointer, problem.Message)));
        var problems = bound.Match(_ => Empty, found => found.Map(problem => StartupProblem.In(source, problem)))
            .Concat(options).Concat(certificates).Concat(credentials).ToSeq().Strict();
        if (problems.IsEmpty) return bound.Map(whole => new Joined(whole, tls.Listeners, authentication)).MapLeft(_ => problems);
        plugins.Unload();
        return problems.OrderBy(problem => problem.Place?.Line ?? 0).ThenBy(problem => problem.Place?.Column ?? 0).ToSeq().Strict();
    }

    private static StartupProblem Located(ConfigurationSource source, ServerPlan plan, PluginProblem problem) => problem.Pointer is { } pointer
        ? StartupProblem.In(source, plan.Source.ProblemAt(pointer, problem.ToString()))
        : StartupProblem.Of(problem.ToString());

    private static Option<AdminSite> AdminOf(ServerPlan plan, StartupSettings settings)
    {
        if (settings.Admin.IsOff) return None;
        return settings.Admin.Address is not { } address
            ? plan.Admin
            : plan.Admin.IfNone(() => new AdminSite(address, Seq<string>())) with
            {
                Address = address.Match<ListenAddress>((_, _) => address, path => new ListenAddress.Unix(Path.GetFullPath(path, settings.Current))),
            };
    }

    /// <summary>The plan with the addresses of the command line. In order, they take the place of those of the file's listeners: names and TLS stay.</summary>
    private static ServerPlan Listening(ServerPlan plan, StartupSettings settings) => settings.Listen.IsEmpty
        ? plan
        : plan with
        {
            Listeners = settings.Listen.Select((address, i) =>
            {
                var place = address.Match<ListenAddress>(
                    (host, port) => new ListenAddress.Tcp(host, port),
                    path => new ListenAddress.Unix(Path.GetFullPath(path, settings.Current)));
                return i < plan.Listeners.Count ? plan.Listeners[i] with { Address = place } : new ListenerPlan($"listen-{i + 1}", place);
            }).ToSeq().Strict(),
        };

    private static Seq<string> Notes(ConfigurationSource source, BoundPlan bound, IReadOnlyDictionary<string, TlsListener> tls)
    {
        var certificates = tls.SelectMany(listener => listener.Value.Warnings(DateTimeOffset.UtcNow).Map(warning => $"listener {listener.Key}: {warning}"));
        var listeners = bound.Plan.Listeners.Map(found => found.Name).ToArray();
        var unreachable = bound.Plan.Routes
            .Filter(route => route.Listener.Exists(name => !listeners.Contains(name)))
            .Map(route => $"route {route.Pointer} belongs to the listener \"{route.Listener.IfNone("")}\", which --listen replaces: it is not served");
        var defaults = source.Path is null
            ? Seq1($"no {ConfigurationSource.FileName} here or beside the program: the defaults are used")
            : Empty;
        var empty = bound.Handlers.IsEmpty ? Seq1("no plugin is loaded, so every handshake will be refused; copy one to plugins/<id>/<id>.dll, or write a script, scripts/<id>.sbn") : Empty;
        var open = bound.Plan.Admin.Filter(admin => !admin.IsPrivate).Map(admin =>
            $"admin: {admin.Address} can be reached from other machines, and asks for no password").ToSeq();
        return defaults.Concat(open).Concat(empty).Concat(unreachable).Concat(certificates)
            .Concat(ReadableCredentials.Notes(bound)).Concat(Exposed(source, bound.Plan)).ToSeq().Strict();
    }

    /// <summary>Files of users, keys and secrets that everybody on the machine may write or read, where the system says so.</summary>
    private static Seq<string> Exposed(ConfigurationSource source, ServerPlan plan)
    {
        var configuration = source.Path is { } path ? Seq1(new GuardedFile("", path, false)) : Empty;
        return configuration.Concat(GuardedFiles.Of(plan)).Choose(file => NoteOf(file with { Path = Path.GetFullPath(file.Path, source.Folder) })).Strict();
    }

    private static Option<string> NoteOf(GuardedFile file)
    {
        if (OperatingSystem.IsWindows()) return None;
        try
        {
            var mode = File.GetUnixFileMode(file.Path);
            return GuardedFiles.Note(file, mode.HasFlag(UnixFileMode.OtherRead), mode.HasFlag(UnixFileMode.OtherWrite));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return None; // it has just been read, and is gone
        }
    }
}
