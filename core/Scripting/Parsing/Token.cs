using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Parsing;

internal enum TokenKind : byte
{
    End,
    Text,
    CodeEnter,
    CodeExit,
    NewLine,
    Semicolon,
    Identifier,
    Local,
    Argument,
    Arguments,
    WrappedBlock,
    Literal,
    InterpolationStart,
    InterpolationMiddle,
    InterpolationEnd,
    OpenParen,
    CloseParen,
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    Comma,
    Colon,
    Dot,
    QuestionDot,
    Ellipsis,
    Assign,
    AddAssign,
    SubtractAssign,
    MultiplyAssign,
    DivideAssign,
    DivideRoundAssign,
    ModulusAssign,
    CoalesceAssign,
    Increment,
    Decrement,
    Pipe,
    Question,
    Not,
    At,
    Caret,
    Operator,
}

/// <summary>A piece of a script.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">UTF-16 offset of its first character.</param>
/// <param name="End">UTF-16 offset after its last character.</param>
/// <param name="Text">The name of an identifier; the text of a text or of a part of an interpolated string; the operator.</param>
/// <param name="Value">The value of a literal; the place of an argument.</param>
internal readonly record struct Token(TokenKind Kind, int Start, int End, string Text, ScriptValue Value)
{
    public bool IsStatementEnd => Kind is TokenKind.NewLine or TokenKind.Semicolon or TokenKind.CodeExit or TokenKind.End or TokenKind.Text;

    public bool Is(string keyword) => Kind == TokenKind.Identifier && Text == keyword;
}

/// <summary>What is wrong at a place of the text that is being parsed.</summary>
internal readonly record struct SyntaxError(int Start, int End, string Message);

/// <summary>The text of a comment, without its marks, as UTF-16 offsets.</summary>
internal readonly record struct FirstComment(int Start, int End);
