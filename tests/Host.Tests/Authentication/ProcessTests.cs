using System.Net.WebSockets;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Tests.Cli;
using PluginHost.Tests.Clients;
using PluginHost.Tests.Loading;

namespace PluginHost.Tests.Authentication;

/// <summary>A running host that logs everything it can, a plugin that says who is there, and one that authenticates.</summary>
public sealed class GuardedHost : IAsyncLifetime
{
    public const string Password = "correct-horse-battery";

    private const string Gate = """
        public class GatePlugin : Plugin
        {
            public override PluginDescription Describe() => new PluginDescription("Gate", "1.0", new HandlerDescription[0]).WithAuthentication(Ask);

            private static async ValueTask<HandshakeDecision> Ask(HandshakeInfo handshake, CancellationToken cancellation)
            {
                await Task.Yield();
                switch (handshake.QueryValue("ticket"))
                {
                    case "good": return HandshakeDecision.AcceptAs(new User("eve") { Scheme = "Ticket", Roles = new[] { "guest" } });
                    case "brief": return HandshakeDecision.AcceptAs(new User("eve") { Expires = DateTimeOffset.UtcNow.AddSeconds(1) });
                    case "throw": throw new InvalidOperationException("ticket=throw");
                    case "slow": await Task.Delay(-1, cancellation); return HandshakeDecision.Accept;
                    default: return HandshakeDecision.Challenge("Ticket", "a ticket is needed");
                }
            }
        }
        """;

    private const string Who = """
        public class WhoPlugin : Plugin
        {
            public override PluginDescription Describe() => new("Who", "1.0", new[] { Handler.Inline("echo", own => new Who(own)) });
        }
        public class Who(Session session) : InlineHandler
        {
            public override void OnText(BorrowedMessage message)
            {
                var user = session.Handshake.User;
                session.SendText(user is null ? "nobody" : user.Name + " by " + user.Scheme);
            }
        }
        """;

    private HostProcess _host = null!;

    /// <summary>Its folder.</summary>
    public TempFolder Folder { get; } = new();

    /// <summary>Where it listens.</summary>
    public string Url { get; private set; } = "";

    /// <summary>A token that counts.</summary>
    public string Token { get; } = Tokens.Es256(Tokens.Claims(DateTimeOffset.UtcNow));

    /// <summary>What it has logged.</summary>
    public string Log => _host.Error;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        PluginSource.Compile(Folder["plugins"], "gate", Gate);
        PluginSource.Compile(Folder["plugins"], "who", Who);
        Folder.Write("users", AuthServer.UserLine("ann", Password) + "\n");
        Folder.Write("ec.pem", Tokens.Ec.ExportSubjectPublicKeyInfoPem());
        Folder.Write("plugins.json", """
            {
              "listeners": [{ "name": "public", "address": "127.0.0.1:0" }],
              "limits": { "handshake": "10s" },
              "handlers": { "faults": 100 },
              "authentication": {
                "basic": { "users": "users" },
                "bearer": { "keys": [{ "publicKey": "ec.pem" }], "query": "access_token", "subprotocol": "bearer." },
                "plugin": "gate",
                "schemes": ["basic", "bearer"]
              },
              "routes": [
                { "path": "/", "origins": "any" },
                { "path": "/gate", "authentication": { "schemes": ["plugin"] } },
                { "path": "/members", "authentication": { "users": ["bob"] } }
              ]
            }
            """);
        _host = HostProcess.Start(Folder.Path, "--json", "--log", "trace");
        Url = (await _host.StartedAsync())["public"];
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        Folder.Dispose();
    }
}

/// <summary>The real process: real clients, a real plugin, the command line.</summary>
public sealed class ProcessTests(GuardedHost served) : IClassFixture<GuardedHost>
{
    private const string Ann = "ann by Basic";

    private string[] Arguments(string script) => [script, served.Url, "ann", GuardedHost.Password, served.Token];

