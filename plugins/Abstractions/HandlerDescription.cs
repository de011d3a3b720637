using PluginHost.Abstractions.Hosting;

namespace PluginHost.Abstractions;

/// <summary>One handler: the subprotocols it serves, who decides on a handshake, and how to make one for a connection. Made by
/// <see cref="Handler"/>. Immutable; each method returns a changed copy.</summary>
public sealed class HandlerDescription
{
    internal HandlerDescription(string subprotocol, HandlerTier tier) => (Subprotocols, Tier) = ([subprotocol], tier);

    private HandlerDescription(HandlerDescription other)
    {
        (Subprotocols, Tier, Description, Decide) = (other.Subprotocols, other.Tier, other.Description, other.Decide);
        (Encode, MaxOverlappingCalls, Key, KeyConflict) = (other.Encode, other.MaxOverlappingCalls, other.Key, other.KeyConflict);
    }

    /// <summary>The tokens under which the handler is reached, in the plugin's order of preference; at least one.</summary>
    public IReadOnlyList<string> Subprotocols { get; private init; }

    /// <summary>What the handler does, in a line, for <c>list</c>; may be empty.</summary>
    public string Description { get; private init; } = "";

    /// <summary>
    /// Decides on a handshake before the 101, or <see langword="null"/> to accept all. It runs on the thread pool, within the time limit
    /// of the handshake;
    /// an exception refuses with 500, the time limit with 503.
    /// </summary>
    public Func<HandshakeInfo, CancellationToken, ValueTask<HandshakeDecision>>? Decide { get; private init; }

    /// <summary>
    /// Makes messages for the clients of this handler of JSON that is published to topics, and of presence; <see langword="null"/> for
    /// <see cref="OutgoingMessage.Of"/>. Called on a loop, once a
    /// value for all of the handler's subscribers on it or on any other loop; it depends on nothing but its argument. An exception is logged, and nothing is
    /// sent.
    /// </summary>
    public Func<TopicMessage, OutgoingMessage>? Encode { get; private init; }

    /// <summary>How many calls of one connection may overlap, beside the one that has the turn; 0 where the handler does not overlap.</summary>
    public int MaxOverlappingCalls { get; private init; }

    /// <summary>Gives a connection the key by which it is found (<see cref="Connections"/>), or <see langword="null"/> where connections have none. See
    /// <see cref="WithKey"/>.</summary>
    public Func<HandshakeInfo, string?>? Key { get; private init; }

    /// <summary>What happens where a connection comes whose key another one has.</summary>
    public KeyConflict KeyConflict { get; private init; }

    /// <summary>For hosts: how the handler of one connection is made.</summary>
    public HandlerTier Tier { get; private init; }

    /// <summary>For hosts: the same pure handler, each run of which is replaced; another tier stays as it is.</summary>
    /// <param name="replace">Given a run, what takes its place.</param>
    internal HandlerDescription With(Func<PureRun, PureRun> replace) => new(this)
    {
        Tier = Tier.Match(pure => HandlerTier.Pure(() => replace(pure())), _ => Tier, _ => Tier),
    };

    /// <summary>The same handler with an encoding of values for its subprotocol. See <see cref="Encode"/>.</summary>
    /// <param name="encode">Given a message of kind JSON or presence: a message for clients, or <see cref="OutgoingMessage.None"/>.</param>
    public HandlerDescription WithEncoder(Func<TopicMessage, OutgoingMessage> encode)
    {
        ArgumentNullException.ThrowIfNull(encode);
        return new(this) { Encode = encode };
    }

    /// <summary>The same handler, reached under further tokens too. Which one was chosen is in
    /// <see cref="HandshakeInfo.Subprotocol"/>.</summary>
    /// <param name="subprotocols">Tokens (RFC 9110 §5.6.2) that are not named yet.</param>
    /// <exception cref="ArgumentException">One is not a token.</exception>
    public HandlerDescription AlsoAs(params string[] subprotocols)
    {
        ArgumentNullException.ThrowIfNull(subprotocols);
        return new(this) { Subprotocols = [.. Subprotocols, .. subprotocols.Select(Handler.CheckToken)] };
    }

    /// <summary>The same handler with a line that says what it does.</summary>
    /// <param name="text">One line.</param>
    public HandlerDescription WithDescription(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(this) { Description = text };
    }

    /// <summary>The same handler with a say before the 101. See <see cref="Decide"/>.</summary>
    /// <param name="decide">Given the handshake, its subprotocol already chosen: accepts or refuses.</param>
    public HandlerDescription WithDecision(Func<HandshakeInfo, CancellationToken, ValueTask<HandshakeDecision>> decide)
    {
        ArgumentNullException.ThrowIfNull(decide);
        return new(this) { Decide = decide };
    }

    /// <summary>The same handler with a say before the 101 that waits for nothing. See <see cref="Decide"/>.</summary>
    /// <param name="decide">Given the handshake, its subprotocol already chosen: accepts or refuses.</param>
    public HandlerDescription WithDecision(Func<HandshakeInfo, HandshakeDecision> decide)
    {
        ArgumentNullException.ThrowIfNull(decide);
        return WithDecision((handshake, _) => ValueTask.FromResult(decide(handshake)));
    }

    /// <summary>
    /// The same handler, whose connections have a key by which the plugin finds them (<see cref="PluginContext.Connections"/>), such as the identity of a charge point.
    /// Keys are the plugin's: its handlers share them. The function runs on the thread pool, within the time limit of the handshake; an exception refuses with 500.
    /// </summary>
    /// <param name="key">Given the handshake, with its user: the key, of at most 256 characters; <see langword="null"/> or empty for none.</param>
    /// <param name="conflict">What happens where another connection has it.</param>
    public HandlerDescription WithKey(Func<HandshakeInfo, string?> key, KeyConflict conflict)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(this) { Key = key, KeyConflict = conflict };
    }

    /// <summary>
    /// The same session handler, whose calls may overlap on one connection (<see cref="Call.OverlapAsync"/>): one has the turn, and beside it so many go on. The
    /// configuration may lower the number (<c>handlers.overlappingCalls</c>).
    /// </summary>
    /// <param name="max">1 to 65,536.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another number.</exception>
    /// <exception cref="InvalidOperationException">The handler is not a session handler.</exception>
    public HandlerDescription WithOverlappingCalls(int max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, 65_536);
        if (!Tier.Match(_ => false, _ => true, _ => false))
            throw new InvalidOperationException("Only a session handler has calls that can overlap.");
        return new(this) { MaxOverlappingCalls = max };
    }
}
