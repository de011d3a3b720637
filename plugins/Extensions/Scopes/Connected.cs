using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using PluginHost.Abstractions;

namespace PluginHost.Extensions.Scopes;

/// <summary>The container of a started plugin, and the scopes of its connections.</summary>
internal sealed class Connected
{
    // A scope is its own service provider: what asks its provider whether that belongs to a connection may live in any scope, and in none.
    private readonly ConditionalWeakTable<IServiceProvider, Session> _sessions = [];
    private ServiceProvider? _services;

    /// <summary>The container.</summary>
    /// <exception cref="InvalidOperationException">The plugin is not started.</exception>
    public IServiceProvider Services => Provider;

    private ServiceProvider Provider => _services ?? throw new InvalidOperationException("The plugin is not started.");

    /// <summary>The plugin starts, or has stopped.</summary>
    public void Set(ServiceProvider? services) => _services = services;

    /// <summary>The connection that a service provider is the scope of.</summary>
    public Session? SessionOf(IServiceProvider services) => _sessions.TryGetValue(services, out var session) ? session : null;

    /// <summary>Makes the handler of a connection in a scope of its own.</summary>
    public TScoped Open<T, TScoped>(Session session, Func<ConnectionScope, T, TScoped> create) where T : class
    {
        var scope = new ConnectionScope(Provider.CreateAsyncScope(), session.Context.Log);
        try
        {
            var holder = scope.Services.GetRequiredService<Facts>();
            (holder.Session, holder.Handshake) = (session, session.Handshake);
            _sessions.Add(scope.Services, session);
            return create(scope, scope.Services.GetRequiredService<T>());
        }
        catch
        {
            scope.DisposeSoon();
            throw;
        }
    }

    /// <summary>Has a service decide on a handshake.</summary>
    public async ValueTask<HandshakeDecision> DecideAsync<TService>(
        HandshakeInfo handshake, Func<HandshakeInfo, TService, CancellationToken, ValueTask<HandshakeDecision>> decide, CancellationToken cancellation)
        where TService : notnull
    {
        var scope = Provider.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            scope.ServiceProvider.GetRequiredService<Facts>().Handshake = handshake;
            return await decide(handshake, scope.ServiceProvider.GetRequiredService<TService>(), cancellation).ConfigureAwait(false);
        }
    }
}

/// <summary>What a scope knows of the connection that it belongs to.</summary>
internal sealed class Facts
{
    /// <summary>The connection; <see langword="null"/> before it exists.</summary>
    public Session? Session { get; set; }

    /// <summary>The facts of the connection.</summary>
    public HandshakeInfo? Handshake { get; set; }

    /// <summary>A value that only the scope of a connection has.</summary>
    public static T Of<T>(T? value) where T : class =>
        value ?? throw new InvalidOperationException($"{typeof(T).Name} belongs to a connection: only what is made in the scope of one can ask for it.");
}

/// <summary>The scope of one connection.</summary>
/// <param name="scope">The container's.</param>
/// <param name="log">Told what its end throws where nobody waits for it.</param>
internal sealed class ConnectionScope(AsyncServiceScope scope, PluginLog log)
{
    /// <summary>Its services.</summary>
    public IServiceProvider Services => scope.ServiceProvider;

    /// <summary>Ends it.</summary>
    public ValueTask DisposeAsync() => scope.DisposeAsync();

    /// <summary>Ends it without waiting: a loop must not.</summary>
    public void DisposeSoon()
    {
        var disposed = DisposeAsync();
        if (!disposed.IsCompletedSuccessfully) _ = TellAsync(disposed);
    }

    private async Task TellAsync(ValueTask disposed)
    {
        try
        {
            await disposed.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            log.Error("disposing the services of a connection threw", e);
        }
    }
}
