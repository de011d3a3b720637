using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PluginHost.Abstractions;
using PluginHost.Extensions.Hosting;

namespace PluginHost.Extensions;

/// <summary>More about hosted services of a plugin.</summary>
public static class HostedServiceExtensions
{
    /// <summary>
    /// Has a hosted service stop when the plugin's connections begin to be stopped (<see cref="PluginContext.Stopping"/>), not when the last one is closed: for
    /// whoever takes new work from elsewhere.
    /// </summary>
    /// <typeparam name="T">The hosted service, as it was added.</typeparam>
    /// <param name="services">Where it was added.</param>
    public static IServiceCollection StopWhenStopping<T>(this IServiceCollection services) where T : class, IHostedService =>
        services.AddSingleton(new StopsEarly(typeof(T)));
}
