using System.Globalization;
using System.Numerics;
using System.Text;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Parsing;

/// <summary>Strings and numbers.</summary>
internal sealed partial class Lexer
{
    private const int LongestNumber = 400;

    /// <summary>Reads a string from behind its quote, or from behind the <c>}</c> of a hole, up to its end or the next hole.</summary>
    private void ReadString(char quote, int start, TokenKind first, bool interpolated = true)
    {
        var text = new StringBuilder();
        while (_at < _text.Length && _text[_at] != quote)
        {
            if (_text[_at] == '{' && interpolated)
            {
                _at++;
                _strings.Push((quote, _braces));
                _tokens.Add(new Token(first, start, _at, text.ToString(), default));
                return;
            }
            if (_text[_at] == '\\') ReadEscape(text, interpolated);
            else text.Append(_text[_at++]);
        }
        if (_at == _text.Length) Error(start, start + 1, "this string is not closed");
        _at = Math.Min(_at + 1, _text.Length);
        if (first == TokenKind.InterpolationMiddle)
            _tokens.Add(new Token(TokenKind.InterpolationEnd, start, _at, text.ToString(), default));
        else AddLiteral(start, ScriptValue.Of(text.ToString()));
    }

    private void ReadEscape(StringBuilder text, bool interpolated)
    {
        var start = _at++;
        var character = _at < _text.Length ? _text[_at++] : '\0';
        switch (character)
        {
            case 'n': text.Append('\n'); break;
            case 'r': text.Append('\r'); break;
            case 't': text.Append('\t'); break;
            case 'b': text.Append('\b'); break;
            case 'f': text.Append('\f'); break;
            case '0': text.Append('\0'); break;
            case '\\' or '"' or '\'': text.Append(character); break;
            case '{' or '}' when interpolated: text.Append(character); break;
            case 'u': ReadHexadecimal(text, start, 4); break;
            case 'x': ReadHexadecimal(text, start, 2); break;
            case '\r' or '\n': SkipLineEnd(character); break; // a line that goes on
            default: Error(start, _at, "this escape sequence has no meaning"); break;
        }
    }

    private void SkipLineEnd(char character)
    {
        if (character == '\r' && Follows(0, "\n")) _at++;
    }

    private void ReadHexadecimal(StringBuilder text, int start, int digits)
    {
        if (_at + digits <= _text.Length
            && ushort.TryParse(_text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            text.Append((char)code);
            _at += digits;
            return;
        }
        Error(start, _at, $"`\\{_text[start + 1]}` must be followed by {digits} hexadecimal digits");
    }

    private void ReadVerbatim()
    {
        var start = _at++;
        var text = new StringBuilder();
        while (_at < _text.Length && (_text[_at] != '`' || Follows(1, "`")))
        {
            if (_text[_at] == '`') _at++; // two of them are one
            text.Append(_text[_at++]);
        }
        if (_at == _text.Length) Error(start, start + 1, "this string is not closed");
        _at = Math.Min(_at + 1, _text.Length);
        AddLiteral(start, ScriptValue.Of(text.ToString()));
    }

    private void ReadNumber()
    {
        var start = _at;
        if (_text[_at] == '0' && _at + 1 < _text.Length && _text[_at + 1] is 'x' or 'X' or 'b' or 'B')
        {
            ReadBits(start, _text[_at + 1] is 'x' or 'X' ? NumberStyles.AllowHexSpecifier : NumberStyles.AllowBinarySpecifier);
            return;
        }
        SkipDigits();
        var isReal = Follows(0, ".") && _at + 1 < _text.Length && char.IsAsciiDigit(_text[_at + 1]);
        if (isReal)
        {
            _at++;
            SkipDigits();
        }
        var exponentAt = _at;
        SkipExponent();
        var hasExponent = _at > exponentAt;
        var number = Digits(start);
        var suffix = _at < _text.Length ? char.ToLowerInvariant(_text[_at]) : '\0';
        if (suffix is 'f' or 'd' or 'm' or 'u') _at++;
        if ((_at < _text.Length && IsIdentifierPart(_text[_at])) || number.Length > LongestNumber)
        {
            while (_at < _text.Length && IsIdentifierPart(_text[_at])) _at++;
            Error(start, _at, "this number cannot be read");
            return;
        }
        AddNumber(start, number, suffix, isReal || (hasExponent && number.Contains('-')));
    }

    private void AddNumber(int start, ReadOnlySpan<char> number, char suffix, bool isReal)
    {
        var style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (suffix == 'm')
        {
            if (decimal.TryParse(number, style, CultureInfo.InvariantCulture, out var exact)) AddLiteral(start, ScriptValue.Of(exact));
            else Error(start, _at, "this number is out of the range of a decimal");
            return;
        }
        var real = double.Parse(number, style, CultureInfo.InvariantCulture);
        var single = float.Parse(number, style, CultureInfo.InvariantCulture);
        if (double.IsInfinity(suffix == 'f' ? single : real) && (suffix is 'f' or 'd' || isReal || number.ContainsAny('e', 'E')))
            Error(start, _at, "this number is too large");
        else if (suffix == 'f') AddLiteral(start, ScriptValue.Of(single));
        else if (suffix == 'd' || isReal) AddLiteral(start, ScriptValue.Of(real));
        else if (number.ContainsAny('e', 'E')) AddLiteral(start, real < 9e15 ? ScriptValue.Of((long)real) : ScriptValue.Of(real));
        else AddLiteral(start, ScriptValue.Of(BigInteger.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture)));
    }

