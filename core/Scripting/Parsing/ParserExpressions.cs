using LanguageExt;
using PluginHost.Core.Scripting.Syntax;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Parsing;

/// <summary>
/// From loosest to tightest: <c>|</c> and <c>? :</c>; a call's arguments, each of which is all that follows; <c>??</c> <c>?!</c>;
/// <c>||</c>; <c>&amp;&amp;</c>; equality; order; ranges; shifts; sums; products; unary operators; members.
/// </summary>
internal sealed partial class Parser
{
    private bool _withoutCalls; // within arguments: what follows a name is the next argument
    private bool _inForHeader;
    private Expression? _explicitCall;

    private Expression ParseExpression()
    {
        Deeper();
        var left = ParseBinary(0);
        while (true)
        {
            if (Accept(TokenKind.Pipe)) left = ParseBinary(ParsePipe(left), 0); // an operator behind a pipe takes all that came through it
            else if (Current.Kind == TokenKind.Question) left = ParseConditional(left);
            else break;
        }
        _nesting--;
        return left;
    }

    private Expression ParsePipe(Expression left)
    {
        SkipNewLines();
        var outer = _withoutCalls;
        _withoutCalls = false;
        var right = ParseUnary();
        _withoutCalls = outer;
        var piped = new CallArgument(left.Place, null, left);
        return Checked(right is Expression.Call call
            ? new Expression.Call(From(left.Place.Start), call.Target, piped.Cons(call.Arguments).ToArr())
            : new Expression.Call(From(left.Place.Start), right, Prelude.Array(piped)));
    }

    private Expression ParseConditional(Expression condition)
    {
        _at++;
        SkipNewLines();
        var then = ParseExpression();
        SkipNewLines();
        Expect(TokenKind.Colon, "`:`");
        SkipNewLines();
        var otherwise = ParseExpression();
        return Checked(new Expression.Conditional(From(condition.Place.Start), condition, then, otherwise));
    }

    private Expression ParseBinary(int least) => ParseBinary(ParseUnary(), least);

    private Expression ParseBinary(Expression left, int least)
    {
        while (Current.Kind == TokenKind.Operator)
        {
            var operation = OperatorOf(Current.Text);
            var precedence = Precedence(operation);
            if (precedence < least) break;
            _at++;
            SkipNewLines();
            var right = ParseBinary(precedence + 1);
            left = Checked(new Expression.Binary(From(left.Place.Start), operation, left, right));
        }
        return left;
    }

    private static BinaryOperator OperatorOf(string symbol) => symbol switch
    {
        "??" => BinaryOperator.Coalesce,
        "?!" => BinaryOperator.NotCoalesce,
        "||" => BinaryOperator.Or,
        "&&" => BinaryOperator.And,
        "==" => BinaryOperator.Equal,
        "!=" => BinaryOperator.NotEqual,
        "<" => BinaryOperator.Less,
        "<=" => BinaryOperator.LessOrEqual,
        ">" => BinaryOperator.Greater,
        ">=" => BinaryOperator.GreaterOrEqual,
        ".." => BinaryOperator.Range,
        "..<" => BinaryOperator.RangeExclusive,
        "<<" => BinaryOperator.ShiftLeft,
        ">>" => BinaryOperator.ShiftRight,
        "+" => BinaryOperator.Add,
        "-" => BinaryOperator.Subtract,
        "*" => BinaryOperator.Multiply,
        "/" => BinaryOperator.Divide,
        "//" => BinaryOperator.DivideRound,
        _ => BinaryOperator.Modulus,
    };

    private static int Precedence(BinaryOperator operation) => operation switch
    {
        BinaryOperator.Coalesce or BinaryOperator.NotCoalesce => 1,
        BinaryOperator.Or => 2,
        BinaryOperator.And => 3,
        BinaryOperator.Equal or BinaryOperator.NotEqual => 4,
        <= BinaryOperator.GreaterOrEqual => 5,
        BinaryOperator.Range or BinaryOperator.RangeExclusive => 6,
        BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight => 7,
        BinaryOperator.Add or BinaryOperator.Subtract => 8,
        _ => 9,
    };

