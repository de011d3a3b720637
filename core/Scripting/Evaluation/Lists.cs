using PluginHost.Core.Scripting.Syntax;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Evaluation;

/// <summary>
/// Operators on lists, always giving a new one: <c>+</c> joins, or adds an item; <c>-</c> takes items away; <c>*</c> repeats;
/// <c>&lt;&lt;</c> adds at the end; <c>&gt;&gt;</c> adds at the start.
/// </summary>
internal static class Lists
{
    public static ScriptValue Apply(Run run, BinaryOperator operation, ScriptValue left, ScriptValue right)
    {
        switch (operation)
        {
            case BinaryOperator.Add: return Join(run, left, right);
            case BinaryOperator.Subtract when IsList(left): return Without(run, left, right);
            case BinaryOperator.Multiply when IsList(left) && right.IsInteger: return Repeat(run, left, right.RawInteger);
            case BinaryOperator.Multiply when IsList(right) && left.IsInteger: return Repeat(run, right, left.RawInteger);
            case BinaryOperator.ShiftLeft when IsList(left):
                var longer = Copy(run, left, 1);
                longer.Add(right);
                return ScriptValue.Of(longer);
            case BinaryOperator.ShiftRight when IsList(right):
                var result = Start(run, 1 + Count(right));
                result.Add(left);
                AddAll(run, result, right);
                return ScriptValue.Of(result);
            default: throw Operators.Unsupported(run, operation, left, right);
        }
    }

    public static bool AreEqual(Run run, ScriptValue left, ScriptValue right, int depth)
    {
        if (ReferenceEquals(left.Reference, right.Reference)) return true;
        run.EnterNesting(depth);
        var (items, others) = (ScriptSequence.Of(left)!.Value, ScriptSequence.Of(right)!.Value);
        if (items.Count != others.Count) return false;
        for (var i = 0L; i < items.Count; i++)
        {
            run.Step();
            if (!Operators.AreEqual(run, items[i], others[i], depth + 1)) return false;
        }
        return true;
    }

    public static int Order(Run run, ScriptValue left, ScriptValue right)
    {
        var (items, others) = (ScriptSequence.Of(left)!.Value, ScriptSequence.Of(right)!.Value);
        for (var i = 0L; i < Math.Min(items.Count, others.Count); i++)
        {
            run.Step();
            if (ValueComparison.Order(items[i], others[i]) is var order and not 0) return order;
        }
        return items.Count.CompareTo(others.Count);
    }

    private static bool IsList(ScriptValue value) => value.Kind is ValueKind.Array or ValueKind.Range;

    private static long Count(ScriptValue list) => ScriptSequence.Of(list)!.Value.Count;

    private static ScriptArray Start(Run run, long capacity)
    {
        run.ChargeArray(capacity);
        return new ScriptArray((int)capacity);
    }

    private static ScriptArray Copy(Run run, ScriptValue list, int more)
    {
        var result = Start(run, Count(list) + more);
        AddAll(run, result, list);
        return result;
    }

    private static void AddAll(Run run, ScriptArray result, ScriptValue list)
    {
        var items = ScriptSequence.Of(list)!.Value;
        run.StepMany(items.Count / 8);
        for (var i = 0L; i < items.Count; i++) result.Add(items[i]);
    }

    private static ScriptValue Join(Run run, ScriptValue left, ScriptValue right)
    {
        var result = Start(run, (IsList(left) ? Count(left) : 1) + (IsList(right) ? Count(right) : 1));
        foreach (var part in new[] { left, right })
        {
            if (IsList(part)) AddAll(run, result, part);
            else result.Add(part);
        }
        return ScriptValue.Of(result);
    }

    private static ScriptValue Without(Run run, ScriptValue left, ScriptValue right)
    {
        var result = Start(run, Count(left));
        var items = ScriptSequence.Of(left)!.Value;
        for (var i = 0L; i < items.Count; i++)
            if (!Contains(run, right, items[i])) result.Add(items[i]);
        return ScriptValue.Of(result);
    }

    private static bool Contains(Run run, ScriptValue list, ScriptValue item)
    {
        run.Step();
        if (!IsList(list)) return Operators.AreEqual(run, list, item, 0);
        var items = ScriptSequence.Of(list)!.Value;
        for (var i = 0L; i < items.Count; i++)
        {
            run.Step();
            if (Operators.AreEqual(run, items[i], item, 0)) return true;
        }
        return false;
    }

    private static ScriptValue Repeat(Run run, ScriptValue list, long times)
    {
        if (times <= 0 || Count(list) == 0) return ScriptValue.Of(Start(run, 0));
        if (times > int.MaxValue || Count(list) > int.MaxValue) run.Charge(long.MaxValue);
        var result = Start(run, Count(list) * times);
        for (var i = 0L; i < times; i++) AddAll(run, result, list);
        return ScriptValue.Of(result);
    }
}
