using LanguageExt;
using PluginHost.Core.Configuration;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Serving.Routing;
using PluginHost.Core.Tests.Handshake;
using static PluginHost.Core.Tests.Configuration.Reading;

namespace PluginHost.Core.Tests.Routing;

/// <summary>The whole decision on a request, from its bytes to what is answered.</summary>
public sealed class ExaminationTests
{
    private const string Friend = "192.0.2.7";

    private static Either<Rejection, ExaminedRequest> Examine(
        string configuration, string head, string client = Friend, bool isSecure = false, bool isKnownListener = true)
    {
        var plan = PlanValidation.Bind(Plan(configuration), Heads.Seq(new RegisteredHandler("echo", "echo", "f"), new RegisteredHandler("chat.v1", "chat", "g")))
            .IfLeft(problems => throw new Xunit.Sdk.XunitException(string.Join('\n', problems.Map(one => one.Format("f")))));
        var listener = plan.Plan.Listeners[0];
        return Examination.Examine(
            plan, isKnownListener ? listener : Option<ListenerPlan>.None, Heads.Accepted(head),
            new Origination(listener.Name, Address.Parse(client), isSecure, Option<CertificateFacts>.None));
    }

    private static RejectionReason? Refusal(Either<Rejection, ExaminedRequest> examined) =>
        examined.MatchUnsafe<RejectionReason?>(_ => null, rejection => rejection.Reason);

    private static ExaminedRequest Found(Either<Rejection, ExaminedRequest> examined) =>
        examined.IfLeft(rejection => throw new Xunit.Sdk.XunitException(rejection.Reply));

    [Theory]
    [InlineData("""{ "addresses": { "deny": ["192.0.2.7"] } }""")]
    [InlineData("""{ "listeners": [{ "address": "127.0.0.1:1", "addresses": { "allow": ["10.0.0.0/8"] } }] }""")]
    [InlineData("""{ "routes": [{ "path": "/", "noOffer": "echo", "addresses": { "deny": ["192.0.2.0/24"] } }] }""")]
    public void Every_list_of_addresses_is_asked(string configuration)
    {
        Assert.Equal(RejectionReason.Address, Refusal(Examine(configuration, Heads.Valid)));
        Assert.Null(Refusal(Examine(configuration, Heads.Valid, client: "10.1.2.3")));
    }

    [Fact]
    public void A_listener_that_is_not_the_plans_has_no_list_of_addresses() => Assert.Null(Refusal(Examine(
        """{ "listeners": [{ "address": "127.0.0.1:1", "addresses": { "allow": ["10.0.0.0/8"] } }] }""", Heads.Valid, isKnownListener: false)));

    [Theory]
    [InlineData("/", null)]
    [InlineData("/nowhere", RejectionReason.NotFound)]
    [InlineData("/%2e%2e", RejectionReason.MalformedHead)]
    public void A_path_without_a_route_is_refused(string path, RejectionReason? reason) => Assert.Equal(
        reason, Refusal(Examine("""{ "routes": [{ "path": "/", "noOffer": "echo" }] }""", Heads.Starting($"GET {path} HTTP/1.1"))));

    [Fact]
    public void A_stranger_learns_nothing_of_the_routes() => Assert.Equal(
        RejectionReason.Address,
        Refusal(Examine("""{ "addresses": { "deny": ["192.0.2.7"] }, "routes": [{ "path": "/", "noOffer": "echo" }] }""", Heads.Starting("GET /nowhere HTTP/1.1"))));

    [Fact]
    public void The_routes_values_come_with_it()
    {
        var found = Found(Examine("""{ "routes": [{ "path": "/ocpp/{identity}", "noOffer": "echo" }] }""", Heads.Starting("GET /ocpp/cp%201 HTTP/1.1")));

        Assert.Equal("cp 1", found.Values["identity"]);
        Assert.Equal("/routes/0", found.Route.Pointer);
    }

    [Fact]
    public void From_the_decision_on_nobody_sees_the_credential()
    {
        var found = Found(Examine(
            """{ "routes": [{ "path": "/", "noOffer": "echo", "authentication": { "basic": { "users": "u" } } }] }""",
            Heads.With("Authorization: Basic YW5uOnNlY3JldA==")));

        Assert.Equal("Basic YW5uOnNlY3JldA==", found.Request.Head.Headers.All("Authorization")[0]);
        Assert.True(found.Plain.Head.Headers.All("Authorization").IsEmpty);
        Assert.Equal(new AuthenticationStep.Password("ann", "secret"), found.Step);
    }

    [Fact]
    public void A_token_among_the_offers_is_never_chosen()
    {
        const string Routes = """
            { "routes": [{ "path": "/", "protocols": ["echo"], "noOffer": "echo", "noMatch": "reject",
              "authentication": { "bearer": { "keys": [{ "jwks": "k" }], "subprotocol": "bearer." } } }] }
            """;
        // A token alone is no offer.
        Assert.True(Found(Examine(Routes, Heads.With("Sec-WebSocket-Protocol: bearer.a.b.c"))).Acceptance.Subprotocol.IsNone);

        var found = Found(Examine(Routes, Heads.With("Sec-WebSocket-Protocol: echo, bearer.a.b.c")));

        Assert.Equal(Option<string>.Some("echo"), found.Acceptance.Subprotocol);
        Assert.Equal(Heads.Seq("echo"), found.Plain.Offered);
        Assert.Equal(new AuthenticationStep.Token("a.b.c"), found.Step);
    }

    [Fact]
    public void A_client_that_has_to_say_who_it_is_and_does_not_is_refused() => Assert.Equal(
        RejectionReason.Unauthenticated,
        Refusal(Examine("""{ "routes": [{ "path": "/", "noOffer": "echo", "authentication": { "basic": { "users": "u" } } }] }""", Heads.Valid)));

    [Theory]
    [InlineData(true, "https://example.com", true)]
    [InlineData(true, "http://example.com", false)]
    [InlineData(false, "http://example.com", true)]
    [InlineData(false, "https://example.com", false)]
    public void The_servers_own_origin_has_the_connections_scheme(bool isSecure, string origin, bool isAccepted) => Assert.Equal(
        isAccepted ? null : RejectionReason.Origin, Refusal(Examine("{}", Heads.With($"Origin: {origin}"), isSecure: isSecure)));

    [Theory]
    [InlineData(true, "permessage-deflate", true)]
    [InlineData(true, "permessage-deflate; nonsense", false)]
    [InlineData(true, null, false)]
    [InlineData(false, "permessage-deflate", false)]
    public void Compression_is_agreed_on_where_it_is_offered_and_switched_on(bool isOn, string? offer, bool isAgreed)
    {
        var head = offer is null ? Heads.Valid : Heads.With($"Sec-WebSocket-Extensions: {offer}");
        var found = Found(Examine($$"""{ "compression": { "enabled": {{(isOn ? "true" : "false")}} } }""", head));

        Assert.Equal(isAgreed, found.Deflate.IsSome);
        Assert.Equal(isAgreed, found.Acceptance.Response.Contains("\r\nSec-WebSocket-Extensions: permessage-deflate", StringComparison.Ordinal));
    }
}