    private Expression ParseUnary()
    {
        Deeper();
        var opening = Current;
        var expression = opening.Kind switch
        {
            TokenKind.Not => ParseUnary(opening, UnaryOperator.Not),
            TokenKind.Caret => ParseUnary(opening, UnaryOperator.Expand),
            TokenKind.At => WithoutCalls(() => ParseUnary(opening, UnaryOperator.Alias)),
            TokenKind.Operator when opening.Text == "-" => ParseUnary(opening, UnaryOperator.Negate),
            TokenKind.Operator when opening.Text == "+" => ParseUnary(opening, UnaryOperator.Plus),
            TokenKind.Increment or TokenKind.Decrement => ParsePrefixIncrement(opening),
            _ => ParseOperand(),
        };
        _nesting--;
        return Checked(expression);
    }

    private Expression ParseUnary(Token opening, UnaryOperator operation)
    {
        _at++;
        var operand = ParseUnary();
        return new Expression.Unary(From(opening.Start), operation, operand);
    }

    private Expression ParsePrefixIncrement(Token opening)
    {
        _at++;
        var target = WithoutCalls(ParseUnary);
        if (!target.IsAssignable) throw Fault(target.Place, "this cannot be assigned to");
        return new Expression.Increment(From(opening.Start), target, opening.Kind == TokenKind.Decrement, true);
    }

    /// <summary>A value with what is attached to it, and the arguments behind it where it can be called.</summary>
    private Expression ParseOperand()
    {
        var expression = ParsePostfix(ParsePrimary());
        if (Current.Kind is TokenKind.Increment or TokenKind.Decrement && expression.IsAssignable)
        {
            var token = _tokens[_at++];
            return new Expression.Increment(From(expression.Place.Start), expression, token.Kind == TokenKind.Decrement, false);
        }
        if (_withoutCalls || !expression.IsPath || !StartsArgument()) return expression;
        var arguments = new List<CallArgument>();
        while (StartsArgument()) arguments.Add(ParseArgument(arguments, () => WithoutCalls(() => ParseBinary(0))));
        return new Expression.Call(From(expression.Place.Start), expression, arguments.ToArr());
    }

    private Expression ParsePostfix(Expression target)
    {
        while (true)
        {
            Checked(target);
            var isAttached = Current.Start == LastEnd;
            var start = target.Place.Start;
            if (Current.Kind is TokenKind.Dot or TokenKind.QuestionDot) target = ParseMember(target);
            else if (isAttached && Accept(TokenKind.OpenBracket))
            {
                SkipNewLines();
                var index = Nested(ParseExpression);
                SkipNewLines();
                Expect(TokenKind.CloseBracket, "`]`");
                target = new Expression.Item(From(start), target, index);
            }
            else if (isAttached && Accept(TokenKind.OpenParen))
            {
                var arguments = ParseList(
                    TokenKind.CloseParen, "`)`", (List<CallArgument> before) => ParseArgument(before, ParseExpression));
                target = _explicitCall = new Expression.Call(From(start), target, arguments);
            }
            else return target;
        }
    }

    private Expression ParseMember(Expression target)
    {
        var isOptional = _tokens[_at++].Kind == TokenKind.QuestionDot;
        if (Current.Kind != TokenKind.Identifier) throw Unexpected("a member's name is expected here");
        var name = _tokens[_at++].Text;
        return new Expression.Member(From(target.Place.Start), target, name, isOptional);
    }

    private bool StartsArgument() => Current.Kind switch
    {
        TokenKind.Identifier => !(_inForHeader && IsForOption(Current))
            && (!IsKeyword(Current.Text) || Current.Text == "do" || Next.Kind == TokenKind.Dot || IsNamed()),
        TokenKind.OpenParen or TokenKind.OpenBracket => Current.Start > LastEnd,
        TokenKind.Literal or TokenKind.InterpolationStart or TokenKind.Local or TokenKind.Argument or TokenKind.Arguments
            or TokenKind.WrappedBlock or TokenKind.OpenBrace or TokenKind.At or TokenKind.Caret or TokenKind.Not => true,
        _ => false,
    };

    private bool IsNamed() => Current.Kind == TokenKind.Identifier && Next.Kind == TokenKind.Colon && Next.Start == Current.End;

    private CallArgument ParseArgument(List<CallArgument> before, Func<Expression> parseValue)
    {
        var start = Current.Start;
        string? name = null;
        if (IsNamed())
        {
            name = Current.Text;
            _at += 2;
            SkipNewLines();
        }
        else if (before.Count > 0 && before[^1].Name is not null)
        {
            throw Unexpected("after a named argument all must be named");
        }
        var value = parseValue();
        return new CallArgument(From(start), name, value);
    }

