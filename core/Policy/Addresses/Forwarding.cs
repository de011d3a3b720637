using System.Globalization;
using System.Text;
using LanguageExt;
using PluginHost.Core.Protocol.Handshake;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Policy.Addresses;

/// <summary>Which header of a request names its client.</summary>
public enum ForwardingHeader
{
    /// <summary>None: whoever has connected is the client.</summary>
    None,

    /// <summary><c>X-Forwarded-For</c>, and <c>X-Forwarded-Proto</c> for whether the client has spoken TLS.</summary>
    XForwardedFor,

    /// <summary><c>Forwarded</c> (RFC 7239).</summary>
    Forwarded,
}

/// <summary>Whom a listener believes about who its client is.</summary>
/// <param name="Trusted">The proxies' addresses.</param>
/// <param name="TrustsUnix">A peer without an address, on a Unix socket, is a proxy too.</param>
/// <param name="Header">The header that they write.</param>
/// <param name="ProxyProtocol">They begin each connection with a PROXY header; nobody else may connect.</param>
public sealed record ProxyPolicy(Seq<Network> Trusted, bool TrustsUnix, ForwardingHeader Header, bool ProxyProtocol)
{
    /// <summary>Nobody is believed.</summary>
    public static ProxyPolicy None { get; } = new(Empty, false, ForwardingHeader.None, false);

    /// <summary>Whether what a peer says about its client is believed.</summary>
    /// <param name="peer">None for a peer without an address.</param>
    public bool Trusts(Option<Address> peer) => peer.Match(found => Trusted.Exists(network => network.Contains(found)), () => TrustsUnix);
}

/// <summary>Who the client of a request is.</summary>
/// <param name="Address">None where nobody has said it: then who has connected is the last that is known.</param>
/// <param name="Port">The client's port; 0 where nobody has said it.</param>
/// <param name="Secure">Whether the client has spoken TLS; none where nobody has said it.</param>
public sealed record ForwardedClient(Option<Address> Address, int Port, Option<bool> Secure);

/// <summary>
/// Finds the client behind proxies. Each proxy adds whom it was called by, so the list is read from its end: as long as an entry is a trusted proxy, the
/// one before it is believed. What a client has written itself stands further in front, and is never reached.
/// </summary>
public static class Forwarding
{
    private const int MaxHops = 32;

    /// <summary>Finds the client of a request.</summary>
    /// <param name="policy">Whom the listener believes.</param>
    /// <param name="peer">Who has connected; none for a peer without an address.</param>
    /// <param name="headers">The request's header lines.</param>
    /// <returns>
    /// Right: the client; none where the peer itself is it. Left: the refusal of a request in which a trusted proxy names nothing that can be read.
    /// </returns>
    public static Either<Rejection, Option<ForwardedClient>> Find(ProxyPolicy policy, Option<Address> peer, HeaderFields headers)
    {
        if (policy.Header == ForwardingHeader.None || !policy.Trusts(peer)) return Option<ForwardedClient>.None;
        var hops = policy.Header == ForwardingHeader.Forwarded ? ForwardedHops(headers) : XForwardedHops(headers);
        return hops.Bind(all => Walk(policy, all)).ToEither(() => Rejection.Of(RejectionReason.Forwarding))
            .Map(client => client.IsSome || !SaysOnlyScheme(policy, headers) ? client : new ForwardedClient(None, 0, XForwardedScheme(headers)));
    }

    // Some proxies say how their client speaks, but not who it is: then the proxy itself is the last that is known.
    private static bool SaysOnlyScheme(ProxyPolicy policy, HeaderFields headers) =>
        policy.Header == ForwardingHeader.XForwardedFor && headers.Count("X-Forwarded-For") == 0 && headers.Count("X-Forwarded-Proto") > 0;

    // The last value is the nearest proxy's; what stands in front of it may be the client's own.
    private static Option<bool> XForwardedScheme(HeaderFields headers) =>
        headers.List("X-Forwarded-Proto").Bind(list => list.LastOrNone()).Map(IsSecure);

    /// <summary>One entry of the list: the client of a proxy.</summary>
    /// <param name="Node">The text of the address, empty where the entry names none.</param>
    /// <param name="Secure">Whether TLS was spoken.</param>
    private readonly record struct Hop(string Node, Option<bool> Secure);

