using LanguageExt;
using PluginHost.Core.Scripting.Syntax;

namespace PluginHost.Core.Scripting.Parsing;

internal sealed partial class Parser
{
    private Statement ParseStatement()
    {
        Deeper();
        var opening = Current;
        var isLoopVariable = Next.Kind == TokenKind.Dot;
        var statement = opening.Kind == TokenKind.Identifier && !isLoopVariable ? ParseKeyword(opening) : ParsePrintOrAssign();
        _nesting--;
        return Checked(statement);
    }

    private Statement ParseKeyword(Token opening)
    {
        switch (opening.Text)
        {
            case "if": return ParseIf(opening);
            case "case": return ParseCase(opening);
            case "for" or "tablerow": return ParseFor(opening);
            case "while": return ParseWhile(opening);
            case "func": return ParseFunction(opening);
            case "capture": return ParseCapture(opening);
            case "with": return ParseWith(opening);
            case "wrap": return ParseWrap(opening);
            case "import":
                _at++;
                return new Statement.Import(From(opening.Start), ParseExpression());
            case "readonly": return ParseReadOnly(opening);
            case "ret": return ParseReturn(opening);
            case "break":
                _at++;
                return new Statement.Break(PlaceOf(opening));
            case "continue":
                _at++;
                return new Statement.Continue(PlaceOf(opening));
            default: return ParsePrintOrAssign();
        }
    }

    private Statement ParsePrintOrAssign()
    {
        var start = Current.Start;
        var value = ParseExpression();
        var (isAssignment, operation) = AssignmentOperator(Current.Kind);
        if (!isAssignment) return new Statement.Print(value.Place, value);
        if (operation is null && ReferenceEquals(value, _explicitCall)) return ParseInlineFunction(start, (Expression.Call)value);
        if (!value.IsAssignable) throw Fault(value.Place, "this cannot be assigned to");
        _at++;
        SkipNewLines();
        var assigned = ParseExpression();
        return new Statement.Assign(From(start), value, operation, assigned);
    }

    private static (bool IsAssignment, BinaryOperator? Operator) AssignmentOperator(TokenKind kind) => kind switch
    {
        TokenKind.Assign => (true, null),
        TokenKind.AddAssign => (true, BinaryOperator.Add),
        TokenKind.SubtractAssign => (true, BinaryOperator.Subtract),
        TokenKind.MultiplyAssign => (true, BinaryOperator.Multiply),
        TokenKind.DivideAssign => (true, BinaryOperator.Divide),
        TokenKind.DivideRoundAssign => (true, BinaryOperator.DivideRound),
        TokenKind.ModulusAssign => (true, BinaryOperator.Modulus),
        TokenKind.CoalesceAssign => (true, BinaryOperator.Coalesce),
        _ => (false, null),
    };

    // `f(x, y) = …` reads as a call until the `=`.
    private Statement ParseInlineFunction(int start, Expression.Call call)
    {
        if (call.Target is not Expression.Global { Name: var name }) throw Fault(call.Place, "this cannot be assigned to");
        var parameters = new List<Parameter>();
        foreach (var argument in call.Arguments)
        {
            if (argument.Name is not null || argument.Value is not Expression.Global parameter)
                throw Fault(argument.Place, "a parameter's name is expected here");
            parameters.Add(NewParameter(parameters, argument.Place, parameter.Name, null, false));
        }
        _at++;
        SkipNewLines();
        var value = ParseExpression();
        var body = new Block(value.Place, Prelude.Array<Statement>(new Statement.Return(value.Place, value)));
        return new Statement.Function(From(start), name, new FunctionSyntax(From(start), true, parameters.ToArr(), body, true));
    }

    private Statement ParseIf(Token opening)
    {
        var branches = new List<Branch>();
        Block? otherwise = null;
        var start = opening.Start;
        do
        {
            _at++; // `if`
            var condition = ParseExpression();
            var body = ParseBlock();
            branches.Add(new Branch(From(start), condition, body));
            start = Current.Start;
            if (!AcceptWord("else")) break;
            if (!Current.Is("if")) otherwise = ParseBlock();
        }
        while (otherwise is null);
        ExpectEnd(opening);
        return new Statement.If(From(opening.Start), branches.ToArr(), otherwise);
    }

    private Statement ParseCase(Token opening)
    {
        _at++;
        var value = ParseExpression();
        SkipBlankText();
        var whens = new List<When>();
        while (Current.Is("when"))
        {
            var start = _tokens[_at++].Start;
            var values = new List<Expression>();
            do
            {
                SkipNewLines();
                values.Add(ParseBinary(Precedence(BinaryOperator.And)));
            }
            while (Accept(TokenKind.Comma) || AcceptOr());
            var body = ParseBlock();
            whens.Add(new When(From(start), values.ToArr(), body));
        }
        if (whens.Count == 0 && !Current.Is("else") && !Current.Is("end")) throw Unexpected("`when` is expected here");
        var otherwise = AcceptWord("else") ? ParseBlock() : null;
        ExpectEnd(opening);
        return new Statement.Case(From(opening.Start), value, whens.ToArr(), otherwise);
    }

    // Text cannot stand between `case` and `when`, but line ends and blanks may.
    private void SkipBlankText()
    {
        while (SkipSeparators() && Current.Kind == TokenKind.Text && string.IsNullOrWhiteSpace(Current.Text)) _at++;
        _indent = _lastIndent;
    }

    private bool AcceptOr()
    {
        if (Current is not { Kind: TokenKind.Operator, Text: "||" }) return false;
        _at++;
        return true;
    }

