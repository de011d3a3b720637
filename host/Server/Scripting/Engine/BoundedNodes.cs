using System.Reflection;
using Scriban;
using Scriban.Parsing;
using Scriban.Runtime;
using Scriban.Syntax;

namespace PluginHost.Server.Scripting.Engine;

/// <summary>
/// Nodes that take the place of the library's where those would work without a bound, or print a value into a message without one. What they do is
/// the library's otherwise.
/// </summary>
internal static class BoundedNodes
{
    /// <summary>Puts bounded nodes into a tree.</summary>
    public static void Bound(ScriptNode root)
    {
        var pending = new Stack<ScriptNode>();
        pending.Push(root);
        while (pending.TryPop(out var node))
        {
            for (var i = 0; i < node.ChildrenCount; i++)
            {
                if (node.GetChildren(i) is not { } child) continue;
                var bounded = Of(child);
                if (!ReferenceEquals(bounded, child)) Replace(node, i, child, bounded);
                pending.Push(bounded);
            }
        }
    }

    private static ScriptNode Of(ScriptNode node)
    {
        switch (node)
        {
            case ScriptBinaryExpression binary:
                var (left, right, sign) = (binary.Left, binary.Right, binary.OperatorToken);
                (binary.Left, binary.Right, binary.OperatorToken) = (null, null, null);
                return new BoundedBinary { Span = binary.Span, Operator = binary.Operator, Left = left, OperatorToken = sign, Right = right };
            case ScriptIncrementDecrementExpression step:
                var changed = step.Right;
                step.Right = null;
                return new BoundedIncrement { Span = step.Span, Operator = step.Operator, Post = step.Post, Right = changed };
            case ScriptUnaryExpression unary:
                var operand = unary.Right;
                unary.Right = null;
                return new BoundedUnary { Span = unary.Span, Operator = unary.Operator, Right = operand };
            case ScriptAssignExpression assign:
                var (target, value) = (assign.Target, assign.Value);
                (assign.Target, assign.Value) = (null, null);
                return new BoundedAssign { Span = assign.Span, Operation = assign.EqualToken.TokenType, Target = target, Value = value };
            case ScriptFunctionCall call:
                return Call(call, null);
            case ScriptPipeCall pipe:
                var (from, to) = (pipe.From!, pipe.To!);
                (pipe.From, pipe.To) = (null, null);
                return Pipe(pipe.Span, from, to);
            case ScriptInterpolatedExpression part:
                var inner = part.Expression;
                part.Expression = null;
                return new BoundedInterpolation { Span = part.Span, Expression = inner };
            case ScriptCaptureStatement capture:
                var (name, captured) = (capture.Target, capture.Body);
                (capture.Target, capture.Body) = (null, null);
                return new BoundedCapture { Span = capture.Span, Target = name, Body = captured };
            case ScriptCaseStatement choice:
                var (chosen, body) = (choice.Value, choice.Body);
                (choice.Value, choice.Body) = (null, null);
                return new BoundedCase { Span = choice.Span, Value = chosen, Body = body };
            default:
                return node;
        }
    }

    private static BoundedCall Call(ScriptFunctionCall call, ScriptExpression? first)
    {
        var (function, arguments) = (call.Target, call.Arguments.ToArray());
        call.Target = null;
        call.Arguments.Clear();
        var bounded = new BoundedCall { Span = call.Span, ExplicitCall = call.ExplicitCall, Target = function };
        if (first is not null) bounded.Arguments.Add(first);
        foreach (var argument in arguments) bounded.Arguments.Add(argument);
        return bounded;
    }

