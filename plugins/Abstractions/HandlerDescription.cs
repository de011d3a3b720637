using PluginHost.Abstractions.Hosting;

namespace PluginHost.Abstractions;

/// <summary>One handler: the subprotocols it serves, who decides on a handshake, and how to make one for a connection. Made by
/// <see cref="Handler"/>.</summary>
public abstract record HandlerDescription
{
    private HandlerDescription(string subprotocol) => Subprotocols = [subprotocol];

    /// <summary>The tokens under which the handler is reached, in the plugin's order of preference; at least one.</summary>
    public IReadOnlyList<string> Subprotocols { get; private init; }

    /// <summary>What the handler does, in a line, for <c>list</c>; may be empty.</summary>
    public string Text { get; private init; } = "";

    /// <summary>
    /// Decides on a handshake before the 101, or <see langword="null"/> to accept all. It runs on the thread pool, within the time limit
    /// of the handshake;
    /// an exception refuses with 500, the time limit with 503.
    /// </summary>
    public Func<HandshakeInfo, CancellationToken, ValueTask<HandshakeDecision>>? Decide { get; private init; }

    /// <summary>
    /// Makes messages of the values that are published to topics, for the clients of this handler; <see langword="null"/> for none. Called on a loop, once a
    /// value for all of the handler's subscribers on it or on any other loop; it depends on nothing but its argument. An exception is logged, and nothing is
    /// sent.
    /// </summary>
    public Func<TopicMessage, EncodedMessage>? Encode { get; private init; }

    private protected abstract int Closed { get; }

    /// <summary>The same handler with an encoding of values for its subprotocol. See <see cref="Encode"/>.</summary>
    /// <param name="encode">Given a message that carries a value: a message for clients, or <see cref="EncodedMessage.Nothing"/>.</param>
    public HandlerDescription WithEncoder(Func<TopicMessage, EncodedMessage> encode)
    {
        ArgumentNullException.ThrowIfNull(encode);
        return this with { Encode = encode };
    }

    /// <summary>The same handler, reached under further tokens too. Which one was chosen is in
    /// <see cref="HandshakeInfo.Subprotocol"/>.</summary>
    /// <param name="subprotocols">Tokens (RFC 9110 §5.6.2) that are not named yet.</param>
    /// <exception cref="ArgumentException">One is not a token.</exception>
    public HandlerDescription AlsoAs(params string[] subprotocols)
    {
        ArgumentNullException.ThrowIfNull(subprotocols);
        return this with { Subprotocols = [.. Subprotocols, .. subprotocols.Select(Handler.CheckToken)] };
    }

    /// <summary>The same handler with a line that says what it does.</summary>
    /// <param name="text">One line.</param>
    public HandlerDescription WithText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return this with { Text = text };
    }

    /// <summary>The same handler with a say before the 101. See <see cref="Decide"/>.</summary>
    /// <param name="decide">Given the handshake, its subprotocol already chosen: accepts or refuses.</param>
    public HandlerDescription WithDecision(Func<HandshakeInfo, CancellationToken, ValueTask<HandshakeDecision>> decide)
    {
        ArgumentNullException.ThrowIfNull(decide);
        return this with { Decide = decide };
    }

    /// <summary>Calls the function that belongs to this case, with what makes the handler of one connection.</summary>
    public T Match<T>(Func<Func<PureRun>, T> pure, Func<Func<SessionHandler>, T> session, Func<Func<InlineHandler>, T> inline) =>
        this switch
        {
            PureTier p => pure(p.Create),
            SessionTier s => session(s.Create),
            InlineTier i => inline(i.Create),
            _ => throw new InvalidOperationException(),
        };

    /// <summary>A <see cref="PureHandler{TState}"/>, called on the loop.</summary>
    public sealed record PureTier : HandlerDescription
    {
        internal PureTier(string subprotocol, Func<PureRun> create) : base(subprotocol) => Create = create;

        /// <summary>Makes what runs the handler for one connection.</summary>
        public Func<PureRun> Create { get; }

        private protected override int Closed => 0;
    }

    /// <summary>A <see cref="SessionHandler"/>, called on the thread pool.</summary>
    public sealed record SessionTier : HandlerDescription
    {
        internal SessionTier(string subprotocol, Func<SessionHandler> create) : base(subprotocol) => Create = create;

        /// <summary>Makes the handler of one connection.</summary>
        public Func<SessionHandler> Create { get; }

        private protected override int Closed => 1;
    }

    /// <summary>An <see cref="InlineHandler"/>, called on the loop.</summary>
    public sealed record InlineTier : HandlerDescription
    {
        internal InlineTier(string subprotocol, Func<InlineHandler> create) : base(subprotocol) => Create = create;

        /// <summary>Makes the handler of one connection.</summary>
        public Func<InlineHandler> Create { get; }

        private protected override int Closed => 2;
    }
}
