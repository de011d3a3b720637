using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LanguageExt;
using PluginHost.Core.Configuration;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Serving.Routing;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Routing;

public class RouterProperties
{
    private sealed record Given(string Path, string Listener);

    private static readonly Gen<string> Segment = Gen.Elements("a", "b", "c");

    private static readonly Gen<string> Path =
        from length in Gen.Choose(0, 4)
        from segments in Segment.ListOf(length)
        select "/" + string.Join('/', segments);

    private static readonly Gen<string> Template =
        from path in Path
        from parameters in Gen.Elements(false, true).ListOf(4)
        select "/" + string.Join('/', path[1..].Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Select((s, i) => parameters[i] ? $"{{p{i}}}" : s));

    private static readonly Gen<Given> Route =
        from template in Template
        from listener in Gen.Elements("", "one", "two")
        select new Given(template, listener);

    private static readonly Arbitrary<(Given[] Routes, string Path)> Case = Arb.From(
        from routes in Route.ListOf()
        from path in Path
        where routes.Count > 0
        select (routes.DistinctBy(r => (r.Path, r.Listener)).ToArray(), path));

    // Looks at every route, keeps what matches, and sorts by what was said about precedence, written as text.
    private static string Reference(Given[] routes, string listener, string path)
    {
        var segments = path == "/" ? [] : path[1..].Split('/');
        return routes
            .Select((route, i) => (route, i, parts: route.Path == "/" ? [] : route.Path[1..].Split('/')))
            .Where(r => r.route.Listener == "" || r.route.Listener == listener)
            .Where(r => r.parts.Length == segments.Length
                && Enumerable.Zip(r.parts, segments).All(p => p.First[0] == '{' || p.First == p.Second))
            .OrderBy(r => string.Concat(r.parts.Select(p => p[0] == '{' ? '1' : '0')), StringComparer.Ordinal)
            .ThenBy(r => r.route.Listener == "" ? 1 : 0)
            .Select(r => $"/routes/{r.i} "
                + string.Join(' ', Enumerable.Zip(r.parts, segments).Where(p => p.First[0] == '{').Select(p => $"{p.First}={p.Second}")))
            .FirstOrDefault("none");
    }

    private static BoundPlan Bind(Given[] routes)
    {
        var list = routes.Select(r => $$"""{ "path": "{{r.Path}}"{{(r.Listener == "" ? "" : $", \"listener\": \"{r.Listener}\"")}} }""");
        var json = $$"""
            { "listeners": [{ "name": "one", "address": "*:0" }, { "name": "two", "address": "*:0" }],
                "routes": [{{string.Join(',', list)}}] }
            """;
        var plan = ConfigurationReader.Read(Encoding.UTF8.GetBytes(json))
            .IfLeft(p => throw new InvalidOperationException(p[0].Format("f")));
        return PlanValidation.Bind(plan, Seq<RegisteredHandler>.Empty).IfLeft(p => throw new InvalidOperationException(p[0].Format("f")));
    }

    private static string Describe(RoutingDecision decision) => decision.Match(
        (route, values) => $"{route.Pointer} " + string.Join(' ', route.Path.Parameters.Map(name => $"{{{name}}}={values[name]}")),
        _ => "none",
        reason => reason);

    [Property(MaxTest = 500)]
    public Property The_router_agrees_with_a_naive_one() => Prop.ForAll(Case, given =>
    {
        var plan = Bind(given.Routes);
        return new[] { "one", "two" }.All(listener =>
            Describe(Router.Route(plan, listener, given.Path)) == Reference(given.Routes, listener, given.Path));
    });

    [Property(MaxTest = 300)]
    public Property An_explanation_is_the_decision_with_reasons() => Prop.ForAll(Case, given =>
    {
        var plan = Bind(given.Routes);
        var explained = Router.Explain(plan, "one", given.Path);
        return explained.Decision == Router.Route(plan, "one", given.Path) && explained.Steps.Count >= 2;
    });

    [Property(MaxTest = 500)]
    public bool Any_path_is_routed_without_an_exception(NonNull<string> path) =>
        Router.Route(Bind([new("/{x}", "")]), "one", path.Get).Match(
            (_, values) => !values["x"].Any(char.IsControl) && values["x"].Length > 0, _ => true, _ => true);

    [Property]
    public bool A_segment_comes_back_as_it_was_encoded(NonEmptyString segment)
    {
        var text = new string([.. segment.Get.Where(c => !char.IsControl(c) && !char.IsSurrogate(c))]) + "x";
        return Router.Route(Bind([new("/{x}", "")]), "one", "/" + Uri.EscapeDataString(text) + "?q").Match(
            (_, values) => values["x"] == text, _ => false, _ => false);
    }

    [Property]
    public bool Any_text_is_a_template_or_explained(NonNull<string> text) =>
        RouteTemplate.Parse(text.Get).Match(template => template.Text == text.Get, why => why.Length > 0);
}
