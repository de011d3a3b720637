using PluginHost.Abstractions;
using PluginHost.Server.Loading;

namespace PluginHost.Tests.Loading;

public sealed class PluginCopyTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void The_copy_holds_the_same_files_and_is_named_by_what_is_in_them()
    {
        _temp.Write("p/p.dll", "code");
        _temp.Write("p/data/empty", "");
        _temp.Write("p/data/deep/x.txt", "x");
        var copy = Make();
        Assert.Equal(Files(_temp["p"]), Files(copy.Folder));
        Assert.Equal("code", File.ReadAllText(copy.File));
        Assert.Equal(["p.dll"], copy.Assemblies);
        Assert.Matches("^p-[0-9a-f]{16}$", Path.GetFileName(copy.Folder));

        var again = Make();
        Assert.Equal(copy.Folder + "-2", again.Folder);
        _temp.Write("p/data/deep/x.txt", "y");
        Assert.NotEqual(Path.GetFileName(copy.Folder), Path.GetFileName(Make().Folder)[..18]);
        copy.Remove();
        Assert.False(Directory.Exists(copy.Folder));
        Assert.True(File.Exists(again.File));
    }

    [Fact]
    public void A_link_is_followed_within_the_folder_and_refused_out_of_it()
    {
        _temp.Write("p/..now/p.dll", "code");
        File.CreateSymbolicLink(_temp["p", "p.dll"], "..now/p.dll");
        Directory.CreateSymbolicLink(_temp["p", "..data"], "..now");
        Assert.Equal("code", File.ReadAllText(Path.Combine(Make().Folder, "..data", "p.dll")));
        _temp.Write("outside.txt", "secret");
        File.CreateSymbolicLink(_temp["p", "out"], _temp["outside.txt"]);
        Assert.Contains("the link out leads out of it, or in circles", Problem().Message, StringComparison.Ordinal);
        File.Delete(_temp["p", "out"]);
        Directory.CreateSymbolicLink(_temp["p", "..now", "circle"], "../..now");
        Assert.Contains("nested too deep, or a link leads in circles", Problem().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_has_bounds_and_what_is_half_copied_goes()
    {
        _temp.Write("p/p.dll", "code");
        _temp.Write("p/a/b/text", "12345");
        var exact = new CopyLimits(2, 9, 2);
        Make(exact).Remove();
        Assert.Contains("it holds more than 1 files", Problem(exact with { MaxFiles = 1 }).Message, StringComparison.Ordinal);
        Assert.Contains("it holds more than 2 files or 0 MiB", Problem(exact with { MaxBytes = 8 }).Message, StringComparison.Ordinal);
        Assert.Contains("nested too deep", Problem(exact with { MaxDepth = 1 }).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp["copies"]));
    }

    [Fact]
    public void A_pipe_is_not_waited_for()
    {
        if (OperatingSystem.IsWindows()) return;
        _temp.Write("p/p.dll", "code");
        using (var process = System.Diagnostics.Process.Start("mkfifo", _temp["p", "pipe"])) process.WaitForExit();
        Assert.Equal(0, new FileInfo(Path.Combine(Make().Folder, "pipe")).Length);
    }

    [Fact]
    public void A_running_plugin_does_not_see_that_its_folder_is_replaced()
    {
        var source = PluginSource.Sound("p").Replace("class H : InlineHandler { }", """
            class H : InlineHandler
            {
                public H() => System.IO.File.AppendAllText(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(typeof(H).Assembly.Location), "seen"), Late.Word());
            }
            static class Late { public static string Word() => Lib.Words.Word; }
            """, StringComparison.Ordinal);
        var library = PluginSource.CompileLibrary(_temp["plugins", "p", "Lib.dll"], "Lib", "namespace Lib; public static class Words { public static string Word => \"old\"; }");
        PluginSource.Compile(_temp["plugins"], "p", source, "1.0", library);
        var set = PluginLoader.Load(new(_temp.Path, _temp["host"], "plugins", true, true, [])).Match(
            loaded => loaded, problems => throw new Xunit.Sdk.XunitException(string.Join('\n', problems)));
        // The library is loaded when it is first used: after it was overwritten in place.
        PluginSource.CompileLibrary(library, "Lib", "namespace Lib; public static class Words { public static string Word => \"new\"; }");
        set.Handlers["p"].Description.Tier.Match(_ => null!, _ => null!, create => create(null!));
        var location = set.Handlers["p"].Plugin.CopyFolder!;
        Assert.Equal("old", File.ReadAllText(Path.Combine(location, "seen")));
        Assert.False(File.Exists(_temp["plugins", "p", "seen"]));
        set.Unload();
        Assert.False(Directory.Exists(location));
    }

    [Fact]
    public void What_an_ended_process_left_goes_and_what_a_running_one_has_stays()
    {
        var running = CopyRoot.Create(_temp.Make("parent"));
        _temp.Write("parent/pluginhost-left/x/y", "z");
        _temp.Write("parent/pluginhost-left.lock", "");
        _temp.Write("parent/pluginhost-other/y", "not ours: nothing says that it was locked");
        var next = CopyRoot.Create(_temp["parent"]);
        Assert.False(Path.Exists(_temp["parent", "pluginhost-left"]) || Path.Exists(_temp["parent", "pluginhost-left.lock"]));
        Assert.True(Directory.Exists(running.Path) && Directory.Exists(_temp["parent", "pluginhost-other"]));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(next.Path));
        running.Remove();
        next.Remove();
        Assert.Equal(["pluginhost-other"], Directory.EnumerateFileSystemEntries(_temp["parent"]).Select(Path.GetFileName));
    }

    private PluginCopy Make(CopyLimits? limits = null) =>
        Assert.IsType<PluginCopy>(PluginCopy.Make("p", _temp["p", "p.dll"], _temp.Make("copies"), limits ?? CopyLimits.Default).Copy);

    private PluginProblem Problem(CopyLimits? limits = null) =>
        Assert.IsType<PluginProblem>(PluginCopy.Make("p", _temp["p", "p.dll"], _temp.Make("copies"), limits ?? CopyLimits.Default).Problem);

    private static IEnumerable<(string, string)> Files(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Select(file => (Path.GetRelativePath(folder, file), File.ReadAllText(file))).Order();
}
