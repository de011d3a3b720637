using System.Text.Json;
using PluginHost.Abstractions;

namespace PluginHost.Plugins.Chat;

/// <summary>The options <c>{"history": 50}</c>: how many messages of a room a newcomer is shown; 0, the default, for none.</summary>
internal sealed record ChatOptions(int History, IReadOnlyList<OptionProblem> Problems)
{
    private const int Most = 1000;

    /// <summary>Reads all of it and reports everything that is wrong, not just the first thing.</summary>
    public static ChatOptions Read(string json)
    {
        // JsonDocument knows no types, so nothing outside the plugin remembers any of its types: it can be unloaded.
        using var document = JsonDocument.Parse(json);
        var history = 0;
        var problems = new List<OptionProblem>();
        foreach (var property in document.RootElement.EnumerateObject())
            if (property.Name != "history")
                problems.Add(new($"/{Escape(property.Name)}", "is not an option of chat; it has one: history"));
            else if (property.Value.ValueKind != JsonValueKind.Number || !property.Value.TryGetInt32(out history)
                || history is < 0 or > Most)
                problems.Add(new("/history", $"must be a whole number from 0 to {Most}"));
        return new(history, problems);
    }

    private static string Escape(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
