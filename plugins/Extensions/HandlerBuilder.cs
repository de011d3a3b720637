using PluginHost.Abstractions;
using PluginHost.Extensions.Scopes;

namespace PluginHost.Extensions;

/// <summary>Takes down what a handler of a <see cref="PluginBuilder"/> is.</summary>
public sealed class HandlerBuilder
{
    private readonly Connected _connected;

    internal HandlerBuilder(HandlerDescription description, Connected connected) => (Description, _connected) = (description, connected);

    internal HandlerDescription Description { get; private set; }

    /// <summary>Says more of the handler: its key, its overlapping calls, further tokens.</summary>
    /// <param name="describe">Returns a changed copy of the description.</param>
    public HandlerBuilder Describe(Func<HandlerDescription, HandlerDescription> describe)
    {
        ArgumentNullException.ThrowIfNull(describe);
        Description = describe(Description);
        return this;
    }

    /// <summary>Decides on a handshake before the 101.</summary>
    /// <typeparam name="TService">What decides; taken from a scope that ends with the decision.</typeparam>
    /// <param name="decide">Given the handshake and the service.</param>
    public HandlerBuilder WithDecision<TService>(Func<HandshakeInfo, TService, HandshakeDecision> decide) where TService : notnull
    {
        ArgumentNullException.ThrowIfNull(decide);
        return WithDecision<TService>((handshake, service, _) => ValueTask.FromResult(decide(handshake, service)));
    }

    /// <summary>Decides on a handshake before the 101, and may wait.</summary>
    /// <typeparam name="TService">What decides; taken from a scope that ends with the decision.</typeparam>
    /// <param name="decide">Given the handshake and the service.</param>
    public HandlerBuilder WithDecision<TService>(Func<HandshakeInfo, TService, CancellationToken, ValueTask<HandshakeDecision>> decide) where TService : notnull
    {
        ArgumentNullException.ThrowIfNull(decide);
        return Describe(handler => handler.WithDecision((handshake, cancellation) => _connected.DecideAsync(handshake, decide, cancellation)));
    }
}
