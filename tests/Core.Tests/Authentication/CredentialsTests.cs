using System.Text;
using LanguageExt;
using PluginHost.Core.Policy.Authentication;
using static PluginHost.Core.Tests.Authentication.Plans;

namespace PluginHost.Core.Tests.Authentication;

public sealed class CredentialsTests
{
    private static string Find(AuthenticationPlan plan, string target, params string[] lines) =>
        Credentials.Find(plan, Request(target, lines), Option<CertificateFacts>.None).Match(
            found => found.Match(
                credential => credential.Match((user, password) => $"{user}|{password}", token => token, facts => facts.Subject), () => "none"),
            fault => fault.ToString());

    [Theory]
    [InlineData("ann", "secret")]
    [InlineData("ann", "")]
    [InlineData("ann", "a:b:c")]
    [InlineData("größe", "пароль ✓")]
    public void Basic_is_read(string user, string password) =>
        Assert.Equal($"{user}|{password}", Find(WithBasic, "/", Basic(user, password)));

    [Theory]
    [InlineData("basic YW5uOng=")]
    [InlineData("BASIC   YW5uOng=")]
    [InlineData("Basic YW5uOng")] // without padding
    public void The_scheme_is_read_in_any_case_and_with_spaces_behind_it(string value) =>
        Assert.Equal("ann|x", Find(WithBasic, "/", "Authorization: " + value));

    [Theory]
    [InlineData("Basic")]
    [InlineData("Basic ")]
    [InlineData("Basic !!!")]
    [InlineData("Basic YW5uOng===")] // too much padding
    [InlineData("Basic YW5uO")] // no whole number of bytes
    [InlineData("Basic YW5u OnB3")] // white space
    [InlineData("Basic YW5u")] // no colon
    [InlineData("Basic OnB3")] // no user
    [InlineData("Basic YW5uOv8=")] // 0xFF is no UTF-8
    [InlineData("Basic YW5uOgA=")] // NUL
    [InlineData("Basic YQpiOng=")] // LF in the name
    public void A_broken_basic_is_malformed(string value) => Assert.Equal("MalformedBasic", Find(WithBasic, "/", "Authorization: " + value));

    [Theory]
    [InlineData("a.b.c", true)]
    [InlineData("a-_9.b.c", true)]
    [InlineData("a.b", false)]
    [InlineData("a.b.", false)] // an unsigned token has an empty last part
    [InlineData("a.b.c.d.e", false)] // encrypted
    [InlineData("a..c", false)]
    [InlineData("a.b.c=", false)]
    [InlineData("a.b+.c", false)]
    [InlineData("a.b.c d", false)]
    [InlineData("", false)]
    public void A_token_has_three_parts_in_base64url(string token, bool isOne) =>
        Assert.Equal(isOne ? token : "MalformedToken", Find(WithBearer, "/", "Authorization: Bearer " + token));

    [Fact]
    public void A_token_comes_from_the_header_the_query_or_an_offer()
    {
        Assert.Equal(Token, Find(WithBearer, "/", "Authorization: bearer " + Token));
        Assert.Equal(Token, Find(WithBearer, "/?a=1&access_token=" + Token));
        Assert.Equal(Token, Find(WithBearer, "/", $"Sec-WebSocket-Protocol: chat.v1, bearer.{Token}"));
        Assert.Equal("MalformedToken", Find(WithBearer, "/?access_token"));
        Assert.Equal("MalformedToken", Find(WithBearer, "/", "Sec-WebSocket-Protocol: bearer."));
    }

    [Fact]
    public void It_comes_from_nowhere_else()
    {
        var onlyHeader = WithBearer with { Bearer = Bearer with { Query = Option<string>.None, Subprotocol = Option<string>.None } };
        Assert.Equal("none", Find(onlyHeader, "/?access_token=" + Token));
        Assert.Equal("none", Find(onlyHeader, "/", $"Sec-WebSocket-Protocol: bearer.{Token}"));
        Assert.Equal("none", Find(WithBearer, "/?Access_token=" + Token));
        Assert.Equal("none", Find(WithBearer, "/", $"Sec-WebSocket-Protocol: Bearer.{Token}"));
        Assert.Equal("none", Find(WithBearer, "/", "Cookie: access_token=" + Token));
    }

    [Fact]
    public void Several_are_one_too_many_whatever_they_are()
    {
        Assert.Equal("Several", Find(WithBearer, "/?access_token=" + Token, "Authorization: Bearer " + Token));
        Assert.Equal("Several", Find(WithBearer, $"/?access_token={Token}&access_token={Token}"));
        Assert.Equal("Several", Find(WithBearer, "/", $"Sec-WebSocket-Protocol: bearer.{Token}, bearer.a.b.c"));
        Assert.Equal("Several", Find(WithAll, "/?access_token=" + Token, Basic("ann", "x")));
        Assert.Equal("Several", Find(WithBasic, "/", Basic("ann", "x"), Basic("ann", "x")));
    }

    [Theory]
    [InlineData("Digest username=\"ann\"")]
    [InlineData("Negotiate abc")]
    [InlineData("")]
    [InlineData("Bearer a.b.c")]
    public void A_header_of_another_scheme_is_no_credential(string value) => Assert.Equal("none", Find(WithBasic, "/", "Authorization: " + value));

    [Fact]
    public void A_certificate_counts_where_nothing_else_is_shown()
    {
        string Of(AuthenticationPlan plan, params string[] lines) => Credentials.Find(plan, Request("/", lines), Facts).Match(
            found => found.Match(one => one.Match((user, _) => user, token => token, facts => facts.Subject), () => "none"), fault => fault.ToString());
        Assert.Equal(Facts.Subject, Of(WithAll));
        Assert.Equal("ann", Of(WithAll, Basic("ann", "x")));
        Assert.Equal("MalformedBasic", Of(WithAll, "Authorization: Basic ?"));
        Assert.Equal("none", Of(WithBasic));
    }

    [Fact]
    public void What_is_shown_is_not_printed()
    {
        Assert.DoesNotContain("hush", new Credential.Basic("hush", "hush").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", new Credential.Bearer("hush").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", new AuthenticationStep.Password("hush", "hush").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", new AuthenticationStep.Token("hush").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_in_latin_1_is_no_utf_8() =>
        Assert.Equal("MalformedBasic", Find(WithBasic, "/", "Authorization: Basic " + Convert.ToBase64String(Encoding.Latin1.GetBytes("é:x"))));
}
