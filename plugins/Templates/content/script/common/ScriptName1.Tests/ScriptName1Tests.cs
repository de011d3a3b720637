using PluginHost.Testing;

namespace ScriptName1.Tests;

public sealed class ScriptName1Tests
{
    private static readonly string s_file = Path.Combine(AppContext.BaseDirectory, "ScriptName1.sbn");

    [Fact]
    public async Task It_counts_and_answers()
    {
        await using var host = await TestHost.StartAsync(s_file, new TestSettings());
        var client = await host.OpenAsync("scripttoken.v1");
        await client.SayAsync("hello");
        Assert.Equal("1: hello", await client.ExpectTextAsync());
    }

    [Fact]
    public async Task Junk_is_no_fault()
    {
        await using var host = await TestHost.StartAsync(s_file, new TestSettings());
        HandlerProperties.JunkIsNoFault(new HandlerUnderTest(host, "scripttoken.v1") { Samples = [Conversation.Of("hello", "again")] });
    }
}