    // What goes into a pipe is the first argument of the function behind it.
    private static ScriptExpression Pipe(SourceSpan span, ScriptExpression from, ScriptExpression to)
    {
        switch (to)
        {
            case ScriptPipeCall next:
                var (first, second) = (next.From!, next.To!);
                (next.From, next.To) = (null, null);
                return Pipe(span, Pipe(span, from, first), second);
            case ScriptFunctionCall call:
                return Call(call, from);
            case ScriptVariable or ScriptMemberExpression or ScriptIndexerExpression or ScriptAnonymousFunction or ScriptUnaryExpression { Operator: ScriptUnaryOperator.FunctionAlias }:
                var bounded = new BoundedCall { Span = to.Span, Target = to };
                bounded.Arguments.Add(from);
                return bounded;
            default:
                return new BoundedPipe { Span = span, From = from, To = to };
        }
    }

    private static void Replace(ScriptNode parent, int index, ScriptNode child, ScriptNode bounded)
    {
        if (parent is ScriptList)
        {
            Indexer(parent.GetType()).SetValue(parent, bounded, [index]);
            return;
        }
        var property = parent.GetType().GetProperties().First(one =>
            one.CanWrite && one.GetIndexParameters().Length == 0 && typeof(ScriptNode).IsAssignableFrom(one.PropertyType) && one.Name != nameof(ScriptNode.Parent)
            && ReferenceEquals(one.GetValue(parent), child));
        property.SetValue(parent, bounded);
    }

    private static PropertyInfo Indexer(Type list) =>
        list.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Single(one => one.GetIndexParameters().Length == 1);

    /// <summary>A value as a message may show it: what prints in one line, shortly.</summary>
    internal static string Name(ScriptExpression? expression)
    {
        var text = expression?.ToString() ?? "";
        return text.Length <= 100 ? text : text[..100] + "…";
    }
}

/// <summary>An operator between two values.</summary>
internal sealed class BoundedBinary : ScriptBinaryExpression
{
    /// <inheritdoc/>
    public override object? Evaluate(TemplateContext context)
    {
        var left = context.Evaluate(Left!);
        switch (Operator)
        {
            case ScriptBinaryOperator.And:
                return context.ToBool(Left!.Span, left) && context.ToBool(Right!.Span, context.Evaluate(Right));
            case ScriptBinaryOperator.Or:
                return context.ToBool(Left!.Span, left) || context.ToBool(Right!.Span, context.Evaluate(Right));
            default:
                var right = context.Evaluate(Right!);
                return Operators.Evaluate((ScriptContext)context, OperatorToken?.Span ?? Span, Operator, Left!.Span, left, Right!.Span, right);
        }
    }
}

/// <summary>A sign before a value, <c>!</c>, <c>^</c> and <c>@</c>.</summary>
internal sealed class BoundedUnary : ScriptUnaryExpression
{
    /// <inheritdoc/>
    public override object? Evaluate(TemplateContext context)
    {
        if (Operator == ScriptUnaryOperator.FunctionAlias) return context.Evaluate(Right, aliasReturnedFunction: true);
        var value = context.Evaluate(Right!);
        if (Operator is ScriptUnaryOperator.Negate or ScriptUnaryOperator.Plus) Operators.RefuseUnprintable(context, Span, Operator.ToText(), value);
        if (Operator == ScriptUnaryOperator.FunctionParametersExpand) ((ScriptContext)context).StepItems(ScriptValues.CountOf(value));
        return Evaluate(context, Right!.Span, Operator, value);
    }
}

/// <summary><c>++</c> and <c>--</c>.</summary>
internal sealed class BoundedIncrement : ScriptIncrementDecrementExpression
{
    /// <inheritdoc/>
    public override object? Evaluate(TemplateContext context)
    {
        var before = context.Evaluate(Right!);
        Operators.RefuseUnprintable(context, Span, Operator.ToText(), before);
        before = Evaluate(context, Right!.Span, ScriptUnaryOperator.Plus, before);
        var step = Operator == ScriptUnaryOperator.Increment ? 1 : -1;
        var after = Operators.Evaluate((ScriptContext)context, Span, ScriptBinaryOperator.Add, Right.Span, before, Span, step);
        context.SetValue(Right, after);
        return Post ? before : after;
    }
}

