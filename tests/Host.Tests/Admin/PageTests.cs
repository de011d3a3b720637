using System.Text.Json;
using PluginHost.Abstractions;
using PluginHost.Admin;
using PluginHost.Server;
using PluginHost.Server.Transports;
using PluginHost.Tests.Authentication;
using PluginHost.Tests.Cli;
using PluginHost.Tests.Clients;
using PluginHost.Tests.Server;

namespace PluginHost.Tests.Admin;

/// <summary>The page: as it is served, and as a browser shows it.</summary>
public class PageTests
{
    private sealed class Room(Session session) : InlineHandler
    {
        public override void OnOpen() => session.Topics.Subscribe(TopicSubscription.To(session.Handshake.Path[1..]));

        public override void OnText(BorrowedMessage message)
        {
            if (message.ToString() == "fail") throw new InvalidOperationException("<b>it fails</b>");
            if (message.ToString() == "bye") session.Close(4002, "<b>reason</b>");
            else session.Topics.Publish(session.Handshake.Path[1..], Publication.Text(message.ToString()));
        }
    }

    private static TestServer Serve(OpenAdmin admin) => TestServer.Start(
        TransportKind.Default, Place.Tcp4, [Handler.Pure("echo", new Plugins.Echo.EchoHandler()), Handler.Inline("room", own => new Room(own))],
        $$""" "admin": { "address": "{{admin.Listener.Site.Address}}" }, "routes": [{ "path": "/" }, { "path": "/rooms/{name}" }] """);

    [Fact]
    public async Task It_is_whole_and_its_policy_lets_in_nothing_from_elsewhere()
    {
        await using var admin = await OpenAdmin.StartAsync();
        await using var server = Serve(admin);
        using var watched = admin.Watch(server.Server);

        using var page = await admin.Http.GetAsync("/");
        Assert.Equal("text/html; charset=utf-8", page.Content.Headers.ContentType!.ToString());
        Assert.Equal(
            $"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ws://{server.EndPoint}; base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
            page.Headers.GetValues("Content-Security-Policy").Single());
        foreach (var name in AdminPage.Names.Where(name => name != "index.html"))
        {
            using var file = await admin.Http.GetAsync("/" + name);
            Assert.Equal(200, (int)file.StatusCode);
            Assert.Equal("nosniff", file.Headers.GetValues("X-Content-Type-Options").Single());
            var text = await file.Content.ReadAsStringAsync();
            Assert.DoesNotContain("innerHTML", text, StringComparison.Ordinal);
            Assert.DoesNotMatch("https?://(?!www\\.w3\\.org/2000/svg)", text);
        }
        Assert.Equal(404, (await admin.GetAsync("/index.html")).Status);
        Assert.Equal(404, (await admin.GetAsync("/page/index.html")).Status);
    }

    [Fact]
    public async Task Its_origin_counts_as_the_servers_own_and_no_other_of_this_machine_does()
    {
        await using var admin = await OpenAdmin.StartAsync();
        await using var server = Serve(admin);
        async Task<string> Status(string origin)
        {
            using var client = server.Raw();
            return (await client.RequestAsync(ClientFrames.Request("/", "echo", $"Origin: {origin}\r\n"))).Split(' ')[1];
        }

        var port = new Uri(admin.Listener.Url).Port;
        Assert.Equal("101", await Status($"http://localhost:{port}"));
        Assert.Equal("101", await Status($"http://127.0.0.1:{port}"));
        Assert.Equal("403", await Status($"http://localhost:{(port == 65535 ? 1 : port + 1)}"));
        Assert.Equal("403", await Status($"https://localhost:{port}"));
        Assert.Equal("403", await Status($"http://evil.example:{port}"));
    }

