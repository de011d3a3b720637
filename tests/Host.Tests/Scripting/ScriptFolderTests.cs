using LanguageExt;
using PluginHost.Core.Configuration;
using PluginHost.Core.Policy.Topics;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server;
using PluginHost.Server.Loading;
using PluginHost.Server.Scripting;
using static LanguageExt.Prelude;

namespace PluginHost.Tests.Scripting;

/// <summary>Which scripts are found, and what is said about those that cannot be served.</summary>
public sealed class ScriptFolderTests : IDisposable
{
    private const string Sound = "{{# protocols: one ~}}{{ message }}";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_script_in_the_folder_is_served_by_the_name_it_gives_itself()
    {
        _folder.Write("scripts/one.sbn", Sound);
        _folder.Write("scripts/two.sbn", "{{# protocols: two.v1, two.v2 ~}}");
        _folder.Write("scripts/parts/header.sbn", "only included");
        _folder.Write("scripts/readme.txt", "no script");
        Assert.Equal("one.sbn:one two.sbn:two.v1,two.v2", Served("{}"));
        Assert.Equal("", Served("""{ "scripts": { "discover": false } }"""));
    }

    [Fact]
    public void Entries_name_files_subprotocols_and_what_is_left_out()
    {
        _folder.Write("scripts/one.sbn", Sound);
        _folder.Write("scripts/two.sbn", "{{ message }}");
        _folder.Write("elsewhere/three.sbn", "{{ message }}");
        Assert.Equal("three.sbn:t two.sbn:a,b", Served("""
            { "scripts": { "entries": {
                "one": { "enabled": false },
                "two": { "protocols": ["a", "b"] },
                "three": { "file": "elsewhere/three.sbn", "protocols": ["t"] } } } }
            """));
        // A discovered file that an entry names under another id is not served twice.
        Assert.Equal("other.sbn:x", Served("""
            { "scripts": { "entries": { "other": { "file": "scripts/one.sbn", "protocols": ["x"] }, "two": { "enabled": false } } } }
            """));
        Assert.Equal("abs.sbn:one", Served($$"""
            { "scripts": { "discover": false, "entries": { "abs": { "file": "{{_folder["scripts", "one.sbn"]}}" } } } }
            """));
    }

    [Fact]
    public void The_folder_can_be_another()
    {
        _folder.Write("more/one.sbn", Sound);
        Assert.Equal("one.sbn:one", Served("""{ "scripts": { "directory": "more" } }"""));
        Assert.Equal([$"plugins.json:1:29: /scripts/directory: {_folder["missing"]}: the folder does not exist. Create it, or correct scripts.directory."],
            Problems("""{ "scripts": { "directory": "missing" } }"""));
    }

    [Fact]
    public void The_folder_itself_does_not_lead_out()
    {
        using var outside = new TempFolder();
        outside.Write("one.sbn", Sound);
        Directory.CreateSymbolicLink(_folder["scripts"], outside.Path);
        Assert.Contains("scripts: a link leads out of the folder of plugins.json", Assert.Single(Problems("{}")), StringComparison.Ordinal);
        // An absolute path is the operator's own word.
        Assert.Equal("one.sbn:one", Served($$"""{ "scripts": { "directory": "{{_folder["scripts"]}}" } }"""));
    }

