using System.Buffers;
using System.Text;
using System.Text.Unicode;
using LanguageExt;

namespace PluginHost.Core.Protocol.Handshake;

/// <summary>One <c>name=value</c> of a query, both percent-decoded. A part without <c>=</c> has an empty value. What cannot be decoded (a <c>%</c> that
/// begins no escape, bytes that are no UTF-8 or hold NUL) stays as it was sent, as the URL Standard has it: most queries are read by nobody.</summary>
/// <param name="Name">The name; may be empty.</param>
/// <param name="Value">The value. A <c>+</c> stays a <c>+</c>: RFC 3986 knows it as itself, only HTML forms read it as a space.</param>
public sealed record QueryParameter(string Name, string Value);

/// <summary>
/// A request target in origin-form or absolute-form (RFC 7230 §5.3.1, §5.3.2; RFC 6455 §4.2.1 item 1). Dot segments are kept as sent:
/// nothing resolves them, and they match no route but one that spells them.
/// </summary>
/// <param name="Raw">As sent.</param>
/// <param name="Scheme">http, https, ws or wss in lower case, for an absolute target.</param>
/// <param name="Authority">The host named by an absolute target.</param>
/// <param name="RawPath">The path as sent; <c>/</c> for an absolute target without one.</param>
/// <param name="Path">
/// The path, percent-decoded as UTF-8, never holding NUL. An escaped slash is a slash here; see <paramref name="Segments"/>.
/// </param>
/// <param name="Segments">
/// What stands between the slashes of the raw path, each decoded: <c>/a%2Fb/</c> gives <c>a/b</c> and an empty one.
/// </param>
/// <param name="RawQuery">What follows the first <c>?</c>, as sent; empty without one.</param>
/// <param name="Query">The parts of the query between <c>&amp;</c>, in order, empty ones left out.</param>
public sealed record RequestTarget(
    string Raw,
    Option<string> Scheme,
    Option<Authority> Authority,
    string RawPath,
    string Path,
    Seq<string> Segments,
    string RawQuery,
    Seq<QueryParameter> Query)
{
    // Characters that neither RFC 3986 nor the URL Standard lets a client send unescaped.
    private static readonly SearchValues<char> PathRefused = SearchValues.Create("\"#<>\\`{}");
    private static readonly SearchValues<char> QueryRefused = SearchValues.Create("\"#<>");

    private static readonly RequestTarget Root = new(
        "/", Option<string>.None, Option<Authority>.None, "/", "/", new[] { "" }.ToSeq().Strict(), "", Seq<QueryParameter>.Empty);

    /// <summary>
    /// Reads a target. None for: another form or scheme, a host that is none, user information, a fragment, in the path an invalid
    /// percent escape or escapes that decode to NUL or to what is no UTF-8, and characters that must be escaped.
    /// </summary>
    /// <param name="raw">The second word of the request line.</param>
    public static Option<RequestTarget> Parse(string raw)
    {
        if (raw == "/") return Root;
        if (raw.StartsWith('/')) return Parse(raw, Option<string>.None, Option<Authority>.None, raw);

        var colon = raw.IndexOf("://", StringComparison.Ordinal);
        if (colon < 0) return Option<RequestTarget>.None;
        var scheme = raw[..colon].ToLowerInvariant();
        if (scheme is not ("http" or "https" or "ws" or "wss")) return Option<RequestTarget>.None;

        var rest = raw.AsSpan(colon + 3);
        var end = rest.IndexOfAny('/', '?');
        if (end < 0) end = rest.Length;
        var path = rest[end..];
        var origin = path.StartsWith("/") ? path.ToString() : "/" + path.ToString();
        return Handshake.Authority.ParseSent(rest[..end].ToString()).Bind(authority => Parse(raw, scheme, authority, origin));
    }

    /// <summary>Whether an absolute target names https or wss.</summary>
    internal bool IsSecure => Scheme.Exists(scheme => scheme is "https" or "wss");

    private static Option<RequestTarget> Parse(string raw, Option<string> scheme, Option<Authority> authority, string origin)
    {
        if (origin.AsSpan().IndexOfAnyExceptInRange('\x21', '\x7e') >= 0) return Option<RequestTarget>.None;
        var question = origin.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? origin : origin[..question];
        var query = question < 0 ? "" : origin[(question + 1)..];
        if (path.AsSpan().IndexOfAny(PathRefused) >= 0 || query.AsSpan().IndexOfAny(QueryRefused) >= 0) return Option<RequestTarget>.None;
        if (Percent.Decode(path) is not { } decoded || Segment(path) is not { } segments) return Option<RequestTarget>.None;
        var parameters = Parameters(query);
        return new RequestTarget(
            raw, scheme, authority, path, decoded, segments.ToSeq().Strict(), query,
            parameters.Length == 0 ? Seq<QueryParameter>.Empty : parameters.ToSeq().Strict());
    }

    /// <summary>Every segment decoded, or null when one cannot be.</summary>
    private static string[]? Segment(string path)
    {
        var segments = path.Length == 1 ? [""] : path[1..].Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            if (Percent.Decode(segments[i]) is not { } decoded) return null;
            segments[i] = decoded;
        }

        return segments;
    }

    private static QueryParameter[] Parameters(string query)
    {
        if (query.Length == 0) return [];
        var parts = query.Split('&', StringSplitOptions.RemoveEmptyEntries);
        var parameters = new QueryParameter[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            var separator = parts[i].IndexOf('=', StringComparison.Ordinal);
            var (name, value) = separator < 0 ? (parts[i], "") : (parts[i][..separator], parts[i][(separator + 1)..]);
            parameters[i] = new QueryParameter(Percent.Decode(name) ?? name, Percent.Decode(value) ?? value);
        }

        return parameters;
    }
}

/// <summary>Percent-decoding (RFC 3986 §2.1) of printable ASCII into UTF-8 text.</summary>
internal static class Percent
{
    /// <summary>Null for an incomplete or non-hexadecimal escape, and for bytes that are no UTF-8 or hold NUL.</summary>
    public static string? Decode(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal)) return text;
        var bytes = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                bytes[length++] = (byte)text[i];
                continue;
            }

            if (i + 2 >= text.Length || !IsHex(text[i + 1]) || !IsHex(text[i + 2])) return null;
            bytes[length++] = (byte)(Nibble(text[i + 1]) << 4 | Nibble(text[i + 2]));
            i += 2;
        }

        var decoded = bytes.AsSpan(0, length);
        return decoded.Contains((byte)0) || !Utf8.IsValid(decoded) ? null : Encoding.UTF8.GetString(decoded);
    }

    private static bool IsHex(char c) => char.IsAsciiHexDigit(c);

    private static int Nibble(char hex) => char.IsAsciiDigit(hex) ? hex - '0' : (hex | 0x20) - 'a' + 10;
}
