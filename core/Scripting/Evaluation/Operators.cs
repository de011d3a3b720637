using System.Numerics;
using PluginHost.Core.Scripting.Globalization;
using PluginHost.Core.Scripting.Syntax;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Evaluation;

/// <summary>
/// What the operators compute. Text joins with anything; lists join, repeat and lose items; numbers compute in the widest kind of the two,
/// whole numbers without end; dates and time spans add and subtract. Arithmetic with null is null, an order with null is false.
/// </summary>
internal static class Operators
{
    /// <summary>The result, at the place that the run has reached.</summary>
    public static ScriptValue Apply(Run run, BinaryOperator operation, ScriptValue left, ScriptValue right)
    {
        run.Step();
        if (left.IsInteger && right.IsInteger) return Integers(run, operation, left.RawInteger, right.RawInteger);
        if (operation is BinaryOperator.Equal) return ScriptValue.Of(AreEqual(run, left, right, 0));
        if (operation is BinaryOperator.NotEqual) return ScriptValue.Of(!AreEqual(run, left, right, 0));
        if (operation is BinaryOperator.Range or BinaryOperator.RangeExclusive) return Range(run, operation, left, right);
        if (operation is >= BinaryOperator.Less and <= BinaryOperator.GreaterOrEqual) return Ordered(run, operation, left, right);
        if (IsList(left) || IsList(right)) return Lists.Apply(run, operation, left, right);
        if (left.Kind == ValueKind.String || right.Kind == ValueKind.String) return Texts(run, operation, left, right);
        if (left.IsNull || right.IsNull) return default;
        if (left.IsNumber && right.IsNumber) return Numbers(run, operation, left, right);
        return Times(run, operation, left, right);
    }

    /// <summary><c>==</c>: lists by their items, all else as <see cref="ValueComparison.AreEqual"/> has it; empty equals what is empty.
    /// </summary>
    public static bool AreEqual(Run run, ScriptValue left, ScriptValue right, int depth)
    {
        if (IsList(left) && IsList(right)) return Lists.AreEqual(run, left, right, depth);
        if (ReferenceEquals(left.Reference, ScriptValue.Empty.Reference)) return IsEmpty(right);
        if (ReferenceEquals(right.Reference, ScriptValue.Empty.Reference)) return IsEmpty(left);
        return ValueComparison.AreEqual(left, right);
    }

    /// <summary><c>-x</c>.</summary>
    public static ScriptValue Negate(Run run, ScriptValue value)
    {
        if (value.IsNull) return default;
        if (value.IsInteger) return ScriptValue.Of(-(BigInteger)value.RawInteger);
        return value.Kind switch
        {
            ValueKind.BigInteger => ScriptValue.Of(-value.AsBigInteger()!.Value),
            ValueKind.Double => ScriptValue.Of(-value.RawDouble),
            ValueKind.Single => ScriptValue.Of(-(float)value.RawDouble),
            ValueKind.Decimal => ScriptValue.Of(-value.AsDecimal()!.Value),
            ValueKind.TimeSpan when value.AsTimeSpan() > TimeSpan.MinValue => ScriptValue.Of(-value.AsTimeSpan()!.Value),
            _ => throw run.Fail($"{ValueNumbers.Describe(value)} cannot be negated"),
        };
    }

    /// <summary><c>+x</c>.</summary>
    public static ScriptValue Plus(Run run, ScriptValue value) => value.IsNull || value.IsNumber || value.Kind == ValueKind.TimeSpan
        ? value
        : throw run.Fail($"{ValueNumbers.Describe(value)} is not a number");

    /// <summary>Fails: the operator has no meaning for these.</summary>
    public static ScriptFault Unsupported(Run run, BinaryOperator operation, ScriptValue left, ScriptValue right) => run.Fail(
        $"the operator `{Printer.Symbol(operation)}` cannot be applied to {ValueNumbers.Describe(left)}"
        + $" and {ValueNumbers.Describe(right)}");

    private static bool IsList(ScriptValue value) => value.Kind is ValueKind.Array or ValueKind.Range;

    private static bool IsEmpty(ScriptValue value) => value.Kind switch
    {
        ValueKind.Array or ValueKind.Range or ValueKind.String or ValueKind.Object => ScriptSequence.Of(value)!.Value.Count == 0,
        _ => false,
    };

