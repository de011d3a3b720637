using LanguageExt;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;
using static PluginHost.Core.Configuration.Kinds;

namespace PluginHost.Core.Configuration;

/// <summary>The keys of a route, and what routes must not say together.</summary>
internal static class RouteKeys
{
    private const string Rejected = "reject";

    private static readonly Key<RouteTemplate> Path = Key.Required("path", TextKinds.Template,
        "A path such as \"/chat\" or \"/ocpp/{identity}\". Literal segments win over parameters. The query plays no part.");

    private static readonly Key<Option<string>> Listener = Key.Optional("listener", TextKinds.Name,
        "The name of the listener on which the route is served, before general routes of the same path.", "By default all listeners.");

    private static readonly Key<Option<Seq<string>>> Protocols = Key.Optional("protocols", ListOf(TextKinds.Token),
        "The subprotocols offered here, in the server's order. By default every registered one. May be empty where noOffer names a handler.");

    private static readonly Key<Option<NoOfferPolicy>> NoOffer = Key.Optional("noOffer",
        TextKinds.Token.Map<NoOfferPolicy>(token => token == Rejected ? new NoOfferPolicy.Reject() : new NoOfferPolicy.Handler(token)),
        "The subprotocol whose handler serves clients that name none, or \"reject\" (400).",
        "By default \"echo\" when it is registered, otherwise \"reject\".");

    private static readonly Key<NoMatchPolicy> NoMatch = Key.Of("noMatch",
        Choice((Rejected, NoMatchPolicy.Reject), ("accept", NoMatchPolicy.Accept), ("acceptThenClose", NoMatchPolicy.AcceptThenClose)), NoMatchPolicy.Reject,
        "For clients that name only subprotocols which are not served: 400, accept without a subprotocol by the noOffer handler, or accept and close at once.");

    private static readonly Fields<Func<string, RouteTemplate, ConnectionKeys.RouteLimits, ConnectionPlan, CompressionPlan, RoutePlan>> Offered = Fields.Of(
        Listener,
        Protocols,
        Key.Of("prefer", Choice(("client", SubprotocolPreference.Client), ("server", SubprotocolPreference.Server)), SubprotocolPreference.Client,
            "Whose order decides when several subprotocols are possible."),
        NoOffer,
        NoMatch,
        Key.Of("origins", Origins, new OriginPolicy.Listed(true, []),
            "Which web pages may connect: \"same\" (the server's own), \"any\", or a list of exact origins, in which \"same\" may stand too."),
        (listener, protocols, prefer, noOffer, noMatch, origins) => fun(
            (string pointer, RouteTemplate path, ConnectionKeys.RouteLimits limits, ConnectionPlan connection, CompressionPlan compression) => new RoutePlan(
                pointer, path, listener, protocols, prefer, noOffer, noMatch, origins, limits.Message, limits.Fragments, connection, compression)))
        .Ensure(NoOffer, scope => Rejects(scope) && Protocols.Find(scope).Exists(written => written.Exists(tokens => tokens.IsEmpty))
            ? Some("with no protocols and \"noOffer\": \"reject\" the route serves nobody")
            : None)
        .Ensure(NoMatch, scope => Rejects(scope) && NoMatch.Find(scope).Exists(policy => policy == NoMatchPolicy.Accept)
            ? Some("\"accept\" needs the noOffer handler, but \"noOffer\" is \"reject\"")
            : None);

    private static readonly Fields<(Func<ConnectionKeys.RouteLimits, ConnectionPlan> Connection, CompressionPlan Compression)> Served = Fields.Of(
        ConnectionKeys.KeepAliveOfRoute,
        ConnectionKeys.RatesOfRoute,
        ConnectionKeys.CompressionOfRoute,
        ConnectionKeys.SlowConsumerOfRoute,
        (keepAlive, rates, compression, slow) => (fun((ConnectionKeys.RouteLimits limits) => limits.Plan(slow, keepAlive, rates)), compression));

    /// <summary>A route, which inherits from the file's root.</summary>
    public static Fields<RoutePlan> Route { get; } = Fields.Of(
        Fields.Pointer,
        Path,
        Offered,
        Key.Section("addresses", ListenerKeys.Addresses, "Who may connect here (otherwise 403), besides what the server's and the listener's addresses say."),
        AuthenticationKeys.OfRoute,
        ConnectionKeys.LimitsOfRoute,
        Served,
        (pointer, path, offered, addresses, authentication, limits, served) =>
            offered(pointer, path, limits, served.Connection(limits), served.Compression) with { Addresses = addresses, Authentication = authentication })
        .On(ReloadRule.NewConnections);

    /// <summary>Routes with the same paths, and routes of listeners that do not exist.</summary>
    /// <param name="routes">The routes.</param>
    /// <param name="listeners">The names of the listeners.</param>
    public static IEnumerable<Fault> Conflicts(Seq<Scope> routes, Seq<string> listeners)
    {
        var known = new Dictionary<(string Shape, Option<string> Listener), (RouteTemplate Path, Scope Route)>();
        foreach (var route in routes)
        {
            var listener = Listener.Find(route).Flatten();
            foreach (var name in listener.Filter(name => !listeners.Contains(name)))
                yield return route.Fault(Listener.Name, $"no listener is named {Quoting.Quote(name)}; there is {Quoting.List(listeners)}", Suggestion.For(name, listeners));
            foreach (var path in Path.Find(route))
            {
                if (known.TryAdd((path.Shape, listener), (path, route))) continue;
                var other = known[(path.Shape, listener)];
                var why = other.Path.Text == path.Text ? "already the path" : "ambiguous: it matches the same paths as that";
                yield return route.Fault(Path.Name, $"{Quoting.Quote(path.Text)} is {why} of {other.Route.Pointer}");
            }
        }
    }

    private static bool Rejects(Scope route) => NoOffer.Find(route).Flatten().Exists(policy => policy is NoOfferPolicy.Reject);
}
