using System.Text;
using LanguageExt;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Core.Serving.Plans;

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
        var segments = bare[1..].Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            if (Decode(segments[i]) is not { } segment) return "the path has a broken percent-escape";
            if (segment is "." or "..") return "the path has a \".\" or \"..\" segment";
            if (segment.AsSpan().IndexOfAnyInRange('\0', '\u001f') >= 0 || segment.AsSpan().IndexOfAnyInRange('\u007f', '\u009f') >= 0)
                return "the path has control characters";
            segments[i] = segment;
        }
        return segments.ToSeq().Strict();
    }

    // People type characters into explain that a client would have sent escaped.
    private static string? Decode(string segment) => Percent.Decode(Ascii.IsValid(segment)
        ? segment
        : string.Concat(segment.EnumerateRunes().Select(r => r.IsAscii ? r.ToString() : Uri.EscapeDataString(r.ToString()))));
}
