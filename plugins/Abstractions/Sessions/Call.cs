using PluginHost.Abstractions.Hosting;

namespace PluginHost.Abstractions;

/// <summary>
/// One call of a <see cref="SessionHandler"/>: a message, a timer, a topic message, a question. Of one connection, one call has the turn: the next begins when
/// that one has completed, or overlaps. A value that is used after its call has completed does nothing. <c>default(Call)</c> overlaps at once, for tests that
/// call a handler as a method.
/// </summary>
public readonly struct Call
{
    private readonly ICallHost? _host;
    private readonly long _turn;

    internal Call(ICallHost host, long turn) => (_host, _turn) = (host, turn);

    /// <summary>
    /// Cancelled when the connection is closed by either side, and when the time for finishing calls has run out as the host stops. A call that ends with an
    /// <see cref="OperationCanceledException"/> after that is no fault.
    /// </summary>
    public CancellationToken Cancellation => _host?.CancellationOf(_turn) ?? CancellationToken.None;

    /// <summary>
    /// Gives up the turn: from here on the connection's next call may run beside this one, which keeps its message and goes on. It begins at the latest when this
    /// one awaits something. With no room (<see cref="HandlerDescription.WithOverlappingCalls"/>) it waits with the turn, and the client is slowed down. A second
    /// call of it does nothing. A call that waits for what the client will say later must not wait for room: it uses <see cref="TryOverlap"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The handler is not declared with <see cref="HandlerDescription.WithOverlappingCalls"/>.</exception>
    public ValueTask OverlapAsync() => _host?.OverlapAsync(_turn) ?? ValueTask.CompletedTask;

    /// <summary>As <see cref="OverlapAsync"/>, where there is room.</summary>
    /// <returns>Whether the call overlaps; otherwise it still has the turn.</returns>
    /// <exception cref="InvalidOperationException">The handler is not declared with <see cref="HandlerDescription.WithOverlappingCalls"/>.</exception>
    public bool TryOverlap() => _host?.TryOverlap(_turn) ?? true;
}
