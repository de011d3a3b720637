using PluginHost.Core.Scripting.Syntax;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Evaluation;

internal sealed class BlockCode(StatementCode[] statements) : StatementCode
{
    public override Flow Execute(Frame frame)
    {
        foreach (var statement in statements)
        {
            frame.Run.Step();
            var flow = statement.Execute(frame);
            if (flow != Flow.Next) return flow;
        }
        return Flow.Next;
    }
}

internal sealed class TextCode(string text, CodeLocation site) : StatementCode
{
    public override Flow Execute(Frame frame)
    {
        frame.Run.Output.Append(text);
        frame.Run.Site = site;
        frame.Run.CheckOutput();
        return Flow.Next;
    }
}

internal sealed class PrintCode(ValueCode value, string indent, CodeLocation site) : StatementCode
{
    public override Flow Execute(Frame frame)
    {
        var result = value.Evaluate(frame);
        if (result.IsNull) return Flow.Next;
        var run = frame.Run;
        run.Site = site;
        var start = run.Output.Length;
        ValueText.Append(run, run.Output, result);
        run.CheckOutput();
        if (indent.Length > 0) Indent(run, start);
        return Flow.Next;
    }

    // Every line that begins within what was printed, or right where it begins, begins with the blanks.
    private void Indent(Run run, int start)
    {
        var output = run.Output;
        var isLineStart = start > 0 && output.Span[start - 1] == '\n';
        if (!isLineStart && output.From(start).IndexOf('\n') < 0) return;
        var text = output.From(start).ToString();
        output.Truncate(start);
        for (var at = 0; at < text.Length;)
        {
            run.Step();
            var end = text.IndexOf('\n', at) is var found and >= 0 ? found + 1 : text.Length;
            if (at > 0 || isLineStart) output.Append(indent);
            output.Append(text.AsSpan(at, end - at));
            run.CheckOutput();
            at = end;
        }
    }
}

internal sealed class AssignCode(TargetCode target, ValueCode value) : StatementCode
{
    public override Flow Execute(Frame frame)
    {
        target.Assign(frame, value.Evaluate(frame));
        return Flow.Next;
    }
}

internal sealed class UpdateCode(TargetCode target, BinaryOperator operation, ValueCode value, CodeLocation site) : StatementCode
{
    public override Flow Execute(Frame frame)
    {
        target.Update(frame, before =>
        {
            var right = value.Evaluate(frame);
            frame.Run.Site = site;
            return Operators.Apply(frame.Run, operation, before, right);
        });
        return Flow.Next;
    }
}

/// <summary><c>??=</c>: the value is evaluated, and assigned, only where there is none.</summary>
internal sealed class CoalesceCode(TargetCode target, ValueCode value) : StatementCode
{
    public override Flow Execute(Frame frame)
    {
        // What a target is a part of is evaluated once.
        if (target is MemberCode or ItemCode) target.Update(frame, before => before.IsNull ? value.Evaluate(frame) : before);
        else if (target.Evaluate(frame).IsNull) target.Assign(frame, value.Evaluate(frame));
        return Flow.Next;
    }
}

internal sealed class IfCode((ValueCode Condition, StatementCode Body)[] branches, StatementCode? otherwise) : StatementCode
{
    public override Flow Execute(Frame frame)
    {
        foreach (var (condition, body) in branches)
            if (condition.Evaluate(frame).IsTruthy) return body.Execute(frame);
        return otherwise?.Execute(frame) ?? Flow.Next;
    }
}

internal sealed class CaseCode(
    ValueCode value, (ValueCode[] Values, StatementCode Body)[] whens, StatementCode? otherwise, CodeLocation site) : StatementCode
{
    public override Flow Execute(Frame frame)
    {
        var wanted = value.Evaluate(frame);
        foreach (var (values, body) in whens)
        {
            foreach (var candidate in values)
            {
                var found = candidate.Evaluate(frame);
                frame.Run.Site = site;
                frame.Run.Step();
                if (Operators.AreEqual(frame.Run, wanted, found, 0)) return body.Execute(frame);
            }
        }
        return otherwise?.Execute(frame) ?? Flow.Next;
    }
}

