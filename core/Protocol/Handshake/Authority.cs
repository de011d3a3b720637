using System.Buffers;
using System.Globalization;
using LanguageExt;

namespace PluginHost.Core.Protocol.Handshake;

/// <summary>A host with an optional port, as in the <c>Host</c> header (RFC 7230 §5.4) and in absolute URIs (RFC 3986 §3.2).</summary>
/// <param name="Host">In lower case: a DNS name, an IPv4 address, or an IPv6 address in brackets.</param>
/// <param name="Port">1 to 65535; none when it was left out.</param>
public sealed record Authority(string Host, Option<int> Port)
{
    private static readonly SearchValues<char> NameChars =
        SearchValues.Create("-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>
    /// Reads <c>host</c> or <c>host:port</c>. Stricter than RFC 3986: no user information, percent escapes, sub-delimiters, IPvFuture,
    /// zone, empty port or zeros before the port, none of which a host that is reached over WebSocket has.
    /// </summary>
    /// <param name="text">The value of a <c>Host</c> header, or what stands between <c>//</c> and the path of a URI.</param>
    public static Option<Authority> Parse(string text)
    {
        var hostLength = HostLength(text);
        if (hostLength == 0) return Option<Authority>.None;
        var host = text[..hostLength].ToLowerInvariant();
        if (hostLength == text.Length) return new Authority(host, Option<int>.None);
        return text[hostLength] == ':' && Port16(text.AsSpan(hostLength + 1)) is var port and > 0
            ? new Authority(host, port)
            : Option<Authority>.None;
    }

    /// <summary>As <see cref="Parse"/>, but <c>host:</c> names the default port, as RFC 3986 §3.2.3 has it: some clients send that.</summary>
    /// <param name="text">What the client of a request has written.</param>
    public static Option<Authority> ParseSent(string text) => text.EndsWith(':')
        ? Parse(text[..^1]).Filter(authority => authority.Port.IsNone)
        : Parse(text);

    /// <summary>The port, or the default one of a scheme: 443 for https and wss, 80 for http and ws (RFC 6455 §3).</summary>
    /// <param name="secure">Whether the scheme is https or wss.</param>
    public int PortOr(bool secure) => Port.IfNone(secure ? 443 : 80);

    /// <summary>Whether both name the same host and port once default ports are filled in.</summary>
    /// <param name="other">The other one.</param>
    /// <param name="secure">Whether the scheme of both is https or wss.</param>
    public bool IsSameAs(Authority other, bool secure) => Host == other.Host && PortOr(secure) == other.PortOr(secure);

    /// <summary>As it is written in a <c>Host</c> header.</summary>
    public override string ToString() => Port.Match(port => string.Create(CultureInfo.InvariantCulture, $"{Host}:{port}"), () => Host);

    private static int HostLength(string text)
    {
        if (!text.StartsWith('['))
        {
            var end = text.AsSpan().IndexOfAnyExcept(NameChars);
            return end < 0 ? text.Length : end;
        }

        var close = text.IndexOf(']', StringComparison.Ordinal);
        return close > 0 && IsIPv6(text[1..close]) ? close + 1 : 0;
    }

    /// <summary>1 to 65535 without leading zeros, or 0 for anything else.</summary>
    private static int Port16(ReadOnlySpan<char> digits) =>
        digits.Length is >= 1 and <= 5 && digits[0] != '0' && !digits.ContainsAnyExceptInRange('0', '9') // .NET reads past NULs at the end
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535
            ? port
            : 0;

    /// <summary>
    /// RFC 3986 §3.2.2 <c>IPv6address</c>: eight groups, or fewer around one <c>::</c>; the last two may be an IPv4 address.
    /// </summary>
    private static bool IsIPv6(string text)
    {
        var gap = text.IndexOf("::", StringComparison.Ordinal);
        if (gap < 0) return Groups(text, last: true) == 8;
        var before = gap == 0 ? 0 : Groups(text[..gap], last: false);
        var after = gap + 2 == text.Length ? 0 : Groups(text[(gap + 2)..], last: true);
        return before >= 0 && after >= 0 && before + after <= 7;
    }

    /// <summary>How many 16-bit groups, or −8 when one is malformed.</summary>
    private static int Groups(string text, bool last)
    {
        var parts = text.Split(':');
        var count = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Length is >= 1 and <= 4 && parts[i].All(char.IsAsciiHexDigit)) count++;
            else if (last && i == parts.Length - 1 && IsIPv4(parts[i])) count += 2;
            else return -8;
        }

        return count;
    }

    private static bool IsIPv4(string text)
    {
        var parts = text.Split('.');
        return parts.Length == 4 && parts.All(IsOctet);
    }

    private static bool IsOctet(string part) =>
        part.Length is >= 1 and <= 3 && part.All(char.IsAsciiDigit) && (part.Length == 1 || part[0] != '0')
            && int.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture) <= 255;
}
