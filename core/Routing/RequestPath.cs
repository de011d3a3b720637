using System.Text;
using LanguageExt;

namespace PluginHost.Core.Routing;

/// <summary>Takes the path of a request target apart (RFC 3986 §3.3).</summary>
public static class RequestPath
{
    /// <summary>
    /// Splits a path at its slashes and then percent-decodes each segment, so that an encoded slash (<c>%2F</c>) separates nothing. What
    /// follows a <c>?</c> plays no part.
    /// </summary>
    /// <param name="path">As received: it begins with a slash, or is empty (absolute-form without a path), which is <c>/</c>.</param>
    /// <returns>
    /// Right: the segments; none for <c>/</c>; a trailing slash gives an empty last one. Left: why no resource can have this path: a broken
    /// escape, bytes that are not UTF-8, control characters, or a segment <c>.</c> or <c>..</c>, which clients resolve before they ask.
    /// </returns>
    public static Either<string, Seq<string>> Split(string path)
    {
        var query = path.IndexOf('?');
        var bare = query < 0 ? path : path[..query];
        if (bare is "" or "/") return Seq<string>.Empty;
        if (bare[0] != '/') return "the path does not begin with \"/\"";
        var segments = new List<string>();
        foreach (var part in bare[1..].Split('/'))
        {
            if (Decode(part) is not { } segment) return "the path has a broken percent-escape";
            if (segment is "." or "..") return "the path has a \".\" or \"..\" segment";
            if (segment.Any(char.IsControl)) return "the path has control characters";
            segments.Add(segment);
        }
        return segments.ToSeq().Strict();
    }

    private static string? Decode(string segment)
    {
        if (!segment.Contains('%', StringComparison.Ordinal)) return segment;
        var utf8 = Encoding.UTF8.GetBytes(segment);
        var length = 0;
        for (var i = 0; i < utf8.Length; i++)
        {
            if (utf8[i] != '%')
            {
                utf8[length++] = utf8[i];
                continue;
            }
            if (i + 2 >= utf8.Length || !char.IsAsciiHexDigit((char)utf8[i + 1]) || !char.IsAsciiHexDigit((char)utf8[i + 2])) return null;
            utf8[length++] = (byte)((Hex(utf8[i + 1]) << 4) | Hex(utf8[i + 2]));
            i += 2;
        }
        var decoded = utf8.AsSpan(0, length);
        return System.Text.Unicode.Utf8.IsValid(decoded) ? Encoding.UTF8.GetString(decoded) : null;
    }

    private static int Hex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
