using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Parsing;

/// <summary>Cuts a script into tokens. Total: whatever the text, it ends with an <see cref="TokenKind.End"/> token; what it cannot read
/// is an error, and skipped.</summary>
internal sealed partial class Lexer
{
    private const int MostErrors = 20;

    private readonly string _text;
    private readonly List<Token> _tokens = [];
    private readonly List<SyntaxError> _errors = [];
    private readonly Stack<(char Quote, int Braces)> _strings = new(); // interpolated strings whose `{` is open
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private int _at;
    private int _braces;

    private Lexer(string text) => _text = text;

    /// <summary>The first comment, when no code comes before it; otherwise null.</summary>
    public FirstComment? FirstComment { get; private set; }

    public static (List<Token> Tokens, List<SyntaxError> Errors, FirstComment? FirstComment) Read(string text)
    {
        var lexer = new Lexer(text);
        lexer.ReadAll(startsInCode: false);
        return (lexer._tokens, lexer._errors, lexer.FirstComment);
    }

    /// <summary>Reads code without <c>{{ }}</c> around it, as <c>object.eval</c> takes it.</summary>
    public static (List<Token> Tokens, List<SyntaxError> Errors) ReadCode(string text)
    {
        var lexer = new Lexer(text);
        lexer.ReadAll(startsInCode: true);
        return (lexer._tokens, lexer._errors);
    }

    private void ReadAll(bool startsInCode)
    {
        var inCode = startsInCode;
        if (startsInCode) Add(TokenKind.CodeEnter, 0);
        while (_at < _text.Length && _errors.Count < MostErrors)
        {
            if (inCode) inCode = ReadCodeToken();
            else inCode = ReadText();
        }
        if (_strings.Count > 0) Error(_text.Length, _text.Length, "an interpolated string is not closed");
        else if (inCode && !startsInCode && _errors.Count == 0)
            Error(LastEnter(), LastEnter() + 2, "`{{` is not closed by `}}`");
        _tokens.Add(new Token(TokenKind.End, _text.Length, _text.Length, "", default));
    }

    private int LastEnter() => _tokens.FindLast(t => t.Kind == TokenKind.CodeEnter).Start;

    /// <summary>Reads one token of code; false when it was the end of the code block.</summary>
    private bool ReadCodeToken()
    {
        var start = _at;
        var character = _text[_at];
        switch (character)
        {
            case '\n' or '\r':
                ReadNewLine();
                break;
            case '}' when _strings.Count > 0 && _braces == _strings.Peek().Braces:
                _at++;
                ReadString(_strings.Pop().Quote, start, TokenKind.InterpolationMiddle);
                break;
            case '#':
                ReadComment();
                break;
            case '-' or '~' when _braces == 0 && _strings.Count == 0 && Follows(1, "}}"):
            case '}' when _braces == 0 && _strings.Count == 0 && Follows(1, "}"):
                ReadExit();
                return false;
            case '"' or '\'':
                _at++;
                ReadString(character, start, TokenKind.InterpolationStart, interpolated: false);
                break;
            case '`':
                ReadVerbatim();
                break;
            case '$':
                ReadLocal();
                break;
            case >= '0' and <= '9':
                ReadNumber();
                break;
            default:
                if (char.IsWhiteSpace(character)) _at++;
                else if (IsIdentifierStart(character)) ReadIdentifier();
                else ReadSymbol();
                break;
        }
        return true;
    }

    private void ReadNewLine()
    {
        var start = _at;
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
        // A pipe at the start of a line continues the line before.
        if (_at < _text.Length && _text[_at] == '|' && !Follows(1, "|")) return;
        if (_tokens.Count > 0 && _tokens[^1].Kind != TokenKind.NewLine) Add(TokenKind.NewLine, start);
    }

    private void ReadIdentifier()
    {
        var start = _at;
        while (_at < _text.Length && IsIdentifierPart(_text[_at])) _at++;
        // `.empty?` is a member whose name ends with a question mark.
        var isMember = _tokens.Count > 0 && _tokens[^1].Kind is TokenKind.Dot or TokenKind.QuestionDot;
        if (isMember && _text.AsSpan(start, _at - start).SequenceEqual("empty") && Follows(0, "?") && !Follows(1, "?") && !Follows(1, "."))
            _at++;
        _tokens.Add(new Token(TokenKind.Identifier, start, _at, Name(start, _at), default));
    }

