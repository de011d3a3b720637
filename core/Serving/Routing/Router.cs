using LanguageExt;
using LanguageExt.ClassInstances;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Serving.Routing;

/// <summary>Finds the route of a request. Time is linear in the number of the listener's routes and the length of the path.</summary>
public static class Router
{
    /// <summary>The first of the listener's routes that matches the path. Literal segments win over parameters, from the left; of two
    /// routes of one shape, the listener's own wins over the general one.</summary>
    /// <param name="plan">From <c>PlanValidation.Bind</c>.</param>
    /// <param name="listener">The name of the listener that the connection came in on.</param>
    /// <param name="path">The path as received, still percent-encoded; a query may follow and plays no part.</param>
    public static RoutingDecision Route(BoundPlan plan, string listener, string path)
    {
        var split = RequestPath.Split(path);
        return split.IsLeft ? new RoutingDecision.Malformed((string)split) : First(plan, listener, (Seq<string>)split);
    }

    private static RoutingDecision First(BoundPlan plan, string listener, Seq<string> segments)
    {
        var routes = RoutesOf(plan, listener);
        for (var i = 0; i < routes.Count; i++)
            if (routes[i].Path.Match(segments) is { IsSome: true } values)
                return new RoutingDecision.Matched(routes[i], values.IfNone(default(HashMap<EqString, string, string>)));
        return new RoutingDecision.NotFound(NoRoute(listener));
    }

    /// <summary>The same decision as <see cref="Route"/>, with the steps that led to it.</summary>
    /// <param name="plan">From <c>PlanValidation.Bind</c>.</param>
    /// <param name="listener">The name of the listener.</param>
    /// <param name="path">The path as received.</param>
    public static RoutingExplanation Explain(BoundPlan plan, string listener, string path)
    {
        var decision = Route(plan, listener, path);
        var arrival = Step(StepOutcome.Noted, $"the path {Quoting.Quote(path)} arrives on the listener {Quoting.Quote(listener)}");
        var steps = decision.Match<ExplainedStep[]>(
            (taken, values) => [arrival, .. Tried(plan, listener, path, taken), .. Taken(taken, values)],
            reason => [arrival, .. Tried(plan, listener, path, None), Step(StepOutcome.Refused, $"404: {reason}")],
            reason => [arrival, Step(StepOutcome.Refused, $"400: {reason}")]);
        return new RoutingExplanation(decision, steps.ToSeq());
    }

    private static Seq<BoundRoute> RoutesOf(BoundPlan plan, string listener) => plan.Routes.Find(listener).IfNone(Seq<BoundRoute>());

    private static string NoRoute(string listener) => $"no route of the listener {Quoting.Quote(listener)} matches the path";

    private static IEnumerable<ExplainedStep> Tried(BoundPlan plan, string listener, string path, Option<BoundRoute> taken) =>
        RequestPath.Split(path).RightToArray().SelectMany(segments => RoutesOf(plan, listener).AsEnumerable()
            .TakeWhile(route => !taken.Exists(found => ReferenceEquals(found, route)))
            .Select(route => Step(StepOutcome.Skipped, $"{route.Describe()} does not match: {WhyNot(route.Path, segments)}")));

    private static IEnumerable<ExplainedStep> Taken(BoundRoute route, HashMap<EqString, string, string> values) =>
        route.Path.Parameters.AsEnumerable()
            .Select(name => Step(StepOutcome.Noted, $"{name} is {Quoting.Quote(values[name])}"))
            .Prepend(Step(StepOutcome.Passed, $"{route.Describe()} matches" + (route.Listener.IsSome ? "; it is the listener's own" : "")));

    private static ExplainedStep Step(StepOutcome outcome, string text) => new(StepSubject.Route, outcome, text);

    private static string WhyNot(RouteTemplate template, Seq<string> path)
    {
        if (template.Segments.Count != path.Count) return $"it has {template.Segments.Count} segments, the path has {path.Count}";
        return template.Segments.Zip(path)
            .Choose(pair => pair.Item1.Match(
                literal => literal == pair.Item2 ? None : Some($"{Quoting.Quote(pair.Item2)} is not {Quoting.Quote(literal)}"),
                name => pair.Item2.Length > 0 ? None : Some($"the segment for {Quoting.Quote("{" + name + "}")} is empty")))
            .Head();
    }
}
