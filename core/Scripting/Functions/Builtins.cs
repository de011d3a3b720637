using System.Collections.Frozen;
using System.Collections.Immutable;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>Everything that a script can call without defining it.</summary>
internal static class Builtins
{
    /// <summary>The groups. A new one is added here.</summary>
    public static ImmutableArray<FunctionGroup> Groups { get; } =
    [
        ArrayFunctions.Group,
        DateFunctions.Group,
        HtmlFunctions.Group,
        MathFunctions.Group,
        ObjectFunctions.Group,
        RegexFunctions.Group,
        StringFunctions.Group,
        TimeSpanFunctions.Group,
    ];

    private static readonly FrozenDictionary<string, ScriptValue> Objects =
        Groups.ToFrozenDictionary(g => g.Name, g => ScriptValue.Of(g.ToObject()));

    /// <summary>The built-in object of that name; null where there is none.</summary>
    public static ScriptValue Find(string name) => Objects.TryGetValue(name, out var value) ? value : default;

    /// <summary>The names of all built-in objects.</summary>
    public static ImmutableArray<string> Names => Objects.Keys;
}