    private void AssertHidden()
    {
        Assert.DoesNotContain(served.Token, served.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(served.Token[..^8], served.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(GuardedHost.Password, served.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(Credentials.WriteBasic("ann", GuardedHost.Password), served.Log, StringComparison.Ordinal);
    }

    [ClientFact("ws")]
    public async Task Ws_of_npm_proves_who_it_is()
    {
        var result = await ForeignClient.RunAsync("node", Arguments("node/auth-client.mjs"));

        Assert.Equal($$"""{"protocol":"echo","answer":"{{Ann}}"}""", result.GetProperty("basic").GetRawText());
        foreach (var way in (string[])["header", "query", "offer"])
            Assert.Equal("""{"protocol":"echo","answer":"ann by Bearer"}""", result.GetProperty(way).GetRawText());
        Assert.Equal(401, result.GetProperty("wrong").GetProperty("status").GetInt32());
        Assert.Contains("error=\"invalid_token\"", result.GetProperty("forged").GetProperty("challenge").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            "Bearer realm=\"PluginHost\", Basic realm=\"PluginHost\", charset=\"UTF-8\"", result.GetProperty("nothing").GetProperty("challenge").GetString());
        AssertHidden();
    }

    [ClientFact("websockets")]
    public async Task Websockets_of_python_proves_who_it_is()
    {
        var result = await ForeignClient.RunAsync("/usr/bin/python3", Arguments("python/auth_client.py"));

        Assert.Equal(Ann, result.GetProperty("basic").GetProperty("answer").GetString());
        Assert.Equal("ann by Bearer", result.GetProperty("header").GetProperty("answer").GetString());
        foreach (var way in (string[])["wrong", "forged", "nothing"]) Assert.Equal(401, result.GetProperty(way).GetProperty("status").GetInt32());
        AssertHidden();
    }

    [ClientFact("chromium")]
    public async Task Chromium_shows_a_token_as_an_offer()
    {
        var result = await ForeignClient.RunAsync("node", "node/browser-token.mjs", served.Url, served.Token);

        foreach (var way in (string[])["right", "first"])
            Assert.Equal("""{"protocol":"echo","answer":"ann by Bearer"}""", result.GetProperty(way).GetRawText());
        foreach (var way in (string[])["wrong", "nothing", "alone"]) Assert.True(result.GetProperty(way).GetProperty("error").GetBoolean());
        AssertHidden();
    }

    [Fact]
    public async Task A_plugin_that_was_dropped_in_decides_for_the_handlers_of_another()
    {
        using (var good = await Served.ConnectAsync(served.Url + "/gate?ticket=good", "echo"))
            Assert.Equal("eve by Ticket", await good.AskAsync("who am I"));
        Assert.Equal(401, await StatusAsync("/gate"));
        Assert.Equal(500, await StatusAsync("/gate?ticket=throw"));
        using var brief = await Served.ConnectAsync(served.Url + "/gate?ticket=brief", "echo");
        var end = await brief.ReceiveAsync(new byte[100], Served.Limit());
        Assert.Equal((WebSocketMessageType.Close, 3000, "the authentication has expired"), (end.MessageType, (int)end.CloseStatus!, end.CloseStatusDescription));
        Assert.DoesNotContain("ticket=throw", served.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Users_are_read_again_while_it_runs()
    {
        // Appended to, so that the other tests' user stays.
        await File.AppendAllTextAsync(served.Folder["users"], AuthServer.UserLine("late", "x") + "\n");
        var header = "Basic " + Credentials.WriteBasic("late", "x");
        var status = 0;
        for (var end = DateTime.UtcNow.AddSeconds(60); status != 101 && DateTime.UtcNow < end; await Task.Delay(50)) status = await StatusAsync("/", "Authorization", header);
        Assert.Equal(101, status);
        Assert.Equal(401, await StatusAsync("/", "Authorization", "Basic " + Credentials.WriteBasic("late", "y")));
    }

    [Fact]
    public async Task A_route_that_a_plugin_guards_is_kept_when_scripts_are_read_again()
    {
        served.Folder.Write("scripts/late.sbn", "{{# protocols: late.v1 ~}}\n{{ connection.user }}\n");
        string? answer = null;
        for (var end = DateTime.UtcNow.AddSeconds(60); answer is null && DateTime.UtcNow < end; await Task.Delay(50))
        {
            try
            {
                using var client = await Served.ConnectAsync(served.Url + "/gate?ticket=good", "late.v1");
                answer = await client.AskAsync("who am I");
            }
            catch (WebSocketException)
            {
                // Nobody serves it yet.
            }
        }
        Assert.Equal("eve", answer?.Trim());
        Assert.Equal(401, await StatusAsync("/gate"));
    }

    [Fact]
    public async Task The_frameworks_own_client_proves_who_it_is()
    {
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("echo");
        client.Options.SetRequestHeader("Authorization", "Basic " + Credentials.WriteBasic("ann", GuardedHost.Password));
        await client.ConnectAsync(new Uri(served.Url), Served.Limit());
        Assert.Equal(Ann, await client.AskAsync("who am I"));
        Assert.Equal(403, await StatusAsync("/members", "Authorization", "Basic " + Credentials.WriteBasic("ann", GuardedHost.Password)));
        AssertHidden();
    }

    [Fact]
    public async Task Explain_says_what_a_route_wants_and_repeats_no_credential()
    {
        var where = new[]
        {
            new[] { "--path", "/?access_token=" + served.Token, "--offer", "echo" },
            ["--offer", "echo,bearer." + served.Token],
            ["--offer", "echo", "--header", "Authorization: Bearer " + served.Token],
        };
        foreach (var arguments in where)
        {
            var explain = await HostProcess.RunAsync(served.Folder.Path, ["explain", "--json", "--host", "localhost", .. arguments]);

            Assert.True(explain.ExitCode == 0, explain.Output + explain.Error);
            Assert.Equal("""["basic","bearer"]""", explain.Json.GetProperty("authentication").GetRawText());
            var steps = explain.Json.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("text").GetString()!).ToArray();
            Assert.Contains("offered: echo", steps);
            Assert.Contains(steps, step => step.StartsWith("authentication by name and password (Basic), users in users, or a token (Bearer)", StringComparison.Ordinal));
            Assert.Contains("a client without a credential is answered with 401", steps);
            Assert.Contains("a token is sent; whether it counts is not looked at here", steps);
            Assert.DoesNotContain(served.Token, explain.Output, StringComparison.Ordinal);
        }
        var without = await HostProcess.RunAsync(served.Folder.Path, "explain", "--json", "--host", "localhost", "--offer", "echo");
        Assert.Equal((1, 401), (without.ExitCode, without.Json.GetProperty("status").GetInt32()));
    }

    [Fact]
    public async Task Check_finds_what_is_wrong_with_users_keys_and_plugins()
    {
        using var folder = new TempFolder();
        folder.Copy(served.Folder["plugins"], "plugins");
        folder.Write("users", "ann:hush\n");
        folder.Write("key", Tokens.Rsa.ExportPkcs8PrivateKeyPem());
        folder.Write("plugins.json", """
            {
              "authentication": {
                "basic": { "users": "users" }, "certificate": {}, "schemes": ["basic", "bearer"],
                "bearer": { "keys": [{ "publicKey": "key" }, { "jwks": "nowhere" }, { "secret": "too short" }] }
              },
              "routes": [{ "path": "/", "authentication": { "plugin": "gat", "schemes": ["plugin"] } }, { "path": "/c", "authentication": { "schemes": ["certificate"] } }]
            }
            """);

        var check = await HostProcess.RunAsync(folder.Path, "check", "--json");

        Assert.Equal(1, check.ExitCode);
        var problems = check.Json.GetProperty("problems").EnumerateArray().ToDictionary(
            one => one.GetProperty("pointer").GetString()!, one => one.GetProperty("message").GetString()!);
        Assert.Contains("users:1:5: a line is", problems["/authentication/basic/users"], StringComparison.Ordinal);
        Assert.Contains("asked for no certificate", problems["/authentication/certificate"], StringComparison.Ordinal);
        Assert.Contains("private key", problems["/authentication/bearer/keys/0/publicKey"], StringComparison.Ordinal);
        Assert.Contains("there is no file", problems["/authentication/bearer/keys/1/jwks"], StringComparison.Ordinal);
        Assert.Contains("HS256 needs 32", problems["/authentication/bearer/keys/2/secret"], StringComparison.Ordinal);
        Assert.Contains("no plugin \"gat\" authenticates clients; there is \"gate\"", problems["/routes/0/authentication/plugin"], StringComparison.Ordinal);
        Assert.Equal(6, problems.Count);
        Assert.DoesNotContain("hush", check.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("too short", check.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hash_password_makes_a_line_that_lets_its_user_in()
    {
        await using var host = HostProcess.Start(served.Folder.Path, "hash-password", "bob", "--role", "a", "--role", "b", "--iterations", "1000", "--algorithm", "pbkdf2-sha512");
        await host.Input.WriteLineAsync("pass: wörd");
        host.Input.Close();
        var result = await host.EndAsync();

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        using var server = new AuthServer("""{ "basic": { "users": "users" } }""");
        server.Folder.Write("users", result.Output);
        server.Server.Authenticator.Refresh(PluginHost.Tests.Server.LineLogger.Log(LogLevel.None, (_, _) => { }));
        Assert.Equal(101, await server.StatusAsync(more: AuthServer.Basic("bob", "pass: wörd")));
        Assert.Equal(["a", "b"], server.User!.Roles);
    }

    [Theory]
    [InlineData(2, "x\n", "a:b")]
    [InlineData(2, "x\n", "bob", "--role", "a,b")]
    [InlineData(2, "x\n", "bob", "--iterations", "999")]
    [InlineData(2, "x\n", "bob", "--algorithm", "md5")]
    [InlineData(2, "x\n", "bob", "secret")] // a password on the command line is none
    [InlineData(1, "", "bob")]
    [InlineData(1, "\n", "bob")]
    [InlineData(1, "a\tb\n", "bob")]
    public async Task Hash_password_says_what_is_wrong(int exit, string input, params string[] arguments)
    {
        await using var host = HostProcess.Start(served.Folder.Path, ["hash-password", .. arguments]);
        await host.Input.WriteAsync(input);
        host.Input.Close();
        var result = await host.EndAsync();
        Assert.Equal((exit, ""), (result.ExitCode, result.Output));
        Assert.NotEmpty(result.Error);
    }

    private async Task<int> StatusAsync(string path, string? header = null, string? value = null)
    {
        using var client = new ClientWebSocket();
        client.Options.CollectHttpResponseDetails = true;
        client.Options.AddSubProtocol("echo");
        if (header is not null) client.Options.SetRequestHeader(header, value);
        try
        {
            await client.ConnectAsync(new Uri(served.Url + path), Served.Limit());
        }
        catch (WebSocketException)
        {
            // The status says it.
        }
        return (int)client.HttpStatusCode;
    }
}
