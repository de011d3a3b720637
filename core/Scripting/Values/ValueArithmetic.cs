using System.Numerics;
using PluginHost.Core.Scripting.Evaluation;

namespace PluginHost.Core.Scripting.Values;

/// <summary>
/// Arithmetic of two numbers, in the wider of their kinds: whole (64 bits, beyond that of any size), single, double, decimal. What grows is
/// counted before it does.
/// </summary>
internal static class ValueArithmetic
{
    /// <summary>The sum.</summary>
    public static ScriptValue Add(Run run, ScriptValue left, ScriptValue right)
    {
        if (left.IsInteger && right.IsInteger)
        {
            var sum = unchecked(left.RawInteger + right.RawInteger);
            if (((left.RawInteger ^ sum) & (right.RawInteger ^ sum)) >= 0) return ScriptValue.Of(sum);
        }
        return Wider(left, right) switch
        {
            ValueKind.BigInteger => ScriptValue.Of(Charged(run, left, right) + right.AsBigInteger()!.Value),
            ValueKind.Decimal => Exact(run, left, right, decimal.Add),
            var kind => Real(kind, left.AsDouble()!.Value + right.AsDouble()!.Value),
        };
    }

    /// <summary>The difference.</summary>
    public static ScriptValue Subtract(Run run, ScriptValue left, ScriptValue right)
    {
        if (left.IsInteger && right.IsInteger)
        {
            var difference = unchecked(left.RawInteger - right.RawInteger);
            if (((left.RawInteger ^ right.RawInteger) & (left.RawInteger ^ difference)) >= 0) return ScriptValue.Of(difference);
        }
        return Wider(left, right) switch
        {
            ValueKind.BigInteger => ScriptValue.Of(Charged(run, left, right) - right.AsBigInteger()!.Value),
            ValueKind.Decimal => Exact(run, left, right, decimal.Subtract),
            var kind => Real(kind, left.AsDouble()!.Value - right.AsDouble()!.Value),
        };
    }

    /// <summary>The product.</summary>
    public static ScriptValue Multiply(Run run, ScriptValue left, ScriptValue right)
    {
        if (left.IsInteger && right.IsInteger)
        {
            var high = Math.BigMul(left.RawInteger, right.RawInteger, out var low);
            if (high == low >> 63) return ScriptValue.Of(low);
        }
        return Wider(left, right) switch
        {
            ValueKind.BigInteger => ScriptValue.Of(Charged(run, left, right, true) * right.AsBigInteger()!.Value),
            ValueKind.Decimal => Exact(run, left, right, decimal.Multiply),
            var kind => Real(kind, left.AsDouble()!.Value * right.AsDouble()!.Value),
        };
    }

    /// <summary>The quotient as <c>/</c> gives it: of two whole numbers a double.</summary>
    public static ScriptValue Divide(Run run, ScriptValue left, ScriptValue right)
    {
        CheckDivisor(run, right);
        return Wider(left, right) switch
        {
            ValueKind.Decimal => Exact(run, left, right, decimal.Divide),
            ValueKind.Single => Real(ValueKind.Single, left.AsDouble()!.Value / right.AsDouble()!.Value),
            _ => Real(ValueKind.Double, left.AsDouble()!.Value / right.AsDouble()!.Value),
        };
    }

    /// <summary>The quotient rounded down.</summary>
    public static ScriptValue FloorDivide(Run run, ScriptValue left, ScriptValue right)
    {
        CheckDivisor(run, right);
        if (Wider(left, right) != ValueKind.BigInteger) return Floor(Divide(run, left, right));
        var quotient = BigInteger.DivRem(Charged(run, left, right, true), right.AsBigInteger()!.Value, out var remainder);
        return ScriptValue.Of(remainder.Sign * right.AsBigInteger()!.Value.Sign < 0 ? quotient - 1 : quotient);
    }

    /// <summary>The remainder; it has the sign of the left number.</summary>
    public static ScriptValue Modulo(Run run, ScriptValue left, ScriptValue right)
    {
        CheckDivisor(run, right);
        if (left.IsInteger && right.IsInteger) return ScriptValue.Of(right.RawInteger == -1 ? 0 : left.RawInteger % right.RawInteger);
        return Wider(left, right) switch
        {
            ValueKind.BigInteger => ScriptValue.Of(Charged(run, left, right, true) % right.AsBigInteger()!.Value),
            ValueKind.Decimal => Exact(run, left, right, decimal.Remainder),
            var kind => Real(kind, left.AsDouble()!.Value % right.AsDouble()!.Value),
        };
    }

    /// <summary>The largest whole number that is not greater, in the same kind.</summary>
    public static ScriptValue Floor(ScriptValue value) => value.Kind switch
    {
        ValueKind.Single or ValueKind.Double => Real(value.Kind, Math.Floor(value.RawDouble)),
        ValueKind.Decimal => ScriptValue.Of(decimal.Floor(value.AsDecimal()!.Value)),
        _ => value,
    };

    /// <summary>A number of a floating-point kind.</summary>
    public static ScriptValue Real(ValueKind kind, double value) =>
        kind == ValueKind.Single ? ScriptValue.Of((float)value) : ScriptValue.Of(value);

    /// <summary>The whole number of any size that a finite number without fraction is; otherwise the number itself.</summary>
    public static ScriptValue ToWhole(ScriptValue value) => value.Kind switch
    {
        ValueKind.Single or ValueKind.Double when double.IsInteger(value.RawDouble) => ScriptValue.Of(new BigInteger(value.RawDouble)),
        ValueKind.Decimal => ScriptValue.Of(new BigInteger(value.AsDecimal()!.Value)),
        _ => value,
    };

    private static ValueKind Wider(ScriptValue left, ScriptValue right)
    {
        if (left.Kind == ValueKind.Decimal || right.Kind == ValueKind.Decimal) return ValueKind.Decimal;
        if (left.IsDouble || right.IsDouble) return ValueKind.Double;
        return left.Kind == ValueKind.Single || right.Kind == ValueKind.Single ? ValueKind.Single : ValueKind.BigInteger;
    }

    private static void CheckDivisor(Run run, ScriptValue divisor)
    {
        if (divisor.Kind is ValueKind.Integer or ValueKind.Decimal && divisor.AsDouble() == 0) throw run.Fail("division by zero");
    }

    // The left number; the time to multiply or divide grows with the product of the lengths.
    private static BigInteger Charged(Run run, ScriptValue left, ScriptValue right, bool isProduct = false)
    {
        var (a, b) = (left.AsBigInteger()!.Value, right.AsBigInteger()!.Value);
        var (bytes, otherBytes) = ((long)a.GetByteCount(), (long)b.GetByteCount());
        run.Charge(40 + 2 * (bytes + otherBytes));
        run.StepMany((bytes + otherBytes) / 64 + (isProduct ? bytes / 16 * (otherBytes / 16) / 16 : 0));
        return a;
    }

    private static ScriptValue Exact(Run run, ScriptValue left, ScriptValue right, Func<decimal, decimal, decimal> operation)
    {
        if (left.AsDecimal() is not { } a || right.AsDecimal() is not { } b) throw run.Fail("a number out of the range of a decimal");
        run.Charge(32);
        try
        {
            return ScriptValue.Of(operation(a, b));
        }
        catch (OverflowException)
        {
            throw run.Fail("a number out of the range of a decimal");
        }
    }
}
