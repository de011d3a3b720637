using System.Text;
using LanguageExt;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Core.Protocol.Handshake;
using static LanguageExt.Prelude;
using static PluginHost.Core.Tests.Authentication.Plans;

namespace PluginHost.Core.Tests.Authentication;

public sealed class AuthenticatingTests
{
    private static string Begin(AuthenticationPlan plan, Option<CertificateFacts> certificate, params string[] lines) =>
        Authenticating.Begin(plan, Request("/", lines), certificate).Match(
            step => step.Match(known => known.Match(one => $"{one.Name} by {one.Scheme}", () => "nobody"), (user, _) => $"password of {user}", _ => "token", id => $"ask {id}"),
            rejection => $"{rejection.Status}");

    [Fact]
    public void What_is_shown_says_what_is_to_be_done()
    {
        Assert.Equal("nobody", Begin(AuthenticationPlan.None, None, Basic("ann", "x")));
        Assert.Equal("password of ann", Begin(WithAll, None, Basic("ann", "x")));
        Assert.Equal("token", Begin(WithAll, None, "Authorization: Bearer " + Token));
        Assert.Equal("CN=charger-17, O=Example by Certificate", Begin(WithAll, Facts));
        Assert.Equal("ask gate", Begin(WithPlugin, None));
        Assert.Equal("ask gate", Begin(WithPlugin, None, Basic("ann", "x")));
        Assert.Equal("password of ann", Begin(WithPlugin with { Basic = WithBasic.Basic }, None, Basic("ann", "x")));
        Assert.Equal("ask gate", Begin(WithPlugin with { Basic = WithBasic.Basic }, None));
    }

    [Fact]
    public void Without_a_credential_it_is_401_unless_nobody_need_have_one()
    {
        Assert.Equal("401", Begin(WithAll, None));
        Assert.Equal("nobody", Begin(WithAll with { Anonymous = true }, None));
        Assert.Equal("401", Begin(WithAll with { Anonymous = true }, None, "Authorization: Basic ?"));
        Assert.Equal("403", Begin(WithCertificate, None));
        Assert.Equal("400", Begin(WithAll, None, Basic("a", "b"), Basic("a", "b")));
    }

    [Fact]
    public void A_401_challenges_for_every_scheme()
    {
        var plan = WithAll with { Realm = "the \"x\\" };
        Assert.Equal(
            ["Bearer realm=\"the \\\"x\\\\\"", "Basic realm=\"the \\\"x\\\\\", charset=\"UTF-8\""],
            ChallengesOf(Refused(Authenticating.Begin(plan, Request(), None))));
        Assert.Equal(["Basic realm=\"PluginHost\", charset=\"UTF-8\""], ChallengesOf(Challenges.WrongPassword(WithBasic)));
        Assert.Equal(
            ["Bearer realm=\"PluginHost\", error=\"invalid_token\", error_description=\"the token has expired\""],
            ChallengesOf(Challenges.WrongToken(WithBearer, TokenFault.Expired)));
        Assert.Equal(
            ["Bearer realm=\"PluginHost\", error=\"invalid_request\", error_description=\"one credential at a time\""],
            ChallengesOf(Challenges.Malformed(WithBearer, CredentialFault.Several)));
    }

    [Fact]
    public void Every_other_fault_of_a_token_looks_the_same()
    {
        TokenFault[] same = [TokenFault.Malformed, TokenFault.Signature, TokenFault.NoExpiry, TokenFault.Issuer, TokenFault.Audience, TokenFault.NoUser];
        Assert.Single(same.Select(fault => Challenges.WrongToken(WithBearer, fault).Reply).Distinct());
        Assert.All(Enum.GetValues<TokenFault>(), fault => Assert.Equal(401, Challenges.WrongToken(WithBearer, fault).Status));
    }

