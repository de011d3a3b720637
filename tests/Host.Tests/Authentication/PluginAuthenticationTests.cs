using PluginHost.Abstractions;
using PluginHost.Tests.Server;

namespace PluginHost.Tests.Authentication;

/// <summary>A plugin that decides who may connect to others' handlers.</summary>
public sealed class PluginAuthenticationTests
{
    private static AuthServer Server(Func<HandshakeInfo, CancellationToken, ValueTask<HandshakeDecision>> ask, string authentication = """{ "plugin": "gate" }""", string more = "") =>
        new(authentication, more, new Dictionary<string, Func<HandshakeInfo, CancellationToken, ValueTask<HandshakeDecision>>> { ["gate"] = ask });

    [Fact]
    public async Task It_names_the_user_for_handlers_of_others_and_sees_what_they_do_not()
    {
        HandshakeInfo? asked = null;
        using var server = Server(async (info, _) =>
        {
            await Task.Yield();
            asked = info;
            return HandshakeDecision.AcceptAs(new User("ann") { Scheme = "Ticket", Claims = [new("a", "b")], Roles = ["r"] });
        });
        Assert.Equal(101, await server.StatusAsync("/x?ticket=1", "echo", "Authorization: Ticket needle\r\n"));
        Assert.Equal("Ticket needle", asked!.Header("Authorization"));
        Assert.Equal("echo", asked.Subprotocol);
        Assert.Equal(("ann", "Ticket", "b"), (server.User!.Name, server.User.Scheme, server.User.Claim("a")));
        Assert.True(server.User.IsInRole("r"));
        server.AssertHidden("needle");
    }

    [Fact]
    public async Task It_may_let_a_client_in_without_a_name()
    {
        using var server = Server((_, _) => new(HandshakeDecision.Accept));
        Assert.Equal(101, await server.StatusAsync());
        Assert.Null(server.User);
    }

    [Fact]
    public async Task It_refuses_and_challenges_and_other_schemes_challenge_beside_it()
    {
        using var server = Server(
            (info, _) => new(info.QueryValue("how") == "challenge" ? HandshakeDecision.Challenge("Ticket", "show your ticket") : HandshakeDecision.Refuse(429, "slowly")),
            """{ "plugin": "gate", "basic": { "users": "users" } }""");
        var answer = await server.AnswerAsync("/?how=challenge");
        Assert.StartsWith("HTTP/1.1 401 ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nWWW-Authenticate: Ticket\r\nWWW-Authenticate: Basic realm=\"PluginHost\", charset=\"UTF-8\"\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("show your ticket\n", answer, StringComparison.Ordinal);
        Assert.Equal(429, await server.StatusAsync());
        Assert.Equal(101, await server.StatusAsync(more: AuthServer.Basic("ann", AuthServer.Password))); // the plugin is not asked
    }

    [Fact]
    public async Task The_routes_rules_hold_for_its_users_too()
    {
        using var server = Server(
            (info, _) => new(HandshakeDecision.AcceptAs(info.QueryValue("user")!)), more: """, "routes": [{ "path": "/", "authentication": { "users": ["ann"] } }]""");
        Assert.Equal(101, await server.StatusAsync("/?user=ann"));
        Assert.Equal(403, await server.StatusAsync("/?user=bob"));
    }

    [Fact]
    public async Task Its_users_time_ends_the_connection()
    {
        using var server = Server((_, _) => new(HandshakeDecision.AcceptAs(new User("ann") { Expires = ManualServer.Began.AddSeconds(10) })));
        var client = server.Ask();
        Assert.StartsWith("HTTP/1.1 101 ", await server.AnswerAsync(client), StringComparison.Ordinal);
        server.Server.Pass(9_900);
        Assert.Empty(client.ReadAvailable());
        server.Server.Pass(300);
        Assert.Equal(0x88, client.ReadAvailable()[0]);
    }

    [Theory]
    [InlineData("at once")]
    [InlineData("later")]
    [InlineData("null")]
    public async Task A_fault_is_500_and_its_text_is_not_repeated(string how)
    {
        using var server = Server(async (_, _) =>
        {
            if (how == "later") await Task.Yield();
            return how == "null" ? null! : throw new FormatException("needle");
        });
        var answer = await server.AnswerAsync();
        Assert.StartsWith("HTTP/1.1 500 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("needle", answer, StringComparison.Ordinal);
        Assert.Contains("authentication by gate failed", Assert.Single(server.Server.Lines, line => line.StartsWith("Error", StringComparison.Ordinal)), StringComparison.Ordinal);
        server.AssertHidden("needle");
    }

    [Fact]
    public async Task Faults_in_numbers_put_it_in_quarantine()
    {
        using var server = Server((_, _) => throw new FormatException(), more: """, "handlers": { "faults": 2, "faultSources": 1 }""");
        Assert.Equal(500, await server.StatusAsync());
        Assert.Equal(500, await server.StatusAsync());
        Assert.Contains("\r\nRetry-After: 30\r\n", await server.AnswerAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_takes_too_long_is_503_and_is_told()
    {
        var asked = new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var server = Server(async (_, cancellation) =>
        {
            asked.SetResult(cancellation);
            await Task.Delay(Timeout.Infinite, cancellation);
            return HandshakeDecision.Accept;
        });
        var client = server.Ask();
        var token = await Limit.Within(asked.Task);
        server.Server.Pass(4_800);
        Assert.Empty(client.ReadAvailable());
        server.Server.Pass(400);
        Assert.StartsWith("HTTP/1.1 503 ", ManualServer.Latin1(client.ReadAvailable()), StringComparison.Ordinal);
        await server.Server.Until(() => token.IsCancellationRequested, "it was not told");
        Assert.Empty(server.Seen);
    }

    [Fact]
    public async Task A_handler_names_the_user_anew_but_does_not_lengthen_its_time()
    {
        var ends = ManualServer.Began.AddSeconds(10);
        var renamed = Handler.Inline("renamed", own => new InlineOf(own)).WithDecision((info, _) => new(HandshakeDecision.AcceptAs(new User(info.User!.Name + "2"))));
        using var folder = new TempFolder();
        var server = new ManualServer(
            [renamed], """{ "authentication": { "plugin": "gate" } }""", folder: folder.Path,
            authenticators: new Dictionary<string, Func<HandshakeInfo, CancellationToken, ValueTask<HandshakeDecision>>>
            {
                ["gate"] = (_, _) => new(HandshakeDecision.AcceptAs(new User("ann") { Expires = ends })),
            });
        var client = server.Connect();
        client.Write(ClientFrames.Request("/", "renamed"));
        var answer = "";
        await server.Until(() => (answer += ManualServer.Latin1(client.ReadAvailable())).Length > 0, "there is no answer");
        Assert.StartsWith("HTTP/1.1 101 ", answer, StringComparison.Ordinal);
        Assert.Equal("ann2", server.Connections[0].Handler!.Handshake.User!.Name);
        server.Pass(10_200);
        Assert.Equal(0x88, client.ReadAvailable()[0]);
    }
}
