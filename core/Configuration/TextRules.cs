using System.Globalization;
using PluginHost.Core.Policy.Topics;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Text;

namespace PluginHost.Core.Configuration;

/// <summary>Rules for text in the configuration. Each answers null for good text, and says what was expected for bad.</summary>
internal static class TextRules
{
    private const int MaxName = 64;
    private const int MaxToken = 255;

    /// <summary>A token of RFC 7230 §3.2.6, as RFC 6455 §4.1 demands of a subprotocol.</summary>
    public static string? TokenProblem(string text)
    {
        if (text.Length == 0) return "a subprotocol is a token of at least one character";
        if (text.Length > MaxToken) return $"a subprotocol has at most {MaxToken} characters";
        if (Grammar.IsToken(text)) return null;
        var bad = text.Select(c => c.ToString()).First(c => !Grammar.IsToken(c));
        return $"{Quoting.Quote(text)} is not a token (RFC 7230): {Quoting.Quote(bad)} cannot stand in one";
    }

    /// <summary>The name of a listener or the id of a plugin or script: a folder name that is the same on every system.</summary>
    public static string? NameProblem(string text)
    {
        var good = text.Length is > 0 and <= MaxName && char.IsAsciiLetterOrDigit(text[0]) && text[^1] != '.'
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') && !text.Contains("..", StringComparison.Ordinal);
        return good ? null : $"a name has 1 to {MaxName} letters, digits, \".\", \"_\" and \"-\", begins with a letter or digit,"
            + $" and neither ends with \".\" nor contains \"..\"; {Quoting.Quote(text)} does not fit";
    }

    /// <summary>What may stand in a quoted string of a challenge (RFC 9110 §5.6.4): printable ASCII.</summary>
    public static string? RealmProblem(string text) =>
        text.Length is > 0 and <= 100 && text.All(c => c is >= ' ' and <= '~') ? null : "a realm has 1 to 100 printable ASCII characters";

    /// <summary>The path of a file that is loaded as code.</summary>
    public static string? CodePathProblem(string text, string extension)
    {
        if (PathText.Problem(text) is { } problem) return problem;
        if (text.Split('/', '\\').Contains(".."))
            return "the path of a file to load must not contain \"..\"; write the absolute path instead";
        return text.EndsWith(extension, StringComparison.OrdinalIgnoreCase) ? null : $"expected the path of a {extension} file";
    }

    /// <summary>The registered name of a cipher suite (RFC 5246 §A.5). Whether there is such a one is known where it is used.</summary>
    public static string? CipherSuiteProblem(string text) =>
        text.StartsWith("TLS_", StringComparison.Ordinal) && text.Length is > 4 and <= 100 && text.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_')
            ? null
            : $"expected the registered name of a cipher suite such as \"TLS_RSA_WITH_AES_128_GCM_SHA256\", found {Quoting.Quote(text)}";

    /// <summary>A name that a client asks for with Server Name Indication, perhaps with a wildcard for its first label.</summary>
    public static string? ServerNameProblem(string text)
    {
        var name = text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text;
        return name.Length is > 0 and <= 253 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_')
            ? null
            : $"expected a host name such as \"example.com\" or \"*.example.com\", found {Quoting.Quote(text)}";
    }

    /// <summary>A host name in full.</summary>
    public static string? HostNameProblem(string text) =>
        text.StartsWith('*') ? "a host is named in full; there are no wildcards" : ServerNameProblem(text);

    /// <summary>Where something is sent to over HTTP.</summary>
    public static string? UrlProblem(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && url.Fragment.Length == 0
            ? null
            : $"expected a URL such as \"http://127.0.0.1:4318\", without a user name, found {Quoting.Quote(text)}";

    /// <summary>A pattern over topics. How long one may be is another key's matter; here only what no topic could match is refused.</summary>
    public static string? TopicPatternProblem(string text)
    {
        var length = new TopicLength(65_535, 128);
        var fault = TopicSyntax.CheckPattern(text, length);
        return fault == TopicFault.None ? null : $"{Quoting.Quote(text)} is not a pattern over topics: {TopicSyntax.Describe(fault, length)}";
    }

    public static string? Sha256Problem(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigit)
        ? null
        : "expected the SHA-256 of the file: 64 hexadecimal digits";

    /// <summary>
    /// An origin as browsers send it (RFC 6454 §6.2): <c>scheme://host[:port]</c>. It is compared byte for byte, so whatever a browser
    /// would never send is refused here, where somebody reads the message.
    /// </summary>
    public static string? OriginProblem(string text)
    {
        if (text.Contains('*', StringComparison.Ordinal)) return "an origin is compared exactly; there are no wildcards";
        var separator = text.IndexOf("://", StringComparison.Ordinal);
        if (separator <= 0) return OriginShape(text);
        var (scheme, authority) = (text[..separator], text[(separator + 3)..]);
        if (!char.IsAsciiLetterLower(scheme[0])
            || !scheme.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '+' or '-' or '.'))
            return $"the scheme of an origin is in lower case, as in \"https\"; found {Quoting.Quote(scheme)}";
        if (scheme is "ws" or "wss") return "an origin is the address of the page that connects: its scheme is \"http\" or \"https\"";
        if (authority.AsSpan().IndexOfAny("/?#\\") >= 0) return "an origin ends after the host and port: no path, no trailing slash";
        if (authority.Contains('@', StringComparison.Ordinal)) return "an origin carries no user name";
        return AuthorityProblem(text, scheme, authority);
    }

    private static string? AuthorityProblem(string text, string scheme, string authority)
    {
        var bracket = authority.LastIndexOf(']');
        var colon = authority.IndexOf(':', bracket + 1);
        var host = colon < 0 ? authority : authority[..colon];
        if (host.Any(char.IsAsciiLetterUpper)) return "the host of an origin is in lower case, as browsers send it";
        if (host.Any(c => !char.IsAscii(c))) return "the host of an origin is in ASCII (\"xn--…\"), as browsers send it";
        if (!IsHost(host)) return OriginShape(text);
        if (colon < 0) return null;
        var port = authority[(colon + 1)..];
        if (!port.All(char.IsAsciiDigit) || !int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is 0 or > 65535
            || port[0] == '0')
            return $"the port of an origin is a number from 1 to 65535, not {Quoting.Quote(port)}";
        return (scheme, number) is ("https", 443) or ("http", 80)
            ? $"browsers leave out the default port: write {Quoting.Quote(scheme + "://" + host)}"
            : null;
    }

    private static bool IsHost(string host) => host is ['[', .. var inner, ']']
        ? inner.Length > 1 && inner.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.')
        : host.Length > 0 && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');

    private static string OriginShape(string text) =>
        $"expected an origin such as \"https://example.com\" or \"http://localhost:3000\", found {Quoting.Quote(text)}";
}
