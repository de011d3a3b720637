using Microsoft.Extensions.Hosting;

namespace PluginHost.Extensions.Tests.Support;

/// <summary>A plugin of a test.</summary>
internal sealed class TestPlugin(Action<PluginBuilder> configure) : ServicePlugin
{
    protected override void Configure(PluginBuilder plugin) => configure(plugin);
}

/// <summary>A hosted service that notes what is done with it.</summary>
internal class NotedService(List<string> events, string name) : IHostedService
{
    public virtual Task StartAsync(CancellationToken cancellationToken) => Note("start");

    public virtual Task StopAsync(CancellationToken cancellationToken) => Note("stop");

    protected Task Note(string what)
    {
        lock (events) events.Add($"{what} {name}");
        return Task.CompletedTask;
    }
}
