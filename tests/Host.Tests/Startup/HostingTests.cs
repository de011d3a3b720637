using System.Net.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PluginHost.Server;
using PluginHost.Server.Hosting;
using PluginHost.Tests.Cli;

namespace PluginHost.Tests.Startup;

/// <summary>The server within an application.</summary>
public class HostingTests
{
    [Fact]
    public async Task A_generic_host_serves_and_closes_with_1001()
    {
        using var folder = new TempFolder();
        using var host = Build(folder, """{ "listeners": [{ "name": "default", "address": "127.0.0.1:0" }] }""");
        await host.StartAsync();
        var service = host.Services.GetRequiredService<PluginHostService>();
        using var client = await Served.ConnectAsync(Assert.Single(service.Server.Listeners).Url, "upper.v1");
        Assert.Equal("HELLO", await client.AskAsync("hello"));

        var stop = host.StopAsync();
        var received = await client.ReceiveAsync(new byte[16], Served.Limit());
        await client.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, Served.Limit());
        await stop;

        Assert.Equal(WebSocketMessageType.Close, received.MessageType);
        Assert.Equal(1001, (int)client.CloseStatus!.Value);
        await Assert.ThrowsAsync<InvalidOperationException>(() => service.StartAsync(default));
    }

    [Fact]
    public async Task What_is_not_stopped_is_when_the_host_is_disposed_of()
    {
        using var folder = new TempFolder();
        var host = Build(folder, """{ "listeners": [{ "name": "default", "address": "127.0.0.1:0" }] }""");
        await host.StartAsync();
        var url = host.Services.GetRequiredService<PluginHostService>().Server.Listeners[0].Url;

        await ((IAsyncDisposable)host).DisposeAsync();

        await Assert.ThrowsAsync<WebSocketException>(() => Served.ConnectAsync(url));
    }

    [Fact]
    public async Task All_problems_of_the_configuration_are_one_exception()
    {
        using var folder = new TempFolder();
        using var host = Build(folder, """
            { "routes": 3,
              "listeners": [{ "address": "nowhere" }] }
            """);

        var exception = await Assert.ThrowsAsync<StartupException>(() => host.StartAsync());

        Assert.Equal(exception.Message.Split('\n'), exception.Problems.Select(problem => problem.ToString()));
        Assert.Equal(2, exception.Problems.Count);
        Assert.StartsWith($"{folder["plugins.json"]}:1:13: /routes: ", exception.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<PluginHostService>().Server);
    }

    [Fact]
    public async Task A_start_that_is_given_up_is_cancelled()
    {
        using var folder = new TempFolder();
        using var host = Build(folder, """{ "listeners": [{ "name": "default", "address": "127.0.0.1:0" }] }""");
        var service = host.Services.GetRequiredService<PluginHostService>();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => service.StartAsync(new CancellationToken(canceled: true)));
    }

    private static IHost Build(TempFolder folder, string configuration)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddPluginHost(StartupSettings.Of(folder.Write("plugins.json", configuration)), options => options with { Loops = 1 });
        return builder.Build();
    }
}
