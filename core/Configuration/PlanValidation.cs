using LanguageExt;
using PluginHost.Core.Handshake;
using PluginHost.Core.Routing;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Configuration;

/// <summary>Joins a plan with the handlers that the loaded plugins bring.</summary>
public static class PlanValidation
{
    /// <summary>The handler of clients that name no subprotocol, where a route does not say otherwise and a plugin brings it.</summary>
    public const string DefaultNoOffer = "echo";

    private const string Entries = "/plugins/entries/";

    /// <summary>
    /// Checks that every token in the plan's routes has exactly one handler, and orders the routes of each listener. Without routes, every
    /// path offers every subprotocol, ordered by plugin id and token (ordinally).
    /// </summary>
    /// <param name="plan">From <see cref="ConfigurationReader.Read"/>.</param>
    /// <param name="handlers">All handlers of all enabled plugins, in any order.</param>
    /// <returns>Right: what connections are routed by. Left: every problem, at least one.</returns>
    public static Either<Seq<Problem>, BoundPlan> Bind(ServerPlan plan, Seq<RegisteredHandler> handlers)
    {
        var ordered = handlers
            .OrderBy(h => h.PluginId, StringComparer.Ordinal)
            .ThenBy(h => h.Token, StringComparer.Ordinal)
            .ThenBy(h => h.File, StringComparer.Ordinal)
            .ToSeq().Strict();
        var tokens = ordered.Map(h => h.Token).Distinct().ToSeq().Strict();
        Problem[] problems =
        [
            .. HandlerProblems(plan, ordered),
            .. plan.Routes.AsEnumerable().SelectMany(r => RouteProblems(plan, r, tokens)),
        ];
        if (problems.Length > 0) return problems.ToSeq();
        var routes = plan.Routes.IsEmpty ? Seq1(EveryPath(plan, tokens)) : plan.Routes.Map(r => BindRoute(plan, r, tokens)).Strict();
        return new BoundPlan(
            plan,
            toHashMap(ordered.Map(h => (h.Token, h))),
            toHashMap(plan.Listeners.Map(l => (l.Name, ForListener(routes, l.Name)))));
    }

    /// <summary>The routes of one listener, in the order in which they are tried.</summary>
    private static Seq<BoundRoute> ForListener(Seq<BoundRoute> routes, string listener) => routes
        .Filter(r => r.Listener.IfNone(listener) == listener)
        .OrderBy(r => r.Path, Comparer<RouteTemplate>.Create((a, b) => a.CompareTo(b)))
        .ThenBy(r => r.Listener.IsSome ? 0 : 1)
        .ToSeq().Strict();

    private static IEnumerable<Problem> HandlerProblems(ServerPlan plan, Seq<RegisteredHandler> handlers)
    {
        foreach (var handler in handlers)
            if (TextRules.TokenProblem(handler.Token) is { } why)
                yield return AtPlugin(plan, handler, $"{Claim(handler)} registers a subprotocol that is none: {why}");
        foreach (var claims in handlers.GroupBy(h => h.Token, StringComparer.Ordinal).Where(g => g.Skip(1).Any()))
            yield return AtPlugin(plan, claims.Last(), $"the subprotocol {Quoting.Quote(claims.Key)} is claimed {claims.Count()} times: "
                + string.Join(", ", claims.Select(h => "by " + Claim(h))));
    }

    private static string Claim(RegisteredHandler handler) => $"{Quoting.Quote(handler.PluginId)} ({Quoting.Escape(handler.File, 400)})";

    // At the plugin's entry where there is one, otherwise at the file.
    private static Problem AtPlugin(ServerPlan plan, RegisteredHandler handler, string message) =>
        plan.Source.ProblemAt(plan.Plugins.Entries.Exists(e => e.Id == handler.PluginId) ? Entries + handler.PluginId : "", message);

    private static IEnumerable<Problem> RouteProblems(ServerPlan plan, RoutePlan route, Seq<string> tokens)
    {
        foreach (var (token, i) in route.Protocols.IfNone(Seq<string>()).Select((token, i) => (token, i))
            .Where(p => !tokens.Contains(p.token)))
            yield return Unserved(plan, $"{route.Pointer}/protocols/{i}", token, tokens);
        if (NoOffer(route, tokens) is NoOfferPolicy.Handler { Token: var handler } && !tokens.Contains(handler))
            yield return Unserved(plan, route.Pointer + "/noOffer", handler, tokens);
        if (NoOffer(route, tokens) is NoOfferPolicy.Reject && route.NoMatch == NoMatchPolicy.Accept)
            yield return plan.Source.ProblemAt(route.Pointer + "/noMatch",
                $"\"accept\" needs a noOffer handler, and no plugin serves {Quoting.Quote(DefaultNoOffer)}; name one with \"noOffer\"");
    }

    private static Problem Unserved(ServerPlan plan, string pointer, string token, Seq<string> tokens)
    {
        var served = tokens.IsEmpty ? "no plugin registers any" : $"there is {Quoting.List(tokens)}";
        var meant = Suggestion.For(token, tokens);
        return plan.Source.ProblemAt(pointer, $"no plugin serves the subprotocol {Quoting.Quote(token)}; {served}",
            meant is null ? None : Some(meant));
    }

    private static NoOfferPolicy NoOffer(RoutePlan route, Seq<string> tokens) => route.NoOffer.IfNone(() => DefaultFor(tokens));

    private static NoOfferPolicy DefaultFor(Seq<string> tokens) =>
        tokens.Contains(DefaultNoOffer) ? new NoOfferPolicy.Handler(DefaultNoOffer) : new NoOfferPolicy.Reject();

    private static BoundRoute BindRoute(ServerPlan plan, RoutePlan route, Seq<string> tokens)
    {
        var message = route.MessageLimit.IfNone(plan.Limits.Message);
        return new BoundRoute(
            route.Pointer,
            route.Path,
            route.Listener,
            new HandshakePolicy(route.Protocols.IfNone(tokens), route.Preference, NoOffer(route, tokens), route.NoMatch, WithAdmin(plan, route.Origin)),
            message,
            route.FragmentLimit.IfNone(() => plan.Limits.FragmentsFor(message)),
            route.Connection,
            route.Compression)
        {
            Addresses = route.Addresses,
        };
    }

    /// <summary>The admin page is one of the server's own.</summary>
    private static OriginPolicy WithAdmin(ServerPlan plan, OriginPolicy policy) =>
        policy is OriginPolicy.Listed { Same: true } listed ? listed with { Admin = plan.Admin } : policy;

    private static BoundRoute EveryPath(ServerPlan plan, Seq<string> tokens) => new(
        "",
        RouteTemplate.EveryPath,
        None,
        new HandshakePolicy(
            tokens, SubprotocolPreference.Client, DefaultFor(tokens), NoMatchPolicy.Reject, WithAdmin(plan, new OriginPolicy.Listed(true, Empty))),
        plan.Limits.Message,
        plan.Limits.FragmentsFor(plan.Limits.Message),
        plan.Connection,
        plan.Compression);
}
