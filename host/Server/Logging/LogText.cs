using System.Globalization;
using System.Text;

namespace PluginHost.Server.Logging;

/// <summary>The categories that the engine logs under.</summary>
public static class LogCategories
{
    /// <summary>What the server does.</summary>
    public const string Server = "PluginHost.Server";

    /// <summary>The beginning of the category of a plugin or script; its id follows.</summary>
    public const string Plugins = "PluginHost.Plugins.";
}

/// <summary>Makes text fit for a log in which one event is one line.</summary>
public static class LogText
{
    private const int MaxCharacters = 1000;

    /// <summary>The text with control characters escaped and cut to 1,000 characters.</summary>
    public static string Escape(string text)
    {
        var cut = text.Length <= MaxCharacters ? text : string.Concat(text.AsSpan(0, MaxCharacters), "…");
        if (!cut.Any(NeedsEscape)) return cut;
        var escaped = new StringBuilder();
        foreach (var c in cut)
        {
            if (NeedsEscape(c)) escaped.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else escaped.Append(c);
        }
        return escaped.ToString();
    }

    // Line and paragraph separators break lines too; bidirectional controls reorder them.
    private static bool NeedsEscape(char c) =>
        char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
