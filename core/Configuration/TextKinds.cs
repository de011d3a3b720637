using LanguageExt;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Configuration;

/// <summary>The kinds of text that the file may have.</summary>
internal static class TextKinds
{
    private const string TokenPattern = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$";
    private const string VisiblePattern = "^[^\\u0000-\\u001f]+$";

    public static Kind<string> AnyText { get; } = Kinds.Text("text", "", _ => null);

    public static Kind<string> SomeText { get; } = Kinds.Text("text", "^.+$", text => text.Length == 0 ? "the text must not be empty" : null);

    /// <summary>The name of a listener, plugin or script.</summary>
    public static Kind<string> Name { get; } = Kinds.Text("name", "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", TextRules.NameProblem);

    public static Kind<string> PluginId { get; } = Kinds.Text("plugin", "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", TextRules.NameProblem);

    public static Kind<string> FilePath { get; } = Kinds.Text("path", VisiblePattern, PathText.Problem);

    public static Kind<string> DllPath { get; } = Kinds.Text("path of a .dll", "\\.[dD][lL][lL]$", text => TextRules.CodePathProblem(text, ".dll"));

    public static Kind<string> ScriptPath { get; } = Kinds.Text("path of a .sbn", "\\.[sS][bB][nN]$", text => TextRules.CodePathProblem(text, ".sbn"));

    public static Kind<string> Sha256 { get; } = Kinds.Text("64 hexadecimal digits", "^[0-9A-Fa-f]{64}$", TextRules.Sha256Problem);

    /// <summary>A subprotocol or the name of a header.</summary>
    public static Kind<string> Token { get; } = Kinds.Text("subprotocol", TokenPattern, TextRules.TokenProblem);

    public static Kind<string> TokenStart { get; } = Kinds.Text("start of a subprotocol", TokenPattern, TextRules.TokenProblem);

    public static Kind<string> Parameter { get; } = Kinds.Text("query parameter", VisiblePattern, text =>
        text.Length == 0 || text.Any(char.IsControl) ? "a query parameter's name is not empty and has no control characters" : null);

    public static Kind<string> Realm { get; } = Kinds.Text("text", "^[ -~]+$", TextRules.RealmProblem);

    public static Kind<Network> Networks { get; } = Kinds.Text("address or network", "^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$", Network.Parse);

    /// <summary>Who is believed about who a client is; none for whoever connects to a Unix socket.</summary>
    public static Kind<Option<Network>> Proxy { get; } = Kinds.Text("address, network or \"unix\"", "^(unix|[0-9A-Fa-f.:]+(/[0-9]{1,3})?)$",
        text => text == "unix" ? Right(Option<Network>.None) : Network.Parse(text).Map(Some));

    public static Kind<string> ServerName { get; } = Kinds.Text("host name", "^(\\*\\.)?[A-Za-z0-9._-]+$", TextRules.ServerNameProblem);

    public static Kind<string> CipherSuite { get; } = Kinds.Text("cipher suite", "^TLS_[0-9A-Z_]{1,96}$", TextRules.CipherSuiteProblem);

    public static Kind<string> HostName { get; } = Kinds.Text("host name", "^[A-Za-z0-9._-]+$", TextRules.HostNameProblem);

    public static Kind<string> Url { get; } = Kinds.Text("http or https URL", "^https?://[^/?#@]+[^#]*$", TextRules.UrlProblem);

    public static Kind<string> TopicPattern { get; } = Kinds.Text("topic pattern", VisiblePattern, TextRules.TopicPatternProblem);

    public static Kind<ListenAddress> Address { get; } = Kinds.Text("address", "^(unix:.+|.+:[0-9]{1,5})$", ListenAddress.Parse);

    public static Kind<RouteTemplate> Template { get; } = Kinds.Text("path template", "^/", RouteTemplate.Parse);
}
