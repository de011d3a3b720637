using System.Globalization;
using System.Text;
using LanguageExt;
using PluginHost.Core.Text;

namespace PluginHost.Core.Configuration;

/// <summary>Makes the tables of <c>docs/configuration.md</c> of the table of keys.</summary>
public static class ConfigurationReference
{
    /// <summary>Markdown: one table for each object of the file, with key, type, default and meaning. LF line ends.</summary>
    public static string Markdown()
    {
        var text = new StringBuilder();
        Section(text, ConfigurationKeys.Root, "The file");
        return text.ToString();
    }

    private static void Section(StringBuilder text, ConfigurationSection section, string title)
    {
        text.Append(CultureInfo.InvariantCulture, $"### {title}\n\n| key | type | default | meaning |\n| --- | --- | --- | --- |\n");
        foreach (var key in section.Keys)
            text.Append(CultureInfo.InvariantCulture,
                $"| `{key.Name}` | {Cell(Describe(key.Type))} | {Default(key)} | {Cell(Meaning(key))} |\n");
        text.Append('\n');
        foreach (var nested in section.Keys.Choose(k => Nested(k.Type)))
            Section(text, nested, $"`{nested.Title}`");
    }

    private static string Meaning(ConfigurationKey key) => key.Required ? "*Required.* " + key.Doc : key.Doc;

    private static string Default(ConfigurationKey key) => key.Default.Length == 0 ? "" : $"`{key.Default}`";

    // A bare "<" would begin an HTML element, a bare "|" the next cell.
    private static string Cell(string text) => text
        .Replace("|", "\\|", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal);

    private static Option<ConfigurationSection> Nested(KeyType type) => type switch
    {
        KeyType.Section t => t.Keys,
        KeyType.ListOf t => Nested(t.Item),
        KeyType.MapOf t => t.Value,
        _ => Option<ConfigurationSection>.None,
    };

    private static string Describe(KeyType type) => type switch
    {
        KeyType.Flag => "true or false",
        KeyType.Whole t => string.Create(CultureInfo.InvariantCulture, $"whole number, {t.Min} to {t.Max}"),
        KeyType.CloseCode => "close code",
        KeyType.Duration t => $"duration, {Quantity.Format(t.Min)} to {Quantity.Format(t.Max)}",
        KeyType.Size t => $"size, {Quantity.Format(t.Min)} to {Quantity.Format(t.Max)}",
        KeyType.Text t => t.Format.Expected,
        KeyType.Secret t => t.Expected,
        KeyType.Choice t => string.Join(" | ", t.Values.Map(v => $"\"{v}\"")),
        KeyType.ListOf t => "list of " + Describe(t.Item),
        KeyType.MapOf t => $"objects by {t.Name.Expected}",
        KeyType.Origins => "\"same\" | \"any\" | list of origins",
        _ => "object",
    };
}
