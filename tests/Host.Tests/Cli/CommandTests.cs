using System.Text.Json;

namespace PluginHost.Tests.Cli;

public class CommandTests
{
    private const string File = """
        {
          "listeners": [{ "name": "public", "address": "127.0.0.1:8099" }, { "name": "inner", "address": "unix:inner.sock" }],
          "routes": [
            { "path": "/", "protocols": ["echo", "upper.v1"], "noMatch": "acceptThenClose" },
            { "path": "/rooms/{room}", "protocols": ["chat.v1"], "noOffer": "reject", "origins": ["https://example.com"] },
            { "path": "/inner", "listener": "inner", "protocols": ["echo"] },
          ],
        }
        """;

    [Fact]
    public async Task Check_sums_up_what_would_be_served_and_opens_nothing()
    {
        using var folder = Folder();

        var check = await HostProcess.RunAsync(folder.Path, "check");

        Assert.Equal(0, check.ExitCode);
        Assert.Equal(
            [
                "plugins.json: no problems",
                "listeners: public 127.0.0.1:8099, inner unix:inner.sock",
                "routes: /, /rooms/{room}, /inner",
                "plugins: chat, echo, upper",
                "subprotocols: chat.v1, echo, upper.v1",
            ],
            check.Lines);
        Assert.Equal("", check.Error);
        Assert.False(System.IO.File.Exists(folder["inner.sock"]));
    }

    [Fact]
    public async Task Check_as_JSON()
    {
        using var folder = Folder();

        var check = await HostProcess.RunAsync("/", "check", "--json", "-c", folder["plugins.json"]);

        Assert.Equal(0, check.ExitCode);
        Assert.True(check.Json.GetProperty("valid").GetBoolean());
        Assert.Equal(folder["plugins.json"], check.Json.GetProperty("config").GetString());
        Assert.Equal(3, check.Json.GetProperty("routes").GetInt32());
        Assert.Equal(3, check.Json.GetProperty("plugins").GetArrayLength());
    }

    [Fact]
    public async Task List_shows_versions_contract_subprotocols_and_files()
    {
        using var folder = Folder();

        var list = await HostProcess.RunAsync(folder.Path, "list");
        var json = (await HostProcess.RunAsync(folder.Path, "list", "--json")).Json.GetProperty("plugins");

        Assert.Equal(0, list.ExitCode);
        var echo = list.Lines.Select(line => line.Split('\t')).Single(row => row[0] == "echo");
        Assert.Equal(["echo", "1.0", "1.0", "echo", "sends every message back"], echo[..5]);
        Assert.EndsWith("/plugins/echo/echo.dll", echo[5], StringComparison.Ordinal);
        Assert.True(System.IO.File.Exists(echo[5]));
        Assert.Equal(["chat", "echo", "upper"], json.EnumerateArray().Select(one => one.GetProperty("id").GetString()));
        var handler = json[0].GetProperty("handlers")[0];
        Assert.Equal("inline", handler.GetProperty("kind").GetString());
        Assert.True(handler.GetProperty("decides").GetBoolean());
    }

    [Fact]
    public async Task Explain_names_route_handler_and_every_step()
    {
        using var folder = Folder();

        var explain = await HostProcess.RunAsync(folder.Path, "explain", "--path", "/rooms/a%20b?name=x", "--offer", "mqtt,chat.v1", "--origin", "https://example.com");

        Assert.Equal(0, explain.ExitCode);
        Assert.Contains("route                    the path \"/rooms/a%20b\" arrives on the listener \"public\"", explain.Lines);
        Assert.Contains("                no       route /routes/0 \"/\" does not match: it has 0 segments, the path has 2", explain.Lines);
        Assert.Contains("                ok       route /routes/1 \"/rooms/{room}\" matches", explain.Lines);
        Assert.Contains("                         room is \"a b\"", explain.Lines);
        Assert.Contains("origin          ok       origin https://example.com: listed", explain.Lines);
        Assert.Contains("                ok       client order decides: chat.v1", explain.Lines);
        Assert.Contains("handler                  the handler has a say before the 101 and may still refuse; it is not asked here", explain.Lines);
        Assert.StartsWith("answer          ok       answer: 101, served by the handler of chat.v1 in the plugin chat (", explain.Lines[^2], StringComparison.Ordinal);
        Assert.Equal("accepted", explain.Lines[^1]);
    }