    private static ScriptValue Integers(Run run, BinaryOperator operation, long left, long right)
    {
        switch (operation)
        {
            case BinaryOperator.Add:
                var sum = unchecked(left + right);
                return ((left ^ sum) & (right ^ sum)) < 0 ? ScriptValue.Of((BigInteger)left + right) : ScriptValue.Of(sum);
            case BinaryOperator.Subtract:
                var difference = unchecked(left - right);
                return ((left ^ right) & (left ^ difference)) < 0 ? ScriptValue.Of((BigInteger)left - right) : ScriptValue.Of(difference);
            case BinaryOperator.Multiply:
                var high = Math.BigMul(left, right, out var low);
                return high == low >> 63 ? ScriptValue.Of(low) : ScriptValue.Of((BigInteger)left * right);
            case BinaryOperator.Divide: return ScriptValue.Of((double)left / right);
            case BinaryOperator.DivideRound: return ScriptValue.Of((BigInteger)left / NotZero(run, right));
            case BinaryOperator.Modulus: return ScriptValue.Of(right == -1 ? 0 : left % NotZero(run, right));
            case BinaryOperator.Equal: return ScriptValue.Of(left == right);
            case BinaryOperator.NotEqual: return ScriptValue.Of(left != right);
            case BinaryOperator.Less: return ScriptValue.Of(left < right);
            case BinaryOperator.LessOrEqual: return ScriptValue.Of(left <= right);
            case BinaryOperator.Greater: return ScriptValue.Of(left > right);
            case BinaryOperator.GreaterOrEqual: return ScriptValue.Of(left >= right);
            case BinaryOperator.Range:
            case BinaryOperator.RangeExclusive:
                run.Charge(48);
                return ScriptValue.Of(ScriptRange.Between(left, right, operation == BinaryOperator.Range));
            default: return BigIntegers(run, operation, left, right);
        }
    }

    private static long NotZero(Run run, long divisor) => divisor == 0 ? throw run.Fail("division by zero") : divisor;

    private static ScriptValue Range(Run run, BinaryOperator operation, ScriptValue left, ScriptValue right)
    {
        if (ToInteger(left) is { } first && ToInteger(right) is { } last)
            return Integers(run, operation, first, last);
        throw run.Fail($"a range goes between whole numbers, not between {ValueNumbers.Describe(left)} and {ValueNumbers.Describe(right)}");
    }

    private static long? ToInteger(ScriptValue value) => value.IsNumber ? ValueNumbers.ToInteger(value) : null;

    private static ScriptValue Ordered(Run run, BinaryOperator operation, ScriptValue left, ScriptValue right)
    {
        if (left.IsNull || right.IsNull) return ScriptValue.False;
        int? order;
        if (left.IsNumber && right.IsNumber) order = ValueComparison.CompareNumbers(left, right);
        else if (IsList(left) && IsList(right)) order = Lists.Order(run, left, right);
        else if (left.Kind == ValueKind.String || right.Kind == ValueKind.String)
            order = TextOrder.Compare(ValueText.Of(run, left), ValueText.Of(run, right));
        else if (left.Kind == right.Kind && left.Kind is ValueKind.Bool or ValueKind.Date or ValueKind.TimeSpan)
            order = ValueComparison.Order(left, right);
        else throw Unsupported(run, operation, left, right);
        return ScriptValue.Of(operation switch
        {
            BinaryOperator.Less => order < 0,
            BinaryOperator.LessOrEqual => order <= 0,
            BinaryOperator.Greater => order > 0,
            _ => order >= 0,
        });
    }

    private static ScriptValue Texts(Run run, BinaryOperator operation, ScriptValue left, ScriptValue right)
    {
        if (operation == BinaryOperator.Add)
        {
            var (first, second) = (ValueText.Of(run, left), ValueText.Of(run, right));
            run.ChargeText((long)first.Length + second.Length);
            return ScriptValue.Of(string.Concat(first, second));
        }
        if (operation == BinaryOperator.Multiply)
        {
            var (text, count) = left.Kind == ValueKind.String ? (left, right) : (right, left);
            if (ToInteger(count) is { } times) return Repeat(run, text.AsString()!, times);
        }
        throw Unsupported(run, operation, left, right);
    }

    private static ScriptValue Repeat(Run run, string text, long times)
    {
        if (times <= 0 || text.Length == 0) return ScriptValue.EmptyText;
        if (times > run.LongestText) run.CheckText(long.MaxValue);
        run.ChargeText(text.Length * times);
        return ScriptValue.Of(string.Create(text.Length * (int)times, text, static (span, text) =>
        {
            for (var at = 0; at < span.Length; at += text.Length) text.CopyTo(span[at..]);
        }));
    }

