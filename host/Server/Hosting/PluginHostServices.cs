using Microsoft.Extensions.DependencyInjection;

namespace PluginHost.Server.Hosting;

/// <summary>Adds the server to an application.</summary>
public static class PluginHostServices
{
    /// <summary>Adds a <see cref="PluginHostService"/>, which logs where the application does.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="settings">What is to be served and from where.</param>
    /// <param name="configure">Changes how it is started; <see langword="null"/> for nothing to change.</param>
    public static IServiceCollection AddPluginHost(this IServiceCollection services, StartupSettings settings, Func<StartOptions, StartOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        services.AddSingleton(provider =>
        {
            var options = new StartOptions { Loggers = provider.GetRequiredService<ILoggerFactory>() };
            return new PluginHostService(settings, configure?.Invoke(options) ?? options);
        });
        return services.AddHostedService(provider => provider.GetRequiredService<PluginHostService>());
    }
}