    private Statement ParseFor(Token opening)
    {
        _at++;
        var variable = ParseVariable();
        if (!AcceptWord("in")) throw Unexpected("`in` is expected here");
        var outer = _inForHeader;
        _inForHeader = true;
        var iterator = ParseExpression();
        var options = ParseForOptions();
        _inForHeader = outer;
        var body = ParseBlock();
        var otherwise = AcceptWord("else") ? ParseBlock() : null;
        ExpectEnd(opening);
        return new Statement.For(From(opening.Start), opening.Text == "tablerow", variable, iterator, options, body, otherwise);
    }

    private ForOptions ParseForOptions()
    {
        var start = Current.Start;
        Expression? offset = null, limit = null, columns = null;
        var isReversed = false;
        while (IsForOption(Current))
        {
            var name = _tokens[_at++].Text;
            if (name == "reversed")
            {
                isReversed = true;
                continue;
            }
            Expect(TokenKind.Colon, "`:`");
            var value = WithoutCalls(() => ParseBinary(0));
            if (name == "offset") offset = value;
            else if (name == "limit") limit = value;
            else columns = value;
        }
        return new ForOptions(From(start), offset, limit, columns, isReversed);
    }

    private static bool IsForOption(Token token) =>
        token.Kind == TokenKind.Identifier && token.Text is "offset" or "limit" or "cols" or "reversed";

    private Statement ParseWhile(Token opening)
    {
        _at++;
        var condition = ParseExpression();
        var body = ParseBlock();
        ExpectEnd(opening);
        return new Statement.While(From(opening.Start), condition, body);
    }

    private Statement ParseCapture(Token opening)
    {
        _at++;
        var target = WithoutCalls(ParseUnary);
        if (!target.IsAssignable) throw Fault(target.Place, "this cannot be assigned to");
        var body = ParseBlock();
        ExpectEnd(opening);
        return new Statement.Capture(From(opening.Start), target, body);
    }

    private Statement ParseWith(Token opening)
    {
        _at++;
        var target = ParseExpression();
        var body = ParseBlock();
        ExpectEnd(opening);
        return new Statement.With(From(opening.Start), target, body);
    }

    private Statement ParseWrap(Token opening)
    {
        _at++;
        var call = ParseExpression();
        var body = ParseBlock();
        ExpectEnd(opening);
        return call is Expression.Call { Target: var target, Arguments: var arguments }
            ? new Statement.Wrap(From(opening.Start), target, arguments, body)
            : new Statement.Wrap(From(opening.Start), call, Arr<CallArgument>.Empty, body);
    }

    private Statement ParseReadOnly(Token opening)
    {
        _at++;
        var variable = ParseVariable();
        return new Statement.ReadOnly(From(opening.Start), variable);
    }

    private Statement ParseReturn(Token opening)
    {
        _at++;
        var value = Current.IsStatementEnd || EndsBlock(Current) ? null : ParseExpression();
        return new Statement.Return(From(opening.Start), value);
    }

    private Expression ParseVariable()
    {
        if (Current.Kind != TokenKind.Local && (Current.Kind != TokenKind.Identifier || IsKeyword(Current.Text)))
            throw Unexpected("a variable is expected here");
        return ParsePrimary() is var variable and (Expression.Global or Expression.Local)
            ? variable
            : throw Fault(From(_tokens[_at - 1].Start), "a variable is expected here");
    }

    private Statement ParseFunction(Token opening)
    {
        _at++;
        var name = ExpectName("the function's name");
        var function = ParseFunctionRest(opening);
        return new Statement.Function(From(opening.Start), name.Text, function);
    }

    /// <summary>Parameters, body and <c>end</c>.</summary>
    private FunctionSyntax ParseFunctionRest(Token opening)
    {
        var hasParameters = Accept(TokenKind.OpenParen);
        var parameters = hasParameters ? ParseParameters() : Arr<Parameter>.Empty;
        var (calls, header) = (_withoutCalls, _inForHeader);
        (_withoutCalls, _inForHeader) = (false, false);
        var body = ParseBlock();
        (_withoutCalls, _inForHeader) = (calls, header);
        ExpectEnd(opening);
        return new FunctionSyntax(From(opening.Start), hasParameters, parameters, body, false);
    }

    private Arr<Parameter> ParseParameters()
    {
        var parameters = new List<Parameter>();
        SkipNewLines();
        while (!Accept(TokenKind.CloseParen))
        {
            if (parameters.Count > 0 && parameters[^1].IsVariadic) throw Unexpected("nothing may follow a parameter with `...`");
            var name = ExpectName("a parameter's name");
            var isVariadic = Accept(TokenKind.Ellipsis);
            var hasDefault = !isVariadic && Accept(TokenKind.Assign);
            var value = hasDefault ? Nested(ParseExpression) : null;
            parameters.Add(NewParameter(parameters, From(name.Start), name.Text, value, isVariadic));
            SkipNewLines();
            if (Current.Kind != TokenKind.CloseParen) Expect(TokenKind.Comma, "`,` or `)`");
            SkipNewLines();
        }
        return parameters.ToArr();
    }

    private static Parameter NewParameter(List<Parameter> before, Place place, string name, Expression? value, bool isVariadic)
    {
        if (before.Exists(p => p.Name == name)) throw Fault(place, $"there are two parameters `{name}`");
        if (before.Count == 63) throw Fault(place, "a function takes at most 63 parameters");
        if (value is null && !isVariadic && before.Exists(p => p.Default is not null))
            throw Fault(place, "a parameter without a default cannot follow one with a default");
        return new Parameter(place, name, value, isVariadic);
    }
}