    private void ReadLocal()
    {
        var start = _at++;
        if (_at < _text.Length && _text[_at] is '"' or '\'')
        {
            ReadString(_text[_at++], start, TokenKind.InterpolationStart);
        }
        else if (Follows(0, "$"))
        {
            _at++;
            Add(TokenKind.WrappedBlock, start);
        }
        else if (_at < _text.Length && IsIdentifierStart(_text[_at]))
        {
            while (_at < _text.Length && IsIdentifierPart(_text[_at])) _at++;
            _tokens.Add(new Token(TokenKind.Local, start, _at, Name(start + 1, _at), default));
        }
        else
        {
            ReadArgument(start);
        }
    }

    private void ReadArgument(int start)
    {
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at])) _at++;
        if (_at == start + 1) Add(TokenKind.Arguments, start);
        else if (_at - start <= 5)
        {
            var index = long.Parse(_text.AsSpan(start + 1, _at - start - 1), System.Globalization.NumberStyles.Integer, System.Globalization.CultureInfo.InvariantCulture);
            _tokens.Add(new Token(TokenKind.Argument, start, _at, "", ScriptValue.Of(index)));
        }
        else Error(start, _at, "no such argument");
    }

    private void ReadSymbol()
    {
        var start = _at;
        var (symbol, kind) = Symbols.At(_text.AsSpan(_at));
        if (symbol.Length == 0)
        {
            _at += _at + 1 < _text.Length && char.IsSurrogatePair(_text[_at], _text[_at + 1]) ? 2 : 1;
            Error(start, _at, "this character has no meaning here");
            return;
        }
        if (kind == TokenKind.OpenBrace) _braces++;
        if (kind == TokenKind.CloseBrace && _braces > 0) _braces--;
        _at += symbol.Length;
        _tokens.Add(new Token(kind, start, _at, symbol, default));
    }

    private void ReadComment()
    {
        var isLong = Follows(1, "#");
        _at += isLong ? 2 : 1;
        var textStart = _at;
        var end = -1;
        while (_at < _text.Length && end < 0)
        {
            if (isLong && Follows(0, "##")) (end, _at) = (_at, _at + 2);
            else if (!isLong && _text[_at] is '\n' or '\r') end = _at;
            else if (_strings.Count == 0 && IsExit()) end = _at;
            else _at++;
        }
        if (end < 0) end = _at;
        if (FirstComment is null && _tokens.TrueForAll(t => t.Kind is TokenKind.CodeEnter or TokenKind.NewLine || IsBlank(t)))
            FirstComment = new FirstComment(textStart, end);
    }

    private static bool IsBlank(Token token) => token.Kind == TokenKind.Text && string.IsNullOrWhiteSpace(token.Text);

    private bool IsExit() => Follows(0, "}}") || (_text[_at] is '-' or '~' && Follows(1, "}}"));

    private bool Follows(int distance, string expected) => string.CompareOrdinal(_text, _at + distance, expected, 0, expected.Length) == 0;

    // One string for one name: looking up members compares references first.
    private string Name(int start, int end)
    {
        var lookup = _names.GetAlternateLookup<ReadOnlySpan<char>>();
        var name = _text.AsSpan(start, end - start);
        if (lookup.TryGetValue(name, out var known)) return known;
        var text = name.ToString();
        text = string.IsInterned(text) ?? text;
        _names.Add(text);
        return text;
    }

    private void Add(TokenKind kind, int start) => _tokens.Add(new Token(kind, start, _at, "", default));

    private void Error(int start, int end, string message) => _errors.Add(new SyntaxError(start, end, message));

    private static bool IsIdentifierStart(char character) => character == '_' || char.IsLetter(character);

    private static bool IsIdentifierPart(char character) => character == '_' || char.IsLetterOrDigit(character);
}
