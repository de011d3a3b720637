using PluginHost.Core.Scripting.Syntax;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Evaluation;

internal sealed class LiteralCode(ScriptValue value) : ValueCode
{
    public override ScriptValue Evaluate(Frame frame) => value;
}

internal sealed class InterpolatedCode(ValueCode[] parts, CodeLocation site) : ValueCode
{
    public override ScriptValue Evaluate(Frame frame)
    {
        var run = frame.Run;
        var start = run.Scratch.Length;
        foreach (var part in parts)
        {
            var value = part.Evaluate(frame);
            run.Site = site;
            ValueText.Append(run, run.Scratch, value);
            run.CheckText(run.Scratch.Length - start);
        }
        var text = run.Scratch.From(start);
        run.ChargeText(text.Length);
        var result = ScriptValue.Of(text.ToString());
        run.Scratch.Truncate(start);
        return result;
    }
}

/// <summary>A name where its value is wanted: when that is a function, it is called without arguments.</summary>
internal sealed class CalledCode(ValueCode path, CodeLocation site) : ValueCode
{
    public override ScriptValue Evaluate(Frame frame)
    {
        var value = path.Evaluate(frame);
        return value.Reference is ScriptFunction function ? frame.Run.Call(function, default, default, site) : value;
    }
}

internal sealed class ThisCode : ValueCode
{
    public override ScriptValue Evaluate(Frame frame) => ScriptValue.Of(frame.Run.This);
}

internal sealed class AllArgumentsCode : ValueCode
{
    public override ScriptValue Evaluate(Frame frame) => ScriptValue.Of(frame.AllArguments);
}

internal sealed class WrappedBlockCode(CodeLocation site) : ValueCode
{
    // The block sees the local variables and arguments of the function that evaluates it.
    public override ScriptValue Evaluate(Frame frame)
    {
        var wrapped = frame.Wrapped;
        if (wrapped is null) return default;
        frame.Run.Enter(site);
        frame.Wrapped = wrapped.Outer;
        var flow = wrapped.Body.Execute(frame);
        frame.Wrapped = wrapped;
        frame.Run.Leave(site);
        return flow == Flow.Next ? default : throw frame.Run.Fail("the block of a `wrap` cannot be left by `ret`, `break` or `continue`");
    }
}

internal sealed class LoopVariableCode(string keyword, string name, CodeLocation site) : ValueCode
{
    public override ScriptValue Evaluate(Frame frame)
    {
        if (frame.Loop is not { } loop)
        {
            frame.Run.Site = site;
            throw frame.Run.Fail($"`{keyword}.{name}` is known within a loop only");
        }
        var isKnown = loop.Count >= 0;
        return name switch
        {
            "index" => ScriptValue.Of(loop.Index),
            "rindex" when isKnown => ScriptValue.Of(loop.Count - loop.Index - 1),
            "length" when isKnown => ScriptValue.Of(loop.Count),
            "first" => ScriptValue.Of(loop.Index == 0),
            "last" when isKnown => ScriptValue.Of(loop.Index == loop.Count - 1),
            "even" => ScriptValue.Of(loop.Index % 2 == 0),
            "odd" => ScriptValue.Of(loop.Index % 2 != 0),
            "changed" when isKnown => ScriptValue.Of(loop.IsChanged),
            "col" when isKnown => ScriptValue.Of(loop.Index % loop.Columns),
            _ => default,
        };
    }
}

internal sealed class ArrayCode(ValueCode[] items, bool[] isExpanded, CodeLocation site) : ValueCode
{
    public override ScriptValue Evaluate(Frame frame)
    {
        frame.Run.Site = site;
        frame.Run.ChargeArray(items.Length);
        var result = new ScriptArray(items.Length);
        for (var i = 0; i < items.Length; i++)
        {
            var value = items[i].Evaluate(frame);
            if (isExpanded[i] && ScriptSequence.Of(value) is { } expanded)
            {
                frame.Run.StepMany(expanded.Count);
                frame.Run.ChargeArray(expanded.Count);
                for (var at = 0L; at < expanded.Count; at++) result.Add(expanded[at]);
            }
            else
            {
                result.Add(value);
            }
        }
        return ScriptValue.Of(result);
    }
}

internal sealed class ObjectCode(string[] names, ValueCode[] values, CodeLocation site) : ValueCode
{
    public override ScriptValue Evaluate(Frame frame)
    {
        frame.Run.Site = site;
        frame.Run.ChargeObject(names.Length);
        var result = new ScriptObject(names.Length);
        for (var i = 0; i < names.Length; i++) result.Set(names[i], values[i].Evaluate(frame));
        return ScriptValue.Of(result);
    }
}

internal sealed class NotCode(ValueCode operand) : ValueCode
{
    public override ScriptValue Evaluate(Frame frame) => ScriptValue.Of(!operand.Evaluate(frame).IsTruthy);
}

internal sealed class SignCode(ValueCode operand, bool isNegative, CodeLocation site) : ValueCode
{
    public override ScriptValue Evaluate(Frame frame)
    {
        var value = operand.Evaluate(frame);
        frame.Run.Site = site;
        return isNegative ? Operators.Negate(frame.Run, value) : Operators.Plus(frame.Run, value);
    }
}

internal sealed class IncrementCode(TargetCode target, bool isDecrement, bool isPrefix, CodeLocation site) : ValueCode
{
    public override ScriptValue Evaluate(Frame frame)
    {
        var run = frame.Run;
        var (before, after) = target.Update(frame, value =>
        {
            run.Site = site;
            return Operators.Apply(run, isDecrement ? BinaryOperator.Subtract : BinaryOperator.Add, value, ScriptValue.Of(1));
        });
        return isPrefix ? after : before;
    }
}

internal sealed class BinaryCode(BinaryOperator operation, ValueCode left, ValueCode right, CodeLocation site) : ValueCode
{
    public override ScriptValue Evaluate(Frame frame)
    {
        var (first, second) = (left.Evaluate(frame), right.Evaluate(frame));
        frame.Run.Site = site;
        return Operators.Apply(frame.Run, operation, first, second);
    }
}

/// <summary>Operators that may not need their right side.</summary>
internal sealed class LogicCode(BinaryOperator operation, ValueCode left, ValueCode right) : ValueCode
{
    public override ScriptValue Evaluate(Frame frame)
    {
        var first = left.Evaluate(frame);
        return operation switch
        {
            BinaryOperator.And => ScriptValue.Of(first.IsTruthy && right.Evaluate(frame).IsTruthy),
            BinaryOperator.Or => ScriptValue.Of(first.IsTruthy || right.Evaluate(frame).IsTruthy),
            BinaryOperator.Coalesce => first.IsNull ? right.Evaluate(frame) : first,
            _ => first.IsNull ? first : right.Evaluate(frame),
        };
    }
}

internal sealed class ConditionalCode(ValueCode condition, ValueCode then, ValueCode otherwise) : ValueCode
{
    public override ScriptValue Evaluate(Frame frame) => (condition.Evaluate(frame).IsTruthy ? then : otherwise).Evaluate(frame);
}

/// <summary>A function that is not called: <c>@f</c>, <c>@(f 1)</c>, <c>do … end</c>.</summary>
internal sealed class PartialCode(CallCode call) : ValueCode
{
    public override ScriptValue Evaluate(Frame frame) => call.EvaluatePartial(frame);
}
