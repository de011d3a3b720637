using LanguageExt;
using LanguageExt.ClassInstances;
using PluginHost.Core.Configuration;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Serving.Routing;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;
using static PluginHost.Core.Tests.Configuration.Reading;

namespace PluginHost.Core.Tests.Routing;

public class RouterTests
{
    private static readonly Seq<RegisteredHandler> Handlers = Seq(
        new RegisteredHandler("ocpp1.6", "ocpp", "plugins/ocpp/ocpp.dll"),
        new RegisteredHandler("echo", "echo", "plugins/echo/echo.dll"),
        new RegisteredHandler("ocpp2.0.1", "ocpp", "plugins/ocpp/ocpp.dll"),
        new RegisteredHandler("chat.v1", "chat", "plugins/chat/chat.dll"));

    private static BoundPlan Bind(string json) => PlanValidation.Bind(Plan(json), Handlers)
        .IfLeft(p => throw new Xunit.Sdk.XunitException(string.Join('\n', p.Map(x => x.Format("f")))));

    private static Seq<Problem> BindProblems(string json, params RegisteredHandler[] handlers) =>
        PlanValidation.Bind(Plan(json), handlers.ToSeq()).Match(_ => throw new Xunit.Sdk.XunitException("accepted"), p => p);

    private static string Where(BoundPlan plan, string listener, string path) =>
        Router.Route(plan, listener, path).Match((r, _) => r.Pointer, _ => "404", _ => "400");

    [Fact]
    public void Without_routes_every_path_offers_everything_by_plugin_and_token()
    {
        var plan = Bind("{}");
        var route = Router.Route(plan, "default", "/any/where").Match((r, _) => r, s => throw new Xunit.Sdk.XunitException(s), _ => null!);

        Assert.Equal(
            new HandshakePolicy(
                Seq("chat.v1", "echo", "ocpp1.6", "ocpp2.0.1"), SubprotocolPreference.Client, new NoOfferPolicy.Handler("echo"),
                NoMatchPolicy.Reject, new OriginPolicy.Listed(true, Empty)),
            route.Policy);
        Assert.Equal((1 << 20, 16384), (route.MessageLimit, route.FragmentLimit));
        Assert.Equal("plugins/chat/chat.dll", plan.Handlers["chat.v1"].File);
    }

    [Fact]
    public void Without_echo_a_client_that_offers_nothing_is_rejected()
    {
        var plan = PlanValidation.Bind(Plan("{}"), Handlers.Filter(h => h.Token != "echo")).IfLeft(_ => null!);

        Assert.Equal(new NoOfferPolicy.Reject(), plan.Routes["default"][0].Policy.NoOffer);
    }

    [Fact]
    public void A_server_without_plugins_has_nothing_to_offer()
    {
        var plan = PlanValidation.Bind(Plan("{}"), Seq<RegisteredHandler>()).IfLeft(_ => null!);

        Assert.True(plan.Routes["default"][0].Policy.Protocols.IsEmpty);
    }

    [Fact]
    public void A_route_carries_its_policy_and_limits()
    {
        var plan = Bind("""
            { "routes": [
              { "path": "/ocpp/{identity}", "protocols": ["ocpp2.0.1", "ocpp1.6"], "prefer": "server", "noOffer": "reject",
                "noMatch": "acceptThenClose", "origins": "any", "limits": { "message": "256KiB" } },
              { "path": "/all" }],
              "limits": { "message": 1000 } }
            """);

        Assert.Equal(
            new BoundRoute(
                "/routes/0", RouteTemplate.Parse("/ocpp/{identity}").IfLeft(_ => null!), None,
                new HandshakePolicy(
                    Seq("ocpp2.0.1", "ocpp1.6"), SubprotocolPreference.Server, new NoOfferPolicy.Reject(), NoMatchPolicy.AcceptThenClose,
                    new OriginPolicy.Any()),
                256 * 1024,
                4096,
                ConfigurationReader.Default.Connection, CompressionPlan.Off),
            plan.Routes["default"].Find(r => r.Pointer == "/routes/0"));
        Assert.Equal(
            Some((Seq("chat.v1", "echo", "ocpp1.6", "ocpp2.0.1"), 1000, 1024)),
            plan.Routes["default"].Find(r => r.Pointer == "/routes/1").Map(r => (r.Policy.Protocols, r.MessageLimit, r.FragmentLimit)));
    }

