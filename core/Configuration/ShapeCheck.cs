using System.Globalization;
using LanguageExt;
using PluginHost.Core.Text;

namespace PluginHost.Core.Configuration;

/// <summary>
/// Holds a file against the table of keys: unknown keys, missing keys, wrong types, values out of bounds.
/// What joins two values (a route and its listener) is checked by <see cref="PlanBuilder"/>.
/// </summary>
internal static class ShapeCheck
{
    public static void Section(JsonTree value, ConfigurationSection section, ProblemCollector problems)
    {
        if (!IsObject(value, problems, out var members)) return;
        foreach (var member in members)
        {
            section.Find(member.Name).Match(
                key => Value(member.Value, key.Type, problems),
                () => problems.Add(member.Start, member.Value.Path, $"unknown key {Quoting.Quote(member.Name)}",
                    Suggestion.For(member.Name, section.Keys.Map(k => k.Name))));
        }
        foreach (var key in section.Keys.Filter(k => k.Required && !members.Exists(m => m.Name == k.Name)))
            problems.Add(value.Start, value.Path, $"the key {Quoting.Quote(key.Name)} is missing");
    }

    private static void Value(JsonTree value, KeyType type, ProblemCollector problems)
    {
        switch (type)
        {
            case KeyType.Section t: Section(value, t.Keys, problems); break;
            case KeyType.ListOf t: List(value, t, problems); break;
            case KeyType.MapOf t: Map(value, t, problems); break;
            case KeyType.Origins: Origins(value, problems); break;
            case KeyType.Options: Options(value, problems); break;
            case KeyType.Secret t: Text(value, t, problems); break;
            default: Scalar(value, type, problems); break;
        }
    }

    private static void Scalar(JsonTree value, KeyType type, ProblemCollector problems)
    {
        if (value is JsonTree.Broken) return;
        if (RefusedSecret(value, problems)) return;
        var problem = type switch
        {
            KeyType.Flag => value is JsonTree.Flag ? null : $"expected true or false, found {value.Kind}",
            KeyType.Whole t => Whole(value, t),
            KeyType.CloseCode => CloseCode(value),
            KeyType.Duration t => Duration(value, t),
            KeyType.Size t => Size(value, t),
            KeyType.Choice t => Choice(value, t),
            _ => Text(value, ((KeyType.Text)type).Format),
        };
        if (problem is not null) problems.Add(value.Start, value.Path, problem, Meant(value, type));
    }

    private static void Text(JsonTree value, KeyType.Secret type, ProblemCollector problems)
    {
        if (value is JsonTree.Broken) return;
        // What stands here is not repeated, whatever it is.
        if (value is JsonTree.Text text) Reference(text, problems);
        else problems.Add(value.Start, value.Path, $"expected text ({type.Expected})");
    }

    private static string? Text(JsonTree value, TextFormat format) =>
        value is JsonTree.Text text ? format.Problem(text.Value) : $"expected text ({format.Expected}), found {value.Kind}";

    private static string? Meant(JsonTree value, KeyType type) => (value, type) switch
    {
        (JsonTree.Text text, KeyType.Choice t) => Suggestion.For(text.Value, t.Values),
        (JsonTree.Text text, KeyType.Duration) when Scalars.Duration(value).IsLeft => Quantity.Meant(text.Value, duration: true),
        (JsonTree.Text text, KeyType.Size) when Scalars.Size(value).IsLeft => Quantity.Meant(text.Value, duration: false),
        _ => null,
    };

    private static string? Whole(JsonTree value, KeyType.Whole type) => Scalars.Whole(value).MatchUnsafe(
        n => n >= type.Min && n <= type.Max
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{n} is not between {type.Min} and {type.Max}"),
        problem => problem);

    private static string? CloseCode(JsonTree value) => Scalars.Whole(value).MatchUnsafe(
        n => n is 1000 or 1001 or (>= 1011 and <= 1013) or (>= 3000 and <= 4999)
            ? null
            : string.Create(CultureInfo.InvariantCulture,
                $"{n} is no close code for a server that stops: 1000, 1001, 1011 to 1013, 3000 to 4999"),
        problem => problem);

    private static string? Duration(JsonTree value, KeyType.Duration type) => Scalars.Duration(value).MatchUnsafe(
        d => d >= type.Min && d <= type.Max
            ? null
            : $"{Quantity.Format(d)} is not between {Quantity.Format(type.Min)} and {Quantity.Format(type.Max)}",
        problem => problem);

    private static string? Size(JsonTree value, KeyType.Size type) => Scalars.Size(value).MatchUnsafe(
        n => n >= type.Min && n <= type.Max
            ? null
            : $"{Quantity.Format(n)} is not between {Quantity.Format(type.Min)} and {Quantity.Format(type.Max)} (bytes)",
        problem => problem);

