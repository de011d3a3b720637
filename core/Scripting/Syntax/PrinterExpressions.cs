using LanguageExt;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Syntax;

internal sealed partial class Printer
{
    /// <summary>An expression as a part of another: in parentheses unless nothing can be drawn out of it or into it.</summary>
    private void Operand(Expression expression)
    {
        var isClosed = expression is Expression.Global or Expression.Local or Expression.Argument or Expression.AllArguments
            or Expression.WrappedBlock or Expression.This or Expression.Empty or Expression.Member or Expression.Item
            or Expression.Array or Expression.Interpolated
            || expression is Expression.Literal { Value.IsNumber: false };
        if (!isClosed) _result.Append('(');
        Write(expression);
        if (!isClosed) _result.Append(')');
    }

    private void Write(Expression expression)
    {
        switch (expression)
        {
            case Expression.Literal literal: _result.Append(LiteralText(literal.Value)); break;
            case Expression.Interpolated interpolated: Interpolated(interpolated); break;
            case Expression.Global global: _result.Append(global.Name); break;
            case Expression.Local local: _result.Append('$').Append(local.Name); break;
            case Expression.Argument argument: _result.Append('$').Append(argument.Index); break;
            case Expression.AllArguments: _result.Append('$'); break;
            case Expression.WrappedBlock: _result.Append("$$"); break;
            case Expression.This: _result.Append("this"); break;
            case Expression.Empty: _result.Append("empty"); break;
            case Expression.LoopVariables loop: _result.Append(loop.Keyword); break;
            case Expression.Array array: Array(array); break;
            case Expression.Object members: Object(members); break;
            case Expression.Member member: Member(member); break;
            case Expression.Item item: Item(item); break;
            case Expression.Unary unary:
                _result.Append(Symbol(unary.Operator));
                Operand(unary.Operand);
                break;
            case Expression.Increment increment: Increment(increment); break;
            case Expression.Binary binary: Binary(binary); break;
            case Expression.Conditional conditional: Conditional(conditional); break;
            case Expression.Call call: Call(call); break;
            default:
                _result.Append("do");
                FunctionRest(((Expression.Anonymous)expression).Function);
                break;
        }
    }

    private void Interpolated(Expression.Interpolated interpolated)
    {
        _result.Append("$\"");
        var wasText = false;
        foreach (var part in interpolated.Parts)
        {
            // Two texts side by side would read as one.
            if (!wasText && part is Expression.Literal { Value: var value } && value.AsString() is { Length: > 0 } text)
            {
                _result.Append(Escaped(text, true));
                wasText = true;
                continue;
            }
            _result.Append("{ ");
            Write(part);
            _result.Append(" }");
            wasText = false;
        }
        _result.Append('"');
    }

    private void Array(Expression.Array array)
    {
        _result.Append('[');
        Separated(array.Items, Write);
        _result.Append(']');
    }

    private void Object(Expression.Object members)
    {
        _result.Append("{ ");
        Separated(members.Members, member =>
        {
            _result.Append(IsName(member.Name) ? member.Name : LiteralText(ScriptValue.Of(member.Name))).Append(": ");
            Write(member.Value);
        });
        _result.Append(" }");
    }

    private static bool IsName(string name)
    {
        if (name.Length == 0 || !(name[0] == '_' || char.IsLetter(name[0]))) return false;
        foreach (var character in name)
            if (character != '_' && !char.IsLetterOrDigit(character)) return false;
        return true;
    }

    private void Member(Expression.Member member)
    {
        if (member.Target is Expression.LoopVariables) Write(member.Target);
        else Operand(member.Target);
        _result.Append(member.IsOptional ? "?." : ".").Append(member.Name);
    }

    private void Item(Expression.Item item)
    {
        Operand(item.Target);
        _result.Append('[');
        Write(item.At);
        _result.Append(']');
    }

    private void Increment(Expression.Increment increment)
    {
        var symbol = increment.IsDecrement ? "--" : "++";
        if (increment.IsPrefix) _result.Append(symbol);
        Write(increment.Target);
        if (!increment.IsPrefix) _result.Append(symbol);
    }

    private void Binary(Expression.Binary binary)
    {
        Operand(binary.Left);
        _result.Append(' ').Append(Symbol(binary.Operator)).Append(' ');
        Operand(binary.Right);
    }

    private void Conditional(Expression.Conditional conditional)
    {
        Operand(conditional.Condition);
        _result.Append(" ? ");
        Operand(conditional.Then);
        _result.Append(" : ");
        Operand(conditional.Else);
    }

    private void Call(Expression.Call call)
    {
        Operand(call.Target);
        Arguments(call.Arguments);
    }

    private void Arguments(Arr<CallArgument> arguments)
    {
        _result.Append('(');
        Separated(arguments, argument =>
        {
            if (argument.Name is not null) _result.Append(argument.Name).Append(": ");
            Write(argument.Value);
        });
        _result.Append(')');
    }

    private static char Symbol(UnaryOperator operation) => operation switch
    {
        UnaryOperator.Not => '!',
        UnaryOperator.Negate => '-',
        UnaryOperator.Plus => '+',
        UnaryOperator.Expand => '^',
        _ => '@',
    };

    public static string Symbol(BinaryOperator operation) => operation switch
    {
        BinaryOperator.Coalesce => "??",
        BinaryOperator.NotCoalesce => "?!",
        BinaryOperator.Or => "||",
        BinaryOperator.And => "&&",
        BinaryOperator.Equal => "==",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.Less => "<",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.Greater => ">",
        BinaryOperator.GreaterOrEqual => ">=",
        BinaryOperator.Range => "..",
        BinaryOperator.RangeExclusive => "..<",
        BinaryOperator.ShiftLeft => "<<",
        BinaryOperator.ShiftRight => ">>",
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.DivideRound => "//",
        _ => "%",
    };
}
