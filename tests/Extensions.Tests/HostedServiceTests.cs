using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PluginHost.Abstractions;
using PluginHost.Extensions.Tests.Support;
using HealthStatus = PluginHost.Abstractions.HealthStatus;

namespace PluginHost.Extensions.Tests;

public sealed class HostedServiceTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly List<string> _events = [];

    [Fact]
    public async Task They_start_in_order_and_stop_in_reverse()
    {
        using var context = new FakeContext();
        var plugin = Plugin(new NotedService(_events, "a"), new Cycle(_events, "b"), new NotedService(_events, "c"));
        await plugin.StartAsync(context, default);
        Assert.Equal(["starting b", "start a", "start b", "start c", "started b"], _events);
        _events.Clear();
        await plugin.StopAsync(default);
        Assert.Equal(["stopping b", "stop c", "stop b", "stop a", "stopped b", "end"], _events);
        _events.Clear();
        await plugin.StopAsync(default);
        Assert.Empty(_events);
    }

    [Fact]
    public async Task One_that_does_not_start_stops_those_before_it()
    {
        using var context = new FakeContext();
        var plugin = Plugin(new NotedService(_events, "a"), new Bad(_events, "b", start: true), new NotedService(_events, "c"));
        Assert.Equal("b", (await Assert.ThrowsAsync<FormatException>(() => plugin.StartAsync(context, default).AsTask())).Message);
        Assert.Equal(["start a", "stop a", "end"], _events);
    }

    [Fact]
    public async Task One_that_does_not_stop_keeps_nobody_from_it()
    {
        using var context = new FakeContext();
        var plugin = Plugin(new NotedService(_events, "a"), new Bad(_events, "b", start: false), new NotedService(_events, "c"));
        await plugin.StartAsync(context, default);
        _events.Clear();
        var fault = await Assert.ThrowsAsync<AggregateException>(() => plugin.StopAsync(default).AsTask());
        Assert.Equal("b", Assert.Single(fault.InnerExceptions).Message);
        Assert.Equal(["stop c", "stop a", "end"], _events);
    }

    [Fact]
    public async Task A_stop_is_given_up_when_it_is_cancelled()
    {
        using var context = new FakeContext();
        var plugin = Plugin(new NotedService(_events, "a"), new Stuck(_events, "b"));
        await plugin.StartAsync(context, default);
        using var given = new CancellationTokenSource();
        var stopping = plugin.StopAsync(given.Token).AsTask();
        Assert.False(stopping.IsCompleted);
        await given.CancelAsync();
        await Assert.ThrowsAsync<AggregateException>(() => stopping.WaitAsync(Limit));
        Assert.Contains("end", _events);
    }

    [Fact]
    public async Task A_background_service_that_fails_makes_the_plugin_unhealthy()
    {
        using var context = new FakeContext();
        var plugin = Plugin(new Background(() => throw new FormatException("it broke")), new Background(() => { }));
        await plugin.StartAsync(context, default);
        Assert.Equal(("Background", HealthStatus.Unhealthy, "FormatException: it broke"), await context.Said.Task.WaitAsync(Limit));
        var line = Assert.Single(context.Lines.Entries, entry => entry.Level == PluginLogLevel.Error);
        Assert.Equal("Background has failed", line.Message);
        Assert.Contains("it broke", line.Exception, StringComparison.Ordinal);
        await plugin.StopAsync(default);
        Assert.Single(context.Health);
    }

    [Fact]
    public async Task A_background_service_that_is_cancelled_by_the_stop_has_not_failed()
    {
        using var context = new FakeContext();
        var waiting = new Waiting();
        var plugin = Plugin(waiting);
        await plugin.StartAsync(context, default);
        await plugin.StopAsync(default);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.ExecuteTask!);
        Assert.Empty(context.Health);
        Assert.Empty(context.Lines.Entries);
    }

    [Fact]
    public async Task One_that_takes_new_work_stops_when_the_connections_do()
    {
        using var context = new FakeContext();
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var plugin = new TestPlugin(builder => builder.Services
            .AddSingleton<IHostedService>(new NotedService(_events, "a"))
            .AddSingleton<IHostedService>(new Early(_events, stopped)).StopWhenStopping<Early>());
        await plugin.StartAsync(context, default);
        _events.Clear();
        context.Stop();
        await stopped.Task.WaitAsync(Limit);
        Assert.Equal(["stop early"], _events);
        await plugin.StopAsync(default);
        Assert.Equal(["stop early", "stop a"], _events);
    }

    [Fact]
    public async Task Health_checks_are_pushed()
    {
        using var context = new FakeContext();
        var plugin = new TestPlugin(builder => builder.Services.AddHealthChecks().AddCheck("db", () => HealthCheckResult.Unhealthy("gone")));
        await plugin.StartAsync(context, default);
        Assert.Equal(("db", HealthStatus.Unhealthy, "gone"), await context.Said.Task.WaitAsync(Limit));
        await plugin.StopAsync(default);
    }

    [Fact]
    public async Task A_meter_that_an_author_names_is_exported_and_ends_with_the_plugin()
    {
        using var context = new FakeContext();
        Meter? meter = null;
        var plugin = new TestPlugin(builder => builder.Services.AddHostedService(services =>
        {
            var factory = services.GetRequiredService<IMeterFactory>();
            meter = factory.Create(new MeterOptions("mine") { Tags = [new("a", "b"), new("pluginhost.plugin", "other")] });
            Assert.Same(meter, factory.Create("mine"));
            return new NotedService(_events, "x");
        }));
        var ended = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Meter == meter) own.EnableMeasurementEvents(instrument);
            },
            MeasurementsCompleted = (instrument, _) => ended.Add(instrument.Name),
        };
        await plugin.StartAsync(context, default);
        Assert.Equal([new("a", "b"), new("pluginhost.plugin", "fake")], meter!.Tags!);
        listener.Start();
        meter.CreateCounter<int>("count");
        await plugin.StopAsync(default);
        Assert.Equal(["count"], ended);
    }

    [Fact]
    public async Task Handlers_of_http_clients_end_with_the_plugin()
    {
        using var context = new FakeContext();
        var own = new Ends();
        IHttpClientFactory? factory = null;
        SocketsHttpHandler? sockets = null;
        var plugin = new TestPlugin(builder =>
        {
            builder.Services.AddHttpClient("own").ConfigurePrimaryHttpMessageHandler(() => own).SetHandlerLifetime(TimeSpan.FromMinutes(1));
            builder.Services.AddHttpClient("usual").SetHandlerLifetime(TimeSpan.FromSeconds(70))
                .UseSocketsHttpHandler((handler, _) => sockets = handler);
            builder.Services.AddHostedService(services =>
            {
                factory = services.GetRequiredService<IHttpClientFactory>();
                return new NotedService(_events, "x");
            });
        });
        await plugin.StartAsync(context, default);
        using (var client = factory!.CreateClient("own")) Assert.Equal("own", await client.GetStringAsync(new Uri("http://nowhere/")));
        using (factory.CreateClient("usual")) Assert.Equal(TimeSpan.FromSeconds(70), sockets!.PooledConnectionLifetime);
        Assert.False(own.IsDisposed);
        await plugin.StopAsync(default);
        Assert.True(own.IsDisposed);
    }

    private TestPlugin Plugin(params IHostedService[] services) => new(builder =>
    {
        builder.Services.AddSingleton(_ => new End(_events));
        foreach (var service in services)
            builder.Services.AddSingleton<IHostedService>(provider =>
            {
                provider.GetRequiredService<End>();
                return service;
            });
    });

    private sealed class End(List<string> events) : IDisposable
    {
        public void Dispose() => events.Add("end");
    }

    private sealed class Cycle(List<string> events, string name) : NotedService(events, name), IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => Note("starting");

        public Task StartedAsync(CancellationToken cancellationToken) => Note("started");

        public Task StoppingAsync(CancellationToken cancellationToken) => Note("stopping");

        public Task StoppedAsync(CancellationToken cancellationToken) => Note("stopped");
    }

    private sealed class Bad(List<string> events, string name, bool start) : NotedService(events, name)
    {
        private readonly string _name = name;

        public override Task StartAsync(CancellationToken cancellationToken) => start ? throw new FormatException(_name) : Task.CompletedTask;

        public override Task StopAsync(CancellationToken cancellationToken) => throw new FormatException(_name);
    }

    private sealed class Stuck(List<string> events, string name) : NotedService(events, name)
    {
        public override Task StopAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, CancellationToken.None);
    }

    private sealed class Early(List<string> events, TaskCompletionSource stopped) : NotedService(events, "early")
    {
        public override async Task StopAsync(CancellationToken cancellationToken)
        {
            await base.StopAsync(cancellationToken);
            stopped.SetResult();
        }
    }

    private sealed class Background(Action act) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            act();
        }
    }

    private sealed class Waiting : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Delay(Timeout.Infinite, stoppingToken);
    }

    private sealed class Ends : HttpMessageHandler
    {
        public bool IsDisposed { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { Content = new StringContent("own") });

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