    private Expression ParsePrimary()
    {
        var token = _tokens[_at++];
        var place = PlaceOf(token);
        switch (token.Kind)
        {
            case TokenKind.Literal: return new Expression.Literal(place, token.Value);
            case TokenKind.Identifier: return ParseIdentifier(token);
            case TokenKind.Local: return new Expression.Local(place, token.Text);
            case TokenKind.Argument: return new Expression.Argument(place, (int)token.Value.RawInteger);
            case TokenKind.Arguments: return new Expression.AllArguments(place);
            case TokenKind.WrappedBlock: return new Expression.WrappedBlock(place);
            case TokenKind.InterpolationStart: return ParseInterpolated(token);
            case TokenKind.OpenBracket:
                var items = ParseList(TokenKind.CloseBracket, "`]`", (List<Expression> _) => ParseExpression());
                return new Expression.Array(From(token.Start), items);
            case TokenKind.OpenBrace:
                var members = ParseList(TokenKind.CloseBrace, "`}`", (List<ObjectMember> _) => ParseObjectMember());
                return new Expression.Object(From(token.Start), members);
            case TokenKind.OpenParen:
                SkipNewLines();
                var inner = Nested(ParseExpression);
                SkipNewLines();
                Expect(TokenKind.CloseParen, "`)`");
                return inner;
            default:
                _at--;
                throw Unexpected("a value is expected here");
        }
    }

    private Expression ParseIdentifier(Token token)
    {
        var place = PlaceOf(token);
        switch (token.Text)
        {
            case "null": return new Expression.Literal(place, ScriptValue.Null);
            case "true": return new Expression.Literal(place, ScriptValue.True);
            case "false": return new Expression.Literal(place, ScriptValue.False);
            case "this": return new Expression.This(place);
            case "empty": return new Expression.Empty(place);
            case "for" or "while" or "tablerow" when Current.Kind == TokenKind.Dot:
                return new Expression.LoopVariables(place, token.Text);
            case "do":
                var function = ParseFunctionRest(token);
                return new Expression.Anonymous(From(token.Start), function);
            default:
                if (!IsKeyword(token.Text)) return new Expression.Global(place, token.Text);
                _at--;
                throw Unexpected($"a value is expected here, not `{token.Text}`");
        }
    }

    private Expression ParseInterpolated(Token first)
    {
        var parts = new List<Expression>();
        var token = first;
        while (true)
        {
            if (token.Text.Length > 0) parts.Add(new Expression.Literal(PlaceOf(token), ScriptValue.Of(token.Text)));
            if (token.Kind == TokenKind.InterpolationEnd) return new Expression.Interpolated(From(first.Start), parts.ToArr());
            SkipNewLines();
            parts.Add(Nested(ParseExpression));
            SkipNewLines();
            token = Current;
            if (token.Kind is not (TokenKind.InterpolationMiddle or TokenKind.InterpolationEnd)) throw Unexpected("`}` is expected here");
            _at++;
        }
    }

    private ObjectMember ParseObjectMember()
    {
        var key = _tokens[_at++];
        var name = key.Kind == TokenKind.Identifier ? key.Text : key.Value.AsString();
        if (key.Kind is not (TokenKind.Identifier or TokenKind.Literal) || name is null)
        {
            _at--;
            throw Unexpected("a member's name is expected here");
        }
        SkipNewLines();
        Expect(TokenKind.Colon, "`:`");
        SkipNewLines();
        var value = ParseExpression();
        return new ObjectMember(From(key.Start), name, value);
    }

    /// <summary>Items separated by commas, of which one may stand behind the last, up to a closing token.</summary>
    private Arr<T> ParseList<T>(TokenKind closing, string closingText, Func<List<T>, T> parseItem)
    {
        var items = new List<T>();
        SkipNewLines();
        while (!Accept(closing))
        {
            items.Add(Nested(() => parseItem(items)));
            SkipNewLines();
            if (Current.Kind != closing) Expect(TokenKind.Comma, $"`,` or {closingText}");
            SkipNewLines();
        }
        return items.ToArr();
    }

    /// <summary>Parses within brackets of any kind, where calls are possible again.</summary>
    private T Nested<T>(Func<T> parse)
    {
        var (calls, header) = (_withoutCalls, _inForHeader);
        (_withoutCalls, _inForHeader) = (false, false);
        var result = parse();
        (_withoutCalls, _inForHeader) = (calls, header);
        return result;
    }

    private Expression WithoutCalls(Func<Expression> parse)
    {
        var outer = _withoutCalls;
        _withoutCalls = true;
        var result = parse();
        _withoutCalls = outer;
        return result;
    }
}