    private static ScriptValue Numbers(Run run, BinaryOperator operation, ScriptValue left, ScriptValue right)
    {
        if (left.AsBigInteger() is { } big && right.AsBigInteger() is { } otherBig) return BigIntegers(run, operation, big, otherBig);
        if ((left.Kind == ValueKind.Decimal || right.Kind == ValueKind.Decimal)
            && left.AsDecimal() is { } exact && right.AsDecimal() is { } otherExact) return Decimals(run, operation, exact, otherExact);
        var isSingle = left.Kind != ValueKind.Double && right.Kind != ValueKind.Double;
        var (a, b) = (left.AsDouble()!.Value, right.AsDouble()!.Value);
        var result = operation switch
        {
            BinaryOperator.Add => a + b,
            BinaryOperator.Subtract => a - b,
            BinaryOperator.Multiply => a * b,
            BinaryOperator.Divide => a / b,
            BinaryOperator.DivideRound => Math.Round(a / b),
            BinaryOperator.Modulus => a % b,
            _ => throw Unsupported(run, operation, left, right),
        };
        return isSingle ? ScriptValue.Of((float)result) : ScriptValue.Of(result);
    }

    private static ScriptValue Decimals(Run run, BinaryOperator operation, decimal left, decimal right)
    {
        if (operation >= BinaryOperator.Divide && right == 0) throw run.Fail("division by zero");
        try
        {
            return ScriptValue.Of(operation switch
            {
                BinaryOperator.Add => left + right,
                BinaryOperator.Subtract => left - right,
                BinaryOperator.Multiply => left * right,
                BinaryOperator.Divide => left / right,
                BinaryOperator.DivideRound => Math.Round(left / right),
                BinaryOperator.Modulus => left % right,
                _ => throw Unsupported(run, operation, ScriptValue.Of(left), ScriptValue.Of(right)),
            });
        }
        catch (OverflowException)
        {
            throw run.Fail("the result is out of the range of a decimal");
        }
    }

    private static ScriptValue BigIntegers(Run run, BinaryOperator operation, BigInteger left, BigInteger right)
    {
        long leftBytes = left.GetByteCount(), rightBytes = right.GetByteCount();
        run.Charge(64 + leftBytes + rightBytes);
        if (operation is BinaryOperator.Divide) return ScriptValue.Of((double)left / (double)right);
        if (operation is BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight) return Shift(run, operation, left, right);
        // Products and quotients take as long as the product of the lengths.
        run.StepMany(operation >= BinaryOperator.Multiply ? leftBytes * rightBytes / 1024 : (leftBytes + rightBytes) / 256);
        if (operation >= BinaryOperator.Divide && right.IsZero) throw run.Fail("division by zero");
        return ScriptValue.Of(operation switch
        {
            BinaryOperator.Add => left + right,
            BinaryOperator.Subtract => left - right,
            BinaryOperator.Multiply => left * right,
            BinaryOperator.DivideRound => left / right,
            _ => left % right,
        });
    }

    private static ScriptValue Shift(Run run, BinaryOperator operation, BigInteger left, BigInteger right)
    {
        if (BigInteger.Abs(right) > 1_000_000) throw run.Fail("a number is shifted by at most 1,000,000 bits");
        var places = (int)right * (operation == BinaryOperator.ShiftLeft ? 1 : -1);
        run.Charge(Math.Max(0, places) / 8);
        return ScriptValue.Of(left << places);
    }

    private static ScriptValue Times(Run run, BinaryOperator operation, ScriptValue left, ScriptValue right)
    {
        try
        {
            return (operation, left.Kind, right.Kind) switch
            {
                (BinaryOperator.Subtract, ValueKind.Date, ValueKind.Date) => ScriptValue.Of(left.AsDate()!.Value - right.AsDate()!.Value),
                (BinaryOperator.Subtract, ValueKind.Date, ValueKind.TimeSpan) =>
                    ScriptValue.Of(left.AsDate()!.Value - right.AsTimeSpan()!.Value),
                (BinaryOperator.Add, ValueKind.Date, ValueKind.TimeSpan) =>
                    ScriptValue.Of(left.AsDate()!.Value + right.AsTimeSpan()!.Value),
                (BinaryOperator.Add, ValueKind.TimeSpan, ValueKind.TimeSpan) =>
                    ScriptValue.Of(left.AsTimeSpan()!.Value + right.AsTimeSpan()!.Value),
                (BinaryOperator.Subtract, ValueKind.TimeSpan, ValueKind.TimeSpan) =>
                    ScriptValue.Of(left.AsTimeSpan()!.Value - right.AsTimeSpan()!.Value),
                _ => throw Unsupported(run, operation, left, right),
            };
        }
        catch (Exception e) when (e is OverflowException or ArgumentOutOfRangeException)
        {
            throw run.Fail("the result is out of the range of dates");
        }
    }
}
