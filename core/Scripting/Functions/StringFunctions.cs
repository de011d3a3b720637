using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>The built-in object <c>string</c>.</summary>
internal static class StringFunctions
{
    public static FunctionGroup Group { get; } = new("string",
        new BuiltinFunction("upcase", "text", Upcase));

    private static ScriptValue Upcase(Call call) => call.Text(call.Text(0).ToUpperInvariant());
}
