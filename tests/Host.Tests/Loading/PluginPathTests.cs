using FsCheck;
using PluginHost.Server.Loading;
using PluginHost.TestSupport;

namespace PluginHost.Tests.Loading;

/// <summary>The rules of paths one by one: which of them refuses a path.</summary>
public sealed class PluginPathTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("a/b.dll", null)]
    [InlineData("/a/b.dll", null)]
    [InlineData("a..b/c...dll", null)]
    [InlineData("", "the path is empty")]
    [InlineData("a\0", "the path holds a control character")]
    [InlineData("a\u007f", "the path holds a control character")]
    [InlineData("./a", "the path holds a '.' or '..'")]
    [InlineData("a/..", "the path holds a '.' or '..'")]
    [InlineData(@"a\..\b", "the path holds a '.' or '..'")]
    [InlineData(@"\\server\share", "the path names a device or a network share")]
    [InlineData("//server/share", "the path names a device or a network share")]
    [InlineData("a:b", "the path holds a ':'")]
    public void A_path_is_refused_by_the_rule_that_it_breaks(string path, string? why) => Assert.Equal(why, PluginPaths.FaultOf(path));

    /// <summary>What begins like the root lies beside it.</summary>
    [Property(MaxTest = 50)]
    public void Below_is_what_follows_the_root_and_a_separator(NonEmptyString root, NonEmptyString rest)
    {
        var folder = "/" + root.Get.Replace('/', 'x');
        var name = rest.Get.Replace('/', 'x');
        Assert.True(PluginPaths.IsBelow($"{folder}/{name}", folder));
        Assert.True(PluginPaths.IsBelow($"{folder}/{name}", folder + "/"));
        Assert.True(PluginPaths.IsBelow($"/{name}", "/"));
        Assert.False(PluginPaths.IsBelow(folder + name, folder));
        Assert.False(PluginPaths.IsBelow(folder, folder));
        Assert.False(PluginPaths.IsBelow(folder, $"{folder}/{name}"));
    }

    [Fact]
    public void A_link_to_a_folder_that_begins_like_the_root_leads_out()
    {
        _temp.Make("plugins", "a");
        _temp.Write("plugins-of-others/a.dll", "x");
        File.CreateSymbolicLink(_temp["plugins", "a", "a.dll"], _temp["plugins-of-others", "a.dll"]);
        var (candidates, problems) = PluginDirectory.Scan(new PluginSources(_temp.Path, _temp["host"], "plugins", false, true, []));
        Assert.Empty(candidates);
        Assert.Contains("a link leads out of", Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_file_with_something_in_it_is_told_apart()
    {
        _temp.Make("folder");
        _temp.Write("empty", "");
        Assert.Equal("is a folder", PluginPaths.FaultOfFile(_temp["folder"]));
        Assert.Equal("does not exist", PluginPaths.FaultOfFile(_temp["nowhere"]));
        Assert.Equal("is empty or no regular file", PluginPaths.FaultOfFile(_temp["empty"]));
        Assert.Null(PluginPaths.FaultOfFile(_temp.Write("file", "x")));
    }

    [Fact]
    public void Forty_links_are_followed_and_a_circle_is_none()
    {
        _temp.Write("0", "x");
        for (var i = 1; i <= 41; i++) File.CreateSymbolicLink(_temp[$"{i}"], $"{i - 1}");
        Assert.Equal(_temp["0"], PluginPaths.Real(_temp["40"]));
        Assert.Null(PluginPaths.Real(_temp["41"]));
        Directory.CreateSymbolicLink(_temp["round"], "about");
        Directory.CreateSymbolicLink(_temp["about"], "round");
        Assert.Null(PluginPaths.Real(_temp["round", "x"]));
    }
}