    [Fact]
    public void A_name_that_is_no_id_is_a_problem()
    {
        _folder.Write("scripts/a b.sbn", Sound);
        Assert.Contains("a b.sbn: its name is no valid id", Assert.Single(Problems("{}")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../scripts", "the path holds a '.' or '..'")]
    [InlineData("", "the path is empty")]
    [InlineData("//server/share", "the path names a device or a network share")]
    [InlineData("a:b", "the path holds a ':'")]
    public void A_folder_is_held_to_the_rules_of_paths(string directory, string why)
    {
        var problem = Find(ConfigurationReader.Default.Scripts with { Directory = directory }).Problems;
        Assert.Equal((why, "/scripts/directory"), (Assert.Single(problem).Message, problem[0].Pointer));
    }

    [Fact]
    public void An_entry_cannot_be_called_like_a_device()
    {
        _folder.Write("scripts/nul.sbn", Sound);
        Assert.Contains(
            "scripts.entries.nul: the id is not valid",
            Assert.Single(Problems("""{ "scripts": { "discover": false, "entries": { "nul": {} } } }""")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("./", "a '.' or '..'")]
    [InlineData("x/../", "a '.' or '..'")]
    public void The_path_of_the_folder_is_held_to_the_rules_too(string way, string why)
    {
        _folder.Write("scripts/one.sbn", Sound);
        Assert.Contains(why, Assert.Single(Problems($$"""{ "scripts": { "directory": "{{_folder.Path}}/{{way}}scripts" } }""")), StringComparison.Ordinal);
    }

    [Fact]
    public void An_id_that_is_no_file_name_names_no_file()
    {
        _folder.Write("outside.sbn", Sound);
        _folder.Make("scripts");
        var entry = new ScriptEntry("../outside", None, None, true, None, TopicPermission.Everything);
        var found = Find(ConfigurationReader.Default.Scripts with { Entries = Seq1(entry) });
        Assert.Empty(found.Scripts);
        Assert.Equal("the id is not valid", Assert.Single(found.Problems).Message);
    }

    [Fact]
    public void A_hidden_file_is_no_script()
    {
        _folder.Write("scripts/one.sbn", Sound);
        _folder.Write("scripts/.one.sbn", "{{# protocols: hidden ~}}");
        Assert.Equal("one.sbn:one", Served("{}"));
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void A_folder_holds_as_many_scripts_as_the_plan_says(int files, bool served)
    {
        foreach (var name in new[] { "one", "parts/a", "parts/b" }) _folder.Write($"scripts/{name}.sbn", name == "one" ? Sound : "x");
        Assert.Equal(served, Problems($$"""{ "scripts": { "files": {{files}} } }""").Count == 0);
    }

    [Fact]
    public void A_folder_of_more_than_a_thousand_scripts_is_a_problem_and_nothing_in_it_is_read()
    {
        _folder.Write("scripts/one.sbn", Sound);
        _folder.Write("scripts/broken.sbn", "{{ end }}");
        for (var i = 0; i < 999; i++) _folder.Write($"scripts/parts/{i}.sbn", "x");
        Assert.Contains("it holds more than 1000 scripts", Assert.Single(Problems("{}")), StringComparison.Ordinal);
        Assert.Equal(1000, new ScriptFolder(_folder.Path, ConfigurationReader.Default.Scripts).Signature().Count(c => c == '\n'));
        File.Delete(_folder["scripts", "broken.sbn"]);
        Assert.Equal("one.sbn:one", Served("{}"));
        for (var i = 0; i < 1000; i++) File.CreateSymbolicLink(_folder["scripts", $"link{i}.sbn"], "one.sbn");
        Assert.Contains("it holds more than 1000 scripts", Assert.Single(Problems("{}")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{## protocols: a\n interval: 10s ## }}x", "scripts/one.sbn:2:2: `interval` needs a function `on_interval`, which it calls")]
    [InlineData("{{# protocols: a }}{{\n  func on_interval; end }}", "scripts/one.sbn:2:8: `on_interval` is called by nothing: write `interval: 10s` or the like into the first comment")]
    [InlineData("{{## protocols: a\n version: one two ## }}x", "scripts/one.sbn:2:11: a version is 1 to 32 letters, digits, `.`, `-`, `+` or `_`")]
    public void What_a_script_says_of_itself_has_to_be_right(string text, string problem)
    {
        _folder.Write("scripts/one.sbn", text);
        Assert.StartsWith(problem, Assert.Single(Problems("{}")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_comes_to_hold_too_much_leaves_everything_as_it_was()
    {
        _folder.Write("scripts/one.sbn", "{{# protocols: one ~}}{{ include 'parts/p.sbn' }}");
        _folder.Write("scripts/parts/p.sbn", "x");
        var plan = ConfigurationReader.Default.Scripts;
        var (scripts, problems) = ScriptService.Load(_folder.Path, plan, new Dictionary<string, string>(), new PluginSet([], TimeSpan.FromSeconds(1)));
        Assert.Empty(problems);
        for (var i = 0; i < 999; i++) _folder.Write($"scripts/a/{i}.sbn", "x");
        var step = scripts.Look();
        Assert.Single(step.Problems);
        Assert.False(scripts.Changes(step));
        Assert.Equal(["parts/p.sbn"], step.Set.Parts.Keys.Where(name => name.StartsWith("parts/", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_file_that_no_include_can_name_is_not_read()
    {
        _folder.Write("scripts/one.sbn", Sound);
        _folder.Write("scripts/parts/a:b.sbn", "{{ end }}");
        _folder.Write("scripts/parts/b.sbn", "b");
        Assert.Equal(["one.sbn", "parts/b.sbn"], Find(ConfigurationReader.Default.Scripts).Parts.Select(part => part.Key));
    }

    [Fact]
    public void Parts_lie_at_most_sixteen_folders_deep_and_not_in_hidden_ones()
    {
        var deep = string.Concat(Enumerable.Range(0, 16).Select(i => $"{i}/"));
        _folder.Write($"scripts/{deep}deep.sbn", "x");
        _folder.Write($"scripts/{deep}deeper/deep.sbn", "x");
        _folder.Write("scripts/.git/x.sbn", "x");
        _folder.Write("scripts/.x.sbn", "x");
        Assert.Equal([deep + "deep.sbn"], Find(ConfigurationReader.Default.Scripts).Parts.Select(part => part.Key));
    }

    [Fact]
    public void A_change_behind_a_link_is_a_change()
    {
        _folder.Write("scripts/versions/one.txt", Sound);
        File.CreateSymbolicLink(_folder["scripts", "one.sbn"], "versions/one.txt");
        var scripts = new ScriptFolder(_folder.Path, ConfigurationReader.Default.Scripts);
        var before = scripts.Signature();
        Assert.Equal(before, scripts.Signature());
        _folder.Write("scripts/versions/one.txt", Sound + "more");
        Assert.NotEqual(before, scripts.Signature());
    }

    [Theory]
    [InlineData("link to a file")]
    [InlineData("link to a folder above it")]
    [InlineData("link to the scripts' folder")]
    [InlineData("link of an entry")]
    public void A_link_that_leads_to_another_file_of_the_same_length_and_time_is_a_change(string how)
    {
        var time = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        foreach (var (name, text) in new[] { ("old", Sound + "a"), ("new", Sound + "b") })
        {
            _folder.Write($"versions/{name}/one.sbn", text);
            File.SetLastWriteTimeUtc(_folder["versions", name, "one.sbn"], time);
        }
        var plan = ConfigurationReader.Default.Scripts;
        if (how == "link of an entry")
            plan = plan with { Entries = Seq1(new ScriptEntry("one", "named.sbn", None, true, None, TopicPermission.Everything)) };
        if (how != "link to the scripts' folder") Directory.CreateDirectory(_folder["scripts"]);
        if (how == "link to a folder above it") File.CreateSymbolicLink(_folder["scripts", "one.sbn"], "../data/one.sbn");
        Place("old");
        var scripts = new ScriptFolder(_folder.Path, plan);
        var before = scripts.Signature();
        Place("new");
        Assert.NotEqual(before, scripts.Signature());

        void Place(string version)
        {
            var (link, target) = how switch
            {
                "link to a file" => (_folder["scripts", "one.sbn"], $"../versions/{version}/one.sbn"),
                "link to a folder above it" => (_folder["data"], $"versions/{version}"),
                "link of an entry" => (_folder["named.sbn"], $"versions/{version}/one.sbn"),
                _ => (_folder["scripts"], $"versions/{version}"),
            };
            File.Delete(link);
            File.CreateSymbolicLink(link, target);
        }
    }

    [Fact]
    public void A_script_that_does_not_parse_is_a_problem_with_line_column_and_caret()
    {
        _folder.Write("scripts/bad.sbn", "{{# protocols: bad ~}}\nfine\n{{ x = (1 + }}\n");
        _folder.Write("scripts/worse.sbn", "{{# protocols: worse ~}}\n{{ if }}");
        var problems = Prepare("{}").LeftAsEnumerable().SelectMany(all => all).ToList();
        var bad = problems.First(one => one.File == "scripts/bad.sbn");
        Assert.Equal(3, bad.Place!.Value.Line);
        Assert.StartsWith("scripts/bad.sbn:3:", bad.ToString(), StringComparison.Ordinal);
        Assert.Equal("  {{ x = (1 + }}", bad.Excerpt[0]);
        Assert.Equal(2 + bad.Place.Value.Column - 1, bad.Excerpt[1].IndexOf('^', StringComparison.Ordinal));
        Assert.Contains(problems, one => one.File == "scripts/worse.sbn" && one.Place!.Value.Line == 2);
    }

    [Fact]
    public void A_file_that_is_only_included_has_to_parse_too()
    {
        _folder.Write("scripts/one.sbn", Sound);
        _folder.Write("scripts/parts/bad.sbn", "\n{{ end }}");
        Assert.StartsWith("parts/bad.sbn:2:6: ", Assert.Single(Problems("{}")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_without_a_subprotocol_is_a_problem()
    {
        _folder.Write("scripts/one.sbn", "{{ message }}");
        Assert.Contains("scripts/one.sbn: it names no subprotocol; begin it with {{# protocols: name ~}}", Assert.Single(Problems("{}")), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_that_claim_one_subprotocol_are_a_problem_that_names_both()
    {
        _folder.Write("scripts/one.sbn", Sound);
        _folder.Write("scripts/two.sbn", Sound);
        Assert.Contains("scripts/two.sbn: the subprotocol 'one' is claimed by scripts/one.sbn too", Assert.Single(Problems("{}")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_and_a_plugin_that_claim_one_subprotocol_are_a_problem_that_names_both()
    {
        var echo = _folder.Copy(Path.Combine(Path.GetDirectoryName(Cli.HostProcess.Program)!, "plugins", "echo"), "plugins", "echo");
        _folder.Write("scripts/mine.sbn", "{{# protocols: echo ~}}");
        var problem = Assert.Single(Problems("""{ "scripts": { "entries": { "mine": {} } } }"""));
        Assert.Contains($"/scripts/entries/mine: scripts/mine.sbn: the subprotocol 'echo' is claimed by {Path.Combine(echo, "echo.dll")} too", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../outside.sbn")]
    [InlineData("scripts/../../outside.sbn")]
    [InlineData("scripts/./one.sbn")]
    [InlineData("scripts/a\\u0000.sbn")]
    [InlineData("//server/share/one.sbn")]
    [InlineData("\\\\\\\\.\\\\pipe\\\\one.sbn")]
    [InlineData("c:one.sbn")]
    [InlineData("scripts")]
    [InlineData("scripts/one.txt")]
    [InlineData("")]
    [InlineData("scripts/out.sbn")]
    [InlineData("linked/outside.sbn")]
    [InlineData("scripts/loop.sbn")]
    [InlineData("scripts/gone.sbn")]
    [InlineData("scripts/empty.sbn")]
    [InlineData("scripts/folder.sbn")]
    [InlineData("/dev/zero.sbn")]
    public void Paths_are_held_to_the_rules_of_plugins(string path)
    {
        using var outside = new TempFolder();
        outside.Write("outside.sbn", Sound);
        _folder.Write("scripts/one.sbn", Sound);
        _folder.Write("scripts/empty.sbn", "");
        _folder.Make("scripts", "folder.sbn");
        File.CreateSymbolicLink(_folder["scripts", "out.sbn"], outside["outside.sbn"]);
        File.CreateSymbolicLink(_folder["scripts", "loop.sbn"], _folder["scripts", "loop.sbn"]);
        Directory.CreateSymbolicLink(_folder["linked"], outside.Path);
        var problems = Problems($$"""{ "scripts": { "discover": false, "entries": { "x": { "file": "{{path}}" } } } }""");
        Assert.Contains("/scripts/entries/x", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_discovered_does_not_lead_out_of_the_folder()
    {
        using var outside = new TempFolder();
        outside.Write("outside.sbn", Sound);
        outside.Write("part.sbn", "secret");
        _folder.Write("scripts/one.sbn", Sound);
        File.CreateSymbolicLink(_folder["scripts", "out.sbn"], outside["outside.sbn"]);
        Assert.Contains("a link leads out of", Assert.Single(Problems("{}")), StringComparison.Ordinal);

        File.Delete(_folder["scripts", "out.sbn"]);
        Directory.CreateSymbolicLink(_folder["scripts", "parts"], outside.Path);
        Assert.Equal("one.sbn:one", Served("{}"));
        var parts = Prepare("{}").Map(one => one.Scripts.Folder.Find().Found!.Parts.Select(part => part.Key).ToList()).IfLeft(_ => []);
        Assert.Equal(["one.sbn"], parts);
    }

    [Theory]
    [InlineData(new byte[] { 0xff, 0xfe, 0x41 }, "it is not UTF-8")]
    [InlineData(new byte[] { }, "is empty or no regular file")]
    public void A_file_that_is_no_text_is_a_problem(byte[] bytes, string why)
    {
        _folder.Make("scripts");
        File.WriteAllBytes(_folder["scripts", "one.sbn"], bytes);
        Assert.Contains(why, Assert.Single(Problems("{}")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_too_large_is_a_problem()
    {
        _folder.Write("scripts/one.sbn", Sound + new string(' ', (1 << 20) - Sound.Length));
        Assert.Empty(Problems("{}"));
        _folder.Write("scripts/one.sbn", Sound + new string(' ', (1 << 20) + 1 - Sound.Length));
        Assert.Contains("it is larger than 1MiB", Assert.Single(Problems("{}")), StringComparison.Ordinal);
        Assert.Empty(Problems("""{ "scripts": { "fileSize": "2MiB" } }"""));
    }

    [Fact]
    public void A_byte_order_mark_is_no_text()
    {
        _folder.Make("scripts");
        File.WriteAllBytes(_folder["scripts", "one.sbn"], [0xef, 0xbb, 0xbf, .. System.Text.Encoding.UTF8.GetBytes(Sound)]);
        Assert.Equal("one.sbn:one", Served("{}"));
    }

    private ScriptFindings Find(ScriptsPlan plan) => new ScriptFolder(_folder.Path, plan).Find().Found!;

    private string Served(string settings) => Prepare(settings).Match(
        one => string.Join(' ', one.Plugins.Plugins.Select(p => $"{p.Id}:{string.Join(',', p.Description.Handlers.SelectMany(h => h.Subprotocols))}")),
        problems => throw new InvalidOperationException(string.Join('\n', problems)));

    private List<string> Problems(string settings) => Prepare(settings).LeftAsEnumerable().SelectMany(all => all)
        .Select(one => one.ToString().Replace(_folder["plugins.json"], "plugins.json", StringComparison.Ordinal)).ToList();

    private Either<Seq<StartupProblem>, Prepared> Prepare(string settings)
    {
        _folder.Write("plugins.json", settings);
        return ScriptServer.Prepare(_folder);
    }
}
