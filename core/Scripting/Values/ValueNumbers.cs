using System.Globalization;
using System.Numerics;

namespace PluginHost.Core.Scripting.Values;

/// <summary>Conversions to numbers.</summary>
internal static class ValueNumbers
{
    private const int LongestNumber = 400;

    /// <summary>A whole number of 64 bits: floats are cut, booleans are 0 and 1, text must be one; null where it is none.</summary>
    public static long? ToInteger(ScriptValue value) => value.Kind switch
    {
        ValueKind.Integer => value.RawInteger,
        ValueKind.Bool => value.RawBool ? 1 : 0,
        ValueKind.Single or ValueKind.Double => Math.Abs(value.RawDouble) < 9.2e18 ? (long)value.RawDouble : null,
        ValueKind.Decimal => value.AsDecimal() is >= long.MinValue and <= long.MaxValue ? (long)value.AsDecimal()!.Value : null,
        ValueKind.String => Parse(value.AsString()) is { IsNull: false } number ? ToInteger(number) : null,
        _ => null,
    };

    /// <summary>The number that a text is, blanks around it allowed; the null value where it is none.</summary>
    public static ScriptValue Parse(string? text)
    {
        if (text is null || text.Length > LongestNumber) return default;
        if (long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var whole)) return ScriptValue.Of(whole);
        if (BigInteger.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var big)) return ScriptValue.Of(big);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? ScriptValue.Of(real) : default;
    }

    /// <summary>The value for an error message: its kind, and what it is where that is short.</summary>
    public static string Describe(ScriptValue value) => value.Kind switch
    {
        ValueKind.Null => "null",
        ValueKind.Array => "an array",
        ValueKind.Object => "an object",
        ValueKind.Range => "a range",
        ValueKind.Function => "a function",
        ValueKind.Date => "a date",
        ValueKind.TimeSpan => "a timespan",
        ValueKind.String => value.AsString()!.Length <= 40 ? $"the text \"{value.AsString()}\"" : "a text",
        _ => ValueText.Preview(value) is { Length: <= 40 } text ? text : "a number",
    };
}
