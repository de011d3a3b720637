namespace PluginHost.Conformance.Tests;

/// <summary>The command line.</summary>
public class ArgumentsTests
{
    [Fact]
    public void Everything_can_be_wished_for()
    {
        var parsed = Arguments.Parse(
        [
            "--url", "ws://127.0.0.1:9/echo", "--only", "6.4,9", "--full", "--update", "--concurrency", "3", "--slowest", "5",
        ])!;
        Assert.Equal(new Uri("ws://127.0.0.1:9/echo"), parsed.Url);
        Assert.True(parsed is { Full: true, Update: true, Concurrency: 3, Slowest: 5 });
        Assert.True(parsed.Takes("6.4.1") && parsed.Takes("9.1.1"));
        Assert.False(parsed.Takes("6.40.1") || parsed.Takes("6.5.1") || parsed.Takes("90.1"));
        Assert.True(Arguments.Parse([])!.Takes("1.1.1"));
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("--url")]
    [InlineData("--url", "http://127.0.0.1/")]
    [InlineData("--url", "nowhere")]
    [InlineData("--concurrency", "0")]
    [InlineData("--concurrency", "two")]
    [InlineData("--slowest", "-1")]
    [InlineData("--unheard-of")]
    public void What_is_not_understood_is_refused(params string[] arguments) => Assert.Null(Arguments.Parse(arguments));
}