    [Fact]
    public void Route_values_are_decoded_segment_by_segment()
    {
        var plan = Bind("""{ "routes": [{ "path": "/ocpp/{identity}/{x}" }] }""");

        Assert.Equal(
            new RoutingDecision.Matched(plan.Routes["default"][0], HashMap<EqString, string, string>(("identity", "CP/1 é"), ("x", "%2F"))),
            Router.Route(plan, "default", "/ocpp/CP%2F1%20%C3%A9/%252F?identity=other"));
    }

    [Theory]
    [InlineData("/", "/routes/0")]
    [InlineData("", "/routes/0")]
    [InlineData("/a/b", "/routes/2")]
    [InlineData("/a/x", "/routes/1")]
    [InlineData("/x/b", "/routes/3")]
    [InlineData("/x/x", "404")]
    [InlineData("/a/b/c", "/routes/5")]
    [InlineData("/a/b/d", "/routes/5")]
    [InlineData("/a/c/d", "/routes/4")]
    [InlineData("/a", "404")]
    [InlineData("/a/", "404")]
    [InlineData("/a/%zz", "400")]
    public void Literals_win_over_parameters_from_the_left(string path, string expected) => Assert.Equal(expected, Where(Bind("""
        { "routes": [
          { "path": "/" }, { "path": "/a/{x}" }, { "path": "/a/b" }, { "path": "/{x}/b" }, { "path": "/a/{x}/d" },
              { "path": "/a/b/{y}" } ] }
        """), "default", path));

    [Theory]
    [InlineData("one", "/a", "/routes/2")]
    [InlineData("two", "/a", "/routes/0")]
    [InlineData("two", "/b", "404")]
    [InlineData("one", "/b", "/routes/1")]
    [InlineData("one", "/c/d", "/routes/4")]
    [InlineData("two", "/c/d", "/routes/4")]
    [InlineData("one", "/c/e", "/routes/3")]
    [InlineData("three", "/a", "404")]
    public void A_listeners_own_route_wins_over_the_general_one_of_the_same_shape(string listener, string path, string expected) =>
        Assert.Equal(expected, Where(Bind("""
            { "listeners": [{ "name": "one", "address": "*:0" }, { "name": "two", "address": "*:0" }],
              "routes": [
                { "path": "/a" }, { "path": "/b", "listener": "one" }, { "path": "/a", "listener": "one" },
                { "path": "/c/{x}", "listener": "one" }, { "path": "/c/d" } ] }
            """), listener, path));

    [Fact]
    public void Tokens_that_nobody_serves_are_problems_with_their_place()
    {
        var problems = BindProblems(
            "{ \"routes\": [\n { \"path\": \"/\", \"protocols\": [\"chat.v2\", \"ecko\"], \"noOffer\": \"zzzzzz\" } ] }", [.. Handlers]);

        Assert.Equal(
            [
                "f:2:31: /routes/0/protocols/0: no plugin serves the subprotocol \"chat.v2\"; there is \"chat.v1\", \"echo\", \"ocpp1.6\", "
                + "\"ocpp2.0.1\"; did you mean \"chat.v1\"?",
                "f:2:42: /routes/0/protocols/1: no plugin serves the subprotocol \"ecko\"; there is \"chat.v1\", \"echo\", \"ocpp1.6\", "
                + "\"ocpp2.0.1\"; did you mean \"echo\"?",
                "f:2:62: /routes/0/noOffer: no plugin serves the subprotocol \"zzzzzz\"; there is \"chat.v1\", \"echo\", \"ocpp1.6\", "
                + "\"ocpp2.0.1\"",
            ],
            problems.Map(p => p.Format("f")).ToArray());
    }

