using LanguageExt;

namespace PluginHost.Core.Protocol.Handshake;

/// <summary>Whose order decides when several offered subprotocols are registered.</summary>
public enum SubprotocolPreference
{
    /// <summary>The first registered token in the client's list (RFC 6455 §1.9: "listed in order of preference").</summary>
    Client,

    /// <summary>The first offered token in the server's list.</summary>
    Server,
}

/// <summary>What happens to a client that offers subprotocols of which none is registered on the route.</summary>
public enum NoMatchPolicy
{
    /// <summary>Refuse with 400.</summary>
    Reject,

    /// <summary>Accept without a subprotocol (no <c>Sec-WebSocket-Protocol</c> in the answer); the no-offer handler serves it.</summary>
    Accept,

    /// <summary>Accept without a subprotocol, then close at once (OCPP 1.6-J §3.1.2). The close code is 1002.</summary>
    AcceptThenClose,
}

/// <summary>What happens to a client that offers no subprotocol at all, as a bare <c>new WebSocket(url)</c> does.</summary>
public abstract record NoOfferPolicy
{
    private NoOfferPolicy() { }

    private protected abstract int Closed { get; }

    /// <summary>Calls the function that belongs to this case.</summary>
    public T Match<T>(Func<T> reject, Func<string, T> handler) => this switch
    {
        Handler h => handler(h.Token),
        _ => reject(),
    };

    /// <summary>Refuse with 400.</summary>
    public sealed record Reject : NoOfferPolicy
    {
        private protected override int Closed => 0;
    }

    /// <summary>Accept without a subprotocol; the handler registered under <paramref name="Token"/> serves the connection.</summary>
    /// <param name="Token">A registered subprotocol token. It is never sent to the client.</param>
    public sealed record Handler(string Token) : NoOfferPolicy
    {
        private protected override int Closed => 1;
    }
}

/// <summary>
/// Which values of the <c>Origin</c> header may connect (RFC 6455 §4.2.2 item 4, §10.2). A request without one comes from no browser and is
/// always allowed.
/// </summary>
public abstract record OriginPolicy
{
    private OriginPolicy() { }

    private protected abstract int Closed { get; }

    /// <summary>Calls the function that belongs to this case.</summary>
    public T Match<T>(Func<T> any, Func<bool, Seq<string>, T> listed) => this switch
    {
        Listed l => listed(l.Same, l.Origins),
        _ => any(),
    };

    /// <summary>Every origin may connect.</summary>
    public sealed record Any : OriginPolicy
    {
        private protected override int Closed => 0;
    }

    /// <summary>
    /// Only the origins listed, and the server's own where <paramref name="Same"/> is set. Compared exactly, byte for byte; <c>null</c> never matches.
    /// </summary>
    /// <param name="Same">The origin made of the connection's scheme and the <c>Host</c> header is allowed.</param>
    /// <param name="Origins">Exact serialized origins, such as <c>https://example.com</c> or <c>http://localhost:3000</c>.</param>
    public sealed record Listed(bool Same, Seq<string> Origins) : OriginPolicy
    {
        /// <summary>A page of the server at another address. It counts as the server's own where <see cref="Same"/> is set.</summary>
        public Option<IOwnPage> Page { get; init; }

        private protected override int Closed => 1;
    }
}

/// <summary>A page of the server that is served at another address than its WebSockets.</summary>
public interface IOwnPage
{
    /// <summary>Whether an origin is that of the page.</summary>
    /// <param name="origin">The value of <c>Origin</c>.</param>
    /// <param name="host">The host that the WebSocket request names.</param>
    bool IsOwnPage(string origin, Authority host);
}

/// <summary>Bounds on a request head, each checked at the byte that exceeds it.</summary>
/// <param name="RequestLine">
/// Bytes of the request line, its CRLF not counted; 414 is not in RFC 6455's vocabulary, so the answer is 431.
/// </param>
/// <param name="Head">Bytes of the whole head with its closing empty line; beyond it the answer is 431.</param>
/// <param name="HeaderLines">Header lines, counted as lines, not as distinct names; beyond it the answer is 431.</param>
/// <param name="OfferedSubprotocols">Tokens in all <c>Sec-WebSocket-Protocol</c> headers together; beyond it the answer is 431.</param>
public sealed record HeadLimits(int RequestLine, int Head, int HeaderLines, int OfferedSubprotocols)
{
    /// <summary>4 KiB, 16 KiB, 64 lines, 32 subprotocols.</summary>
    public static HeadLimits Default { get; } = new(4096, 16384, 64, 32);
}

/// <summary>Everything a route says about a handshake.</summary>
/// <param name="Protocols">The registered subprotocol tokens of the route, in the server's order. Nothing else is ever chosen.</param>
/// <param name="Preference">Whose order decides.</param>
/// <param name="NoOffer">What happens without an offer.</param>
/// <param name="NoMatch">What happens without a match.</param>
/// <param name="Origin">Which origins may connect.</param>
public sealed record HandshakePolicy(
    Seq<string> Protocols,
    SubprotocolPreference Preference,
    NoOfferPolicy NoOffer,
    NoMatchPolicy NoMatch,
    OriginPolicy Origin);
