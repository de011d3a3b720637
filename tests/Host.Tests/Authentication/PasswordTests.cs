using System.Diagnostics;
using LanguageExt;
using PluginHost.Core.Configuration;
using PluginHost.Core.Policy.Authentication;
using PluginHost.Server.Authentication;
using PluginHost.Server.Handshakes;
using PluginHost.Server.Logging;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Authentication.AuthServer;

namespace PluginHost.Tests.Authentication;

/// <summary>HTTP Basic against a file of users.</summary>
public sealed class PasswordTests
{
    private const string Users = """{ "basic": { "users": "users" } }""";

    [Fact]
    public async Task The_right_password_is_let_in_as_its_user()
    {
        using var server = new AuthServer(Users);
        Assert.Equal(101, await server.StatusAsync(more: Basic("ann", Password)));
        Assert.Equal(("ann", "Basic"), (server.User!.Name, server.User.Scheme));
        Assert.Equal(["admin"], server.User.Roles);
        Assert.Null(server.User.Expires);
        server.AssertHidden(Credentials.WriteBasic("ann", Password));
    }

    [Fact]
    public async Task Names_and_passwords_are_utf_8()
    {
        using var server = new AuthServer(Users);
        Assert.Equal(101, await server.StatusAsync(more: Basic("größe", "пароль ✓")));
        Assert.Equal("größe", server.User!.Name);
    }

