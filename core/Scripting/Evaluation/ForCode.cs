using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Evaluation;

/// <summary>What surrounds the parts of a loop.</summary>
internal sealed record ForParts(ValueCode? Offset, ValueCode? Limit, ValueCode? Columns, bool IsReversed, bool IsTableRow);

/// <summary><c>for</c> and <c>tablerow</c>. A global variable of a loop lives as long as the loop does.</summary>
/// <param name="global">The name of the variable, when it is global.</param>
/// <param name="local">The variable, when it is local.</param>
/// <param name="iterator">What is walked.</param>
/// <param name="parts">Offset, limit and so on.</param>
/// <param name="body">What is done with each value.</param>
/// <param name="otherwise">What is done when there is none.</param>
/// <param name="site">Where it stands.</param>
internal sealed class ForCode(
    string? global, TargetCode? local, ValueCode iterator, ForParts parts, StatementCode body, StatementCode? otherwise, CodeLocation site)
    : StatementCode
{
    public override Flow Execute(Frame frame)
    {
        var run = frame.Run;
        var value = iterator.Evaluate(frame);
        run.Site = site;
        if (ScriptSequence.Of(value) is not { } items) throw run.Fail($"{ValueNumbers.Describe(value)} cannot be walked");
        var offset = Math.Max(0, Option(frame, parts.Offset, 0));
        var count = Math.Max(0, items.Count - offset);
        if (parts.Limit is not null) count = Math.Min(count, Math.Max(0, Option(frame, parts.Limit, 0)));
        if (count == 0) return otherwise?.Execute(frame) ?? Flow.Next;

        var loop = new LoopState(frame.Loop) { Count = count, Columns = Math.Max(1, Option(frame, parts.Columns, 1)) };
        var outer = run.Scope;
        run.Charge(160);
        if (global is not null) run.Scope = new Scope(null, global, outer);
        frame.Loop = loop;
        var flow = Walk(frame, loop, items, offset);
        frame.Loop = loop.Outer;
        run.Scope = outer;
        return flow;
    }

    private long Option(Frame frame, ValueCode? option, long absent)
    {
        if (option is null) return absent;
        var value = option.Evaluate(frame);
        frame.Run.Site = site;
        return ValueNumbers.ToInteger(value) ?? throw frame.Run.Fail($"{ValueNumbers.Describe(value)} is not a whole number");
    }

    private Flow Walk(Frame frame, LoopState loop, ScriptSequence items, long offset)
    {
        var run = frame.Run;
        var scope = run.Scope;
        ScriptValue before = default;
        var result = Flow.Next;
        for (; loop.Index < loop.Count; loop.Index++)
        {
            run.Step();
            // Reversed, the part that offset and limit cut out is walked from its end.
            var item = items[offset + (parts.IsReversed ? loop.Count - 1 - loop.Index : loop.Index)];
            loop.IsChanged = loop.Index == 0 || !ValueComparison.AreEqual(before, item);
            before = item;
            if (local is null) scope.LoopValue = item;
            else local.Assign(frame, item);
            if (parts.IsTableRow) OpenCell(run, loop);
            var flow = body.Execute(frame);
            if (parts.IsTableRow) CloseCell(run, loop, flow is Flow.Break or Flow.Return);
            if (flow == Flow.Return) result = flow;
            if (flow is Flow.Break or Flow.Return) break;
        }
        return result;
    }

    private static void OpenCell(Run run, LoopState loop)
    {
        var column = loop.Index % loop.Columns;
        if (column == 0)
        {
            run.Output.Append("<tr class=\"row");
            run.Output.Append(loop.Index / loop.Columns + 1);
            run.Output.Append("\">");
        }
        run.Output.Append("<td class=\"col");
        run.Output.Append(column + 1);
        run.Output.Append("\">");
    }

    private static void CloseCell(Run run, LoopState loop, bool isLeft)
    {
        run.Output.Append("</td>");
        if (isLeft || loop.Index == loop.Count - 1 || (loop.Index + 1) % loop.Columns == 0) run.Output.Append("</tr>\n");
        run.CheckOutput();
    }
}