internal sealed class WhileCode(ValueCode condition, StatementCode body) : StatementCode
{
    public override Flow Execute(Frame frame)
    {
        var loop = new LoopState(frame.Loop);
        frame.Loop = loop;
        var result = Flow.Next;
        for (; condition.Evaluate(frame).IsTruthy; loop.Index++)
        {
            frame.Run.Step();
            var flow = body.Execute(frame);
            if (flow == Flow.Break) break;
            if (flow != Flow.Return) continue;
            result = flow;
            break;
        }
        frame.Loop = loop.Outer;
        return result;
    }
}

internal sealed class JumpCode(Flow flow, bool isInLoop, CodeLocation site) : StatementCode
{
    public override Flow Execute(Frame frame)
    {
        if (isInLoop) return flow;
        frame.Run.Site = site;
        throw frame.Run.Fail($"`{(flow == Flow.Break ? "break" : "continue")}` stands outside of a loop");
    }
}

internal sealed class CaptureCode(TargetCode target, StatementCode body) : StatementCode
{
    public override Flow Execute(Frame frame)
    {
        var start = frame.Run.Output.Length;
        var flow = body.Execute(frame);
        target.Assign(frame, frame.Run.TakeOutput(start));
        return flow;
    }
}

internal sealed class WithCode(ValueCode target, StatementCode body, CodeLocation site) : StatementCode
{
    public override Flow Execute(Frame frame)
    {
        var run = frame.Run;
        var value = target.Evaluate(frame);
        run.Site = site;
        if (value.AsObject() is not { } members) throw run.Fail($"`with` needs an object, not {ValueNumbers.Describe(value)}");
        var outer = run.Scope;
        run.Scope = new Scope(members, null, outer);
        var flow = body.Execute(frame);
        run.Scope = outer;
        return flow;
    }
}

internal sealed class WrapCode(CallCode call, StatementCode body, CodeLocation site) : StatementCode
{
    public override Flow Execute(Frame frame)
    {
        var value = call.Evaluate(frame, new WrappedCode(body, frame.Wrapped));
        frame.Run.Site = site;
        ValueText.Append(frame.Run, frame.Run.Output, value);
        frame.Run.CheckOutput();
        return Flow.Next;
    }
}

internal sealed class ImportCode(ValueCode source, CodeLocation site) : StatementCode
{
    public override Flow Execute(Frame frame)
    {
        var run = frame.Run;
        var value = source.Evaluate(frame);
        run.Site = site;
        if (value.AsObject() is not { } members) throw run.Fail($"`import` needs an object, not {ValueNumbers.Describe(value)}");
        var target = run.This;
        for (var i = 0; i < members.Count; i++)
        {
            run.Step();
            if (!target.IsReadOnly(members.NameAt(i))) run.SetMember(target, members.NameAt(i), members.At(i));
        }
        return Flow.Next;
    }
}

internal sealed class ReadOnlyCode(string name, bool isLocal) : StatementCode
{
    public override Flow Execute(Frame frame)
    {
        if (isLocal) frame.SetReadOnly(name);
        else frame.Run.This.SetReadOnly(name);
        return Flow.Next;
    }
}

internal sealed class DefineCode(string name, ScriptFunction function, CodeLocation site) : StatementCode
{
    public override Flow Execute(Frame frame)
    {
        frame.Run.Site = site;
        frame.Run.SetGlobal(name, ScriptValue.Of(function));
        return Flow.Next;
    }
}

internal sealed class ReturnCode(ValueCode? value) : StatementCode
{
    public override Flow Execute(Frame frame)
    {
        frame.Result = value?.Evaluate(frame) ?? default;
        return Flow.Return;
    }
}