    [Fact]
    public void A_password_makes_a_user_with_its_roles_or_401()
    {
        var user = Accepted(Authenticating.Password(WithBasic, "ann", Some(Seq1("admin")))).IfNone(() => throw new InvalidOperationException());
        Assert.Equal(("ann", "Basic", Seq1("admin")), (user.Name, user.Scheme, user.Roles));
        Assert.True(user.Expires.IsNone);
        Assert.Equal(401, Refused(Authenticating.Password(WithBasic, "ann", None)).Status);
    }

    [Fact]
    public void A_user_that_may_not_connect_is_403()
    {
        var plan = WithBasic with { Access = AccessRules.Everybody with { Users = Seq1("bob") } };
        Assert.Equal(403, Refused(Authenticating.Password(plan, "ann", Some(Seq<string>()))).Status);
        Assert.Empty(ChallengesOf(Refused(Authenticating.Password(plan, "ann", Some(Seq<string>())))));
        Assert.True(Authenticating.Password(plan, "bob", Some(Seq<string>())).IsRight);

        var scopes = WithBearer with { Access = AccessRules.Everybody with { Claims = Seq1(new ClaimRule("scope", Seq1("chat"))) } };
        var refused = Refused(Authenticating.Token(scopes, Payload("""{"sub":"ann","exp":1800000000,"scope":"x y"}"""), Now));
        Assert.Equal(403, refused.Status);
        Assert.Contains("error=\"insufficient_scope\"", Assert.Single(ChallengesOf(refused)), StringComparison.Ordinal);
        Assert.True(Authenticating.Token(scopes, Payload("""{"sub":"ann","exp":1800000000,"scope":"x chat"}"""), Now).IsRight);
    }

    [Theory]
    [InlineData(CertificateUserName.Subject, "CN=charger-17, O=Example")]
    [InlineData(CertificateUserName.CommonName, "charger-17")]
    [InlineData(CertificateUserName.AlternativeName, "charger-17.example")]
    public void A_certificate_names_its_user(CertificateUserName which, string name)
    {
        var plan = WithCertificate with { Certificate = new CertificateLoginPlan("", which, Seq<string>()) };
        Assert.Equal(name + " by Certificate", Begin(plan, Facts));
        Assert.Equal(which == CertificateUserName.Subject ? name + " by Certificate" : "403", Begin(plan, Facts with { CommonName = None, Names = Seq<string>() }));
    }

    [Theory]
    [InlineData("CN=charger-17, O=Example", true)]
    [InlineData("dns:charger-17.example", true)]
    [InlineData("ip:192.0.2.1", true)]
    [InlineData("charger-17.example", false)]
    [InlineData("CN=charger-17", false)]
    [InlineData("CN=CHARGER-17, O=Example", false)]
    public void A_certificate_must_be_among_those_that_are_listed(string allowed, bool isServed)
    {
        var plan = WithCertificate with { Certificate = new CertificateLoginPlan("", CertificateUserName.Subject, Seq("other", allowed)) };
        Assert.Equal(isServed ? Facts.Subject + " by Certificate" : "403", Begin(plan, Facts));
    }

    [Fact]
    public void A_certificate_holds_until_it_ends()
    {
        var step = Accepted(Authenticating.Begin(WithCertificate, Request(), Facts));
        var identity = step.Match(known => known, (_, _) => None, _ => None, _ => None).IfNone(() => throw new InvalidOperationException());
        Assert.Equal(Some(Facts.NotAfter), identity.Expires);
        Assert.Contains(new IdentityClaim("name", "dns:charger-17.example"), identity.Claims);
    }

