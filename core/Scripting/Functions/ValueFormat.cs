using System.Globalization;
using System.Numerics;
using PluginHost.Core.Scripting.Globalization;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>Numbers, dates and time spans by .NET's format strings: <c>math.format</c> and <c>object.format</c>.</summary>
internal static class ValueFormat
{
    private const int Widest = 16; // characters that one of a format may become
    private const int LongestNumber = 512; // without the zeros that a precision asks for

    /// <summary>The first argument by the format and culture of the next two. What cannot be formatted prints as always.</summary>
    public static ScriptValue Format(Call call)
    {
        var (value, format, culture) = (call[0], call.TextOrNull(1), call.Culture(2));
        if (value.Kind is not ((>= ValueKind.Integer and <= ValueKind.Decimal) or ValueKind.Date or ValueKind.TimeSpan))
            return ScriptValue.Of(call.Text(0));
        var run = call.Run;
        run.CheckText(Precision(format));
        run.Charge(2 * (Widest * (format?.Length ?? 0L) + Precision(format) + LongestNumber));
        run.Pass(16L * (format?.Length ?? 0) + Precision(format));
        if (value.Kind == ValueKind.BigInteger) ChargeDigits(call, value.AsBigInteger()!.Value);
        try
        {
            return call.Text(Format(value, format, culture));
        }
        catch (FormatException)
        {
            throw call.Fail(1, $"must be a format for {ValueNumbers.Describe(value)}");
        }
    }

    private static string Format(ScriptValue value, string? format, CultureInfo culture) => value.Kind switch
    {
        ValueKind.Integer when value.RawInteger is >= int.MinValue and <= int.MaxValue => ((int)value.RawInteger).ToString(format, culture),
        ValueKind.Integer => value.RawInteger.ToString(format, culture),
        ValueKind.BigInteger => value.AsBigInteger()!.Value.ToString(format, culture),
        ValueKind.Single => ((float)value.RawDouble).ToString(format, culture),
        ValueKind.Double => value.RawDouble.ToString(format, culture),
        ValueKind.Decimal => value.AsDecimal()!.Value.ToString(format, culture),
        ValueKind.Date => value.AsDate()!.Value.ToString(format, culture),
        _ => value.AsTimeSpan()!.Value.ToString(format, culture),
    };

    // The number in D9, N2 …: so many digits are written.
    private static long Precision(string? format)
    {
        if (format is not { Length: > 1 } || !char.IsAsciiLetter(format[0]) || format.Length > 11) return 0;
        return long.TryParse(format.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var digits) ? digits : 0;
    }

    // The time to print a large number grows with the square of its length.
    private static void ChargeDigits(Call call, BigInteger number)
    {
        var words = number.GetByteCount() / 16L;
        call.Run.StepMany(words * words / 16);
        call.Run.Charge(12L * number.GetByteCount());
    }
}
