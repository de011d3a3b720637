using System.Globalization;
using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Functions;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Json;

/// <summary>
/// Reads JSON (RFC 8259) into script values: whole numbers of any size stay whole, others become doubles; of a name given twice the last
/// counts; a lone surrogate becomes U+FFFD. Steps and memory are counted before they are spent.
/// </summary>
internal ref struct JsonReader
{
    private const int DeepestValue = 128;
    private const int ItemCost = 2 * ScriptArray.ItemSize;
    private const int MemberCost = 3 * ScriptObject.MemberSize; // with its part of the index
    private const int LongestWhole = 400;

    private readonly Run _run;
    private readonly ReadOnlySpan<char> _text;
    private int _at;
    private string? _problem;

    private JsonReader(Run run, string text)
    {
        _run = run;
        _text = text;
    }

    /// <summary>The value of a JSON text.</summary>
    /// <returns>The value and null, or what is wrong with the text.</returns>
    public static (ScriptValue Value, string? Problem) Read(Run run, string text)
    {
        run.Pass(4L * text.Length);
        var reader = new JsonReader(run, text);
        var value = reader.Value(0);
        reader.SkipBlanks();
        if (reader._problem is null && reader._at < text.Length) reader.Fail("the end of the text");
        return (value, reader._problem);
    }

    private ScriptValue Value(int depth)
    {
        _run.Step();
        SkipBlanks();
        switch (Next)
        {
            case '{': return depth < DeepestValue ? Object(depth) : Deep();
            case '[': return depth < DeepestValue ? Array(depth) : Deep();
            case '"': return ScriptValue.Of(String());
            case 't': return Word("true", ScriptValue.True);
            case 'f': return Word("false", ScriptValue.False);
            case 'n': return Word("null", default);
            case '-' or (>= '0' and <= '9'): return Number();
            default: return Fail("a value");
        }
    }

    private readonly char Next => _at < _text.Length ? _text[_at] : '\0';

    private ScriptValue Object(int depth)
    {
        _run.ChargeObject(0);
        var result = new ScriptObject();
        _at++;
        SkipBlanks();
        if (Take('}')) return ScriptValue.Of(result);
        while (true)
        {
            SkipBlanks();
            if (Next != '"') return Fail("a name in quotes");
            var name = String();
            SkipBlanks();
            if (!Take(':')) return Fail("`:`");
            _run.Charge(MemberCost);
            var value = Value(depth + 1);
            if (_problem is not null) return default;
            result.Set(name, value);
            SkipBlanks();
            if (Take('}')) return ScriptValue.Of(result);
            if (!Take(',')) return Fail("`,` or `}`");
        }
    }

    private ScriptValue Array(int depth)
    {
        _run.ChargeArray(0);
        var result = new ScriptArray();
        _at++;
        SkipBlanks();
        if (Take(']')) return ScriptValue.Of(result);
        while (true)
        {
            _run.Charge(ItemCost);
            var value = Value(depth + 1);
            if (_problem is not null) return default;
            result.Add(value);
            SkipBlanks();
            if (Take(']')) return ScriptValue.Of(result);
            if (!Take(',')) return Fail("`,` or `]`");
        }
    }

    private ScriptValue Number()
    {
        var start = _at;
        Take('-');
        if (!Take('0') && !Digits()) return Fail("a digit");
        var isWhole = true;
        if (Take('.'))
        {
            isWhole = false;
            if (!Digits()) return Fail("a digit");
        }
        if (Next is 'e' or 'E')
        {
            isWhole = false;
            _at++;
            if (Next is '+' or '-') _at++;
            if (!Digits()) return Fail("a digit");
        }
        var digits = _text[start.._at];
        if (isWhole && long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return digits is "-0" ? ScriptValue.Of(-0.0) : ScriptValue.Of(whole);
        _run.Charge(2L * digits.Length);
        if (isWhole && digits.Length <= LongestWhole) return ValueNumbers.Parse(digits.ToString());
        var real = double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(real) ? ScriptValue.Of(real) : Fail("a number within the range of a double");
    }

    private string String()
    {
        var start = ++_at;
        var length = _text[start..].IndexOfAny('"', '\\');
        if (length < 0 || _text.Slice(start, length).ContainsAnyInRange('\0', '\x1f'))
        {
            Fail("text without control characters, and a closing quote");
            return "";
        }
        _at += length;
        if (Take('"'))
        {
            _run.ChargeText(length);
            return _text.Slice(start, length).ToString();
        }
        return Unescaped(start);
    }

    private string Unescaped(int start)
    {
        var buffer = _run.Scratch;
        var from = buffer.Length;
        buffer.Append(_text[start.._at]);
        while (!Take('"'))
        {
            if (_at >= _text.Length || Next < ' ' || (Next == '\\' && !Escape(buffer)))
            {
                Fail("text without control characters, and a closing quote");
                buffer.Truncate(from);
                return "";
            }
            var plain = _text[_at..].IndexOfAny('"', '\\');
            if (plain < 0) plain = _text.Length - _at;
            if (_text.Slice(_at, plain).IndexOfAnyInRange('\0', '\x1f') is >= 0 and var control) plain = control;
            buffer.Append(_text.Slice(_at, plain));
            _at += plain;
        }
        _run.ChargeText(buffer.Length - from);
        var result = ValueText.WellFormed(buffer.From(from).ToString());
        buffer.Truncate(from);
        return result;
    }

    private bool Escape(CharBuffer buffer)
    {
        _at++;
        var character = Next switch
        {
            '"' => '"', '\\' => '\\', '/' => '/', 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', _ => '\0',
        };
        if (character != '\0')
        {
            buffer.Append(character);
            _at++;
            return true;
        }
        if (Next != 'u' || _at + 5 > _text.Length) return false;
        if (!ushort.TryParse(_text.Slice(_at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)) return false;
        buffer.Append((char)code);
        _at += 5;
        return true;
    }

    private ScriptValue Word(string word, ScriptValue value)
    {
        if (!_text[_at..].StartsWith(word, StringComparison.Ordinal)) return Fail("a value");
        _at += word.Length;
        return value;
    }

    private bool Digits()
    {
        var start = _at;
        while (char.IsAsciiDigit(Next)) _at++;
        return _at > start;
    }

    private bool Take(char character)
    {
        if (_at >= _text.Length || _text[_at] != character) return false;
        _at++;
        return true;
    }

    private void SkipBlanks()
    {
        while (Next is ' ' or '\n' or '\r' or '\t') _at++;
    }

    private ScriptValue Deep()
    {
        _problem ??= $"it is nested deeper than {DeepestValue} levels";
        return default;
    }

    private ScriptValue Fail(string expected)
    {
        _problem ??= $"expected {expected} at character {Math.Min(_at, _text.Length) + 1}";
        return default;
    }
}
