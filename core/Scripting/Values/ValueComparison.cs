using System.Globalization;
using PluginHost.Core.Scripting.Globalization;

namespace PluginHost.Core.Scripting.Values;

/// <summary>The language's own comparisons, as its operators and functions such as <c>array.sort</c> make them.</summary>
public static class ValueComparison
{
    private const int LongestScalar = 64;

    /// <summary>
    /// <c>==</c> of two scalars: numbers by value whatever their kind, text character by character, a string and a number by the number's
    /// text, dates by instant. Null equals null alone. Arrays, objects, ranges and functions are equal when they are the same one.
    /// </summary>
    public static bool AreEqual(ScriptValue left, ScriptValue right)
    {
        var (kind, other) = (left.Kind, right.Kind);
        if (kind == ValueKind.Integer && other == ValueKind.Integer) return left.RawInteger == right.RawInteger;
        if (kind == ValueKind.String && other == ValueKind.String) return left.AsString() == right.AsString();
        if (left.IsNumber && right.IsNumber) return CompareNumbers(left, right) == 0;
        if (kind == ValueKind.String && (right.IsNumber || other == ValueKind.Bool)) return IsTextOf(left.AsString()!, right);
        if (other == ValueKind.String && (left.IsNumber || kind == ValueKind.Bool)) return AreEqual(right, left);
        return left.Equals(right);
    }

    // Nothing is allocated for it: a list may be searched for a text.
    private static bool IsTextOf(string text, ScriptValue value)
    {
        Span<char> characters = stackalloc char[LongestScalar];
        var culture = CultureInfo.InvariantCulture;
        int written;
        switch (value.Kind)
        {
            case ValueKind.Bool: return text == (value.RawBool ? "true" : "false");
            case ValueKind.Integer: value.RawInteger.TryFormat(characters, out written, default, culture); break;
            case ValueKind.Single: ((float)value.RawDouble).TryFormat(characters, out written, default, culture); break;
            case ValueKind.Double: value.RawDouble.TryFormat(characters, out written, default, culture); break;
            case ValueKind.Decimal: value.AsDecimal()!.Value.TryFormat(characters, out written, default, culture); break;
            default: return ValueNumbers.Parse(text) is { Kind: ValueKind.BigInteger } number && number.Equals(value);
        }
        return characters[..written].SequenceEqual(text);
    }

    /// <summary>
    /// Orders two values: negative, 0 or positive. Null comes first, then booleans, numbers, text (case and accents last), dates, time spans,
    /// all else.
    /// Both not-a-number and values that have no order among themselves count as equal.
    /// </summary>
    public static int Order(ScriptValue left, ScriptValue right)
    {
        if (left.IsNumber && right.IsNumber) return CompareNumbers(left, right) ?? 0;
        var (rank, other) = (Rank(left), Rank(right));
        if (rank != other) return rank.CompareTo(other);
        return left.Kind switch
        {
            ValueKind.Bool => left.RawBool.CompareTo(right.RawBool),
            ValueKind.String => TextOrder.Compare(left.AsString()!, right.AsString()!),
            ValueKind.Date => left.AsDate()!.Value.CompareTo(right.AsDate()!.Value),
            ValueKind.TimeSpan => left.AsTimeSpan()!.Value.CompareTo(right.AsTimeSpan()!.Value),
            _ => 0,
        };
    }

    /// <summary>Negative, 0 or positive; null where one is not a number.</summary>
    internal static int? CompareNumbers(ScriptValue left, ScriptValue right)
    {
        if (left.IsInteger && right.IsInteger) return left.RawInteger.CompareTo(right.RawInteger);
        if (left.AsBigInteger() is { } big && right.AsBigInteger() is { } otherBig) return big.CompareTo(otherBig);
        if ((left.Kind == ValueKind.Decimal || right.Kind == ValueKind.Decimal)
            && left.AsDecimal() is { } exact && right.AsDecimal() is { } otherExact) return exact.CompareTo(otherExact);
        var (a, b) = (left.AsDouble()!.Value, right.AsDouble()!.Value);
        return double.IsNaN(a) || double.IsNaN(b) ? null : a.CompareTo(b);
    }

    private static int Rank(ScriptValue value) => value.Kind switch
    {
        ValueKind.Null => 0,
        ValueKind.Bool => 1,
        >= ValueKind.Integer and <= ValueKind.Decimal => 2,
        ValueKind.String => 3,
        ValueKind.Date => 4,
        ValueKind.TimeSpan => 5,
        _ => 6,
    };
}
