using PluginHost.Tests.Cli;
using PluginHost.Tests.Loading;

namespace PluginHost.Tests.Clients;

/// <summary>A running host with <c>echo</c> and a plugin that claims <c>myProtocol</c>, for clients that nobody here wrote. It compresses where they
/// offer it.</summary>
public sealed class ServedPlugins : IAsyncLifetime
{
    private const string Configuration = """
        {
          "listeners": [{ "name": "public", "address": "127.0.0.1:0" }],
          "routes": [{ "path": "/", "origins": "any" }],
          "compression": { "enabled": true, "contextTakeover": true, "threshold": 64 }
        }
        """;

    private const string MyProtocol = """
        public class MyPlugin : Plugin
        {
            public override PluginDescription Describe() => new("Mine", "1.0", new[] { Handler.Inline("myProtocol", own => new Mine(own)) });
        }
        public class Mine(Session session) : InlineHandler
        {
            public override void OnText(BorrowedMessage message) => session.SendText($"mine: {message}");
        }
        """;

    private readonly TempFolder _folder = new();
    private HostProcess _host = null!;

    /// <summary>Where it listens.</summary>
    public string Url { get; private set; } = "";

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        _folder.Copy(Path.Combine(AppContext.BaseDirectory, "plugins", "echo"), "plugins", "echo");
        PluginSource.Compile(_folder["plugins"], "mine", MyProtocol);
        _folder.Write("plugins.json", Configuration);
        _host = HostProcess.Start(_folder.Path, "--json");
        Url = (await _host.StartedAsync())["public"];
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }
}

/// <summary>Real clients against the real process.</summary>
public sealed class ForeignClientTests(ServedPlugins served) : IClassFixture<ServedPlugins>
{
    [ClientFact("chromium")]
    public async Task Chromium_runs_what_every_tutorial_shows()
    {
        var result = await ForeignClient.RunAsync("node", "node/browser.mjs", served.Url);

        Assert.Equal(
            """{"protocol":"","compressed":true,"answers":["hello",[0,1,254,255],"größer ✓ 😀",""],"code":1000,"reason":"","wasClean":true}""",
            result.GetProperty("bare").GetRawText());
        Assert.Equal(
            """{"protocol":"myProtocol","compressed":true,"answers":["mine: hello"],"code":1000,"reason":"","wasClean":true}""",
            result.GetProperty("named").GetRawText());
        Assert.Equal("echo", result.GetProperty("several").GetProperty("protocol").GetString());
        Assert.Equal(100_000, result.GetProperty("several").GetProperty("answers")[0].GetString()!.Length);
        Assert.Equal("error event", result.GetProperty("refused").GetString());
    }

    [ClientFact("ws")]
    public async Task Ws_of_npm_talks_to_the_server()
    {
        var result = await ForeignClient.RunAsync("node", "node/ws-client.mjs", served.Url);

        const string Echoed = "\"equal\":true,\"count\":9,\"pong\":true,\"code\":4000,\"reason\":\"\"}";
        Assert.Equal("{\"protocol\":\"\",\"compressed\":false," + Echoed, result.GetProperty("text").GetRawText());
        Assert.Equal("{\"protocol\":\"echo\",\"compressed\":false," + Echoed, result.GetProperty("binary").GetRawText());
        Assert.Equal("{\"protocol\":\"\",\"compressed\":true," + Echoed, result.GetProperty("compressed").GetRawText());
        Assert.Equal("{\"protocol\":\"echo\",\"compressed\":true," + Echoed, result.GetProperty("withoutContext").GetRawText());
        Assert.Equal("myProtocol", result.GetProperty("named").GetProperty("protocol").GetString());
        Assert.Equal("{\"status\":400}", result.GetProperty("refused").GetRawText());
    }

    [ClientFact("websockets")]
    public async Task Websockets_of_python_talks_to_the_server()
    {
        var result = await ForeignClient.RunAsync("/usr/bin/python3", "python/websockets_client.py", served.Url);

        foreach (var kind in (string[])["text", "binary", "compressed"])
        {
            var talk = result.GetProperty(kind);
            Assert.Equal(kind == "compressed", talk.GetProperty("compressed").GetBoolean());
            Assert.True(talk.GetProperty("equal").GetBoolean());
            Assert.Equal(9, talk.GetProperty("count").GetInt32());
            Assert.Equal("fragmented", talk.GetProperty("fragmented").GetString());
            Assert.Equal(4001, talk.GetProperty("code").GetInt32());
        }
        Assert.Equal(400, result.GetProperty("refused").GetInt32());
    }

    [ClientFact("wsproto")]
    public async Task Wsproto_of_python_talks_to_the_server()
    {
        var result = await ForeignClient.RunAsync("/usr/bin/python3", "python/wsproto_client.py", served.Url);

        Assert.Equal(
            """{"protocol": "echo", "compressed": true, "equal": true, "count": 16, "fragmented": "fragmented", "pong": true, "code": 4002}""",
            result.GetRawText());
    }
}
