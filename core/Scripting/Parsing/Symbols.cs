using System.Collections.Immutable;

namespace PluginHost.Core.Scripting.Parsing;

/// <summary>Operators and punctuation, the longer before the shorter.</summary>
internal static class Symbols
{
    private static readonly ImmutableArray<(string Symbol, TokenKind Kind)> All =
    [
        ("...", TokenKind.Ellipsis), ("..<", TokenKind.Operator), ("//=", TokenKind.DivideRoundAssign), ("??=", TokenKind.CoalesceAssign),
        ("..", TokenKind.Operator), ("==", TokenKind.Operator), ("!=", TokenKind.Operator), ("<=", TokenKind.Operator),
        (">=", TokenKind.Operator), ("<<", TokenKind.Operator), (">>", TokenKind.Operator), ("&&", TokenKind.Operator),
        ("||", TokenKind.Operator), ("??", TokenKind.Operator), ("?!", TokenKind.Operator), ("//", TokenKind.Operator),
        ("?.", TokenKind.QuestionDot), ("+=", TokenKind.AddAssign), ("-=", TokenKind.SubtractAssign), ("*=", TokenKind.MultiplyAssign),
        ("/=", TokenKind.DivideAssign), ("%=", TokenKind.ModulusAssign), ("++", TokenKind.Increment), ("--", TokenKind.Decrement),
        ("+", TokenKind.Operator), ("-", TokenKind.Operator), ("*", TokenKind.Operator), ("/", TokenKind.Operator),
        ("%", TokenKind.Operator), ("<", TokenKind.Operator), (">", TokenKind.Operator), ("(", TokenKind.OpenParen),
        (")", TokenKind.CloseParen), ("[", TokenKind.OpenBracket), ("]", TokenKind.CloseBracket), ("{", TokenKind.OpenBrace),
        ("}", TokenKind.CloseBrace), (",", TokenKind.Comma), (":", TokenKind.Colon), (".", TokenKind.Dot), ("=", TokenKind.Assign),
        ("|", TokenKind.Pipe), ("?", TokenKind.Question), ("!", TokenKind.Not), ("@", TokenKind.At), ("^", TokenKind.Caret),
        (";", TokenKind.Semicolon),
    ];

    /// <summary>The symbol that the text begins with; empty where there is none.</summary>
    public static (string Symbol, TokenKind Kind) At(ReadOnlySpan<char> text)
    {
        foreach (var entry in All)
            if (entry.Symbol[0] == text[0] && text.StartsWith(entry.Symbol)) return entry;
        return ("", TokenKind.End);
    }
}
