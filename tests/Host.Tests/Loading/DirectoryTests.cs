using FsCheck;
using PluginHost.Server.Loading;
using PluginHost.TestSupport;

namespace PluginHost.Tests.Loading;

public sealed class DirectoryTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void No_folder_is_no_plugins_unless_it_was_asked_for()
    {
        Assert.Empty(Ids(Sources()));
        Assert.Contains("the folder does not exist", Problem(Sources() with { DirectoryIsExplicit = true }));
        _temp.Make("plugins");
        Assert.Empty(Ids(Sources() with { DirectoryIsExplicit = true }));
    }

    [Fact]
    public void A_plugin_is_a_folder_with_a_dll_of_its_name()
    {
        _temp.Write("plugins/b/b.dll", "x");
        _temp.Write("plugins/a/a.dll", "x");
        _temp.Write("plugins/data/readme.txt", "x");
        _temp.Write("plugins/.git/x.dll", "x");
        _temp.Write("plugins/loose.dll", "x");
        _temp.Make("plugins", "empty");
        Assert.Equal(["a", "b"], Ids(Sources()));
        Assert.Empty(Ids(Sources() with { Discover = false }));
        Assert.Equal(["a"], Ids(Sources(new PluginEntry("a")) with { Discover = false }));
        Assert.Equal(["b"], Ids(Sources(new PluginEntry("a", Enabled: false))));
    }

    [Fact]
    public void A_folder_with_other_dlls_is_a_plugin_under_a_wrong_name()
    {
        _temp.Write("plugins/mine/MyPlugin.dll", "x");
        Assert.Contains("holds MyPlugin.dll but no mine.dll", Problem(Sources()));
    }

    [Fact]
    public void Ids_are_compared_without_case()
    {
        _temp.Write("plugins/MyPlugin/myplugin.dll", "x");
        Assert.Equal(["MyPlugin"], Ids(Sources()));
        Assert.Equal(["MYPLUGIN"], Ids(Sources(new PluginEntry("MYPLUGIN"))));
        Assert.Contains("the same as that of entry 'a'",
            Problem(Sources(new PluginEntry("a", Enabled: false), new PluginEntry("A", Enabled: false))));
    }

    [Fact]
    public void Two_folders_that_differ_in_case_only_are_refused()
    {
        _temp.Write("plugins/chat/chat.dll", "x");
        _temp.Write("plugins/Chat/Chat.dll", "x");
        if (Directory.GetDirectories(_temp["plugins"]).Length == 2)
            Assert.Contains("differs only in case", Problem(Sources()));
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("Vendor.Chat-2_x", true)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("a.", false)]
    [InlineData("-a", false)]
    [InlineData("a/b", false)]
    [InlineData("a\\b", false)]
    [InlineData("a\0", false)]
    [InlineData("a b", false)]
    [InlineData("ü", false)]
    [InlineData("NUL", false)]
    [InlineData("con.x", false)]
    [InlineData("com1", false)]
    [InlineData("LPT9.dll", false)]
    [InlineData("com", true)]
    [InlineData("common", true)]
    public void An_id_is_a_file_name_everywhere(string id, bool valid)
    {
        Assert.Equal(valid, PluginId.IsValid(id));
        if (!valid)
            Assert.Contains("the id is not valid", Problem(Sources(new PluginEntry(id, Enabled: false))));
    }

    [Fact]
    public void An_id_has_at_most_64_characters()
    {
        Assert.True(PluginId.IsValid(new string('a', 64)));
        Assert.False(PluginId.IsValid(new string('a', 65)));
    }

    [Fact]
    public void A_discovered_folder_needs_a_valid_name_too()
    {
        _temp.Write("plugins/a b/a b.dll", "x");
        Assert.Contains("not a valid plugin id", Problem(Sources()));
    }

    [Theory]
    [InlineData("../x.dll")]
    [InlineData("a/../../x.dll")]
    [InlineData("a/..")]
    [InlineData("./x.dll")]
    [InlineData("a\\..\\x.dll")]
    [InlineData("/tmp/../etc/passwd")]
    [InlineData("")]
    [InlineData("a\0.dll")]
    [InlineData("a\n.dll")]
    [InlineData("//server/share/x.dll")]
    [InlineData("\\\\.\\pipe\\x")]
    [InlineData("\\\\?\\C:\\x.dll")]
    [InlineData("x.dll:stream")]
    public void A_path_that_could_lead_elsewhere_is_refused_as_written(string path)
    {
        Assert.Equal("/plugins/entries/p/path", Assert.Single(Scan(Sources(new PluginEntry("p", path))).Problems).Pointer);
        Assert.NotEmpty(Scan(Sources() with { Directory = path }).Problems);
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/dev/zero")]
    [InlineData("/dev/stdin")]
    [InlineData("/proc/self/mem")]
    [InlineData("/dev")]
    [InlineData("/nowhere/x.dll")]
    public void Only_a_regular_file_is_taken(string path)
    {
        if (!OperatingSystem.IsWindows())
            Assert.Single(Scan(Sources(new PluginEntry("p", path))).Problems);
    }

    // Each rule says so itself: where one is lost, another may still refuse, for a reason that helps nobody.
    [Theory]
    [InlineData("", "the path is empty")]
    [InlineData("a\0.dll", "a control character")]
    [InlineData("a/../x.dll", "a '.' or '..'")]
    [InlineData("a/./x.dll", "a '.' or '..'")]
    [InlineData("//server/share/x.dll", "a device or a network share")]
    [InlineData("\\\\.\\pipe", "a '.' or '..'")]
    [InlineData("\\\\server\\x.dll", "a device or a network share")]
    [InlineData("x.dll:stream", "a ':'")]
    [InlineData("a/...b/x..dll", null)]
    public void The_rules_for_paths_say_what_is_wrong(string path, string? fault)
    {
        if (fault is null) Assert.Null(PluginPaths.FaultOf(path));
        else Assert.Contains(fault, PluginPaths.FaultOf(path));
    }

    [Fact]
    public void What_is_no_regular_file_is_told_apart_without_opening_it()
    {
        if (OperatingSystem.IsWindows())
            return;
        var pipe = _temp["pipe"];
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", [pipe]))
            mkfifo.WaitForExit();
        foreach (var path in new[] { pipe, "/dev/null", "/dev/zero", "/dev/tty", "/proc/self/status", "/proc/self/mem" })
            Assert.Contains("no regular file", PluginPaths.FaultOfFile(path));
        Assert.Equal("is a folder", PluginPaths.FaultOfFile(_temp.Path));
        Assert.Equal("does not exist", PluginPaths.FaultOfFile(_temp["nowhere"]));
        Assert.Null(PluginPaths.FaultOfFile(_temp.Write("file", "x")));
    }

    [Property]
    public void What_lies_below_a_folder_begins_with_all_of_its_parts(NonEmptyArray<PartOfPath> root, PartOfPath[] path)
    {
        static string Joined(IEnumerable<PartOfPath> parts) => "/" + string.Join('/', parts);
        var below = path.Length > root.Get.Length && path.Take(root.Get.Length).SequenceEqual(root.Get);
        if (OperatingSystem.IsLinux())
            Assert.Equal(below, PluginPaths.IsBelow(Joined(path), Joined(root.Get)));
    }

    /// <summary>Names that begin like each other.</summary>
    public enum PartOfPath
    {
        a,
        ab,
        A,
    }

    [Fact]
    public void A_folder_whose_name_only_begins_like_the_root_is_outside_it()
    {
        _temp.Write("plugins-of-others/x.dll", "x");
        _temp.Make("plugins", "x");
        File.CreateSymbolicLink(_temp["plugins", "x", "x.dll"], _temp["plugins-of-others", "x.dll"]);
        Assert.Contains("a link leads out of", Problem(Sources()));
    }

    [Fact]
    public void A_pipe_is_refused_without_being_opened()
    {
        if (OperatingSystem.IsWindows())
            return;
        var pipe = _temp["p.dll"];
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", [pipe]))
            mkfifo.WaitForExit();
        Assert.Contains("no regular file", Problem(Sources(new PluginEntry("p", "p.dll"))));
    }

    [Fact]
    public void An_entry_may_name_a_file_below_the_configuration_or_by_an_absolute_path()
    {
        var file = _temp.Write("vendor/V.dll", "x");
        Assert.Equal(file, Assert.Single(Scan(Sources(new PluginEntry("v", "vendor/V.dll"))).Candidates).File);
        Assert.Equal(file, Assert.Single(Scan(Sources(new PluginEntry("v", file))).Candidates).File);
    }

    [Fact]
    public void A_link_does_not_lead_out_of_its_root()
    {
        using var outside = new TempFolder();
        var secret = outside.Write("out/out.dll", "x");
        _temp.Make("plugins", "out");
        File.CreateSymbolicLink(_temp["plugins", "out", "out.dll"], secret);
        Assert.Contains("a link leads out of", Problem(Sources()));
        Assert.Contains("a link leads out of", Problem(Sources(new PluginEntry("out"))));
        Assert.Contains("a link leads out of", Problem(Sources(new PluginEntry("out", "plugins/out/out.dll"))));

        File.Delete(_temp["plugins", "out", "out.dll"]);
        Directory.Delete(_temp["plugins", "out"]);
        Directory.CreateSymbolicLink(_temp["plugins", "out"], outside["out"]);
        Assert.Contains("a link leads out of", Problem(Sources()));

        // An absolute path is the operator's own word.
        Assert.Equal(["out"], Ids(Sources(new PluginEntry("out", _temp["plugins", "out", "out.dll"]))));
    }

    [Fact]
    public void A_linked_plugins_folder_stays_below_the_configuration()
    {
        using var outside = new TempFolder();
        outside.Write("a/a.dll", "x");
        Directory.CreateSymbolicLink(_temp["plugins"], outside.Path);
        Assert.Contains("leads out of the folder of plugins.json", Problem(Sources()));
        Assert.Equal(["a"], Ids(Sources() with { Directory = _temp["plugins"] }));
    }

    [Fact]
    public void A_link_within_the_root_is_followed_and_a_circle_refused()
    {
        _temp.Write("plugins/a-1/a.dll", "x");
        _temp.Make("plugins", "a");
        File.CreateSymbolicLink(_temp["plugins", "a", "a.dll"], "../a-1/a.dll");
        Assert.Equal(_temp["plugins", "a-1", "a.dll"],
            Assert.Single(Scan(Sources(new PluginEntry("a")) with { Discover = false }).Candidates).File);

        File.CreateSymbolicLink(_temp["plugins", "circle.dll"], _temp["plugins", "circle.dll"]);
        Assert.Contains("in circles", Problem(Sources(new PluginEntry("c", "plugins/circle.dll")) with { Discover = false }));
    }

    [Fact]
    public void A_missing_plugin_of_an_entry_is_named_with_where_it_was_looked_for()
    {
        _temp.Make("plugins");
        var problem = Assert.Single(Scan(Sources(new PluginEntry("gone"))).Problems);
        Assert.Equal($"{_temp["plugins", "gone", "gone.dll"]} is missing", problem.Message);
        Assert.Equal("/plugins/entries/gone", problem.Pointer);
    }

    [Fact]
    public void The_hosts_own_plugins_are_searched_when_the_default_folder_is_missing_or_holds_sources()
    {
        using var host = new TempFolder();
        host.Write("plugins/echo/echo.dll", "x");
        host.Write("plugins/chat/chat.dll", "x");
        var sources = Sources() with { HostFolder = host.Path };
        Assert.Equal(["chat", "echo"], Ids(sources));

        // A folder of plugins beside plugins.json stands alone ...
        var mine = _temp.Write("plugins/chat/chat.dll", "mine");
        Assert.Equal(mine, Assert.Single(Scan(sources).Candidates).File);

        // ... unless it holds sources, as the repository's does. Then what was dropped in is taken before the host's own.
        _temp.Write("plugins/Echo/Echo.csproj", "<Project/>");
        Assert.Equal(["chat", "Echo"], Ids(sources).Select(id => id == "echo" ? "Echo" : id));
        Assert.Contains(Scan(sources with { DirectoryIsExplicit = true }).Candidates, c => c.File == mine);
        Assert.Equal(["chat"], Ids(sources with { Discover = false, Entries = [new("chat")] }));
        Assert.Equal(["echo"], Ids(sources with { Discover = false, Entries = [new("echo")] }));
    }

    [Fact]
    public void A_folder_that_cannot_be_read_is_a_problem_and_no_exception()
    {
        if (OperatingSystem.IsWindows())
            return;
        File.SetUnixFileMode(_temp.Make("plugins"), UnixFileMode.None);
        var problems = Scan(Sources()).Problems;
        File.SetUnixFileMode(_temp["plugins"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // Nothing is unreadable for root.
        Assert.Equal(Environment.IsPrivilegedProcess ? 0 : 1, problems.Count);
    }

    [Fact]
    public void A_hash_is_64_hexadecimal_digits()
    {
        _temp.Write("plugins/a/a.dll", "x");
        Assert.Equal(["a"], Ids(Sources(new PluginEntry("a", Sha256: new string('A', 64)))));
        Assert.Contains("64 hexadecimal digits", Problem(Sources(new PluginEntry("a", Sha256: new string('a', 63)))));
        Assert.Contains("64 hexadecimal digits", Problem(Sources(new PluginEntry("a", Sha256: new string('g', 64)))));
    }

    private PluginSources Sources(params PluginEntry[] entries) => new(_temp.Path, _temp["host"], "plugins", false, true, entries);

    private static (IReadOnlyList<PluginCandidate> Candidates, IReadOnlyList<PluginProblem> Problems) Scan(PluginSources sources) =>
        PluginDirectory.Scan(sources);

    private static IEnumerable<string> Ids(PluginSources sources)
    {
        var (candidates, problems) = Scan(sources);
        Assert.Empty(problems);
        return candidates.Select(c => c.Id);
    }

    private static string Problem(PluginSources sources) => Assert.Single(Scan(sources).Problems).ToString();
}
