using PluginHost.Core.Scripts;

namespace PluginHost.Core.Tests.Scripts;

/// <summary>Names of files that scripts include: nothing leads out of the folder, nothing means two files on another system.</summary>
public sealed class IncludePathTests
{
    [Theory]
    [InlineData("a.sbn")]
    [InlineData("parts/header.sbn")]
    [InlineData("a/b/c/d")]
    [InlineData(".hidden")]
    [InlineData("a..b/ä é")]
    public void Is_taken(string name) => Assert.Equal(name, IncludePath.Check(name).Match(taken => taken, refusal => "refused: " + refusal));

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("/etc/passwd", "is relative to the folder")]
    [InlineData("..", "`..`")]
    [InlineData("../x", "`..`")]
    [InlineData("a/../../x", "`..`")]
    [InlineData("a/./x", "`.`")]
    [InlineData("a//b", "empty segment")]
    [InlineData("a/", "empty segment")]
    [InlineData(@"..\x", @"`\`")]
    [InlineData("C:x", "`:`")]
    [InlineData("a*", "`*`")]
    [InlineData("a?", "`?`")]
    [InlineData("a|b", "`|`")]
    [InlineData("a\0b", "control characters")]
    [InlineData("a\nb", "control characters")]
    [InlineData("a😀", "beyond U+FFFF")]
    [InlineData("a.", "end with a blank or dot")]
    [InlineData("a/b ", "end with a blank or dot")]
    [InlineData(" a", "begin with a blank")]
    public void Is_refused(string name, string why) =>
        Assert.Contains(why, IncludePath.Check(name).Match(_ => "taken", refusal => refusal), StringComparison.Ordinal);

    [Fact]
    public void Has_at_most_255_characters()
    {
        Assert.True(IncludePath.Check(new string('a', 255)).IsRight);
        Assert.True(IncludePath.Check(new string('a', 256)).IsLeft);
    }
}
