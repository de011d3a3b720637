using System.Net;
using System.Net.Sockets;
using PluginHost.Tests.Loading;

namespace PluginHost.Tests.Cli;

/// <summary>What is wrong is said in one line each, with exit code 1 or 2, before any port is open.</summary>
public class BadInputTests
{
    [Theory]
    [InlineData("run")]
    [InlineData("check")]
    [InlineData("list")]
    public async Task Every_problem_of_the_file_is_listed_with_its_place(string command)
    {
        using var folder = new TempFolder();
        folder.Write("plugins.json", "{\n  \"listners\": [],\n  \"limits\": { \"message\": \"1MB\" },\n  \"routes\": [{ \"path\": \"chat\" }]\n}\n");

        var run = await HostProcess.RunAsync(folder.Path, command);

        run.Failed(1);
        Assert.Equal(3, run.Problems.Length);
        Assert.StartsWith("plugins.json:2:3: /listners: unknown key \"listners\"", run.Problems[0], StringComparison.Ordinal);
        Assert.EndsWith("did you mean \"listeners\"?", run.Problems[0], StringComparison.Ordinal);
        Assert.StartsWith("plugins.json:3:26: /limits/message: ", run.Problems[1], StringComparison.Ordinal);
        Assert.StartsWith("plugins.json:4:24: /routes/0/path: ", run.Problems[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routes_and_plugin_options_are_reported_together()
    {
        using var folder = new TempFolder();
        folder.Write("plugins.json", """
            {
              "plugins": { "entries": { "chat": { "options": { "history": -1 } } } },
              "routes": [{ "path": "/", "protocols": ["ecko"] }]
            }
            """);

        var run = await HostProcess.RunAsync(folder.Path);

        run.Failed(1);
        Assert.Equal(2, run.Problems.Length);
        Assert.StartsWith("plugins.json:2:63: /plugins/entries/chat/options/history: ", run.Problems[0], StringComparison.Ordinal);
        Assert.Contains("must be a whole number from 0 to 1000", run.Problems[0], StringComparison.Ordinal);
        Assert.StartsWith("plugins.json:3:43: /routes/0/protocols/0: ", run.Problems[1], StringComparison.Ordinal);
        Assert.EndsWith("did you mean \"echo\"?", run.Problems[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_plugin_and_wrong_options_of_another_are_reported_together()
    {
        using var folder = new TempFolder();
        folder.Write("plugins.json", """{ "plugins": { "entries": { "gone": {}, "chat": { "options": { "x": 1 } } } } }""");

        var run = await HostProcess.RunAsync(folder.Path, "check");

        run.Failed(1);
        Assert.Equal(2, run.Problems.Length);
        Assert.Contains(run.Problems, one => one.StartsWith("plugins.json:1:37: /plugins/entries/gone: ", StringComparison.Ordinal));
        Assert.Contains(run.Problems, one => one.StartsWith("plugins.json:1:69: /plugins/entries/chat/options/x: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Problems_as_JSON_name_file_line_column_and_pointer()
    {
        using var folder = new TempFolder();
        folder.Write("plugins.json", "{ \"limts\": 1 }");

        var checkedFile = await HostProcess.RunAsync(folder.Path, "check", "--json");
        var run = await HostProcess.RunAsync(folder.Path, "--json");

        Assert.Equal(1, checkedFile.ExitCode);
        Assert.False(checkedFile.Json.GetProperty("valid").GetBoolean());
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("failed", run.Json.GetProperty("event").GetString());
        foreach (var problems in new[] { checkedFile.Json.GetProperty("problems"), run.Json.GetProperty("problems") })
        {
            var problem = Assert.Single(problems.EnumerateArray());
            Assert.Equal("plugins.json", problem.GetProperty("file").GetString());
            Assert.Equal(1, problem.GetProperty("line").GetInt32());
            Assert.Equal(3, problem.GetProperty("column").GetInt32());
            Assert.Equal("/limts", problem.GetProperty("pointer").GetString());
            Assert.Equal("limits", problem.GetProperty("suggestion").GetString());
        }
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_one_line()
    {
        using var folder = new TempFolder();
        folder.Make("folder");
        File.CreateSymbolicLink(folder["plugins.json"], folder["nowhere"]);

        await OneLine(folder, "cannot read gone.json: there is no such file; create it", "--config", "gone.json");
        await OneLine(folder, "cannot read folder: it is a folder", "--config", "folder");
        await OneLine(folder, "cannot read /dev/zero: it is larger than 1 MiB", "--config", "/dev/zero");
        // Mapped memory cannot be read from its start, whoever asks.
        await OneLine(folder, "cannot read /proc/self/mem: ", "--config", "/proc/self/mem");
        // A broken link is a mistake, and no reason to take the defaults.
        await OneLine(folder, "cannot read plugins.json: there is no such file", "check");
    }

    [Fact]
    public async Task A_busy_port_is_one_line_and_the_plugins_are_stopped()
    {
        using var folder = new TempFolder();
        using var busy = new TcpListener(IPAddress.Loopback, 0);
        busy.Start();
        var port = ((IPEndPoint)busy.LocalEndpoint).Port;
        PluginSource.Compile(folder["plugins"], "tidy", """
            public class P : Plugin
            {
                string file;
                public override PluginDescription Describe() => new("P", "1.0", new[] { Handler.Inline("tidy", _ => new H()) });
                public override ValueTask StartAsync(PluginContext context, CancellationToken cancellation)
                {
                    file = context.Directory + "/state";
                    System.IO.File.WriteAllText(file, "started");
                    return default;
                }
                public override ValueTask StopAsync(CancellationToken cancellation) { System.IO.File.AppendAllText(file, " stopped"); return default; }
            }
            public class H : InlineHandler { }
            """);
        folder.Write("plugins.json", $$"""{ "listeners": [{ "name": "a", "address": "127.0.0.1:{{port}}" }, { "name": "b", "address": "unix:b.sock" }] }""");

        await OneLine(folder, $"listener a: cannot listen on 127.0.0.1:{port}: the address is in use; stop what listens there");

        Assert.Equal("started stopped", File.ReadAllText(folder["plugins", "tidy", "state"]));
        Assert.False(File.Exists(folder["b.sock"]));
    }

    [Fact]
    public async Task A_plugin_that_throws_at_its_start_is_one_line()
    {
        using var folder = new TempFolder();
        var file = PluginSource.Compile(folder["plugins"], "broken", """
            public class P : Plugin
            {
                public override PluginDescription Describe() => new("P", "1.0", new[] { Handler.Inline("broken", _ => new H()) });
                public override ValueTask StartAsync(PluginContext context, CancellationToken cancellation) =>
                    throw new InvalidOperationException("no database\nfor me");
            }
            public class H : InlineHandler { }
            """);
        folder.Write("plugins.json", "{}");

        await OneLine(folder, $"{file}: it could not be started: it threw InvalidOperationException: no database\\u000afor me", "--listen", "127.0.0.1:0");
    }

    [Fact]
    public async Task A_file_that_is_no_plugin_is_one_line()
    {
        using var folder = new TempFolder();
        folder.Write("plugins.json", "{}");
        var file = folder.Write("plugins/junk/junk.dll", "this is text");

        await OneLine(folder, file + ": ", "check");
    }

    [Theory]
    [InlineData("--lisen", "127.0.0.1:0")]
    [InlineData("--listen", "example.com:80")]
    [InlineData("--listen", "127.0.0.1:70000")]
    [InlineData("--log", "loud")]
    [InlineData("--transport", "pigeon")]
    [InlineData("--loops", "0")]
    [InlineData("chek")]
    [InlineData("explain", "--path", "no-slash")]
    [InlineData("explain", "--path", "/", "--listener", "nobody")]
    [InlineData("explain", "--path", "/", "--origin", "a\r\nX: y")]
    [InlineData("completions")]
    [InlineData("completions", "fish")]
    [InlineData("connect")]
    [InlineData("connect", "http://127.0.0.1/")]
    [InlineData("connect", "ws://127.0.0.1:1/", "--header", "Host: other")]
    [InlineData("connect", "ws://127.0.0.1:1/", "--protocol", "two words")]
    [InlineData("connect", "ws://127.0.0.1:1/", "--wait", "-1")]
    public async Task A_wrong_command_line_exits_with_2(params string[] arguments)
    {
        using var folder = new TempFolder();
        folder.Write("plugins.json", "{}");

        (await HostProcess.RunAsync(folder.Path, arguments)).Failed(2);
    }

    [Theory]
    [InlineData("Did you mean list?", "lst")]
    [InlineData("Did you mean --listen?", "--lisen", "127.0.0.1:0")]
    [InlineData("Did you mean --config?", "check", "--confg=x")] // an option of the command above
    [InlineData("Did you mean --offer?", "explain", "--ofer", "a")]
    [InlineData("Did you mean debug?", "--log", "debog")]
    [InlineData("Unrecognized command or argument 'nonsense'.", "nonsense")]
    public async Task A_mistyped_word_is_answered_with_what_was_meant(string end, params string[] arguments)
    {
        var run = await HostProcess.RunAsync("/", arguments);

        run.Failed(2);
        Assert.EndsWith(end, run.Problems[0], StringComparison.Ordinal);
    }

    private static async Task OneLine(TempFolder folder, string start, params string[] arguments)
    {
        var run = await HostProcess.RunAsync(folder.Path, arguments);
        run.Failed(1);
        Assert.StartsWith(start, Assert.Single(run.Problems), StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }
}
