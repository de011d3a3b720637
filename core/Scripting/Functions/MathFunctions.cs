using System.Numerics;
using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Syntax;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>The built-in object <c>math</c>.</summary>
internal static class MathFunctions
{
    private const int Uuid = 36;

    public static FunctionGroup Group { get; } = new("math",
        new("abs", "value", "The number without its sign.", Abs),
        new("ceil", "value", "The smallest whole number that is not less.", Ceil),
        new("divided_by", "value divisor", "The quotient; by a whole number it is rounded down to a whole number.", DividedBy),
        new("floor", "value", "The largest whole number that is not greater.", call => Floor(call.Number(0))),
        new("format", "value format culture?", "The number by one of .NET's numeric format strings.", Format),
        new("is_number", "value", "Whether the value is a number.", call => ScriptValue.Of(call[0].IsNumber)),
        new("minus", "value with", "The difference.", call => Compute(call, BinaryOperator.Subtract)),
        new("modulo", "value with", "The remainder of the division; it has the sign of the value.",
            call => Compute(call, BinaryOperator.Modulus)),
        new("plus", "value with", "The sum.", call => Compute(call, BinaryOperator.Add)),
        new("round", "value precision?", "The number rounded to so many decimal places (0); a half goes to the even neighbour.", Round),
        new("times", "value with", "The product.", call => Compute(call, BinaryOperator.Multiply)),
        new("uuid", "", "A new random UUID.", NewUuid),
        new("random", "minValue maxValue", "A random whole number from the first to below the second argument.", Random));

    private static ScriptValue Compute(Call call, BinaryOperator operation) =>
        Operators.Apply(call.Run, operation, call.Number(0), call.Number(1));

    private static ScriptValue Abs(Call call) =>
        call.Number(0) is var value && value.AsDouble() < 0 ? Operators.Negate(call.Run, value) : value;

    private static ScriptValue Ceil(Call call) => call.Number(0) is var value && value.Kind is ValueKind.Single or ValueKind.Double
        ? Real(value.Kind, Math.Ceiling(value.RawDouble))
        : value.Kind == ValueKind.Decimal ? ScriptValue.Of(decimal.Ceiling(value.AsDecimal()!.Value))
        : value;

    private static ScriptValue Floor(ScriptValue value) => value.Kind switch
    {
        ValueKind.Single or ValueKind.Double => Real(value.Kind, Math.Floor(value.RawDouble)),
        ValueKind.Decimal => ScriptValue.Of(decimal.Floor(value.AsDecimal()!.Value)),
        _ => value,
    };

    private static ScriptValue Real(ValueKind kind, double value) =>
        kind == ValueKind.Single ? ScriptValue.Of((float)value) : ScriptValue.Of(value);

    private static ScriptValue DividedBy(Call call)
    {
        var (value, divisor) = (call.Number(0), call.Number(1));
        if (divisor.AsBigInteger() is not { } whole) return Compute(call, BinaryOperator.Divide);
        if (whole.IsZero) throw call.Fail("division by zero");
        if (value.AsBigInteger() is null) return ToWhole(Floor(Compute(call, BinaryOperator.Divide)));
        var (quotient, remainder) = (Compute(call, BinaryOperator.DivideRound), Compute(call, BinaryOperator.Modulus));
        var isBetween = remainder.AsBigInteger()!.Value.Sign * whole.Sign < 0;
        return isBetween ? Operators.Apply(call.Run, BinaryOperator.Subtract, quotient, ScriptValue.Of(1L)) : quotient;
    }

    private static ScriptValue ToWhole(ScriptValue value) => value.Kind switch
    {
        ValueKind.Single or ValueKind.Double when double.IsFinite(value.RawDouble) => ScriptValue.Of(new BigInteger(value.RawDouble)),
        ValueKind.Decimal => ScriptValue.Of(new BigInteger(value.AsDecimal()!.Value)),
        _ => value,
    };

    private static ScriptValue Format(Call call)
    {
        if (!call[0].IsNull && !call[0].IsNumber) throw call.Fail(0, "must be a number");
        return ValueFormat.Format(call);
    }

    private static ScriptValue Round(Call call)
    {
        var (value, digits) = (call.Number(0), call.IntegerOrNull(1) ?? 0);
        var most = value.Kind == ValueKind.Decimal ? 28 : 15;
        if (digits < 0 || digits > most) throw call.Fail(1, $"must be from 0 to {most}");
        return value.Kind switch
        {
            ValueKind.Single or ValueKind.Double => Real(value.Kind, Math.Round(value.RawDouble, (int)digits)),
            ValueKind.Decimal => ScriptValue.Of(decimal.Round(value.AsDecimal()!.Value, (int)digits)),
            _ => value,
        };
    }

    private static ScriptValue NewUuid(Call call)
    {
        var high = call.Run.NextRandom() & 0xFFFFFFFF_FFFF0FFF | 0x4000; // version 4
        var low = call.Run.NextRandom() & 0x3FFFFFFF_FFFFFFFF | 0x80000000_00000000; // variant of RFC 9562
        call.Run.ChargeText(Uuid);
        return ScriptValue.Of(new Guid(
            (uint)(high >> 32), (ushort)(high >> 16), (ushort)high, (byte)(low >> 56), (byte)(low >> 48), (byte)(low >> 40),
            (byte)(low >> 32), (byte)(low >> 24), (byte)(low >> 16), (byte)(low >> 8), (byte)low).ToString("D"));
    }

    private static ScriptValue Random(Call call)
    {
        var (least, end) = (call.Integer(0), call.Integer(1));
        if (end < least) throw call.Fail(1, "must not be less than `minValue`");
        var above = (ulong)(((UInt128)call.Run.NextRandom() * (ulong)(end - least)) >> 64);
        return ScriptValue.Of(unchecked(least + (long)above));
    }
}
