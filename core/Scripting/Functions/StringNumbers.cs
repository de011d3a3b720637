using System.Globalization;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>Functions of <c>string</c> that read numbers.</summary>
internal static class StringNumbers
{
    private const NumberStyles Real = NumberStyles.Float | NumberStyles.AllowThousands;

    public static ScriptValue ToInt(Call call) =>
        int.TryParse(Digits(call), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
            ? ScriptValue.Of((long)number)
            : default;

    public static ScriptValue ToLong(Call call) =>
        long.TryParse(Digits(call), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? ScriptValue.Of(number) : default;

    public static ScriptValue ToFloat(Call call) =>
        float.TryParse(Digits(call), Real, CultureInfo.InvariantCulture, out var number) ? ScriptValue.Of(number) : default;

    public static ScriptValue ToDouble(Call call) =>
        double.TryParse(Digits(call), Real, CultureInfo.InvariantCulture, out var number) ? ScriptValue.Of(number) : default;

    private static string Digits(Call call)
    {
        call.Run.Pass(8L * call.Text(0).Length);
        return call.Text(0);
    }
}
