using System.Collections.Frozen;
using Scriban.Functions;
using Scriban.Runtime;

namespace PluginHost.Server.Scripting.Engine;

/// <summary>
/// The library's built-in objects, each function bounded or replaced, and the host's functions. All evaluations share them: nothing in them can be changed.
/// A function that is not named here, as of a newer version of the library, does not come to scripts.
/// </summary>
internal static class Builtins
{
    private static readonly (string Group, Treatment Treatment, string Names)[] Named =
    [
        ("array", Treatment.AsIs, "add add_range any compact concat contains cycle each filter first insert_at join last limit map offset remove_at reverse size uniq"),
        ("date", Treatment.AsIs, "add_days add_hours add_milliseconds add_minutes add_months add_seconds add_years default_format format"),
        ("date", Treatment.ScalarsOnly, "to_string"),
        ("html", Treatment.Capped, "escape newline_to_br strip url_encode url_escape"),
        ("math", Treatment.ScalarsOnly, "abs ceil floor format is_number round"),
        ("object", Treatment.AsIs, "default has_key has_value keys kind size typeof values"),
        ("object", Treatment.ScalarsOnly, "format"),
        ("regex", Treatment.Capped, "escape unescape"),
        ("string", Treatment.AsIs, "append base64_decode base64_encode capitalize contains downcase empty hmac_sha1 hmac_sha256 hmac_sha512 lstrip md5 "
            + "pad_left pad_right pluralize prepend remove remove_first remove_last replace replace_first rstrip sha1 sha256 sha512 size slice slice1 strip to_double "
            + "to_float to_int to_long truncate upcase whitespace"),
        ("string", Treatment.Capped, "capitalizewords escape handleize literal strip_newlines truncatewords"),
        ("timespan", Treatment.AsIs, "from_days from_hours from_milliseconds from_minutes from_seconds parse zero"),
    ];

    /// <summary>The group <c>date</c>, by which dates are printed.</summary>
    public static Dates Dates { get; } = new();

    /// <summary>How each built-in of the library comes to scripts, by its name such as <c>string.upcase</c>.</summary>
    public static FrozenDictionary<string, Treatment> Treatments { get; } = Named
        .SelectMany(row => row.Names.Split(' ').Select(name => KeyValuePair.Create($"{row.Group}.{name}", row.Treatment)))
        .Concat(Replacements().Select(replacement => KeyValuePair.Create(replacement.Name, Treatment.Replaced)))
        .Concat([new("include", Treatment.AsIs), new("include_join", Treatment.AsIs), new("empty", Treatment.AsIs), new("blank", Treatment.AsIs)])
        .ToFrozenDictionary();

    /// <summary>What names mean that no script has set.</summary>
    public static ScriptObject Root { get; } = Build();

    private static IEnumerable<HostFunction> Replacements() =>
        [.. TextBuiltins.Arrays, .. TextBuiltins.Strings, .. EventBuiltins.Math, .. EventBuiltins.Date, .. EventBuiltins.Object, .. RegexBuiltins.All];

    private static ScriptObject Build()
    {
        var root = new ScriptObject();
        foreach (var (name, group) in Groups()) root.SetValue(name, Bounded(name, group), readOnly: true);
        root.SetValue("empty", EmptyScriptObject.Default, readOnly: true);
        root.SetValue("blank", EmptyScriptObject.Default, readOnly: true);
        root.SetValue("include", new IncludeFunction(), readOnly: true);
        root.SetValue("include_join", new IncludeJoinFunction(), readOnly: true);
        var store = new ScriptObject();
        foreach (var function in StoreBuiltins.All) store.SetValue(function.Name["store.".Length..], function, readOnly: true);
        store.IsReadOnly = true;
        root.SetValue("store", store, readOnly: true);
        foreach (var function in HostFunctions.All) root.SetValue(function.Name, function, readOnly: true);
        root.IsReadOnly = true;
        return root;
    }

    private static IEnumerable<(string Name, ScriptObject Group)> Groups() =>
    [
        ("array", new ArrayFunctions()), ("date", Dates), ("html", new HtmlFunctions()), ("math", new MathFunctions()), ("object", new ObjectFunctions()),
        ("regex", new RegexFunctions()), ("string", new StringFunctions()), ("timespan", new TimeSpanFunctions()),
    ];

    private static ScriptObject Bounded(string name, ScriptObject group)
    {
        foreach (var member in group.GetMembers().ToArray())
        {
            var full = $"{name}.{member}";
            if (!Treatments.TryGetValue(full, out var treatment)) group.Remove(member);
            else if (group[member] is IScriptCustomFunction function)
                group.SetValue(member, Replacements().FirstOrDefault(replacement => replacement.Name == full) ?? (IScriptCustomFunction)new BoundedFunction(full, function, treatment), readOnly: true);
        }
        group.IsReadOnly = true;
        return group;
    }
}
