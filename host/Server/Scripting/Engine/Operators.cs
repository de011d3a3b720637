using System.Collections;
using System.Numerics;
using Scriban;
using Scriban.Parsing;
using Scriban.Runtime;
using Scriban.Syntax;

namespace PluginHost.Server.Scripting.Engine;

/// <summary>The library's operators, after a look at what they would work on.</summary>
internal static class Operators
{
    /// <summary>Bits of the largest whole number.</summary>
    public const int MaxNumber = 8192;

    /// <summary>The value of an operation.</summary>
    public static object? Evaluate(
        ScriptContext context, SourceSpan span, ScriptBinaryOperator operation, SourceSpan leftSpan, object? left, SourceSpan rightSpan, object? right)
    {
        if (operation is ScriptBinaryOperator.ShiftLeft or ScriptBinaryOperator.ShiftRight) CheckShift(context, rightSpan, left, right);
        if (!IsPlain(left) || !IsPlain(right)) (left, right) = Look(context, span, operation, left, right);
        var value = ScriptBinaryExpression.Evaluate(context, span, operation, leftSpan, left, rightSpan, right);
        return value is ScriptRange range && operation is not (ScriptBinaryOperator.RangeInclude or ScriptBinaryOperator.RangeExclude)
            ? ScriptValues.ToArray(context, range)
            : value;
    }

    /// <summary>Stops where a message would print the value without a bound.</summary>
    public static void RefuseUnprintable(TemplateContext context, SourceSpan span, string operation, object? value)
    {
        if (!IsPlain(value) && value is not (string or BigInteger))
            throw new ScriptRuntimeException(span, $"the operator `{operation}` is not supported on {ScriptValues.Describe(value)}");
    }

    /// <summary>Whether a value has a size of its own that is small, and a text that is short.</summary>
    private static bool IsPlain(object? value) => value is null or bool or int or double or long or float or decimal or DateTime or TimeSpan or uint or ulong;

    private static (object? Left, object? Right) Look(ScriptContext context, SourceSpan span, ScriptBinaryOperator operation, object? left, object? right)
    {
        if (left is string || right is string)
        {
            CheckText(context, span, operation, left, right);
            return (left, right);
        }
        if (IsCoalescing(operation)) return (left, right);
        (left, right) = (AsList(context, left), AsList(context, right));
        var isEquality = operation is ScriptBinaryOperator.CompareEqual or ScriptBinaryOperator.CompareNotEqual;
        if (left is EmptyScriptObject || right is EmptyScriptObject)
        {
            if (operation is ScriptBinaryOperator.ShiftLeft or ScriptBinaryOperator.ShiftRight) Refuse(context, span, operation, left, right);
        }
        else if (left is IList || right is IList) CheckLists(context, span, operation, left, right);
        else if (!isEquality && (IsOpaque(left) || IsOpaque(right))) Refuse(context, span, operation, left, right);
        return (left, right);
    }

    private static bool IsCoalescing(ScriptBinaryOperator operation) =>
        operation is ScriptBinaryOperator.EmptyCoalescing or ScriptBinaryOperator.NotEmptyCoalescing;

    private static bool IsOpaque(object? value) => !IsPlain(value) && value is not BigInteger;

    private static object? AsList(ScriptContext context, object? value) => value is ScriptRange range ? ScriptValues.ToArray(context, range) : value;

    private static void CheckText(ScriptContext context, SourceSpan span, ScriptBinaryOperator operation, object? left, object? right)
    {
        var length = (left, right, operation) switch
        {
            (string one, string other, ScriptBinaryOperator.Add) => (long)one.Length + other.Length,
            (string text, int count, ScriptBinaryOperator.Multiply) => (long)text.Length * count,
            (int count, string text, ScriptBinaryOperator.Multiply) => (long)text.Length * count,
            (string { Length: > 0 }, long or BigInteger, ScriptBinaryOperator.Multiply) => long.MaxValue,
            (long or BigInteger, string { Length: > 0 }, ScriptBinaryOperator.Multiply) => long.MaxValue,
            _ => 0,
        };
        context.CheckText(span, length);
    }

    private static void CheckLists(ScriptContext context, SourceSpan span, ScriptBinaryOperator operation, object? left, object? right)
    {
        long count = ScriptValues.CountOf(left) + ScriptValues.CountOf(right);
        switch (operation)
        {
            case ScriptBinaryOperator.Multiply:
                count *= (left ?? right) is IList && (left is IList ? right : left) is { } times ? Math.Max(0, TimesOf(context, span, times)) : 0;
                break;
            case ScriptBinaryOperator.CompareLess or ScriptBinaryOperator.CompareLessOrEqual
                or ScriptBinaryOperator.CompareGreater or ScriptBinaryOperator.CompareGreaterOrEqual:
                // The library prints what has no order.
                if (HoldsOpaque(left) || HoldsOpaque(right)) Refuse(context, span, operation, left, right);
                break;
        }
        context.CurrentSpanForSteps = span;
        // What lists hold may be walked many times over where they are compared.
        context.Arm();
        context.StepItems(count);
        context.CheckBytes(count * IntPtr.Size);
    }

    private static long TimesOf(ScriptContext context, SourceSpan span, object times) =>
        times is IList ? 1 : times is long or BigInteger ? int.MaxValue : context.ToInt(span, times);

    private static bool HoldsOpaque(object? value) => value is IList list && list.Cast<object?>().Any(item => item is not string && IsOpaque(item));

    private static void CheckShift(TemplateContext context, SourceSpan span, object? left, object? right)
    {
        if (left is IList || right is IList or null || left is string or null || right is not (int or long or BigInteger)) return;
        var places = right is int small ? small : right is long large ? large : (BigInteger)right;
        if (BigInteger.Abs(places) > MaxNumber) throw new ScriptRuntimeException(span, $"a number is shifted by at most {MaxNumber} bits");
    }

    private static void Refuse(TemplateContext context, SourceSpan span, ScriptBinaryOperator operation, object? left, object? right) =>
        throw new ScriptRuntimeException(
            span, $"the operator `{operation.ToText()}` is not supported between {ScriptValues.Describe(left)} and {ScriptValues.Describe(right)}");
}
