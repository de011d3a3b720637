using System.Text;
using LanguageExt;
using PluginHost.Core.Policy.Authentication;
using static LanguageExt.Prelude;
using static PluginHost.Core.Tests.Authentication.Plans;

namespace PluginHost.Core.Tests.Authentication;

/// <summary>What a token says, and whether it counts.</summary>
public sealed class TokenTests
{
    private static readonly long Second = Now.ToUnixTimeSeconds();

    private static Either<TokenFault, Identity> Check(TokenRules rules, string json) =>
        TokenClaims.Read(Encoding.UTF8.GetBytes(json)).Bind(claims => rules.Check(claims, Now));

    private static string Fault(TokenRules rules, string json) => Check(rules, json).Match(_ => "ok", fault => fault.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("{\"sub\":\"ann\"")]
    [InlineData("{\"sub\":5}")]
    [InlineData("{\"iss\":[\"a\"]}")]
    [InlineData("{\"exp\":\"1800000000\"}")]
    [InlineData("{\"exp\":null}")]
    [InlineData("{\"nbf\":true}")]
    [InlineData("{\"aud\":5}")]
    [InlineData("{\"aud\":[5]}")]
    [InlineData("{\"exp\":1800000000,\"exp\":1900000000}")]
    [InlineData("{\"sub\":\"\\ud800\"}")]
    public void What_is_no_set_of_claims_is_malformed(string json) => Assert.Equal("Malformed", Fault(TokenRules.Default, json));

    [Theory]
    [InlineData(-30, "Expired")]
    [InlineData(-29, "ok")]
    [InlineData(0, "ok")]
    [InlineData(3600, "ok")]
    public void It_counts_until_its_end_and_the_skew(int seconds, string outcome) =>
        Assert.Equal(outcome, Fault(TokenRules.Default, $$"""{"sub":"ann","exp":{{Second + seconds}}}"""));

    [Theory]
    [InlineData(30, "ok")]
    [InlineData(31, "NotYetValid")]
    public void It_counts_from_its_beginning_less_the_skew(int seconds, string outcome) =>
        Assert.Equal(outcome, Fault(TokenRules.Default, $$"""{"sub":"ann","exp":{{Second + 100}},"nbf":{{Second + seconds}}}"""));

    [Theory]
    [InlineData("1e300", "ok")]
    [InlineData("253402300799", "ok")]
    [InlineData("-1e300", "Expired")]
    [InlineData("0", "Expired")]
    [InlineData("1.8e9", "ok")]
    public void An_absurd_end_is_an_end(string end, string outcome) =>
        Assert.Equal(outcome, Fault(TokenRules.Default, $$"""{"sub":"ann","exp":{{end}}}"""));

    [Fact]
    public void Its_users_time_ends_when_it_would_not_count_any_more()
    {
        Option<DateTimeOffset> End(string json) => Check(TokenRules.Default with { RequireExpiry = false }, json).Match(one => one.Expires, _ => throw new InvalidOperationException());
        Assert.Equal(Some(Now.AddSeconds(130)), End($$"""{"sub":"ann","exp":{{Second + 100}}}"""));
        Assert.Equal(Some(Now.AddMilliseconds(30_500)), End($$"""{"sub":"ann","exp":{{Second}}.5}"""));
        Assert.True(End("""{"sub":"ann"}""").IsNone);
    }

    [Fact]
    public void It_has_an_end_unless_it_need_not()
    {
        Assert.Equal("NoExpiry", Fault(TokenRules.Default, """{"sub":"ann"}"""));
        Assert.Equal("ok", Fault(TokenRules.Default with { RequireExpiry = false }, """{"sub":"ann"}"""));
        Assert.Equal("Expired", Fault(TokenRules.Default with { RequireExpiry = false }, """{"sub":"ann","exp":1}"""));
    }

    [Theory]
    [InlineData("\"a\"", "ok")]
    [InlineData("\"A\"", "Issuer")]
    [InlineData("\"a/\"", "Issuer")]
    [InlineData(null, "Issuer")]
    public void Its_issuer_is_among_those_listed(string? issuer, string outcome) => Assert.Equal(
        outcome,
        Fault(TokenRules.Default with { Issuers = Seq("b", "a") }, $$"""{"sub":"ann","exp":{{Second + 1}}{{(issuer is null ? "" : ",\"iss\":" + issuer)}}}"""));

    [Theory]
    [InlineData(true, "\"us\"", "ok")]
    [InlineData(true, "[\"x\",\"us\"]", "ok")]
    [InlineData(true, "[]", "Audience")]
    [InlineData(true, "\"them\"", "Audience")]
    [InlineData(true, null, "Audience")]
    [InlineData(false, "\"us\"", "Audience")]
    [InlineData(false, null, "ok")]
    public void It_is_for_this_server(bool listed, string? audience, string outcome) => Assert.Equal(
        outcome,
        Fault(
            TokenRules.Default with { Audiences = listed ? Seq("us", "also us") : Seq<string>() },
            $$"""{"sub":"ann","exp":{{Second + 1}}{{(audience is null ? "" : ",\"aud\":" + audience)}}}"""));

    [Fact]
    public void It_names_a_user()
    {
        Assert.Equal("NoUser", Fault(TokenRules.Default, $$"""{"exp":{{Second + 1}}}"""));
        Assert.Equal("NoUser", Fault(TokenRules.Default, $$"""{"sub":"","exp":{{Second + 1}}}"""));
        var rules = TokenRules.Default with { NameClaim = "email", RolesClaim = "groups" };
        var user = Check(rules, $$"""{"sub":"1","email":"ann@example","groups":["a","b"],"roles":["c"],"exp":{{Second + 1}}}""")
            .Match(one => one, _ => throw new InvalidOperationException());
        Assert.Equal(("ann@example", "Bearer", Seq("a", "b")), (user.Name, user.Scheme, user.Roles));
    }

    [Fact]
    public void Claims_are_flattened()
    {
        var claims = TokenClaims.Read(Encoding.UTF8.GetBytes("""{"a":"x","b":[1,"y",null,{"z":1}],"c":{"d":[1]},"e":true,"f":null,"scope":"r  w","iss":"i"}"""))
            .Match(one => one.All, _ => throw new InvalidOperationException());
        Assert.Equal(
            Seq(("a", "x"), ("b", "1"), ("b", "y"), ("b", """{"z":1}"""), ("c", """{"d":[1]}"""), ("e", "true"), ("scope", "r"), ("scope", "w"), ("iss", "i")),
            claims.Map(one => (one.Name, one.Value)));
    }
}