    [Theory]
    [InlineData(101, "/", "upper.v1", null, null, "upper.v1", "upper")]
    [InlineData(101, "/", null, null, null, null, "echo")]
    [InlineData(101, "/", "nobodys", null, null, null, null)] // accepted, then closed
    [InlineData(101, "/", null, "http://127.0.0.1:8099", null, null, "echo")] // the listener's own origin
    [InlineData(403, "/", null, "http://127.0.0.1:8098", null, null, null)]
    [InlineData(403, "/rooms/x", "chat.v1", "http://example.com", null, null, null)]
    [InlineData(400, "/rooms/x", null, null, null, null, null)]
    [InlineData(400, "/", "two words", null, null, null, null)]
    [InlineData(400, "/", "echo,echo", null, null, null, null)]
    [InlineData(400, "/%zz", null, null, null, null, null)]
    [InlineData(404, "/inner", null, null, null, null, null)]
    [InlineData(101, "/inner", null, null, "inner", null, "echo")]
    public async Task Explain_as_JSON_decides_as_the_server_does(
        int status, string path, string? offer, string? origin, string? listener, string? subprotocol, string? plugin)
    {
        using var folder = Folder();
        string[] arguments =
        [
            "explain", "--json", "--path", path, .. offer is null ? Array.Empty<string>() : ["--offer", offer],
            .. origin is null ? Array.Empty<string>() : ["--origin", origin], .. listener is null ? Array.Empty<string>() : ["--listener", listener],
        ];

        var explain = await HostProcess.RunAsync(folder.Path, arguments);

        Assert.Equal(status, explain.Json.GetProperty("status").GetInt32());
        Assert.Equal(status == 101, explain.Json.GetProperty("accepted").GetBoolean());
        Assert.Equal(status == 101 ? 0 : 1, explain.ExitCode);
        Assert.Equal(subprotocol, explain.Json.GetProperty("subprotocol").GetString());
        Assert.Equal(plugin, explain.Json.GetProperty("plugin").GetString());
        Assert.Equal(offer == "nobodys", explain.Json.GetProperty("closeAfter").GetBoolean());
        Assert.Equal(offer == "nobodys" ? 1002 : null, explain.Json.GetProperty("closeCode").Deserialize<int?>());
        Assert.Equal(status == 101, explain.Json.GetProperty("reason").ValueKind == JsonValueKind.Null);
        var steps = explain.Json.GetProperty("steps").EnumerateArray().Select(step => step.Deserialize<Dictionary<string, string>>()!).ToArray();
        Assert.All(steps, step => Assert.Equal(["subject", "outcome", "text"], step.Keys));
        Assert.Equal(status != 101, steps.Any(step => step["outcome"] == "refused"));
        Assert.Contains(steps[^1]["subject"], (string[])["answer", "route"]);
    }

    [Fact]
    public async Task Text_of_others_cannot_write_to_the_terminal()
    {
        using var folder = new TempFolder();
        folder.Write("plugins.json", "{ \"a\\u001b[31m\\u202e\": 1 }");

        var check = await HostProcess.RunAsync(folder.Path, "check", "--config", "./plugins.json");

        check.Failed(1);
        Assert.DoesNotContain("\u001b", check.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("\u202e", check.Error, StringComparison.Ordinal);
        Assert.Contains("\\u001b", check.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Listen_keeps_the_names_of_the_listeners_and_says_what_is_not_served()
    {
        using var folder = Folder();

        var json = (await HostProcess.RunAsync(folder.Path, "check", "--json", "--listen", "127.0.0.1:0")).Json;
        var two = await HostProcess.RunAsync(folder.Path, "check", "--listen", "127.0.0.1:0", "--listen", "[::1]:0", "--listen", "*:1");

        Assert.Equal(
            "route /routes/2 belongs to the listener \"inner\", which --listen replaces: it is not served",
            Assert.Single(json.GetProperty("notes").EnumerateArray()).GetString());
        Assert.Equal("", two.Error);
        Assert.Contains("listeners: public 127.0.0.1:0, inner [::1]:0, listen-3 *:1", two.Lines);
    }

    [Fact]
    public async Task Version_and_help()
    {
        var version = await HostProcess.RunAsync("/", "--version");
        var help = await HostProcess.RunAsync("/", "--help");

        Assert.Equal(0, version.ExitCode);
        Assert.Matches(@"^PluginHost \d+\.\d+\.\d+, plugin contract \d+\.\d+, \.NET 10\.", version.Output);
        Assert.Equal(0, help.ExitCode);
        foreach (var word in new[] { "run", "check", "list", "explain", "connect", "--config", "--listen", "--log", "--transport", "--loops", "--json" })
            Assert.Contains(word, help.Output, StringComparison.Ordinal);
    }

    private static TempFolder Folder()
    {
        var folder = new TempFolder();
        folder.Write("plugins.json", File);
        return folder;
    }
}
