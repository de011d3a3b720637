using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace PluginHost.Core.Properties.Handshake;

/// <summary>
/// The grammar of a handshake request written once more, naively, as regular expressions over the whole text. What the core accepts, this
/// must accept. It knows no limits.
/// </summary>
internal static partial class ReferenceGrammar
{
    private const string Token = @"[!#$%&'*+\-.^_`|~0-9A-Za-z]+";

    [GeneratedRegex(
        $@"\A(?<method>{Token}) (?<target>[!-~]+) HTTP/(?<version>[0-9]\.[0-9])\r\n"
        + $@"(?:(?<name>{Token}):[ \t]*(?<value>[\t -~\x80-\xff]*?)[ \t]*\r\n)*\r\n\z")]
    private static partial Regex Head { get; }

    [GeneratedRegex(
        @"\A(?:(?:(?:https?|wss?)://(?<host>[^/?#@]+))(?=[/?]|\z))?"
        + @"(?<path>(?:/(?:[^""#<>\\`{}?%]|%[0-9A-Fa-f]{2})*)?)(?:\?(?<query>[^""#<>]*))?\z", RegexOptions.IgnoreCase)]
    private static partial Regex Target { get; }

    [GeneratedRegex(@"\A(?:[A-Za-z0-9._~\-]+|\[[0-9A-Fa-f:.]+\])(?<port>:(?:[1-9][0-9]{0,4})?)?\z")]
    private static partial Regex HostName { get; }

    [GeneratedRegex(@"\A[A-Za-z0-9+/]{22}==\z")]
    private static partial Regex Key { get; }

    [GeneratedRegex($@"\A[ \t]*(?:{Extension})?[ \t]*(?:,[ \t]*(?:{Extension})?[ \t]*)*\z")]
    private static partial Regex Extensions { get; }

    private const string Value = $@"(?:(?:{Token})?|""(?:\\?[!#$%&'*+\-.^_`|~0-9A-Za-z])*"")";
    private const string Extension = $@"{Token}(?:[ \t]*;[ \t]*{Token}[ \t]*(?:=[ \t]*{Value})?)*";

    [GeneratedRegex($@"\A{Token}\z")]
    private static partial Regex OneToken { get; }

    [GeneratedRegex("""(?:[^,"]|"(?:[^"\\]|\\.)*")+""", RegexOptions.Singleline)]
    private static partial Regex Element { get; }

    [GeneratedRegex("""\A(?:[^"]|"(?:[^"\\]|\\.)*")*\z""", RegexOptions.Singleline)]
    private static partial Regex ClosedQuotes { get; }

    /// <summary>Whether the text is a handshake request of version 13.</summary>
    public static bool Accepts(string text)
    {
        var head = Head.Match(text);
        if (!head.Success || head.Groups["method"].Value != "GET" || head.Groups["version"].Value != "1.1") return false;
        var fields = head.Groups["name"].Captures
            .Zip(head.Groups["value"].Captures, (name, value) => (Name: name.Value.ToUpperInvariant(), value.Value))
            .ToLookup(field => field.Name, field => field.Value.Trim(' ', '\t'));
        return IsTarget(head.Groups["target"].Value)
            && fields["HOST"].Count() == 1 && IsHost(fields["HOST"].Single())
            && Lists(fields["UPGRADE"], "websocket") && Lists(fields["CONNECTION"], "upgrade")
            && fields["SEC-WEBSOCKET-VERSION"].SequenceEqual(["13"])
            && fields["SEC-WEBSOCKET-KEY"].Count() == 1 && Key.IsMatch(fields["SEC-WEBSOCKET-KEY"].Single())
            && !fields["TRANSFER-ENCODING"].Any()
            && fields["CONTENT-LENGTH"].All(length => length == "0") && fields["CONTENT-LENGTH"].Count() <= 1
            && IsOffer(fields["SEC-WEBSOCKET-PROTOCOL"].ToArray())
            && (!fields["SEC-WEBSOCKET-EXTENSIONS"].Any() || IsExtensions(string.Join(",", fields["SEC-WEBSOCKET-EXTENSIONS"])));
    }

    /// <summary>Whether the text is the value of <c>Sec-WebSocket-Extensions</c>, with empty parameter values tolerated.</summary>
    public static bool IsExtensions(string value) => Extensions.IsMatch(value);

    private static bool IsOffer(string[] values)
    {
        var elements = values.SelectMany(Elements).ToArray();
        return values.Length == 0 || (values.All(ClosedQuotes.IsMatch) && elements.All(OneToken.IsMatch)
            && elements.ToHashSet().Count == elements.Length);
    }

    private static bool Lists(IEnumerable<string> values, string token) =>
        values.All(ClosedQuotes.IsMatch)
        && values.SelectMany(Elements).Any(element => element.Equals(token, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> Elements(string value) =>
        Element.Matches(value).Select(match => match.Value.Trim(' ', '\t')).Where(element => element.Length > 0);

    private static bool IsHost(string host)
    {
        var match = HostName.Match(host);
        return match.Success
            && (match.Groups["port"].Length < 2 || int.Parse(match.Groups["port"].ValueSpan[1..], CultureInfo.InvariantCulture) < 65536);
    }

    private static bool IsTarget(string target)
    {
        var match = Target.Match(target);
        return match.Success
            && (match.Groups["host"].Success ? IsHost(match.Groups["host"].Value) : match.Groups["path"].Length > 0)
            && IsText(match.Groups["path"].Value);
    }

    private static bool IsText(string escaped)
    {
        var bytes = Regex.Matches(escaped, "%(..)|(.)").Select(match =>
            match.Groups[1].Success ? Convert.ToByte(match.Groups[1].Value, 16) : (byte)match.Groups[2].Value[0]).ToArray();
        try
        {
            return !new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).Contains('\0');
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