    [ClientFact("chromium")]
    public async Task A_person_talks_to_every_subprotocol_and_sees_what_goes_on()
    {
        await using var admin = await OpenAdmin.StartAsync();
        await using var server = Serve(admin);
        using var watched = admin.Watch(server.Server);
        var shots = Environment.GetEnvironmentVariable("SCREENSHOTS") is { Length: > 0 } folder ? [folder] : Array.Empty<string>();

        var seen = await ForeignClient.RunAsync("node", ["node/admin.mjs", admin.Listener.Url + "/", .. shots]);

        const string Hostile = "<img src=x onerror=\"window.pwned=1\"><b>bold</b>";
        string Raw(string name) => seen.GetProperty(name).GetRawText();
        Assert.Equal(["echo", "room"], seen.GetProperty("tokens").Deserialize<string[]>()!);
        Assert.Equal($"Connected to ws://{server.EndPoint}/ with echo.", seen.GetProperty("link").GetString());
        Assert.Equal(
            [
                ["event", "open", $"ws://{server.EndPoint}/, subprotocol echo"],
                ["out", "text 47 B", Hostile],
                ["in", "text 47 B", Hostile],
                ["out", "bin 3 B", "00 ff 7f"],
                ["in", "bin 3 B", "00 ff 7f"],
                ["out", "bin 4 B", "01 02 03 fe"],
                ["in", "bin 4 B", "01 02 03 fe"],
                ["event", "close", "closed with 4001"],
            ],
            seen.GetProperty("talked").Deserialize<string[][]>()!);
        Assert.True(seen.GetProperty("times").GetBoolean());
        Assert.Equal("Not sent: a byte has two hexadecimal digits; one is missing", seen.GetProperty("hexProblem").GetString());
        Assert.Equal("Not connected: closed with 4001.", seen.GetProperty("closed").GetString());
        Assert.StartsWith("Not connected: refused with 404, nothing is served", seen.GetProperty("refused").GetString(), StringComparison.Ordinal);
        Assert.Contains(seen.GetProperty("why").Deserialize<string[][]>()!, step => step is ["refused", "route", "404: no route of the listener \"main\" matches the path"]);
        Assert.Equal("""["Nothing on this page has that.","0 of 1 shown"]""", Raw("none"));
        Assert.Equal("""[1,"1"]""", Raw("some"));
        Assert.Equal("""[["descending","1"],["ascending","1"],["none","1"]]""", Raw("sorted"));
        var fault = seen.GetProperty("fault").Deserialize<string[]>()!;
        Assert.Equal(["test", "room", "InvalidOperationException: <b>it fails</b>"], fault[..3]);
        Assert.Contains("Room.OnText", fault[3], StringComparison.Ordinal);
        Assert.All(seen.GetProperty("axes").Deserialize<string[]>()!, axis => Assert.Equal("true 0 true true", axis));
        Assert.Equal("\"Id\"", seen.GetProperty("titles")[0].GetString());
        Assert.Equal(0, seen.GetProperty("injected").GetInt32());
        var row = seen.GetProperty("row").Deserialize<string[]>()!;
        Assert.StartsWith("127.0.0.1:", row[1], StringComparison.Ordinal);
        Assert.Equal(("–", "/rooms/" + Hostile, "room"), (row[2], row[3], row[4]));
        Assert.Equal("closed with 4002: <b>reason</b>", seen.GetProperty("bye").GetString());
        Assert.Equal("""["room"]""", Raw("pressed"));
        Assert.Equal(0, seen.GetProperty("overflow").GetInt32());
        Assert.Equal("Skip to the test client", seen.GetProperty("first").GetString());
        Assert.Equal("[]", Raw("unnamed"));
        Assert.Equal("""{"text":"refused","html":"refused","fetch":"refused","socket":"connect-src"}""", Raw("policy"));
        Assert.DoesNotContain(seen.GetProperty("problems").EnumerateArray(), one => !one.GetString()!.Contains("/no/such/path", StringComparison.Ordinal));
        Assert.Equal($"""["{admin.Listener.Url}"]""", Raw("hosts"));
    }

    [ClientFact("chromium")]
    public async Task A_person_logs_in_as_a_browser_can()
    {
        using var folder = new TempFolder();
        folder.Write("users", AuthServer.UserLine("ann", AuthServer.Password) + "\n");
        folder.Write("plugins.json", $$"""
            {
              "listeners": [{ "name": "main", "address": "127.0.0.1:0" }], "admin": { "address": "127.0.0.1:0" }, "scripts": { "discover": false },
              "authentication": {
                "basic": { "users": "users" }, "bearer": { "keys": [{ "secret": {{Tokens.Json(Tokens.SecretText)}} }], "query": "access_token", "subprotocol": "bearer." }, "schemes": []
              },
              "routes": [
                { "path": "/", "origins": "any" },
                { "path": "/private/{name}", "protocols": ["echo"], "origins": "any", "authentication": { "schemes": ["basic", "bearer"] } }
              ]
            }
            """);
        await using var host = HostProcess.Start(folder.Path, "--json");
        using var started = JsonDocument.Parse(await host.LineAsync(_ => true));
        var (listener, admin) = (started.RootElement.GetProperty("listeners")[0].GetProperty("url").GetString(), started.RootElement.GetProperty("admin").GetString()!);
        var token = Tokens.Hs256($$"""{"sub":"bob","exp":{{DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds()}}}""");

        var seen = await ForeignClient.RunAsync("node", ["node/admin-login.mjs", admin + "/", AuthServer.Password, token]);

        string[] Said(string name) => seen.GetProperty(name).Deserialize<string[]>()!;
        var connected = $"Connected to {listener}/private/ann with echo.";
        Assert.Equal(["/private/name", "/"], Said("suggested"));
        Assert.False(seen.GetProperty("open").GetBoolean()); // no login at "/"
        Assert.Equal("This route asks for a login: basic or bearer.", seen.GetProperty("hint").GetString());
        Assert.Equal(["", "basic", "query", "subprotocol"], Said("ways"));
        Assert.StartsWith("Not connected: refused with 401, ", Said("nothing")[0], StringComparison.Ordinal);
        Assert.StartsWith("answer: 401, ", Said("nothing")[1], StringComparison.Ordinal);
        Assert.StartsWith("Not connected: the routes let this handshake in. It was refused by a credential that does not count,", Assert.Single(Said("wrong")), StringComparison.Ordinal);
        Assert.Equal([connected], Said("basic"));
        Assert.Equal([connected], Said("query"));
        Assert.Equal([connected], Said("subprotocol"));
        Assert.Equal(["Not connected: refused with 400, more than one credential was sent.", "answer: 400, more than one credential was sent"], Said("both"));
        Assert.False(seen.GetProperty("leaked").GetBoolean());
    }
}