    /// <summary>Reads <c>0x1ef</c>, <c>0b1010</c>.</summary>
    private void ReadBits(int start, NumberStyles style)
    {
        _at += 2;
        var first = _at;
        var bits = style == NumberStyles.AllowHexSpecifier ? 4 : 1;
        while (_at < _text.Length && (_text[_at] == '_' || (bits == 4 ? char.IsAsciiHexDigit(_text[_at]) : _text[_at] is '0' or '1'))) _at++;
        var number = Digits(first);
        // 0x80000000 is negative, as an int of 32 bits is; 0x80000000u is not.
        var isUnsigned = _at < _text.Length && _text[_at] is 'u' or 'U';
        if (isUnsigned) _at++;
        var isUnread = _at < _text.Length && IsIdentifierPart(_text[_at]);
        while (_at < _text.Length && IsIdentifierPart(_text[_at])) _at++;
        if (isUnread || number.Length == 0 || number.Length * bits > 64) Error(start, _at, "this number cannot be read");
        else if (isUnsigned) AddLiteral(start, ScriptValue.Of((BigInteger)ulong.Parse(number, style, CultureInfo.InvariantCulture)));
        else if (number.Length * bits <= 32) AddLiteral(start, ScriptValue.Of((long)int.Parse(number, style, CultureInfo.InvariantCulture)));
        else AddLiteral(start, ScriptValue.Of(long.Parse(number, style, CultureInfo.InvariantCulture)));
    }

    /// <summary>What was read since a place, without the <c>_</c> between digits.</summary>
    private ReadOnlySpan<char> Digits(int start)
    {
        var text = _text.AsSpan(start, _at - start);
        return text.Contains('_') ? text.ToString().Replace("_", "", StringComparison.Ordinal) : text;
    }

    private void SkipDigits()
    {
        while (_at < _text.Length && (char.IsAsciiDigit(_text[_at]) || _text[_at] == '_')) _at++;
    }

    private void SkipExponent()
    {
        if (_at == _text.Length || _text[_at] is not ('e' or 'E')) return;
        var digits = _at + 1 < _text.Length && _text[_at + 1] is '+' or '-' ? _at + 2 : _at + 1;
        if (digits >= _text.Length || !char.IsAsciiDigit(_text[digits])) return;
        _at = digits;
        SkipDigits();
    }

    private void AddLiteral(int start, ScriptValue value) => _tokens.Add(new Token(TokenKind.Literal, start, _at, "", value));
}
