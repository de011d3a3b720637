using Microsoft.Extensions.DependencyInjection;
using PluginHost.Abstractions;
using PluginHost.Extensions.Hosting;
using PluginHost.Extensions.Scopes;

namespace PluginHost.Extensions;

/// <summary>
/// A plugin with a service container: <see cref="Configure"/> writes down what it consists of, and the container is made when it starts. Hosted services
/// start with the plugin, in their order, and stop with it, the last first.
/// </summary>
public abstract class ServicePlugin : Plugin
{
    private readonly Connected _connected = new();
    private PluginBuilder? _builder;
    private Running? _running;

    private PluginBuilder Builder => _builder ??= Configured();

    /// <summary>Writes down what the plugin consists of. Without side effects: it is also called where the plugin will not be started.</summary>
    /// <param name="plugin">Takes it down.</param>
    protected abstract void Configure(PluginBuilder plugin);

    /// <inheritdoc/>
    public sealed override PluginDescription Describe() => Builder.Describe();

    /// <summary>Checks the options that were added with <see cref="PluginBuilder.AddOptions{T}()"/>. Override it to check more, and return what the base returns as well.</summary>
    /// <param name="options">The options.</param>
    public override IReadOnlyList<OptionProblem> Validate(PluginOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Builder.Options.Validate(options);
    }

    /// <inheritdoc/>
    public sealed override async ValueTask StartAsync(PluginContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        var services = new ServiceCollection();
        AddHost(services, context);
        // After the host's, so that an author's own come first where one is asked for.
        foreach (var service in Builder.Services) ((ICollection<ServiceDescriptor>)services).Add(service);
        Builder.Options.Register(services, context.Options);
        var provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true, ValidateOnBuild = true });
        _connected.Set(provider);
        _running = new Running(provider, context);
        try
        {
            await _running.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            // The host does not stop what it could not start.
            await StopAsync(cancellation).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public sealed override async ValueTask StopAsync(CancellationToken cancellation)
    {
        if (_running is not { } running) return;
        _running = null;
        try
        {
            await running.StopAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _connected.Set(null);
        }
    }

    private PluginBuilder Configured()
    {
        var builder = new PluginBuilder(GetType().Assembly, _connected);
        Configure(builder);
        return builder;
    }

    /// <summary>What the host gives. As instances, which the container does not dispose: they are the host's.</summary>
    private void AddHost(ServiceCollection services, PluginContext context)
    {
        services.AddSingleton(context);
        services.AddSingleton(context.Topics);
        services.AddSingleton(context.Connections);
        services.AddSingleton(context.Meter);
        services.AddSingleton(context.ActivitySource);
        services.AddSingleton(_connected);
    }
}
