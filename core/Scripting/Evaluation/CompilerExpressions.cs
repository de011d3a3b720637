using LanguageExt;
using PluginHost.Core.Scripting.Syntax;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Evaluation;

internal sealed partial class Compiler
{
    /// <summary>Code for the value of an expression; a function that it names is called.</summary>
    private ValueCode Value(Expression expression)
    {
        var code = Raw(expression);
        return expression.IsPath && expression is not (Expression.This or Expression.AllArguments or Expression.WrappedBlock)
            ? new CalledCode(code, At(expression))
            : code;
    }

    private ValueCode? Optional(Expression? expression) => expression is null ? null : Value(expression);

    private ValueCode[] Values(Arr<Expression> expressions)
    {
        var codes = new ValueCode[expressions.Count];
        for (var i = 0; i < codes.Length; i++) codes[i] = Value(expressions[i]);
        return codes;
    }

    private TargetCode Target(Expression expression) => (TargetCode)Raw(expression);

    /// <summary>Code for an expression that, where it names a function, gives the function.</summary>
    private ValueCode Raw(Expression expression) => expression switch
    {
        Expression.Literal literal => new LiteralCode(literal.Value),
        Expression.Interpolated interpolated => new InterpolatedCode(Values(interpolated.Parts), At(interpolated)),
        Expression.Global global => new GlobalCode(Known(global.Name), At(global)),
        Expression.Local local => Local(local),
        Expression.Argument argument => new ArgumentCode(argument.Index, At(argument)),
        Expression.AllArguments => new AllArgumentsCode(),
        Expression.WrappedBlock block => new WrappedBlockCode(At(block)),
        Expression.This => new ThisCode(),
        Expression.Empty => new LiteralCode(ScriptValue.Empty),
        Expression.Member { Target: Expression.LoopVariables loop } member => new LoopVariableCode(loop.Keyword, member.Name, At(member)),
        Expression.Member member => new MemberCode(
            Value(member.Target), member.Target is Expression.Global global ? new GlobalCode(Known(global.Name), At(global)) : null,
            Known(member.Name), member.IsOptional, At(member)),
        Expression.Item item => Item(item),
        Expression.Array array => new ArrayCode(Values(array.Items.Map(Operand)), [.. array.Items.Map(IsExpanded)], At(array)),
        Expression.Object members => Object(members),
        Expression.Unary unary => Unary(unary),
        Expression.Increment increment =>
            new IncrementCode(Target(increment.Target), increment.IsDecrement, increment.IsPrefix, At(increment)),
        Expression.Binary binary => Binary(binary),
        Expression.Conditional conditional =>
            new ConditionalCode(Value(conditional.Condition), Value(conditional.Then), Value(conditional.Else)),
        Expression.Call call => Call(call.Target, call.Arguments, At(call)),
        Expression.Anonymous anonymous => new LiteralCode(ScriptValue.Of(Function("", anonymous.Function))),
        _ => new LiteralCode(ScriptValue.Null),
    };

    private TargetCode Local(Expression.Local local)
    {
        var name = Known(local.Name);
        if (_isForeign) return new NamedLocalCode(name, At(local));
        var slot = _locals.IndexOf(name);
        if (slot < 0)
        {
            slot = _locals.Count;
            _locals.Add(name);
        }
        return new LocalCode(slot, name, At(local));
    }

    private ItemCode Item(Expression.Item item)
    {
        if (item.At is Expression.Literal literal && literal.Value.AsString() is { } name) Known(name);
        return new ItemCode(Value(item.Target), Value(item.At), At(item));
    }

    private ObjectCode Object(Expression.Object members)
    {
        var names = new string[members.Members.Count];
        var values = new ValueCode[names.Length];
        for (var i = 0; i < names.Length; i++)
            (names[i], values[i]) = (Known(members.Members[i].Name), Value(members.Members[i].Value));
        return new ObjectCode(names, values, At(members));
    }

    private ValueCode Unary(Expression.Unary unary) => unary.Operator switch
    {
        UnaryOperator.Not => new NotCode(Value(unary.Operand)),
        UnaryOperator.Negate => new SignCode(Value(unary.Operand), true, At(unary)),
        UnaryOperator.Plus => new SignCode(Value(unary.Operand), false, At(unary)),
        UnaryOperator.Alias when unary.Operand is Expression.Call call => new PartialCode(Call(call.Target, call.Arguments, At(call))),
        UnaryOperator.Alias => Raw(unary.Operand),
        _ => Value(unary.Operand),
    };

    private ValueCode Binary(Expression.Binary binary)
    {
        var (left, right) = (Value(binary.Left), Value(binary.Right));
        return binary.Operator <= BinaryOperator.And
            ? new LogicCode(binary.Operator, left, right)
            : new BinaryCode(binary.Operator, left, right, At(binary));
    }

    private CallCode Call(Expression target, Arr<CallArgument> arguments, CodeLocation site)
    {
        var items = new ArgumentItem[arguments.Count];
        for (var i = 0; i < items.Length; i++)
        {
            var value = arguments[i].Value;
            var isExpanded = IsExpanded(value);
            items[i] = new ArgumentItem(
                arguments[i].Name is { } name ? Known(name) : null, Value(Operand(value)), isExpanded && arguments[i].Name is null);
        }
        var shown = _source.Text[target.Place.Start..target.Place.End];
        return new CallCode(Raw(target), shown.Length <= 60 ? shown : "this", items, site);
    }

    private static bool IsExpanded(Expression expression) => expression is Expression.Unary { Operator: UnaryOperator.Expand };

    private static Expression Operand(Expression expression) =>
        expression is Expression.Unary { Operator: UnaryOperator.Expand, Operand: var list } ? list : expression;
}
