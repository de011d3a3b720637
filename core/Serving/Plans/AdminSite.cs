using System.Globalization;
using LanguageExt;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Protocol.Handshake;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Serving.Plans;

/// <summary>What the admin address does for whoever reaches it.</summary>
/// <param name="Connections">Open connections.</param>
/// <param name="Head">How long the head of a request may take.</param>
/// <param name="Items">Items of a list in one answer.</param>
/// <param name="Faults">Faults of handlers that are remembered.</param>
public sealed record AdminLimits(int Connections, TimeSpan Head, int Items, int Faults)
{
    /// <summary>100 connections, 5 s, 200 items, 50 faults.</summary>
    public static AdminLimits Default { get; } = new(100, TimeSpan.FromSeconds(5), 200, 50);
}

/// <summary>The admin address, and by which names browsers may call it.</summary>
/// <param name="Address">Where it listens.</param>
/// <param name="Names">Host names in any case, besides <c>localhost</c> and IP addresses.</param>
public sealed record AdminSite(ListenAddress Address, Seq<string> Names) : IOwnPage
{
    /// <summary>What it does for whoever reaches it.</summary>
    public AdminLimits Limits { get; init; } = AdminLimits.Default;

    private const string Localhost = "localhost";
    private const string Http = "http://";

    /// <summary>127.0.0.0/8.</summary>
    private static readonly Network Loopback4 = new(new Address((UInt128)0xFFFF_7F00_0000), 104);

    private static readonly Address Every4 = new((UInt128)0xFFFF_0000_0000);

    private static readonly Address Loopback6 = new(UInt128.One);

    /// <summary>Only programs of this machine reach it.</summary>
    public bool IsPrivate => Address.Match((host, _) => IsLoopback(host), _ => true);

    /// <summary>
    /// Whether a request for that host is answered. A page of another site can have its own name resolve to this address (DNS rebinding), and
    /// would read the answers; it cannot have its name be <c>localhost</c>, an IP address, or one of <see cref="Names"/>.
    /// </summary>
    /// <param name="host">What the request's <c>Host</c> names; the port plays no part, as a tunnel has its own.</param>
    public bool Admits(Authority host)
    {
        var name = Bare(host.Host);
        if (Names.Exists(known => string.Equals(known, name, StringComparison.OrdinalIgnoreCase))) return true;
        return Address.Match(
            (bound, _) => IsEvery(bound) ? name == Localhost || Policy.Addresses.Address.Parse(name).IsSome
                : IsLoopback(bound) ? IsLoopback(name)
                : IsSameAddress(bound, name),
            _ => true); // no browser reaches a Unix socket
    }

    /// <summary>
    /// Whether a page with that origin is the admin page, opened by the host that the WebSocket request names too, or both by names of the
    /// machine itself. Another site's page has another port or another host.
    /// </summary>
    /// <param name="origin">The value of <c>Origin</c>.</param>
    /// <param name="host">The host that the WebSocket request names.</param>
    public bool IsOwnPage(string origin, Authority host) =>
        origin.StartsWith(Http, StringComparison.Ordinal)
        && !origin.Any(char.IsAsciiLetterUpper)
        && Authority.Parse(origin[Http.Length..]).Exists(page =>
            Address.Match((_, port) => port != 0 && page.PortOr(secure: false) == port, _ => false)
            && Admits(page)
            && (page.Host == host.Host || (IsLoopback(Bare(page.Host)) && IsLoopback(Bare(host.Host)))));

    /// <summary>The URL at which a browser that shows the admin page reaches a listener.</summary>
    /// <param name="listener">The host that the listener is bound to, with its port.</param>
    /// <param name="secure">It speaks TLS.</param>
    /// <param name="page">The host that the browser calls the admin address by.</param>
    /// <returns><c>ws://127.0.0.1:8080</c>; none where no browser can reach it.</returns>
    public static Option<string> BrowserUrl(ListenAddress listener, bool secure, Authority page) => listener.Match<Option<string>>(
        (bound, port) =>
        {
            var host = IsEvery(bound) ? page.Host : new ListenAddress.Tcp(bound, port).ToString()[..^(port.ToString(CultureInfo.InvariantCulture).Length + 1)];
            // A policy of what a page may connect to cannot name an IPv6 address.
            if (Policy.Addresses.Address.Parse(Bare(host)).Exists(address => address == Loopback6)) host = Localhost;
            return string.Create(CultureInfo.InvariantCulture, $"{(secure ? "wss" : "ws")}://{host}:{port}");
        },
        _ => None);

    /// <summary>What a page may connect to, as a source of a Content-Security-Policy.</summary>
    /// <param name="url">From <see cref="BrowserUrl"/>.</param>
    public static string PolicySource(string url) =>
        url.Contains('[', StringComparison.Ordinal) ? url[..(url.IndexOf(':', StringComparison.Ordinal) + 1)] : url;

    private static bool IsLoopback(string host) =>
        host == Localhost || Policy.Addresses.Address.Parse(host).Exists(address => Loopback4.Contains(address) || address == Loopback6);

    private static bool IsEvery(string host) => host == "*" || Policy.Addresses.Address.Parse(host).Exists(address => address.Bits == 0 || address == Every4);

    private static bool IsSameAddress(string one, string other) => Policy.Addresses.Address.Parse(one)
        .Exists(address => Policy.Addresses.Address.Parse(other).Exists(same => same == address));

    private static string Bare(string host) => host is ['[', .. var inner, ']'] ? inner : host;
}
