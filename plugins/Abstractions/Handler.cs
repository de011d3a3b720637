using PluginHost.Abstractions.Hosting;

namespace PluginHost.Abstractions;

/// <summary>Describes handlers. A handler serves one subprotocol; which base class it has decides where it runs.</summary>
public static class Handler
{
    /// <summary>A pure handler: a function from state and event to state and commands. Called on the connection's loop.</summary>
    /// <typeparam name="TState">The state of one connection, kept by the host. An immutable type.</typeparam>
    /// <param name="subprotocol">The token (RFC 6455 §1.9), case-sensitive.</param>
    /// <param name="handler">The one instance that serves all connections; it is called from several threads at once and holds no state
    /// of its own.</param>
    /// <exception cref="ArgumentException"><paramref name="subprotocol"/> is not a token (RFC 9110 §5.6.2).</exception>
    public static HandlerDescription Pure<TState>(string subprotocol, PureHandler<TState> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return new HandlerDescription(CheckToken(subprotocol), HandlerTier.Pure(() => new PureRun<TState>(handler)));
    }

    /// <summary>A pure handler that is made when its plugin has started, so that it may be given what its options say.</summary>
    /// <typeparam name="TState">The state of one connection, kept by the host. An immutable type.</typeparam>
    /// <param name="subprotocol">The token (RFC 6455 §1.9), case-sensitive.</param>
    /// <param name="create">Makes the one instance that serves all connections. Called once, after <see cref="Plugin.StartAsync"/> and before the first
    /// connection.</param>
    /// <exception cref="ArgumentException"><paramref name="subprotocol"/> is not a token (RFC 9110 §5.6.2).</exception>
    public static HandlerDescription Pure<TState>(string subprotocol, Func<PureHandler<TState>> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        var handler = new Lazy<PureHandler<TState>>(create);
        return new HandlerDescription(CheckToken(subprotocol), HandlerTier.Pure(() => new PureRun<TState>(handler.Value)));
    }

    /// <summary>A pure handler made of two functions.</summary>
    /// <typeparam name="TState">The state of one connection, kept by the host. An immutable type.</typeparam>
    /// <param name="subprotocol">The token (RFC 6455 §1.9), case-sensitive.</param>
    /// <param name="open">See <see cref="PureHandler{TState}.Open"/>.</param>
    /// <param name="next">See <see cref="PureHandler{TState}.Next"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="subprotocol"/> is not a token (RFC 9110 §5.6.2).</exception>
    public static HandlerDescription Pure<TState>(
        string subprotocol, Func<HandshakeInfo, Step<TState>> open, Func<TState, Event, Step<TState>> next)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(next);
        return Pure(subprotocol, new PureFunctions<TState>(open, next));
    }

    /// <summary>An imperative handler that may block or await: it is called on the thread pool, with messages that it owns.</summary>
    /// <param name="subprotocol">The token (RFC 6455 §1.9), case-sensitive.</param>
    /// <param name="create">Makes the handler of one connection. Called once a connection, from any thread.</param>
    /// <exception cref="ArgumentException"><paramref name="subprotocol"/> is not a token (RFC 9110 §5.6.2).</exception>
    public static HandlerDescription Session(string subprotocol, Func<Session, SessionHandler> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        return new HandlerDescription(CheckToken(subprotocol), HandlerTier.Session(create));
    }

    /// <summary>An imperative handler that declares that it never blocks: it is called on the connection's loop, with messages that it
    /// borrows.</summary>
    /// <param name="subprotocol">The token (RFC 6455 §1.9), case-sensitive.</param>
    /// <param name="create">Makes the handler of one connection. Called once a connection, from any thread.</param>
    /// <exception cref="ArgumentException"><paramref name="subprotocol"/> is not a token (RFC 9110 §5.6.2).</exception>
    public static HandlerDescription Inline(string subprotocol, Func<Session, InlineHandler> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        return new HandlerDescription(CheckToken(subprotocol), HandlerTier.Inline(create));
    }

    /// <summary>Returns the argument when it is an RFC 9110 §5.6.2 token of at most 255 characters.</summary>
    internal static string CheckToken(string subprotocol)
    {
        ArgumentNullException.ThrowIfNull(subprotocol);
        if (subprotocol.Length is 0 or > 255 || !subprotocol.All(IsTokenCharacter))
            throw new ArgumentException(
                $"The subprotocol \"{subprotocol}\" is not a token: 1 to 255 letters, digits or !#$%&'*+-.^_`|~ (RFC 9110 §5.6.2).");
        return subprotocol;
    }

    private static bool IsTokenCharacter(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c);

    private sealed class PureFunctions<TState>(Func<HandshakeInfo, Step<TState>> open, Func<TState, Event, Step<TState>> next) : PureHandler<TState>
    {
        public override Step<TState> Open(HandshakeInfo handshake) => open(handshake);

        public override Step<TState> Next(TState state, Event e) => next(state, e);
    }
}
