using LanguageExt;
using PluginHost.Core.Configuration;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Serving.Routing;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;
using static PluginHost.Core.Tests.Configuration.Reading;

namespace PluginHost.Core.Tests.Configuration;

public sealed class AuthenticationTests
{
    private const string Tls = """{ "name": "t", "tls": { "certificate": "c", "clientCertificate": "request", "clientAuthorities": "a" } }""";

    private static AuthenticationPlan Server(string json) => Plan($$"""{ "authentication": {{json}} }""").Authentication;

    private static AuthenticationPlan OnRoute(string server, string route) =>
        Plan($$"""{ {{(server.Length == 0 ? "" : $"\"authentication\": {server},")}} "routes": [{ "path": "/", "authentication": {{route}} }] }""").Routes[0].Authentication;

    private static Seq<Problem> Bound(string json, params string[] authenticators) =>
        PlanValidation.Bind(Plan(json), Seq(new RegisteredHandler("echo", "e", "e.dll"), new RegisteredHandler("bearer.x", "e", "e.dll")), authenticators.ToSeq())
            .Match(_ => Seq<Problem>(), found => found);

    [Fact]
    public void Nobody_is_asked_by_default()
    {
        Assert.True(Plan("{}").Authentication.IsNone);
        Assert.True(Plan("""{ "routes": [{ "path": "/" }] }""").Routes[0].Authentication.IsNone);
    }

    [Fact]
    public void Everything_that_is_written_is_in_the_plan()
    {
        var plan = Server("""
            { "realm": "r", "anonymous": true, "basic": { "users": "u" }, "certificate": { "userName": "commonName", "allow": ["dns:x"] },
              "bearer": { "keys": [{ "publicKey": "p", "id": "k" }, { "jwks": "j" }, { "secret": "{env:S}" }], "issuers": ["i"], "audiences": ["a"],
                "clockSkew": "5s", "requireExpiry": false, "nameClaim": "n", "rolesClaim": "g", "query": "t", "subprotocol": "b." } }
            """);
        Assert.Equal(("r", true, "/authentication"), (plan.Realm, plan.Anonymous, plan.Pointer));
        Assert.Equal(new BasicPlan("/authentication/basic", "u"), plan.Basic);
        Assert.Equal(new CertificateLoginPlan("/authentication/certificate", CertificateUserName.CommonName, Seq1("dns:x")), plan.Certificate);
        Assert.Equal(
            new BearerPlan(
                "/authentication/bearer",
                Seq(
                    new TokenKeyPlan("/authentication/bearer/keys/0", "k", new TokenKeySource.PublicKey("p")),
                    new TokenKeyPlan("/authentication/bearer/keys/1", None, new TokenKeySource.KeySet("j")),
                    new TokenKeyPlan("/authentication/bearer/keys/2", None, new TokenKeySource.SharedSecret(new Secret.Environment("S")))),
                new TokenRules(Seq1("i"), Seq1("a"), TimeSpan.FromSeconds(5), false, "n", "g"),
                "t",
                "b."),
            plan.Bearer);
    }

    [Fact]
    public void The_defaults_are_strict()
    {
        var plan = Server("""{ "bearer": { "keys": [{ "jwks": "j" }] }, "certificate": {} }""");
        Assert.False(plan.Anonymous);
        Assert.Equal("PluginHost", plan.Realm);
        var bearer = plan.Bearer.IfNone(() => throw new InvalidOperationException());
        Assert.Equal(TokenRules.Default, bearer.Rules);
        Assert.True(bearer.Query.IsNone && bearer.Subprotocol.IsNone);
    }

    [Fact]
    public void A_route_takes_what_it_does_not_say_from_the_server()
    {
        const string Both = """{ "basic": { "users": "u" }, "plugin": "p", "users": ["ann"], "realm": "r" }""";
        var route = OnRoute(Both, """{ "users": ["bob"], "claims": [{ "name": "c", "values": ["v"] }] }""");
        Assert.Equal((Some("p"), "r", Seq1("bob")), (route.Plugin, route.Realm, route.Access.Users));
        Assert.Equal(Seq1(new ClaimRule("c", Seq1("v"))), route.Access.Claims);
        Assert.Equal("/authentication/basic", route.Basic.Match(one => one.Pointer, () => ""));
        Assert.Equal("/routes/0/authentication/basic", OnRoute(Both, """{ "basic": { "users": "v" } }""").Basic.Match(one => one.Pointer, () => ""));
        Assert.Equal(Plan($$"""{ "authentication": {{Both}}, "routes": [{ "path": "/" }] }""").Authentication, Server(Both));
    }

