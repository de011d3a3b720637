using PluginHost.Testing;

namespace PluginName1.Tests;

public sealed class PluginName1Tests
{
    private static readonly HandlerUnderTest s_handler = new(() => new PluginName1Plugin(), "plugintoken.v1") { Samples = [Conversation.Of("hello", "again")], Cases = 20 };

    [Fact]
    public async Task It_counts_and_answers()
    {
        await using var host = await TestHost.StartAsync(new PluginName1Plugin());
        var client = await host.OpenAsync("plugintoken.v1");
        await client.SayAsync("hello");
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("1: hello", await client.ExpectTextAsync());
        await client.SayAsync(new byte[] { 1 });
        Assert.Equal(1003, (await client.ExpectCloseAsync()).Code);
    }

    [Fact]
    public async Task A_call_in_flight_answers_before_the_host_is_gone()
    {
        await using var host = await TestHost.StartAsync(new PluginName1Plugin());
        var client = await host.OpenAsync("plugintoken.v1");
        await client.SayAsync("hello");
        var closes = host.StopAsync(TimeSpan.FromSeconds(30));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("1: hello", await client.ExpectTextAsync());
        Assert.Equal(1001, (await closes)[0].Code);
    }

    [Fact]
    public void Junk_is_no_fault() => HandlerProperties.JunkIsNoFault(s_handler);

    [Fact]
    public void Answers_do_not_depend_on_the_transport() => HandlerProperties.AnswersDoNotDependOnTransport(s_handler);

    [Fact]
    public void It_stops_cleanly() => HandlerProperties.StopsCleanly(s_handler);
}
