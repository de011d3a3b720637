using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>Text that grows. Length and memory are counted before it does.</summary>
internal readonly ref struct TextBuilder(Run run)
{
    private readonly CharBuffer _buffer = run.Scratch;
    private readonly int _start = run.Scratch.Length;

    /// <summary>Characters so far.</summary>
    public int Length => _buffer.Length - _start;

    public void Append(char character)
    {
        Count(1);
        _buffer.Append(character);
    }

    public void Append(ReadOnlySpan<char> text)
    {
        Count(text.Length);
        _buffer.Append(text);
    }

    public void Append(char character, long times)
    {
        Count(times);
        for (long i = 0; i < times; i++) _buffer.Append(character);
    }

    /// <summary>A whole number, with leading zeros or blanks up to a width.</summary>
    public void Append(long number, int width, char pad = '0')
    {
        Span<char> digits = stackalloc char[24];
        number.TryFormat(digits, out var written, default, System.Globalization.CultureInfo.InvariantCulture);
        if (written < width) Append(pad, width - written);
        Append(digits[..written]);
    }

    /// <summary>What a value prints.</summary>
    public void Append(ScriptValue value)
    {
        if (value.AsString() is { } text)
        {
            Append(text);
            return;
        }
        var before = _buffer.Length;
        ValueText.Append(run, _buffer, value);
        Count(_buffer.Length - before, _buffer.Length - before);
        run.Pass(4L * (_buffer.Length - before));
    }

    /// <summary>Takes what was appended; the builder is done.</summary>
    public string Take()
    {
        run.Charge(24);
        var result = _buffer.From(_start).ToString();
        _buffer.Truncate(_start);
        return result;
    }

    private void Count(long more, long counted = 0)
    {
        run.CheckText(Length - counted + more);
        run.Charge(2 * more);
    }
}
