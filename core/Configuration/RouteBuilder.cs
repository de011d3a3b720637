using LanguageExt;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Configuration;

/// <summary>Makes routes of the file's objects, and checks them against each other and against the listeners.</summary>
internal static class RouteBuilder
{
    private const string Reject = "reject";

    public static void Check(Seq<PlanScope> routes, Seq<string> listeners, ProblemCollector problems)
    {
        var known = new Dictionary<(string Shape, string? Listener), PlanScope>();
        foreach (var route in routes)
        {
            route.Text("listener").Filter(l => !listeners.Contains(l)).Iter(l => PlanBuilder.At(route, "listener",
                $"no listener is named {Quoting.Quote(l)}; there is {Quoting.List(listeners)}", problems, Suggestion.For(l, listeners)));
            Template(route).Iter(t => CheckRepeated(route, t, known, problems));
            CheckNoOffer(route, problems);
        }
    }

    /// <summary>The route, or none when it has no path.</summary>
    public static Option<RoutePlan> Route(
        PlanScope route, ConnectionPlan connection, CompressionPlan compression, AuthenticationBuilder.Offer authentication, ProblemCollector problems) =>
        Template(route).Map(template => new RoutePlan(
        route.Value.Path.ToString(),
        template,
        route.Text("listener"),
        route.Texts("protocols"),
        route.Says("prefer", "server") ? SubprotocolPreference.Server : SubprotocolPreference.Client,
        route.Text("noOffer").Map(NoOffer),
        NoMatch(route),
        Origins(route),
        route.Scope("limits", ConfigurationKeys.RouteLimits).Size("message"),
        route.Scope("limits", ConfigurationKeys.RouteLimits).Whole("fragments"),
        ConnectionBuilder.Route(route, connection, problems),
        PlanBuilder.Compression(route.Scope("compression", ConfigurationKeys.RouteCompression), compression))
        {
            Addresses = PlanBuilder.AddressesOf(route),
            Authentication = AuthenticationBuilder.Route(route, authentication, problems),
        });

    private static Option<RouteTemplate> Template(PlanScope route) => route.Text("path").Bind(t => RouteTemplate.Parse(t).ToOption());

    private static void CheckRepeated(
        PlanScope route,
        RouteTemplate template,
        Dictionary<(string Shape, string? Listener), PlanScope> known,
        ProblemCollector problems)
    {
        var place = (template.Shape, route.Text("listener").MatchUnsafe<string?>(name => name, () => null));
        if (known.TryAdd(place, route)) return;
        var other = known[place];
        var same = route.Text("path").Exists(path => other.Says("path", path));
        var why = same ? "already the path" : "ambiguous: it matches the same paths as that";
        PlanBuilder.At(route, "path", $"{Quoting.Quote(template.Text)} is {why} of {other.Value.Path}", problems);
    }

    private static void CheckNoOffer(PlanScope route, ProblemCollector problems)
    {
        if (!route.Says("noOffer", Reject)) return;
        if (route.Texts("protocols").Filter(p => p.IsEmpty).IsSome)
            PlanBuilder.At(route, "noOffer", "with no protocols and \"noOffer\": \"reject\" the route serves nobody", problems);
        if (NoMatch(route) == NoMatchPolicy.Accept)
            PlanBuilder.At(route, "noMatch", "\"accept\" needs the noOffer handler, but \"noOffer\" is \"reject\"", problems);
    }

    private static NoOfferPolicy NoOffer(string text) => text == Reject ? new NoOfferPolicy.Reject() : new NoOfferPolicy.Handler(text);

    private static NoMatchPolicy NoMatch(PlanScope route) => route.Text("noMatch").IfNone("") switch
    {
        "accept" => NoMatchPolicy.Accept,
        "acceptThenClose" => NoMatchPolicy.AcceptThenClose,
        _ => NoMatchPolicy.Reject,
    };

    private static OriginPolicy Origins(PlanScope route)
    {
        if (route.Says("origins", "any")) return new OriginPolicy.Any();
        if (route.Says("origins", "same")) return new OriginPolicy.Listed(true, Empty);
        var listed = route.Texts("origins").IfNone(Seq<string>());
        return new OriginPolicy.Listed(listed.Contains("same"), listed.Filter(o => o != "same").Strict());
    }
}
