using LanguageExt;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Configuration;

/// <summary>The keys of <c>plugins.json</c>: the plan, the schema and the reference are made of them.</summary>
internal static class FileKeys
{
    private static readonly Key<Seq<ListenerPlan>> Listeners = Key.Objects("listeners", ListenerKeys.Listener, "Where the server listens.",
        whenEmpty: "at least one listener is needed; leave out \"listeners\" for 127.0.0.1:8080", usual: Seq1(new Scope(null)));

    private static readonly Key<Seq<RoutePlan>> Routes = Key.Objects("routes", RouteKeys.Route, "Which path offers what. Without it, every path offers every subprotocol.",
        whenEmpty: "without a route nothing is served; leave out \"routes\" to serve every subprotocol on every path", inherits: true);

    private static readonly Fields<(AddressPolicy Addresses, AuthenticationPlan Authentication, VerificationPlan Verification)> Peers = Fields.Of(
        Key.Section("addresses", ListenerKeys.Addresses, "Who may connect: others are closed at once."),
        AuthenticationKeys.OfServer,
        (addresses, authentication) => (addresses, authentication.Plan, authentication.Verification));

    private static readonly Fields<Func<Seq<ListenerPlan>, PluginsPlan, ScriptsPlan, Seq<RoutePlan>, VerificationPlan, SourceMap, ServerPlan>> Bounds = Fields.Of(
        ConnectionKeys.Limits,
        ConnectionKeys.KeepAlive,
        ConnectionKeys.Rates,
        ServerKeys.Handlers,
        ConnectionKeys.Compression,
        ServerKeys.Shutdown,
        ServerKeys.Topics,
        ServerKeys.Observation,
        (limits, keepAlive, rates, handlers, compression, shutdown, topics, observation) => fun(
            (Seq<ListenerPlan> listeners, PluginsPlan plugins, ScriptsPlan scripts, Seq<RoutePlan> routes, VerificationPlan verification, SourceMap source) => new ServerPlan(
                listeners, plugins, routes, limits.Plan, limits.Connection(keepAlive, rates), handlers, compression, shutdown, topics, scripts, observation.Log,
                verification, source)
            {
                Admin = observation.Admin,
                Telemetry = observation.Telemetry,
            }));

    /// <summary>The whole file.</summary>
    public static Fields<Func<SourceMap, ServerPlan>> File { get; } = Fields.Of(
        Key.Optional("$schema", TextKinds.AnyText, "The JSON schema, for editors. Ignored.").On(ReloadRule.Live),
        Listeners,
        LoadingKeys.Plugins,
        LoadingKeys.Scripts,
        Routes,
        Peers,
        Bounds,
        (_, listeners, plugins, scripts, routes, peers, bounds) => fun((SourceMap source) =>
            bounds(listeners, plugins, scripts, routes, peers.Verification, source) with { Addresses = peers.Addresses, Authentication = peers.Authentication }))
        .Ensure(Conflicts);

    private static IEnumerable<Fault> Conflicts(Scope file)
    {
        var listeners = file.Writes(Listeners.Name) ? file.Children(Listeners.Name) : Seq1(new Scope(null));
        return
        [
            .. ListenerKeys.Conflicts(listeners),
            .. RouteKeys.Conflicts(file.Children(Routes.Name), ListenerKeys.Names(listeners)),
            .. ServerKeys.AdminConflicts(file, ListenerKeys.AddressesOf(listeners)),
        ];
    }
}
