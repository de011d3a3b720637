using PluginHost.Server;
using PluginHost.Server.Logging;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Hostile.Faults;

/// <summary>Exceptions of plugins that no call of the host's can catch: the process goes on, and the plugin is named.</summary>
[Trait("Row", "handlers that misbehave")]
public sealed class StrayExceptionTests(PatientFaultHost host) : IClassFixture<PatientFaultHost>
{
    [Theory]
    [InlineData("stray", "thread", "on a thread of its own")]
    [InlineData("stray", "pool", "on the pool")]
    [InlineData("stray", "timer", "in a timer")]
    [InlineData("stray", "finalizer", "in a finalizer")]
    [InlineData("stray", "task", "in a task that nobody awaits")]
    [InlineData("stray.decision", "fine", "in async void")]
    public Task It_is_survived_and_its_plugin_named(string protocol, string what, string said) => host.WhileOthersGoOn(async () =>
    {
        var line = $"plugin stray: an exception that nobody has caught, outside of any call: InvalidOperationException: {said}";
        using var first = await host.OpenAsync(protocol);
        // A plugin gets one line a second: where another exception has taken it, this one is said later.
        for (var i = 0; i < 600 && !host.Log.Contains(line, StringComparison.Ordinal); i++)
        {
            using var client = await host.OpenAsync(protocol);
            await client.SendAsync(Text(what));
            Assert.Equal(what, (await client.FrameAsync()).Text);
            await Task.Delay(50);
        }
        Assert.Contains(line, host.Log, StringComparison.Ordinal);
        await first.SendAsync(Text("still here"));
        Assert.Equal("still here", (await first.FrameAsync()).Text);
    });

    [Fact]
    public void One_of_the_host_itself_ends_the_process_as_ever()
    {
        var lines = new List<string>();
        var stray = new StrayExceptions(new LineLogger(LogLevel.Debug, (_, line) => lines.Add(line)), () => 0);
        Assert.False(stray.Survives(Thrown()));
        Assert.Contains("nobody has caught InvalidOperationException: mine", Assert.Single(lines), StringComparison.Ordinal);

        static Exception Thrown()
        {
            try
            {
                throw new InvalidOperationException("mine");
            }
            catch (InvalidOperationException exception)
            {
                return exception;
            }
        }
    }
}
