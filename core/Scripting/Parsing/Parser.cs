using System.Collections.Immutable;
using LanguageExt;
using PluginHost.Core.Scripting.Syntax;

namespace PluginHost.Core.Scripting.Parsing;

/// <summary>Makes a tree of a script. Total: whatever the text, the result is a tree or errors. Nesting is bounded, so no text overflows
/// the stack, here or where the tree is walked.</summary>
internal sealed partial class Parser
{
    /// <summary>How many nodes may lie below each other.</summary>
    public const int MaxDepth = 200;

    private readonly List<Token> _tokens;
    private int _at;
    private int _nesting;
    private string _indent = ""; // of the code block under way
    private string _lastIndent = ""; // the last that the tree tells of

    private Parser(List<Token> tokens) => _tokens = tokens;

    private Token Current => _tokens[_at];

    private Token Next => _tokens[Math.Min(_at + 1, _tokens.Count - 1)];

    private int LastEnd => _at == 0 ? 0 : _tokens[_at - 1].End;

    /// <summary>Parses a template: text with code in <c>{{ }}</c>.</summary>
    /// <returns>The tree and the first comment, null where code comes before it; or what is wrong, in order.</returns>
    public static Either<ImmutableArray<SyntaxError>, (Block Tree, FirstComment? Comment)> ParseTemplate(string text)
    {
        var (tokens, errors, comment) = Lexer.Read(text);
        return Parse(tokens, errors).Map(tree => (tree, comment));
    }

    /// <summary>Parses code without <c>{{ }}</c> around it.</summary>
    public static Either<ImmutableArray<SyntaxError>, Block> ParseCode(string text)
    {
        var (tokens, errors) = Lexer.ReadCode(text);
        return Parse(tokens, errors);
    }

    private static Either<ImmutableArray<SyntaxError>, Block> Parse(List<Token> tokens, List<SyntaxError> errors)
    {
        if (errors.Count > 0) return errors.ToImmutableArray();
        var parser = new Parser(tokens);
        try
        {
            return parser.ParseAll();
        }
        catch (SyntaxFault fault)
        {
            return ImmutableArray.Create(fault.Error);
        }
    }

    private Block ParseAll()
    {
        var block = ParseBlock();
        if (Current.Kind != TokenKind.End) throw Unexpected($"there is nothing that `{Current.Text}` belongs to");
        return block;
    }

    /// <summary>Statements up to <c>end</c>, <c>else</c>, <c>when</c> or the end of the text.</summary>
    private Block ParseBlock()
    {
        Deeper();
        var start = Current.Start;
        var statements = new List<Statement>();
        while (SkipSeparators() && !EndsBlock(Current))
        {
            if (Current.Kind == TokenKind.Text)
            {
                statements.Add(new Statement.Text(PlaceOf(Current), Current.Text, Current.Value.IsTruthy));
                _at++;
                continue;
            }
            TellIndent(statements);
            statements.Add(ParseStatement());
            if (!Current.IsStatementEnd && !EndsBlock(Current)) throw Unexpected("the statement before this is complete");
        }
        TellIndent(statements);
        _nesting--;
        return Checked(new Block(From(start), statements.ToArr()));
    }

    private void TellIndent(List<Statement> statements)
    {
        if (_indent != _lastIndent) statements.Add(new Statement.Indent(PlaceOf(Current), _lastIndent = _indent));
    }

    private static bool EndsBlock(Token token) =>
        token.Kind == TokenKind.End || (token.Kind == TokenKind.Identifier && token.Text is "end" or "else" or "when");

    private bool SkipSeparators()
    {
        while (true)
        {
            if (Current.Kind == TokenKind.CodeEnter) _indent = Current.Text;
            else if (Current.Kind is not (TokenKind.NewLine or TokenKind.Semicolon or TokenKind.CodeExit)) return true;
            _at++;
        }
    }

    private void SkipNewLines()
    {
        while (Current.Kind == TokenKind.NewLine) _at++;
    }

    private bool Accept(TokenKind kind)
    {
        if (Current.Kind != kind) return false;
        _at++;
        return true;
    }

    private bool AcceptWord(string word)
    {
        if (!Current.Is(word)) return false;
        _at++;
        return true;
    }

    private void Expect(TokenKind kind, string what)
    {
        if (!Accept(kind)) throw Unexpected($"{what} is expected here");
    }

    private Token ExpectName(string what)
    {
        if (Current.Kind != TokenKind.Identifier || IsKeyword(Current.Text)) throw Unexpected($"{what} is expected here");
        return _tokens[_at++];
    }

    /// <summary>The <c>end</c> of what began at a token.</summary>
    private void ExpectEnd(Token opening)
    {
        if (AcceptWord("end")) return;
        if (Current.Kind == TokenKind.End) throw Fault(PlaceOf(opening), $"`{opening.Text}` is not closed by `end`");
        throw Unexpected($"`end` is expected here, not `{Current.Text}`");
    }

    private void Deeper()
    {
        if (++_nesting > MaxDepth) throw Fault(PlaceOf(Current), "this is nested too deep");
    }

    private static T Checked<T>(T node) where T : Node =>
        node.Depth > MaxDepth ? throw Fault(node.Place, "this is nested too deep") : node;

    private static Place PlaceOf(Token token) => new(token.Start, token.End);

    private Place From(int start) => new(start, Math.Max(start, LastEnd));

    private SyntaxFault Unexpected(string message) => Fault(PlaceOf(Current), Current.Kind switch
    {
        TokenKind.End => $"{message}, but the text ends",
        TokenKind.CodeExit => $"{message}, but the code ends",
        TokenKind.NewLine => $"{message}, but the line ends",
        _ => message,
    });

    private static SyntaxFault Fault(Place place, string message) => new(new SyntaxError(place.Start, place.End, message));

    private static bool IsKeyword(string name) => name is "if" or "else" or "end" or "for" or "while" or "tablerow" or "case" or "when"
        or "func" or "ret" or "capture" or "readonly" or "import" or "with" or "wrap" or "break" or "continue" or "do";
}