    [Theory]
    [InlineData("ann", "correct horsf")]
    [InlineData("ann", "")]
    [InlineData("ann", "correct horse ")]
    [InlineData("Ann", Password)]
    [InlineData("bob", Password)]
    public async Task The_wrong_one_is_401_with_a_challenge_and_no_word_of_which_was_wrong(string user, string password)
    {
        using var server = new AuthServer(Users);
        var answer = await server.AnswerAsync(more: Basic(user, password));
        Assert.StartsWith("HTTP/1.1 401 Unauthorized\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nWWW-Authenticate: Basic realm=\"PluginHost\", charset=\"UTF-8\"\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(await server.AnswerAsync(), answer);
        Assert.Empty(server.Seen);
        server.AssertHidden(Credentials.WriteBasic(user, password));
    }

    [Fact]
    public async Task Both_hashes_are_verified()
    {
        using var server = new AuthServer(Users);
        server.Folder.Write("users", string.Join('\n', Enum.GetValues<PasswordAlgorithm>().Select(algorithm => new PasswordEntry(
            algorithm.ToString(), PasswordHashing.Make("x", algorithm, PasswordHash.MinIterations), Prelude.Seq<string>()))));
        server.Server.Authenticator.Refresh(Quiet);
        Assert.Equal(101, await server.StatusAsync(more: Basic("Sha256", "x")));
        Assert.Equal(101, await server.StatusAsync(more: Basic("Sha512", "x")));
        Assert.Equal(401, await server.StatusAsync(more: Basic("Sha512", "y")));
    }

    [Fact]
    public void A_known_answer_of_PBKDF2_is_verified()
    {
        // By Python's hashlib: pbkdf2_hmac('sha256', b'password', b'saltsalt', 1000, 32)
        var line = "ann:pbkdf2-sha256$1000$c2FsdHNhbHQ=$" + Convert.ToBase64String(Convert.FromHexString(KnownHash));
        var entry = PasswordFile.Read(line).IfLeft(_ => throw new InvalidOperationException())[0];
        Assert.True(PasswordHashing.Verify("password", entry.Password));
        Assert.False(PasswordHashing.Verify("passwore", entry.Password));
    }

    [Fact]
    public async Task The_file_is_read_again_and_a_broken_one_changes_nothing()
    {
        using var server = new AuthServer(Users);
        Assert.Equal(101, await server.StatusAsync(more: Basic("ann", Password)));
        server.Folder.Write("users", UserLine("ann", "other"));
        server.Server.Authenticator.Refresh(Log(server));
        Assert.Equal(401, await server.StatusAsync(more: Basic("ann", Password))); // verified a moment ago, and forgotten
        Assert.Equal(101, await server.StatusAsync(more: Basic("ann", "other")));

        server.Folder.Write("users", UserLine("bob", "x") + "\nann:secret-in-clear\n");
        server.Server.Authenticator.Refresh(Log(server));
        server.Server.Authenticator.Refresh(Log(server));
        var line = Assert.Single(server.Server.Lines, line => line.Contains("stays in use", StringComparison.Ordinal));
        Assert.Contains("users:2:5: a line is user:algorithm", line, StringComparison.Ordinal);
        Assert.Equal(101, await server.StatusAsync(more: Basic("ann", "other")));
        server.AssertHidden("secret-in-clear");

        File.Delete(server.Folder["users"]);
        server.Server.Authenticator.Refresh(Log(server));
        Assert.Contains(server.Server.Lines, one => one.Contains("there is no file", StringComparison.Ordinal));
        Assert.Equal(101, await server.StatusAsync(more: Basic("ann", "other")));
    }

    [Fact]
    public void What_is_remembered_is_forgotten_in_time_and_with_the_file()
    {
        using var folder = new TempFolder();
        folder.Write("users", UserLine("ann", "x", "r"));
        var store = PasswordStore.Load(new BasicPlan("", "users"), ConfigurationReader.Default.Verification, folder.Path).IfLeft(one => throw new InvalidOperationException(one.Message));
        Assert.True(store.Remembered("ann", "x", 0).IsNone);
        Assert.True(store.Verify("ann", "y", 0).IsNone);
        Assert.True(store.Remembered("ann", "y", 0).IsNone);
        Assert.True(store.Verify("ann", "x", 0).IsSome);
        Assert.Equal(Prelude.Some(Prelude.Seq1("r")), store.Remembered("ann", "x", 59_999));
        Assert.True(store.Remembered("ann", "x", 60_000).IsNone);
        Assert.True(store.Remembered("an", "nx", 0).IsNone);
        folder.Write("users", UserLine("ann", "x"));
        store.Refresh(Quiet);
        Assert.True(store.Remembered("ann", "x", 0).IsNone);
    }

    [Theory]
    [InlineData(0, 1000)]
    [InlineData(1, 1000)]
    [InlineData(2, 1000)]
    [InlineData(2, 0)]
    public void As_many_are_remembered_for_as_long_as_the_plan_says(int remembered, int milliseconds)
    {
        using var folder = new TempFolder();
        folder.Write("users", string.Join('\n', UserLine("ann", "x"), UserLine("bob", "x")));
        var verification = ConfigurationReader.Default.Verification with { Remembered = remembered, RememberedFor = TimeSpan.FromMilliseconds(milliseconds) };
        var store = PasswordStore.Load(new BasicPlan("", "users"), verification, folder.Path).IfLeft(one => throw new InvalidOperationException(one.Message));
        Assert.True(store.Verify("ann", "x", 0).IsSome && store.Verify("bob", "x", 0).IsSome);
        Assert.Equal(milliseconds > 0 && remembered > 0, store.Remembered("ann", "x", Math.Max(0, milliseconds - 1)).IsSome);
        Assert.Equal(milliseconds > 0 && remembered > 1, store.Remembered("bob", "x", Math.Max(0, milliseconds - 1)).IsSome);
        Assert.True(store.Remembered("ann", "x", milliseconds).IsNone);
    }

    [Fact]
    public void An_unknown_user_takes_as_long_as_a_known_one()
    {
        using var folder = new TempFolder();
        folder.Write("users", new PasswordEntry("ann", PasswordHashing.Make("x", PasswordAlgorithm.Sha256, 200_000), Prelude.Seq<string>()).ToString());
        var store = PasswordStore.Load(new BasicPlan("", "users"), ConfigurationReader.Default.Verification, folder.Path).IfLeft(one => throw new InvalidOperationException(one.Message));
        double Fastest(string user) => Enumerable.Range(0, 3).Min(_ =>
        {
            var watch = Stopwatch.StartNew();
            Assert.True(store.Verify(user, "wrong", 0).IsNone);
            return watch.Elapsed.TotalMilliseconds;
        });
        Fastest("ann");
        var known = Fastest("ann");
        Assert.True(Fastest("nobody") > known / 5, "an unknown user is told at once");
    }

    [Fact]
    public async Task Guessing_keeps_only_guessers_waiting()
    {
        using var server = new AuthServer("""{ "basic": { "users": "users" }, "concurrency": 1 }""", """, "routes": [{ "path": "/" }, { "path": "/open", "authentication": { "schemes": [] } }]""");
        server.Folder.Write("users", new PasswordEntry("ann", PasswordHashing.Make("x", PasswordAlgorithm.Sha512, 1_000_000), Prelude.Seq<string>()).ToString());
        server.Server.Authenticator.Refresh(Quiet);
        var clients = Enumerable.Range(0, 20).Select(i => server.Ask(more: Basic("ann", $"guess {i}"))).ToArray();
        var gate = server.Server.Authenticator.Gate;
        Assert.Equal((1, 19), (gate.Running, gate.Waiting));
        // The loop goes on: others are served meanwhile.
        Assert.StartsWith("HTTP/1.1 101", ManualServer.Latin1(server.Ask("/open").ReadAvailable()), StringComparison.Ordinal);
        server.Server.Pass(5_200); // by the server's clock: the deadline of the handshakes
        Assert.All(clients.Skip(1), client => Assert.StartsWith("HTTP/1.1 503", ManualServer.Latin1(client.ReadAvailable()), StringComparison.Ordinal));
        await server.Server.Until(() => gate is { Running: 0, Waiting: 0 }, "somebody still waits");
        Assert.Single(server.Seen);
    }

    [Fact]
    public async Task A_user_needs_a_role_where_the_route_says_so()
    {
        using var server = new AuthServer(Users, """, "routes": [{ "path": "/", "authentication": { "roles": ["admin"] } }]""");
        Assert.Equal(101, await server.StatusAsync(more: Basic("ann", Password)));
        Assert.Equal(403, await server.StatusAsync(more: Basic("größe", "пароль ✓")));
        Assert.Equal(401, await server.StatusAsync());
    }

    [Fact]
    public async Task Everybody_is_let_in_where_nobody_need_say_who_it_is_but_not_with_a_wrong_password()
    {
        using var server = new AuthServer("""{ "basic": { "users": "users" }, "anonymous": true }""");
        Assert.Equal(101, await server.StatusAsync());
        Assert.Null(server.User);
        Assert.Equal(401, await server.StatusAsync(more: Basic("ann", "no")));
        Assert.Equal(101, await server.StatusAsync(more: Basic("ann", Password)));
        Assert.Equal("ann", server.Seen.Last().User!.Name);
    }

    [Fact]
    public async Task What_is_refused_anyway_is_refused_without_a_look_at_the_password()
    {
        using var server = new AuthServer(Users);
        Assert.Equal(403, await server.StatusAsync(more: "Origin: https://evil.example\r\n" + Basic("ann", Password)));
        Assert.Equal(400, await server.StatusAsync(protocol: "nobody.serves.this", more: Basic("ann", Password)));
        Assert.Equal(400, await server.StatusAsync(more: Basic("ann", Password) + Basic("ann", Password)));
    }

    private const string KnownHash = "135F7A66144FCF0FB003CE048F31F024ED5CBFF30525D3BA0BFB3199479362A6";

    private static ServerLog Quiet { get; } = LineLogger.Log(LogLevel.None, (_, _) => { });

    private static ServerLog Log(AuthServer server) => LineLogger.Log(LogLevel.Trace, (level, line) => server.Server.Lines.Enqueue($"{level}: {line}"));
}