    // Hops are read one by one: what the last believed proxy did not write is not even looked at.
    private static Option<Option<ForwardedClient>> Walk(ProxyPolicy policy, IEnumerable<Option<Hop>> hops)
    {
        var client = Option<ForwardedClient>.None;
        foreach (var readable in hops.Take(MaxHops))
        {
            if (readable.Case is not Hop hop) return None;
            // Whoever hides behind a trusted proxy, or is not named by it, is not known: the proxy is the last that is (RFC 7239 §5.2, §6.2, §6.3).
            if (hop.Node.Length == 0 || hop.Node.Equals("unknown", StringComparison.OrdinalIgnoreCase) || hop.Node[0] == '_') break;
            var named = Node(hop.Node);
            if (named.IsNone) return None;
            client = named.Map(node => new ForwardedClient(node.Address, node.Port, hop.Secure));
            if (!named.Exists(node => policy.Trusts(node.Address))) break;
        }
        return Some(client);
    }

    /// <summary>The entries, the nearest proxy's first.</summary>
    private static Option<IEnumerable<Option<Hop>>> XForwardedHops(HeaderFields headers)
    {
        var secure = XForwardedScheme(headers);
        return headers.List("X-Forwarded-For").Map(list => list.Reverse().Map(node => Some(new Hop(node, secure))));
    }

    private static Option<IEnumerable<Option<Hop>>> ForwardedHops(HeaderFields headers) =>
        headers.List("Forwarded").Map(list => list.Reverse().Map(element => ForwardedElement.Parse(element) is not { } parsed
            ? None
            : Some(new Hop(parsed.For, parsed.Proto.Length == 0 ? None : Some(IsSecure(parsed.Proto))))));

    private static bool IsSecure(string scheme) =>
        scheme.Equals("https", StringComparison.OrdinalIgnoreCase) || scheme.Equals("wss", StringComparison.OrdinalIgnoreCase);

    /// <summary><c>192.0.2.1</c>, <c>192.0.2.1:80</c>, <c>[2001:db8::1]</c>, <c>[2001:db8::1]:80</c>, and IPv6 without brackets, as some proxies write it.</summary>
    private static Option<(Address Address, int Port)> Node(string node)
    {
        if (node[0] == '[')
        {
            var close = node.IndexOf(']', StringComparison.Ordinal);
            if (close < 0) return None;
            return Address.Parse(node[1..close]).Filter(found => node[1..close].Contains(':', StringComparison.Ordinal))
                .Bind(address => Port(node[(close + 1)..]).Map(port => (address, port)));
        }
        var colon = node.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || colon != node.LastIndexOf(':')) return Address.Parse(node).Map(address => (address, 0));
        return Address.Parse(node[..colon]).Bind(address => Port(node[colon..]).Map(port => (address, port)));
    }

    // RFC 7239 §6: a port may be obfuscated too, which says nothing.
    private static Option<int> Port(string text)
    {
        if (text.Length == 0) return 0;
        if (text.Length < 2 || text[0] != ':') return None;
        if (text[1] == '_') return 0;
        return text.Length <= 6 && text[1..].All(char.IsAsciiDigit) && int.Parse(text[1..], CultureInfo.InvariantCulture) is var port and <= 65535
            ? port
            : None;
    }
}

/// <summary>One element of a <c>Forwarded</c> header: <c>for=192.0.2.43;proto=https</c> (RFC 7239 §4).</summary>
/// <param name="For">Whom the proxy was called by, unquoted; empty where it is not said.</param>
/// <param name="Proto">The scheme; empty where it is not said.</param>
internal sealed record ForwardedElement(string For, string Proto)
{
    /// <summary>Reads an element; null where it breaks the grammar or says one thing twice.</summary>
    public static ForwardedElement? Parse(string text)
    {
        var pairs = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var at = 0;
        while (at < text.Length)
        {
            if (text[at] is ';' or ' ' or '\t')
            {
                at++;
                continue;
            }
            var equals = text.IndexOf('=', at);
            if (equals < 0 || !Grammar.IsToken(text[at..equals])) return null;
            var (value, end) = Value(text, equals + 1);
            if (value is null || !pairs.TryAdd(text[at..equals], value)) return null;
            at = end;
            while (at < text.Length && text[at] is ' ' or '\t') at++;
            if (at < text.Length && text[at] != ';') return null;
        }
        return new ForwardedElement(pairs.GetValueOrDefault("for", ""), pairs.GetValueOrDefault("proto", ""));
    }

    private static (string? Value, int End) Value(string text, int start)
    {
        if (start < text.Length && text[start] == '"') return Quoted(text, start + 1);
        var end = start;
        while (end < text.Length && text[end] is not (';' or ' ' or '\t')) end++;
        // Stricter proxies quote colons and brackets; others do not, and the meaning is plain.
        return text[start..end].AsSpan().IndexOfAny("\"\\,=") >= 0 || end == start ? (null, end) : (text[start..end], end);
    }

    private static (string? Value, int End) Quoted(string text, int start)
    {
        var value = new StringBuilder();
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '"') return (value.ToString(), i + 1);
            if (text[i] == '\\' && ++i == text.Length) break;
            value.Append(text[i]);
        }
        return (null, text.Length);
    }
}
