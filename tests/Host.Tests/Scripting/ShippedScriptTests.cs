using System.Text.RegularExpressions;
using PluginHost.Tests.Cli;
using PluginHost.Tests.Loading;

namespace PluginHost.Tests.Scripting;

/// <summary>The scripts that come with the server, and the one in README.</summary>
public sealed partial class ShippedScriptTests
{
    private static readonly string Beside = Path.GetDirectoryName(HostProcess.Program)!;

    [Fact]
    public async Task The_readmes_script_is_served()
    {
        var script = OutsidePlugin.FirstCode("README.md", "scriban");
        Assert.Equal(3, script.TrimEnd().Split('\n').Length);
        await using var server = await ScriptServer.StartAsync("{}", ("hello.sbn", script));
        using var client = await server.ConnectAsync("hello.v1");
        Assert.Equal("Message 1: hello world", await client.AskAsync("world"));
        Assert.Equal("Message 2: hello again", await client.AskAsync("again"));
    }

    [Fact]
    public async Task Each_is_served_by_the_shipped_configuration_as_its_comment_says()
    {
        using var elsewhere = new TempFolder();
        await using var host = HostProcess.Start(elsewhere.Path, "--json", "--listen", "127.0.0.1:0", "--admin", "off");
        var url = (await host.StartedAsync()).Values.Single();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Beside, "scripts"), "*.sbn"))
        {
            var comment = Regex.Match(await File.ReadAllTextAsync(file), "##(.*?)##", RegexOptions.Singleline).Value;
            var protocol = Try().Match(comment).Groups[1].Value;
            Assert.Contains($"protocols: {protocol}\n", comment, StringComparison.Ordinal);
            using var client = await Served.ConnectAsync(url, protocol);
            Assert.Equal(protocol, client.SubProtocol);
        }
        using var shout = await Served.ConnectAsync(url, "shout.v1");
        Assert.Equal("HELLO", await shout.AskAsync("hello"));
    }

    [Theory]
    [InlineData("""{"op": "+", "a": 1, "b": 2}""", """{"result":3}""")]
    [InlineData("""{"op": "-", "a": 1, "b": 2.5}""", """{"result":-1.5}""")]
    [InlineData("""{"op": "*", "a": 6, "b": 7}""", """{"result":42}""")]
    [InlineData("""{"op": "/", "a": 1, "b": 2}""", """{"result":0.5}""")]
    [InlineData("""{"op": "%", "a": 7, "b": 4}""", """{"result":3}""")]
    [InlineData("""{"op": "/", "a": 1, "b": 0}""", """{"error":"a division by zero"}""")]
    [InlineData("""{"op": "^", "a": 1, "b": 0}""", """{"error":"op is one of + - * / %"}""")]
    [InlineData("""{"op": "+", "a": "1", "b": 0}""", """{"error":"send {\"op\": \"+\", \"a\": 1, \"b\": 2}"}""")]
    [InlineData("hello", """{"error":"send {\"op\": \"+\", \"a\": 1, \"b\": 2}"}""")]
    [InlineData("[]", """{"error":"send {\"op\": \"+\", \"a\": 1, \"b\": 2}"}""")]
    public async Task The_calculator_calculates(string question, string answer)
    {
        await using var server = await Shipped("calculator");
        using var client = await server.ConnectAsync("calculator.v1");
        Assert.Equal(answer, await client.AskAsync(question));
    }

    [Fact]
    public async Task The_quiz_asks_counts_and_closes()
    {
        await using var server = await Shipped("quiz");
        using var client = await server.ConnectAsync("quiz.v1");
        Assert.Equal("1. Which opcode has a ping?", await client.HearAsync());
        Assert.Equal("Right!", await client.AskAsync(" 9 "));
        Assert.Equal("2. How many bytes has a masking key?", await client.HearAsync());
        Assert.Equal("No, it is 4.", await client.AskAsync("5"));
        Assert.Equal("3. Which close code says that all is well?", await client.HearAsync());
        Assert.Equal("Right! 2 of 3 were right.", await client.AskAsync("1000"));
        Assert.Equal("close 1000 the quiz is over", await client.HearAsync());
    }

    [Fact]
    public async Task The_quiz_does_not_wait_for_ever()
    {
        await using var server = await Shipped("quiz", """{ "scripts": { "entries": { "quiz": { "options": { "seconds": 0.05 } } } } }""");
        using var client = await server.ConnectAsync("quiz.v1");
        Assert.StartsWith("1.", await client.HearAsync(), StringComparison.Ordinal);
        Assert.Equal("Too late! It is 9.", await client.HearAsync());
    }

    [Fact]
    public async Task Those_in_a_room_hear_each_other_and_newcomers_what_was_said()
    {
        await using var server = await Shipped("rooms");
        using var ann = await server.ConnectAsync("rooms.v1", "/?room=t%2Fea&name=ann");
        Assert.Equal("* ann in t/ea", await ann.HearAsync());
        Assert.Equal("ann: hello", await ann.AskAsync("hello"));
        using var elsewhere = await server.ConnectAsync("rooms.v1", "/?room=%2B");
        Assert.StartsWith("* guest-", await elsewhere.HearAsync(), StringComparison.Ordinal);
        using (var bob = await server.ConnectAsync("rooms.v1", "/?room=t%2Fea&name=bob"))
        {
            Assert.Equal("ann: hello", await bob.HearAsync());
            Assert.Equal("* ann, bob in t/ea", await bob.HearAsync());
            Assert.Equal("* bob comes", await ann.HearAsync());
            Assert.Equal("bob: hi", await bob.AskAsync("hi"));
            Assert.Equal("bob: hi", await ann.HearAsync());
        }
        Assert.Equal("* bob goes", await ann.HearAsync());
        Assert.EndsWith(": alone", await elsewhere.AskAsync("alone"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "/?name=123456789012345678901234567890123", "close 1008 name and room have at most 32 characters")]
    [InlineData("""{ "scripts": { "entries": { "rooms": { "topics": { "subscribe": ["rooms/tea"] } } } } }""", "/?room=bar", "close 1008 no such room: forbidden")]
    public async Task A_room_or_name_that_cannot_be_is_refused(string settings, string path, string answer)
    {
        await using var server = await Shipped("rooms", settings);
        using var client = await server.ConnectAsync("rooms.v1", path);
        Assert.Equal(answer, await client.HearAsync());
    }

    [Fact]
    public async Task List_check_and_explain_know_scripts()
    {
        using var folder = new TempFolder();
        folder.Write("plugins.json", "{}");
        folder.Copy(Path.Combine(Beside, "scripts"), "scripts");
        Assert.Contains("scripts: calculator.sbn, quiz.sbn, rooms.sbn, shout.sbn", (await HostProcess.RunAsync(folder.Path, "check")).Lines);
        var list = await HostProcess.RunAsync(folder.Path, "list");
        Assert.Contains(list.Lines, line => line.Split('\t') is ["shout.sbn", "1.0", _, "shout.v1", "Says it louder.", var file]
            && file == folder["scripts", "shout.sbn"]);
        Assert.Contains(list.Lines, line => line.Split('\t') is ["quiz.sbn", "1.0", _, "quiz.v1", "Three questions against the clock; what you have answered is kept as long as the connection.", _]);
        var explain = await HostProcess.RunAsync(folder.Path, "explain", "--path", "/", "--offer", "shout.v1");
        Assert.Contains($"answer          ok       answer: 101, served by the handler of shout.v1 in the script shout.sbn ({folder["scripts", "shout.sbn"]})", explain.Lines);
    }

    [Fact]
    public async Task The_command_line_shows_the_caret()
    {
        using var folder = new TempFolder();
        folder.Write("plugins.json", "{}");
        folder.Write("scripts/bad.sbn", "{{# protocols: bad ~}}\n\t{{ x = ) }}");
        var check = await HostProcess.RunAsync(folder.Path, "check");
        Assert.Equal(1, check.ExitCode);
        var lines = check.Error.TrimEnd().Split('\n');
        Assert.StartsWith("scripts/bad.sbn:2:9: ", lines[0], StringComparison.Ordinal);
        Assert.Equal("   {{ x = ) }}", lines[1]);
        Assert.Equal("          ^", lines[2]);
    }

    private static Task<ScriptServer> Shipped(string id, string settings = "{}") =>
        ScriptServer.StartAsync(settings, (id + ".sbn", File.ReadAllText(Path.Combine(Beside, "scripts", id + ".sbn"))));

    [GeneratedRegex("dotnet run --project host -- connect \\S+ --protocol (\\S+)")]
    private static partial Regex Try();
}
