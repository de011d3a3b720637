using LanguageExt;
using LanguageExt.ClassInstances;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Serving.Routing;
using PluginHost.Core.Text;
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
    public static Either<Seq<Problem>, BoundPlan> Bind(ServerPlan plan, Seq<RegisteredHandler> handlers) => Bind(plan, handlers, Seq<string>());

    /// <summary>The same, where plugins authenticate clients.</summary>
    /// <param name="plan">From <see cref="ConfigurationReader.Read"/>.</param>
    /// <param name="handlers">All handlers of all enabled plugins, in any order.</param>
    /// <param name="authenticators">The ids of the enabled plugins that authenticate clients.</param>
    /// <returns>Right: what connections are routed by. Left: every problem, at least one.</returns>
    public static Either<Seq<Problem>, BoundPlan> Bind(ServerPlan plan, Seq<RegisteredHandler> handlers, Seq<string> authenticators)
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
            .. AuthenticationProblems(plan, tokens, authenticators),
        ];
        if (problems.Length > 0) return problems.ToSeq();
        var routes = plan.Routes.IsEmpty ? Seq1(EveryPath(plan, tokens)) : plan.Routes.Map(r => BindRoute(plan, r, tokens)).Strict();
        return new BoundPlan(
            plan,
            new HashMap<EqString, string, RegisteredHandler>(ordered.Map(h => (h.Token, h))),
            new HashMap<EqString, string, Seq<BoundRoute>>(plan.Listeners.Map(l => (l.Name, ForListener(routes, l.Name)))));
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

    private static IEnumerable<Problem> AuthenticationProblems(ServerPlan plan, Seq<string> tokens, Seq<string> authenticators)
    {
        var places = plan.Routes.IsEmpty
            ? Seq1((plan.Authentication, Option<string>.None, plan.Authentication.Pointer))
            : plan.Routes.Map(route => (route.Authentication, route.Listener, route.Authentication.Pointer));
        // What the server says holds on many routes, and is said once.
        return places.SelectMany(place => AuthenticationProblems(plan, place.Item1, place.Item2, tokens, authenticators)).Distinct().ToArray();
    }

    private static IEnumerable<Problem> AuthenticationProblems(
        ServerPlan plan, AuthenticationPlan authentication, Option<string> listener, Seq<string> tokens, Seq<string> authenticators)
    {
        var at = authentication.Pointer;
        var listeners = plan.Listeners.Filter(known => listener.IfNone(known.Name) == known.Name).Strict();
        foreach (var problem in CertificateProblem(plan, authentication, listeners)) yield return problem;
        foreach (var id in authentication.Plugin.Filter(id => !authenticators.Contains(id)))
            yield return plan.Source.ProblemAt(
                plan.Source.Has(at + "/plugin") ? at + "/plugin" : at,
                authenticators.IsEmpty
                    ? $"no plugin {Quoting.Quote(id)} authenticates clients; none that is loaded does"
                    : $"no plugin {Quoting.Quote(id)} authenticates clients; there is {Quoting.List(authenticators)}",
                Suggestion.For(id, authenticators) is { } meant ? Some(meant) : None);
        foreach (var (bearer, prefix) in authentication.Bearer.Bind(way => way.Subprotocol.Map(text => (way, text))))
            foreach (var token in tokens.Filter(token => token.StartsWith(prefix, StringComparison.Ordinal)))
                yield return plan.Source.ProblemAt(bearer.Pointer + "/subprotocol",
                    $"the registered subprotocol {Quoting.Quote(token)} begins like that, so that nobody could ask for it");
    }

    /// <summary>Certificates are shown only where a listener asks for them.</summary>
    private static Option<Problem> CertificateProblem(ServerPlan plan, AuthenticationPlan authentication, Seq<ListenerPlan> listeners)
    {
        var silent = listeners.Filter(listener => listener.Tls.ForAll(tls => tls.ClientCertificates == ClientCertificates.None)).Map(listener => listener.Name).Strict();
        var alone = authentication.Basic.IsNone && authentication.Bearer.IsNone && authentication.Plugin.IsNone && !authentication.Anonymous;
        return authentication.Certificate
            .Filter(_ => !silent.IsEmpty && (alone || silent.Count == listeners.Count))
            .Map(certificate => plan.Source.ProblemAt(certificate.Pointer, $"clients of the listener {Quoting.List(silent)} are asked for no certificate; "
                + "its \"tls\" needs \"clientCertificate\": \"request\" or \"require\""));
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
        return new BoundRoute(
            route.Pointer,
            route.Path,
            route.Listener,
            new HandshakePolicy(route.Protocols.IfNone(tokens), route.Preference, NoOffer(route, tokens), route.NoMatch, WithAdmin(plan, route.Origin)),
            route.MessageLimit,
            route.FragmentLimit.IfNone(() => plan.Limits.FragmentsFor(route.MessageLimit)),
            route.Connection,
            route.Compression)
        {
            Addresses = route.Addresses,
            Authentication = route.Authentication,
        };
    }

    /// <summary>The admin page is one of the server's own.</summary>
    private static OriginPolicy WithAdmin(ServerPlan plan, OriginPolicy policy) =>
        policy is OriginPolicy.Listed { Same: true } listed ? listed with { Page = plan.Admin.Map<IOwnPage>(site => site) } : policy;

    private static BoundRoute EveryPath(ServerPlan plan, Seq<string> tokens) => new(
        "",
        RouteTemplate.EveryPath,
        None,
        new HandshakePolicy(
            tokens, SubprotocolPreference.Client, DefaultFor(tokens), NoMatchPolicy.Reject, WithAdmin(plan, new OriginPolicy.Listed(true, Empty))),
        plan.Limits.Message,
        plan.Limits.FragmentsFor(plan.Limits.Message),
        plan.Connection,
        plan.Compression)
    {
        Authentication = plan.Authentication,
    };
}
