using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PluginHost.Abstractions;
using PluginHost.Extensions.Binding;
using PluginHost.Extensions.Hosting;
using PluginHost.Extensions.Logging;
using PluginHost.Extensions.Scopes;

namespace PluginHost.Extensions;

/// <summary>Takes down what a plugin consists of. Nothing is made before the plugin is started.</summary>
public sealed class PluginBuilder
{
    private readonly List<HandlerBuilder> _handlers = [];
    private readonly Connected _connected;
    private string _name;
    private string _version;
    private Func<HandshakeInfo, CancellationToken, ValueTask<HandshakeDecision>>? _authenticate;

    internal PluginBuilder(Assembly assembly, Connected connected)
    {
        _connected = connected;
        _name = assembly.GetName().Name!;
        AddDefaults(Services);
        _version = (assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? assembly.GetName().Version!.ToString()).Split('+')[0];
    }

    /// <summary>
    /// What the container is made of. It also has <see cref="PluginContext"/>, <see cref="Topics"/>, <see cref="Connections"/>, <see cref="PluginLog"/>,
    /// <see cref="TimeProvider"/>, the plugin's meter and activity source, and loggers; in the scope of a connection <see cref="Session"/>,
    /// <see cref="SessionTopics"/> and <see cref="HandshakeInfo"/>.
    /// </summary>
    public IServiceCollection Services { get; } = new ServiceCollection();

    internal OptionSet Options { get; } = new();

    /// <summary>Names the plugin, for people. Otherwise it has the name of its assembly.</summary>
    /// <param name="name">Not empty.</param>
    public PluginBuilder WithName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _name = name;
        return this;
    }

    /// <summary>Says the plugin's version, for people. Otherwise it has the version of its assembly.</summary>
    /// <param name="version">The version.</param>
    public PluginBuilder WithVersion(string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        _version = version;
        return this;
    }

    /// <summary>
    /// Binds the plugin's options to a type: a record or a class with properties that can be set, named in camel case or by
    /// <see cref="System.Text.Json.Serialization.JsonPropertyNameAttribute"/>. They are checked before the plugin starts, by their types and by the attributes of
    /// <see cref="System.ComponentModel.DataAnnotations"/>; every problem is told with its place. Services ask for the type, or for <c>IOptions</c> of it.
    /// </summary>
    /// <typeparam name="T">The type.</typeparam>
    public PluginBuilder AddOptions<T>() where T : class
    {
        Options.Add<T>("");
        return this;
    }

    /// <summary>As <see cref="AddOptions{T}()"/>, for one member of the options.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="member">The name of the member, which holds an object.</param>
    public PluginBuilder AddOptions<T>(string member) where T : class
    {
        ArgumentException.ThrowIfNullOrEmpty(member);
        Options.Add<T>(member);
        return this;
    }

    /// <summary>Adds a session handler. One is made for each connection, in a scope of its own, which ends after <see cref="SessionHandler.OnClosedAsync"/>.</summary>
    /// <typeparam name="T">The handler. What its constructor asks for comes from the scope.</typeparam>
    /// <param name="subprotocol">The token (RFC 6455 §1.9), case-sensitive.</param>
    /// <exception cref="ArgumentException"><paramref name="subprotocol"/> is not a token (RFC 9110 §5.6.2).</exception>
    public HandlerBuilder AddSession<T>(string subprotocol) where T : SessionHandler
    {
        Services.TryAddScoped<T>();
        return Add(Handler.Session(subprotocol, session => _connected.Open<T, ScopedSession>(session, (scope, handler) => new ScopedSession(scope, handler))));
    }

    /// <summary>Adds an inline handler. One is made for each connection, in a scope of its own, which ends after <see cref="InlineHandler.OnClosed"/>.</summary>
    /// <typeparam name="T">The handler. What its constructor asks for comes from the scope.</typeparam>
    /// <param name="subprotocol">The token (RFC 6455 §1.9), case-sensitive.</param>
    /// <exception cref="ArgumentException"><paramref name="subprotocol"/> is not a token (RFC 9110 §5.6.2).</exception>
    public HandlerBuilder AddInline<T>(string subprotocol) where T : InlineHandler
    {
        Services.TryAddScoped<T>();
        return Add(Handler.Inline(subprotocol, session => _connected.Open<T, ScopedInline>(session, (scope, handler) => new ScopedInline(scope, handler))));
    }

    /// <summary>Adds a pure handler. One is made when the plugin has started; it has no scope.</summary>
    /// <typeparam name="T">The handler.</typeparam>
    /// <typeparam name="TState">The state of one connection.</typeparam>
    /// <param name="subprotocol">The token (RFC 6455 §1.9), case-sensitive.</param>
    /// <exception cref="ArgumentException"><paramref name="subprotocol"/> is not a token (RFC 9110 §5.6.2).</exception>
    public HandlerBuilder AddPure<T, TState>(string subprotocol) where T : PureHandler<TState>
    {
        Services.TryAddSingleton<T>();
        return Add(Handler.Pure(subprotocol, () => (PureHandler<TState>)_connected.Services.GetRequiredService<T>()));
    }

    /// <summary>Authenticates clients of the routes that name this plugin (<see cref="PluginDescription.Authenticate"/>).</summary>
    /// <typeparam name="TService">What decides; taken from a scope that ends with the decision.</typeparam>
    /// <param name="authenticate">Given the handshake and the service: accepts, and says as whom, or refuses.</param>
    public PluginBuilder WithAuthentication<TService>(Func<HandshakeInfo, TService, CancellationToken, ValueTask<HandshakeDecision>> authenticate)
        where TService : notnull
    {
        ArgumentNullException.ThrowIfNull(authenticate);
        _authenticate = (handshake, cancellation) => _connected.DecideAsync(handshake, authenticate, cancellation);
        return this;
    }

    internal PluginDescription Describe()
    {
        var description = new PluginDescription(_name, _version, _handlers.Select(handler => handler.Description));
        return _authenticate is null ? description : description.WithAuthentication(_authenticate);
    }

    /// <summary>What comes of the host's, by factories, and what does not. An author's own is added after it, and wins.</summary>
    private static void AddDefaults(IServiceCollection services)
    {
        services.AddSingleton(provider => provider.GetRequiredService<PluginContext>().Time);
        services.AddSingleton<IMeterFactory, PluginMeterFactory>();
        services.AddTransient(provider => provider.GetRequiredService<Connected>().SessionOf(provider)?.Log ?? provider.GetRequiredService<PluginContext>().Log);

        services.AddScoped<Facts>();
        services.AddScoped(provider => Facts.Of(provider.GetRequiredService<Facts>().Session));
        services.AddScoped(provider => provider.GetRequiredService<Session>().Topics);
        services.AddScoped(provider => Facts.Of(provider.GetRequiredService<Facts>().Handshake));

        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace));
        services.AddSingleton<ILoggerProvider>(provider => new PluginLoggerProvider(provider.GetRequiredService<PluginContext>().Log));
        services.AddTransient(typeof(ILogger<>), typeof(ScopedLogger<>));

        services.AddSingleton<HttpHandlers>();
        services.AddSingleton<IPostConfigureOptions<HttpClientFactoryOptions>>(provider => provider.GetRequiredService<HttpHandlers>());
        services.AddSingleton<IHealthCheckPublisher, HealthPush>();
        services.Configure<HealthCheckPublisherOptions>(options => options.Delay = TimeSpan.Zero);
    }

    private HandlerBuilder Add(HandlerDescription description)
    {
        var handler = new HandlerBuilder(description, _connected);
        _handlers.Add(handler);
        return handler;
    }
}
