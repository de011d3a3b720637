using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PluginHost.Abstractions;

namespace PluginHost.Extensions.Hosting;

/// <summary>The hosted services of a plugin: started in their order, stopped in the reverse.</summary>
/// <param name="provider">The container; it is disposed at the end.</param>
/// <param name="context">The plugin's.</param>
internal sealed class Running(ServiceProvider provider, PluginContext context)
{
    private readonly Stack<Started> _started = new();
    private readonly List<Task> _watches = [];
    private CancellationTokenRegistration _stopping;
    private volatile bool _stops;

    /// <summary>Starts them. Of those that could not be started, the ones before are to be stopped.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        var services = provider.GetServices<IHostedService>().ToList();
        foreach (var service in services.OfType<IHostedLifecycleService>()) await service.StartingAsync(cancellation).ConfigureAwait(false);
        foreach (var service in services)
        {
            await service.StartAsync(cancellation).ConfigureAwait(false);
            _started.Push(new Started(service));
            if (service is BackgroundService { ExecuteTask: { } work }) _watches.Add(WatchAsync(service, work));
        }

        foreach (var service in services.OfType<IHostedLifecycleService>()) await service.StartedAsync(cancellation).ConfigureAwait(false);
        var early = provider.GetServices<StopsEarly>().Select(stops => stops.Service).ToHashSet();
        if (early.Count > 0) _stopping = context.Stopping.Register(() => StopEarly(early));
    }

    /// <summary>Stops those that were started, and ends the container. Each is stopped, whatever those before it throw.</summary>
    /// <exception cref="AggregateException">Some threw.</exception>
    public async Task StopAsync(CancellationToken cancellation)
    {
        _stops = true;
        await _stopping.DisposeAsync().ConfigureAwait(false);
        var faults = new List<Exception>();
        var services = _started.ToList();
        await EachAsync<IHostedLifecycleService>(services, service => service.StoppingAsync(cancellation), faults).ConfigureAwait(false);
        foreach (var service in services) await TryAsync(() => service.StopAsync(cancellation), faults).ConfigureAwait(false);
        await EachAsync<IHostedLifecycleService>(services, service => service.StoppedAsync(cancellation), faults).ConfigureAwait(false);
        await TryAsync(() => Task.WhenAll(_watches).WaitAsync(cancellation), faults).ConfigureAwait(false);
        await TryAsync(() => provider.DisposeAsync().AsTask(), faults).ConfigureAwait(false);
        if (faults.Count > 0) throw new AggregateException(faults);
    }

    private static async Task EachAsync<T>(IEnumerable<Started> services, Func<T, Task> act, List<Exception> faults)
    {
        foreach (var service in services.Select(started => started.Service).OfType<T>()) await TryAsync(() => act(service), faults).ConfigureAwait(false);
    }

    private static async Task TryAsync(Func<Task> act, List<Exception> faults)
    {
        try
        {
            await act().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            faults.Add(e);
        }
    }

    private void StopEarly(HashSet<Type> early)
    {
        foreach (var service in _started.Where(started => early.Contains(started.Service.GetType()))) _ = service.StopAsync(CancellationToken.None);
    }

    /// <summary>A background service that ends by an exception leaves the plugin without it: the host is told.</summary>
    private async Task WatchAsync(IHostedService service, Task work)
    {
        try
        {
            await work.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stops || context.Stopping.IsCancellationRequested)
        {
            // as it is meant to end
        }
        catch (Exception e)
        {
            var name = service.GetType().Name;
            context.Log.Error($"{name} has failed", e);
            context.SetHealth(name, HealthStatus.Unhealthy, $"{e.GetType().Name}: {e.Message}");
        }
    }

    /// <summary>A service that was started, and is stopped once.</summary>
    private sealed class Started(IHostedService service)
    {
        private readonly Lock _gate = new();
        private Task? _stop;

        public IHostedService Service => service;

        /// <summary>Stops it; whoever asks later waits for the same, within their own time.</summary>
        public async Task StopAsync(CancellationToken cancellation)
        {
            Task stop;
            lock (_gate) stop = _stop ??= Begin(cancellation);
            await stop.WaitAsync(cancellation).ConfigureAwait(false);
        }

        private async Task Begin(CancellationToken cancellation)
        {
            await Task.Yield();
            await service.StopAsync(cancellation).ConfigureAwait(false);
        }
    }
}

/// <summary>A hosted service that is stopped as soon as the plugin's connections are.</summary>
/// <param name="Service">Its type.</param>
internal sealed record StopsEarly(Type Service);