    private static string? Choice(JsonTree value, KeyType.Choice type) => value is JsonTree.Text text && type.Values.Contains(text.Value)
        ? null
        : $"expected one of {Quoting.List(type.Values)}, found {value.Kind}";

    private static void List(JsonTree value, KeyType.ListOf type, ProblemCollector problems)
    {
        if (!IsList(value, problems, out var items)) return;
        if (items.Count < type.AtLeast) problems.Add(value.Start, value.Path, type.WhenEmpty);
        foreach (var item in items) Value(item, type.Item, problems);
        RefuseRepeated(items, problems);
    }

    private static void Map(JsonTree value, KeyType.MapOf type, ProblemCollector problems)
    {
        if (!IsObject(value, problems, out var members)) return;
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in members)
        {
            if (type.Name.Problem(member.Name) is { } problem) problems.Add(member.Start, member.Value.Path, problem);
            // Folder names: on some systems the two are one.
            else if (!seen.TryAdd(member.Name, member.Name) && seen[member.Name] != member.Name)
                problems.Add(member.Start, member.Value.Path,
                    $"{Quoting.Quote(member.Name)} and {Quoting.Quote(seen[member.Name])} differ only in the case of their letters");
            Section(member.Value, type.Value, problems);
        }
    }

    private static void Origins(JsonTree value, ProblemCollector problems)
    {
        const string shape = "expected \"same\", \"any\", or a list of exact origins such as [\"https://example.com\"]";
        if (value is JsonTree.Broken or JsonTree.Text { Value: "same" or "any" }) return;
        if (value is not JsonTree.Array list)
        {
            var meant = value is JsonTree.Text text ? Suggestion.For(text.Value, ["same", "any"]) : null;
            problems.Add(value.Start, value.Path, $"{shape}, found {value.Kind}", meant);
            return;
        }
        foreach (var item in list.Items.Filter(i => i is not JsonTree.Broken))
        {
            if (RefusedSecret(item, problems)) continue;
            var problem = item switch
            {
                JsonTree.Text { Value: "same" } => null,
                JsonTree.Text { Value: "any" } => "\"any\" does not stand in a list; write \"origins\": \"any\"",
                JsonTree.Text { Value: "null" } =>
                    "\"null\" is what sandboxed pages and local files send, whoever made them; it cannot be listed",
                JsonTree.Text text => TextRules.OriginProblem(text.Value),
                _ => $"expected an origin such as \"https://example.com\", found {item.Kind}",
            };
            if (problem is not null) problems.Add(item.Start, item.Path, problem);
        }
        RefuseRepeated(list.Items, problems);
    }

    // Only secrets are looked at: the rest is the plugin's to judge.
    private static void Options(JsonTree value, ProblemCollector problems)
    {
        if (IsObject(value, problems, out var members)) members.Iter(m => Secrets(m.Value, problems));
    }

    private static void Secrets(JsonTree value, ProblemCollector problems)
    {
        switch (value)
        {
            case JsonTree.Object o: o.Members.Iter(m => Secrets(m.Value, problems)); break;
            case JsonTree.Array a: a.Items.Iter(i => Secrets(i, problems)); break;
            case JsonTree.Text text when Secret.IsReference(text.Value): Reference(text, problems); break;
        }
    }

    private static void Reference(JsonTree.Text text, ProblemCollector problems) =>
        Secret.Parse(text.Value).IfLeft(problem => problems.Add(text.Start, text.Path, problem));

    private static bool RefusedSecret(JsonTree value, ProblemCollector problems)
    {
        if (value is not JsonTree.Text text || !Secret.IsReference(text.Value)) return false;
        problems.Add(value.Start, value.Path, "\"{env:NAME}\" and \"{file:PATH}\" stand only where a secret does; write the value itself");
        return true;
    }

    private static void RefuseRepeated(Seq<JsonTree> items, ProblemCollector problems)
    {
        var seen = new System.Collections.Generic.HashSet<string>(StringComparer.Ordinal);
        foreach (var text in items.OfType<JsonTree.Text>().Where(t => !seen.Add(t.Value)))
            problems.Add(text.Start, text.Path, $"{Quoting.Quote(text.Value)} stands here a second time");
    }

    private static bool IsObject(JsonTree value, ProblemCollector problems, out Seq<JsonMember> members)
    {
        members = value is JsonTree.Object o ? o.Members : Seq<JsonMember>.Empty;
        if (value is not (JsonTree.Object or JsonTree.Broken))
            problems.Add(value.Start, value.Path, $"expected an object, found {value.Kind}");
        return value is JsonTree.Object;
    }

    private static bool IsList(JsonTree value, ProblemCollector problems, out Seq<JsonTree> items)
    {
        items = value is JsonTree.Array a ? a.Items : Seq<JsonTree>.Empty;
        if (value is not (JsonTree.Array or JsonTree.Broken))
            problems.Add(value.Start, value.Path, $"expected a list, found {value.Kind}");
        return value is JsonTree.Array;
    }
}