    [Theory]
    [InlineData("", """{ "schemes": [] }""", "")]
    [InlineData("""{ "basic": { "users": "u" }, "plugin": "p" }""", "{}", "basic plugin")]
    [InlineData("""{ "basic": { "users": "u" }, "plugin": "p" }""", """{ "schemes": [] }""", "")]
    [InlineData("""{ "basic": { "users": "u" }, "plugin": "p" }""", """{ "schemes": ["plugin"] }""", "plugin")]
    [InlineData("""{ "basic": { "users": "u" }, "plugin": "p", "schemes": [] }""", "{}", "")]
    [InlineData("""{ "basic": { "users": "u" }, "plugin": "p", "schemes": [] }""", """{ "schemes": ["basic"] }""", "basic")]
    [InlineData("""{ "basic": { "users": "u" }, "plugin": "p", "schemes": ["basic"] }""", """{ "plugin": "q" }""", "basic plugin")]
    [InlineData("""{ "basic": { "users": "u" }, "schemes": ["basic"] }""", """{ "certificate": {} }""", "basic certificate")]
    public void Schemes_choose(string server, string route, string schemes) =>
        Assert.Equal(schemes, string.Join(' ', AuthenticationText.Schemes(OnRoute(server, route))));

    [Theory]
    [InlineData("{}", "/authentication", "nobody is asked for anything")]
    [InlineData("""{ "schemes": ["basic"] }""", "/authentication/schemes", "nothing says what it is")]
    [InlineData("""{ "schemes": ["digest"], "plugin": "p" }""", "/authentication/schemes/0", "expected one of \"basic\"")]
    [InlineData("""{ "basic": {} }""", "/authentication/basic", "the key \"users\" is missing")]
    [InlineData("""{ "basic": { "users": "" } }""", "/authentication/basic/users", "a path must not be empty")]
    [InlineData("""{ "bearer": {} }""", "/authentication/bearer", "the key \"keys\" is missing")]
    [InlineData("""{ "bearer": { "keys": [] } }""", "/authentication/bearer/keys", "at least one key is needed")]
    [InlineData("""{ "bearer": { "keys": [{}] } }""", "/authentication/bearer/keys/0", "a key is one of")]
    [InlineData("""{ "bearer": { "keys": [{ "jwks": "a", "secret": "hush" }] } }""", "/authentication/bearer/keys/0", "a key is one of")]
    [InlineData("""{ "bearer": { "keys": [{ "jwks": "a", "id": "x" }] } }""", "/authentication/bearer/keys/0/id", "ids of their own")]
    [InlineData("""{ "bearer": { "keys": [{ "jwks": "a" }], "clockSkew": "11m" } }""", "/authentication/bearer/clockSkew", "is not between")]
    [InlineData("""{ "bearer": { "keys": [{ "jwks": "a" }], "subprotocol": "a b" } }""", "/authentication/bearer/subprotocol", "is not a token")]
    [InlineData("""{ "plugin": "p", "realm": "ä" }""", "/authentication/realm", "printable ASCII")]
    [InlineData("""{ "plugin": "p", "anonymous": true }""", "/authentication/anonymous", "the plugin decides")]
    [InlineData("""{ "basic": { "users": "u" }, "anonymous": true, "roles": ["x"] }""", "/authentication/anonymous", "lets everybody in")]
    [InlineData("""{ "plugin": "p", "concurrency": 0 }""", "/authentication/concurrency", "is not between 1 and 1024")]
    [InlineData("""{ "plugin": "p", "claims": [{ "values": ["x"] }] }""", "/authentication/claims/0", "the key \"name\" is missing")]
    public void What_is_wrong_is_one_problem_at_its_place(string json, string pointer, string message)
    {
        var problem = Problem($$"""{ "authentication": {{json}} }""");
        Assert.Equal(pointer, problem.Pointer);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void A_realm_is_bounded(int length, bool accepted) =>
        Assert.Equal(accepted, Read($$"""{ "authentication": { "plugin": "p", "realm": "{{new string('r', length)}}" } }""").IsRight);

    [Fact]
    public void A_secret_is_not_printed() =>
        Assert.DoesNotContain("hush", Server("""{ "bearer": { "keys": [{ "secret": "hush-hush" }] } }""").ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{ "certificate": {} }""", "", "[{}]", "/authentication/certificate")]
    [InlineData("""{ "certificate": {} }""", "", "[" + Tls + "]", null)]
    [InlineData("""{ "certificate": {} }""", "", "[" + Tls + """, { "address": "127.0.0.1:1" }]""", "/authentication/certificate")]
    [InlineData("""{ "certificate": {}, "basic": { "users": "u" } }""", "", "[" + Tls + """, { "address": "127.0.0.1:1" }]""", null)]
    [InlineData("""{ "certificate": {}, "basic": { "users": "u" } }""", "", "[{}]", "/authentication/certificate")]
    [InlineData("""{ "certificate": {} }""", """, "routes": [{ "path": "/", "listener": "t" }]""", "[" + Tls + """, { "address": "127.0.0.1:1" }]""", null)]
    [InlineData(
        """{ "basic": { "users": "u" } }""", """, "routes": [{ "path": "/", "listener": "default", "authentication": { "schemes": ["certificate"], "certificate": {} } }]""",
        "[" + Tls + """, { "address": "127.0.0.1:1" }]""", "/routes/0/authentication/certificate")]
    public void Certificates_need_a_listener_that_asks_for_them(string authentication, string routes, string listeners, string? pointer)
    {
        var problems = Bound($$"""{ "authentication": {{authentication}}, "listeners": {{listeners}}{{routes}} }""");
        Assert.Equal(pointer is null ? System.Array.Empty<string>() : new[] { pointer }, problems.Map(one => one.Pointer));
        Assert.All(problems, one => Assert.Contains("asked for no certificate", one.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_plugin_that_authenticates_is_there()
    {
        const string File = """{ "authentication": { "plugin": "gat" }, "routes": [{ "path": "/a" }, { "path": "/b" }] }""";
        var problem = Assert.Single(Bound(File, "gate"));
        Assert.Equal(("/authentication/plugin", Some("gate")), (problem.Pointer, problem.Suggestion));
        Assert.Single(Bound(File));
        Assert.Empty(Bound(File, "gat"));
    }

    [Fact]
    public void A_registered_subprotocol_does_not_look_like_a_credential()
    {
        string With(string prefix) => $$"""{ "authentication": { "bearer": { "keys": [{ "jwks": "j" }], "subprotocol": "{{prefix}}" } } }""";
        Assert.Equal("/authentication/bearer/subprotocol", Assert.Single(Bound(With("bearer."))).Pointer);
        Assert.Empty(Bound(With("token.")));
    }

    [Theory]
    [InlineData("0.0.0.0:1", "basic", 1)]
    [InlineData("*:1", "basic", 1)]
    [InlineData("127.0.0.1:1", "basic", 0)]
    [InlineData("[::1]:1", "basic", 0)]
    [InlineData("unix:/x", "basic", 0)]
    [InlineData("0.0.0.0:1", "plugin", 0)]
    public void A_note_says_where_passwords_can_be_read_on_the_way(string address, string scheme, int notes)
    {
        var bound = PlanValidation.Bind(
            Plan($$"""{ "listeners": [{ "address": "{{address}}" }], "authentication": { "basic": { "users": "u" }, "plugin": "p", "schemes": ["{{scheme}}"] } }"""),
            Seq1(new RegisteredHandler("echo", "e", "e.dll")), Seq1("p")).IfLeft(_ => throw new InvalidOperationException());
        Assert.Equal(notes, ReadableCredentials.Notes(bound).Count);
    }
}
