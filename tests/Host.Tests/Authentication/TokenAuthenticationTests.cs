using PluginHost.Tests.Server;
using static PluginHost.Tests.Authentication.AuthServer;

namespace PluginHost.Tests.Authentication;

/// <summary>Tokens on their way to the server, and what of them is seen behind it.</summary>
public sealed class TokenAuthenticationTests
{
    private const string Everywhere = """
        { "bearer": { "keys": [{ "publicKey": "rsa.pem" }, { "publicKey": "ec.pem" }, { "secret": "{file:secret}" }],
          "query": "access_token", "subprotocol": "bearer." } }
        """;

    [Theory]
    [InlineData("header")]
    [InlineData("query")]
    [InlineData("offer")]
    public async Task It_is_let_in_and_hidden_from_then_on(string carrier)
    {
        using var server = new AuthServer(Everywhere);
        var token = Tokens.Es256(Tokens.Claims(server.Now, ",\"roles\":[\"a\",\"b\"],\"scope\":\"x y\",\"deep\":{\"z\":1}"));
        var answer = carrier switch
        {
            "header" => await server.AnswerAsync("/?x=1", "chat.v1, echo", Bearer(token)),
            "query" => await server.AnswerAsync($"/?x=1&access_token={token}", "chat.v1, echo"),
            _ => await server.AnswerAsync("/?x=1", $"bearer.{token}, chat.v1, echo"),
        };
        Assert.StartsWith("HTTP/1.1 101 ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nSec-WebSocket-Protocol: chat.v1\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(token, answer, StringComparison.Ordinal);
        server.AssertHidden(token);
        var info = Assert.Single(server.Seen);
        Assert.Equal(["chat.v1", "echo"], info.OfferedSubprotocols);
        Assert.Equal("x=1", info.Query);
        Assert.Equal("1", info.QueryValue("x"));
        Assert.Null(info.Header("Authorization"));
        var user = info.User!;
        Assert.Equal(("ann", "Bearer"), (user.Name, user.Scheme));
        Assert.Equal(["a", "b"], user.Roles);
        Assert.True(user.HasClaim("scope", "y"));
        Assert.Equal("""{"z":1}""", user.Claim("deep"));
        Assert.Equal(server.Now.AddSeconds(3600 + 30), user.Expires);
    }

    [Fact]
    public async Task An_offer_that_carries_a_token_counts_as_no_offer()
    {
        using var server = new AuthServer(Everywhere);
        var answer = await server.AnswerAsync("/", "bearer." + Tokens.Hs256(Tokens.Claims(server.Now)));
        Assert.StartsWith("HTTP/1.1 101 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Sec-WebSocket-Protocol", answer, StringComparison.Ordinal);
        Assert.Null(Assert.Single(server.Seen).Subprotocol);
    }

    [Fact]
    public async Task A_wrong_one_is_401_says_why_as_far_as_it_helps_and_is_hidden_too()
    {
        using var server = new AuthServer(Everywhere);
        var expired = Tokens.Rs256($$"""{"sub":"ann","exp":{{server.Now.ToUnixTimeSeconds() - 31}}}""");
        var forged = Tokens.Hs256(Tokens.Claims(server.Now), secret: new byte[32]);
        foreach (var (token, description) in ((string, string)[])[(expired, "the token has expired"), (forged, "the token is not valid here"), ("a.b", "the token is malformed")])
        {
            var answer = await server.AnswerAsync(more: Bearer(token));
            Assert.StartsWith("HTTP/1.1 401 ", answer, StringComparison.Ordinal);
            Assert.Contains(
                $"\r\nWWW-Authenticate: Bearer realm=\"PluginHost\", error=\"invalid_token\", error_description=\"{description}\"\r\n", answer, StringComparison.Ordinal);
            Assert.Equal(401, await server.StatusAsync("/?access_token=" + token));
            if (token != "a.b") Assert.DoesNotContain(token, answer, StringComparison.Ordinal);
            if (token != "a.b") server.AssertHidden(token);
        }
        Assert.Equal(401, await server.StatusAsync());
        Assert.Equal(400, await server.StatusAsync("/?access_token=a.b.c", more: Bearer("a.b.c")));
        Assert.Empty(server.Seen);
    }

    [Fact]
    public async Task Several_schemes_stand_side_by_side()
    {
        using var server = new AuthServer("""{ "basic": { "users": "users" }, "bearer": { "keys": [{ "secret": "{file:secret}" }] }, "realm": "here" }""");
        var answer = await server.AnswerAsync();
        Assert.Contains("\r\nWWW-Authenticate: Bearer realm=\"here\"\r\nWWW-Authenticate: Basic realm=\"here\", charset=\"UTF-8\"\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(101, await server.StatusAsync(more: Basic("ann", Password)));
        Assert.Equal(101, await server.StatusAsync(more: Bearer(Tokens.Hs256(Tokens.Claims(server.Now)))));
        Assert.Equal(["Basic", "Bearer"], server.Seen.Select(info => info.User!.Scheme));
    }

    [Fact]
    public async Task A_user_without_what_the_route_asks_for_is_403()
    {
        using var server = new AuthServer(Everywhere, """, "routes": [{ "path": "/", "authentication": { "claims": [{ "name": "scope", "values": ["chat"] }] } }]""");
        var answer = await server.AnswerAsync(more: Bearer(Tokens.Hs256(Tokens.Claims(server.Now, ",\"scope\":\"x\""))));
        Assert.StartsWith("HTTP/1.1 403 ", answer, StringComparison.Ordinal);
        Assert.Contains("error=\"insufficient_scope\"", answer, StringComparison.Ordinal);
        Assert.Equal(101, await server.StatusAsync(more: Bearer(Tokens.Hs256(Tokens.Claims(server.Now, ",\"scope\":\"x chat\"")))));
    }

    [Fact]
    public async Task A_connection_is_closed_with_3000_when_its_token_has_expired()
    {
        using var server = new AuthServer(Everywhere, """, "keepAlive": { "ping": "1h", "close": "1h" }""");
        var client = server.Ask(more: Bearer(Tokens.Hs256($$"""{"sub":"ann","exp":{{server.Now.ToUnixTimeSeconds() + 60}}}""")));
        Assert.StartsWith("HTTP/1.1 101 ", await server.AnswerAsync(client), StringComparison.Ordinal);
        var others = server.Ask(more: Bearer(Tokens.Hs256(Tokens.Claims(server.Now))));
        await server.AnswerAsync(others);
        server.Server.Pass(89_900); // and the skew
        Assert.Empty(client.ReadAvailable());
        server.Server.Pass(300);
        var frame = client.ReadAvailable();
        Assert.Equal((0x88, 3000), (frame[0], frame[2] << 8 | frame[3]));
        Assert.Equal("the authentication has expired", ManualServer.Latin1(frame[4..]));
        Assert.Empty(others.ReadAvailable());
    }

    [Fact]
    public async Task Nothing_that_is_sent_appears_in_the_log_at_any_level()
    {
        using var server = new AuthServer("""
            { "basic": { "users": "users" }, "bearer": { "keys": [{ "secret": "{file:secret}" }], "query": "t", "subprotocol": "bearer." } }
            """);
        const string Mark = "needle";
        var good = Tokens.Hs256(Tokens.Claims(server.Now), $$"""{"alg":"HS256","x":"{{Mark}}"}""");
        foreach (var more in (string[])
            [Basic("ann", Mark), Basic(Mark, "x"), $"Authorization: Basic {Mark}\r\n", $"Authorization: Bearer {Mark}\r\n", $"Authorization: {Mark}\r\n", Bearer(good), Bearer($"{Mark}.b.c")])
            await server.StatusAsync(more: more);
        await server.StatusAsync($"/?t={Mark}");
        await server.StatusAsync("/", $"echo, bearer.{Mark}");
        await server.StatusAsync($"/?t={Mark}&t={Mark}", $"bearer.{Mark}");
        await server.StatusAsync($"/nowhere?t={Mark}", "nothing", Basic("ann", Mark));
        Assert.NotEmpty(server.Server.Lines);
        server.AssertHidden(Mark);
        server.AssertHidden(good);
        server.AssertHidden(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes("ann:" + Mark)));
    }
}
