using System.Text;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Parsing;

/// <summary>Text, escape blocks, and what surrounds code: where it begins, where it ends, and the white space that goes with it.</summary>
internal sealed partial class Lexer
{
    private readonly StringBuilder _pending = new(); // text that is not a token yet
    private int _pendingStart;
    private char _strip; // the mark of the last `}}` or `}%}`: '-', '~' or none
    private bool _atLineStart = true; // whether what precedes the pending text is a line end that was stripped, or nothing

    /// <summary>Reads text up to the next code block; true when there is one.</summary>
    private bool ReadText()
    {
        if (_pending.Length == 0) _pendingStart = _at;
        var start = _at;
        var (at, percents) = NextOpening();
        _at = at < 0 ? _text.Length : at + 2 + percents;
        var mark = at >= 0 && _at < _text.Length && _text[_at] is '-' or '~' ? _text[_at++] : '\0';
        AppendText(_text.AsSpan(start, (at < 0 ? _text.Length : at) - start), mark);
        if (at >= 0 && percents > 0)
        {
            ReadEscapeBlock(at, percents);
            if (_at < _text.Length) return false;
        }
        var indent = mark == '\0' ? Indent() : "";
        FlushText(at < 0 || percents > 0 ? _text.Length : at);
        if (at < 0 || percents > 0) return false;
        _tokens.Add(new Token(TokenKind.CodeEnter, at, _at, indent, default));
        _atLineStart = false;
        return true;
    }

    /// <summary>Where the next <c>{{</c> or <c>{%{</c> is, and how many percent signs it has; -1 when there is none.</summary>
    private (int At, int Percents) NextOpening()
    {
        for (var at = _text.IndexOf('{', _at); at >= 0 && at + 1 < _text.Length; at = _text.IndexOf('{', at + 1))
        {
            var next = at + 1;
            while (next < _text.Length && _text[next] == '%') next++;
            if (next < _text.Length && _text[next] == '{') return (at, next - at - 1);
            at = next - 1; // percent signs are looked at once only
        }
        return (-1, 0);
    }

    private void ReadEscapeBlock(int start, int percents)
    {
        var closing = "}" + new string('%', percents) + "}";
        var end = _text.IndexOf(closing, _at, StringComparison.Ordinal);
        if (end < 0)
        {
            Error(start, _at, $"`{{{new string('%', Math.Min(percents, 20))}{{` is not closed");
            _at = _text.Length;
            return;
        }
        var mark = end > _at && _text[end - 1] is '-' or '~' ? _text[end - 1] : '\0';
        _pending.Append(_text.AsSpan(_at, end - _at - (mark == '\0' ? 0 : 1)));
        _strip = mark;
        _at = end + closing.Length;
    }

    private void AppendText(ReadOnlySpan<char> text, char nextMark)
    {
        if (_strip == '-') text = text.TrimStart();
        if (_strip == '~') text = StripLine(text);
        _strip = '\0';
        _pending.Append(nextMark switch
        {
            '-' => text.TrimEnd(),
            '~' => text.TrimEnd(" \t"),
            _ => text,
        });
    }

    private ReadOnlySpan<char> StripLine(ReadOnlySpan<char> text)
    {
        var rest = text.TrimStart(" \t");
        if (rest.StartsWith("\r\n")) rest = rest[2..];
        else if (rest.StartsWith("\n") || rest.StartsWith("\r")) rest = rest[1..];
        else return rest;
        _atLineStart |= _pending.Length == 0;
        return rest;
    }

    /// <summary>The blanks between the last line end and the code that begins here; empty where there is anything else.</summary>
    private string Indent()
    {
        var start = _pending.Length;
        while (start > 0 && _pending[start - 1] is ' ' or '\t') start--;
        var isLineStart = start == 0 ? _atLineStart : _pending[start - 1] == '\n';
        return isLineStart ? _pending.ToString(start, _pending.Length - start) : "";
    }

    private void FlushText(int end)
    {
        if (_pending.Length == 0) return;
        var text = _pending.ToString();
        var startsLine = _atLineStart && (_tokens.Count == 0 || text.AsSpan().Trim(" \t").IsEmpty);
        _tokens.Add(new Token(TokenKind.Text, _pendingStart, end, text, ScriptValue.Of(startsLine)));
        _pending.Clear();
    }

    private void ReadExit()
    {
        var start = _at;
        _strip = _text[_at] is '-' or '~' ? _text[_at++] : '\0';
        _at += 2;
        Add(TokenKind.CodeExit, start);
    }
}