    [Fact]
    public void Tokens_without_any_plugin_say_so() => Assert.Equal(
        "no plugin serves the subprotocol \"echo\"; no plugin registers any",
        Assert.Single(BindProblems("""{ "routes": [{ "path": "/", "protocols": ["echo"] }] }""")).Message);

    [Fact]
    public void A_very_long_token_is_not_suggested() => Assert.Equal(
        None,
        Assert.Single(BindProblems("""{ "routes": [{ "path": "/", "protocols": ["x"] }] }""",
            new RegisteredHandler(new('x', 65), "x", "x.dll"))).Suggestion);

    [Fact]
    public void A_token_claimed_twice_names_both_files()
    {
        var problem = Assert.Single(BindProblems(
            "{\n \"plugins\": { \"entries\": { \"b\": {} } } }",
            new RegisteredHandler("x", "b", "plugins/b/b.dll"), new RegisteredHandler("x", "a", "plugins/a/a.dll")));

        Assert.Equal(
            "f:2:33: /plugins/entries/b: the subprotocol \"x\" is claimed 2 times: by \"a\" (plugins/a/a.dll), by \"b\" (plugins/b/b.dll)",
            problem.Format("f"));
    }

    [Fact]
    public void A_plugin_may_not_register_what_is_no_token()
    {
        var problem = Assert.Single(BindProblems("{}", new RegisteredHandler("a\r\nb", "evil", "plugins/evil/evil.dll")));

        Assert.Equal("", problem.Pointer);
        Assert.Contains("\"evil\" (plugins/evil/evil.dll)", problem.Message);
        Assert.DoesNotContain('\r', problem.Format("f"));
    }

    [Fact]
    public void Accept_without_a_match_needs_a_handler()
    {
        const string json = """{ "routes": [{ "path": "/", "noMatch": "accept" }] }""";

        Assert.Equal("/routes/0/noMatch", Assert.Single(BindProblems(json, new RegisteredHandler("x", "x", "x.dll"))).Pointer);
        Assert.Equal(new NoOfferPolicy.Handler("echo"), Bind(json).Routes["default"][0].Policy.NoOffer);
    }

    [Fact]
    public void Explanations_tell_what_was_tried()
    {
        var plan = Bind("""
            { "routes": [{ "path": "/chat", "listener": "default" }, { "path": "/ocpp/{identity}" }, { "path": "/{x}/b" }] }
            """);

        Assert.Equal(
            [
                "the path \"/z/b?q\" arrives on the listener \"default\"",
                "route /routes/0 \"/chat\" does not match: it has 1 segments, the path has 2",
                "route /routes/1 \"/ocpp/{identity}\" does not match: \"z\" is not \"ocpp\"",
                "route /routes/2 \"/{x}/b\" matches",
                "x is \"z\"",
            ],
            Router.Explain(plan, "default", "/z/b?q").Steps.Map(step => step.Text).ToArray());
        Assert.Equal("route /routes/0 \"/chat\" matches; it is the listener's own", Router.Explain(plan, "default", "/chat").Steps[1].Text);
        Assert.Contains("route /routes/1 \"/ocpp/{identity}\" does not match: the segment for \"{identity}\" is empty",
            Router.Explain(plan, "default", "/ocpp/").Steps.Map(step => step.Text).ToArray());
        Assert.Equal("404: no route of the listener \"default\" matches the path", Router.Explain(plan, "default", "/z").Steps.Last.Text);
        Assert.Equal("400: the path has a broken percent-escape", Router.Explain(plan, "default", "/%").Steps.Last.Text);
        Assert.Equal("404: no route of the listener \"nobody\" matches the path", Router.Explain(plan, "nobody", "/").Steps.Last.Text);
        Assert.Equal("the route of every path matches", Router.Explain(Bind("{}"), "default", "/z").Steps.Last.Text);
    }
}
