using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>The built-in object <c>array</c>.</summary>
internal static class ArrayFunctions
{
    public static FunctionGroup Group { get; } = new("array",
        new BuiltinFunction("size", "list", Size));

    private static ScriptValue Size(Call call) => ScriptValue.Of(call.List(0).Count);
}