    [Fact]
    public void A_plugins_user_is_held_against_the_rules_too()
    {
        var ann = new Identity("ann", "", Seq<IdentityClaim>(), Seq<string>(), None);
        var onlyBob = WithPlugin with { Access = AccessRules.Everybody with { Users = Seq1("bob") } };
        Assert.True(Authenticating.Plugin(WithPlugin, ann, Now).IsRight);
        Assert.True(Authenticating.Plugin(WithPlugin, None, Now).IsRight);
        Assert.Equal(403, Refused(Authenticating.Plugin(onlyBob, ann, Now)).Status);
        Assert.Equal(403, Refused(Authenticating.Plugin(onlyBob, None, Now)).Status);
        Assert.True(Authenticating.Plugin(onlyBob, ann with { Name = "bob" }, Now).IsRight);
        Assert.Equal(403, Refused(Authenticating.Plugin(WithPlugin, ann with { Expires = Now }, Now)).Status);
        Assert.True(Authenticating.Plugin(WithPlugin, ann with { Expires = Now.AddSeconds(1) }, Now).IsRight);
    }

    [Fact]
    public void A_plugins_challenge_stands_beside_the_others()
    {
        var plan = WithBasic with { Plugin = "gate" };
        var own = Rejection.ByHandler(401, "who?") with { Headers = Seq1(new HeaderField("WWW-Authenticate", "Ticket")) };
        Assert.Equal(["Ticket", "Basic realm=\"PluginHost\", charset=\"UTF-8\""], ChallengesOf(Challenges.Beside(plan, own)));
        Assert.Empty(ChallengesOf(Challenges.Beside(plan, Rejection.ByHandler(403, "no"))));
    }

    [Theory]
    [InlineData("ann", "reader", "x", true)]
    [InlineData("bob", "reader", "x", false)]
    [InlineData("ann", "writer", "x", false)]
    [InlineData("ann", "reader", "z", false)]
    [InlineData("Ann", "reader", "x", false)]
    public void Users_roles_and_claims_must_all_be_right(string name, string role, string value, bool allowed)
    {
        var rules = new AccessRules(Seq("ann", "eve"), Seq("reader", "admin"), Seq(new ClaimRule("a", Seq("x", "y")), new ClaimRule("b", Seq<string>())));
        var identity = new Identity(name, "", Seq(new IdentityClaim("a", value), new IdentityClaim("b", "")), Seq(role, "other"), None);
        Assert.Equal(allowed, rules.Allows(identity));
        Assert.False(rules.Allows(identity with { Claims = Seq1(new IdentityClaim("a", "x")) }));
        Assert.True(AccessRules.Everybody.Allows(identity));
    }

    [Fact]
    public void Words_for_people_name_everything_but_no_secret()
    {
        var plan = WithAll with { Access = new AccessRules(Seq1("ann"), Seq1("admin"), Seq1(new ClaimRule("scope", Seq1("chat")))) };
        Assert.Equal(
            Seq(
                "authentication by name and password (Basic), users in users, or a token (Bearer), in the Authorization header or the query parameter access_token "
                    + "or an offered subprotocol that begins with bearer., or a client certificate",
                "a client without a credential is answered with 401",
                "only users: ann",
                "only users with a role among: admin",
                "only users with the claim scope among: chat"),
            AuthenticationText.Steps(plan));
        Assert.Equal(Seq("basic", "bearer", "certificate"), AuthenticationText.Schemes(plan));
        Assert.Empty(AuthenticationText.Steps(AuthenticationPlan.None));
        Assert.Contains("served too", AuthenticationText.Steps(plan with { Anonymous = true })[1], StringComparison.Ordinal);
        Assert.Equal(1, AuthenticationText.Steps(WithPlugin).Count);
    }

    internal static Either<TokenFault, ReadOnlyMemory<byte>> Payload(string json) => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(json);

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(5, null, 5)]
    [InlineData(null, 5, 5)]
    [InlineData(5, 9, 5)]
    [InlineData(9, 5, 5)]
    public void A_handler_cannot_make_a_credential_last_longer(int? credential, int? named, int? until) =>
        Assert.Equal(At(until), Authenticating.Until(At(credential), At(named)));

    private static DateTimeOffset? At(int? second) => second is { } some ? DateTimeOffset.UnixEpoch.AddSeconds(some) : null;
}