/// <summary>An assignment: what is assigned is held to the depth of values.</summary>
internal sealed class BoundedAssign : ScriptAssignExpression
{
    /// <summary><c>=</c>, or the operator before it.</summary>
    public TokenType Operation { get; init; }

    /// <inheritdoc/>
    public override object? Evaluate(TemplateContext context)
    {
        var bounded = (ScriptContext)context;
        var value = context.Evaluate(Value!);
        if (Operation != TokenType.Equal)
            value = Operators.Evaluate(bounded, Span, OperatorOf(Operation), Target!.Span, context.Evaluate(Target), Value!.Span, value);
        context.SetValue(Target, value);
        if (Target is ScriptVariable) bounded.Nesting.Put(context.CurrentGlobal, value);
        return null;
    }

    private ScriptBinaryOperator OperatorOf(TokenType token) => token switch
    {
        TokenType.PlusEqual => ScriptBinaryOperator.Add,
        TokenType.MinusEqual => ScriptBinaryOperator.Subtract,
        TokenType.AsteriskEqual => ScriptBinaryOperator.Multiply,
        TokenType.DivideEqual => ScriptBinaryOperator.Divide,
        TokenType.DoubleDivideEqual => ScriptBinaryOperator.DivideRound,
        TokenType.PercentEqual => ScriptBinaryOperator.Modulus,
        _ => throw new ScriptRuntimeException(Span, "this is no assignment"),
    };
}

/// <summary>A value within a text: it is printed as any other. The library prints it without a bound.</summary>
internal sealed class BoundedInterpolation : ScriptInterpolatedExpression
{
    /// <inheritdoc/>
    public override object? Evaluate(TemplateContext context) => context.ObjectToString(base.Evaluate(context));
}

/// <summary><c>capture</c>: what it gives is a text. The library's is a buffer, which only prints as one.</summary>
internal sealed class BoundedCapture : ScriptCaptureStatement
{
    /// <inheritdoc/>
    public override object? Evaluate(TemplateContext context)
    {
        var output = new StringBuilderOutput();
        context.PushOutput(output);
        try
        {
            context.Evaluate(Body!);
        }
        finally
        {
            context.PopOutput();
        }
        ((ScriptContext)context).CheckText(Span, output.Builder.Length);
        context.SetValue(Target, output.ToString());
        return null;
    }
}

/// <summary><c>case</c>: its values are compared by no operator.</summary>
internal sealed class BoundedCase : ScriptCaseStatement
{
    /// <inheritdoc/>
    public override object? Evaluate(TemplateContext context)
    {
        ((ScriptContext)context).ComparesValues = true;
        return base.Evaluate(context);
    }
}

/// <summary>
/// A pipe into what is no plain function. The library catches and throws again in each, which takes kilobytes of the stack that are given back at the end only:
/// few may lie within each other.
/// </summary>
internal sealed class BoundedPipe : ScriptPipeCall
{
    private const int Deepest = 4;

    /// <inheritdoc/>
    public override object? Evaluate(TemplateContext context)
    {
        var bounded = (ScriptContext)context;
        if (bounded.Pipes == Deepest) throw new ScriptRuntimeException(Span, $"pipes into expressions are nested deeper than {Deepest}");
        bounded.Pipes++;
        try
        {
            return base.Evaluate(context);
        }
        finally
        {
            bounded.Pipes--;
        }
    }
}

/// <summary>A call.</summary>
internal sealed class BoundedCall : ScriptFunctionCall
{
    /// <inheritdoc/>
    public override object? Evaluate(TemplateContext context)
    {
        var function = context.Evaluate(Target!, aliasReturnedFunction: true);
        if (function is null) throw new ScriptRuntimeException(Target!.Span, $"the function `{BoundedNodes.Name(Target)}` is not defined");
        if (function is not IScriptCustomFunction) throw new ScriptRuntimeException(Target!.Span, $"`{BoundedNodes.Name(Target)}` is not a function");
        return Call(context, this, function, processPipeArguments: true, Arguments);
    }
}
