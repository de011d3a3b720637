using System.Globalization;
using System.Text;
using LanguageExt;

namespace PluginHost.Core.Configuration;

/// <summary>Makes the tables of <c>docs/configuration.md</c> of the declared keys.</summary>
public static class ConfigurationReference
{
    /// <summary>Markdown: one table for each object of the file, with key, type, default, what a change needs, and meaning. LF line ends.</summary>
    public static string Markdown()
    {
        var text = new StringBuilder();
        Section(text, FileKeys.File.Declarations, "The file", "");
        return text.ToString();
    }

    private static void Section(StringBuilder text, Seq<Declaration> keys, string title, string prefix)
    {
        text.Append(CultureInfo.InvariantCulture, $"### {title}\n\n| key | type | default | a change | meaning |\n| --- | --- | --- | --- | --- |\n");
        foreach (var key in keys)
            text.Append(CultureInfo.InvariantCulture,
                $"| `{key.Name}` | {Cell(key.Shape.Expected)} | {Default(key)} | {key.Reload?.Text()} | {Cell(Meaning(key))} |\n");
        text.Append('\n');
        foreach (var key in keys.Filter(key => !key.Shape.Keys.IsEmpty))
            Section(text, key.Shape.Keys, $"`{prefix}{key.Name}{key.Shape.Suffix}`", $"{prefix}{key.Name}{key.Shape.Suffix}.");
    }

    private static string Meaning(Declaration key) => key.Required ? "*Required.* " + key.Meaning : key.Meaning;

    private static string Default(Declaration key) => key.Default.Length == 0 ? "" : $"`{key.Default}`";

    // A bare "<" would begin an HTML element, a bare "|" the next cell.
    private static string Cell(string text) => text
        .Replace("|", "\\|", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal);
}
