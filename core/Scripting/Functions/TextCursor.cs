namespace PluginHost.Core.Scripting.Functions;

/// <summary>A place in a text that moves on as parts are recognised.</summary>
internal sealed class TextCursor(string text)
{
    public int At { get; private set; }

    public bool IsAtEnd => At == text.Length;

    /// <summary>The character here; NUL at the end.</summary>
    public char Next => At < text.Length ? text[At] : '\0';

    public void Skip() => At++;

    public void SkipBlanks()
    {
        while (At < text.Length && char.IsWhiteSpace(text[At])) At++;
    }

    public bool Take(char character)
    {
        if (Next != character || IsAtEnd) return false;
        At++;
        return true;
    }

    public bool Take(string word)
    {
        if (word.Length == 0 || !text.AsSpan(At).StartsWith(word, StringComparison.OrdinalIgnoreCase)) return false;
        At += word.Length;
        return true;
    }

    /// <summary>A number of 1 to so many digits, with its length; null where none begins here.</summary>
    public (long Value, int Digits)? Number(int digits)
    {
        var start = At;
        var value = 0L;
        while (At - start < digits && char.IsAsciiDigit(Next)) value = value * 10 + (text[At++] - '0');
        return At == start ? null : (value, At - start);
    }

    /// <summary>Digits after a decimal point as ticks: further ones than seven are read and dropped.</summary>
    public long? Fraction()
    {
        var start = At;
        var ticks = 0L;
        for (; char.IsAsciiDigit(Next); At++)
            if (At - start < 7) ticks = ticks * 10 + (Next - '0');
        if (At == start) return null;
        for (var i = At - start; i < 7; i++) ticks *= 10;
        return ticks;
    }

    /// <summary>The letters here.</summary>
    public ReadOnlySpan<char> Word()
    {
        var start = At;
        while (At < text.Length && char.IsLetter(text[At])) At++;
        return text.AsSpan(start, At - start);
    }

    /// <summary>An offset such as <c>+05:30</c>, <c>-0800</c>, <c>+2</c> or <c>Z</c>; null where none begins here.</summary>
    public TimeSpan? Offset()
    {
        if (Take("UTC") || Take("GMT") || Take("Z")) return TimeSpan.Zero;
        if (Next is not ('+' or '-')) return null;
        var sign = Next == '-' ? -1 : 1;
        Skip();
        if (Number(2) is not { } hours) return null;
        var minutes = Take(':') || char.IsAsciiDigit(Next) ? Number(2) : (0, 2);
        return minutes is { Digits: 2, Value: < 60 } given ? sign * new TimeSpan((int)hours.Value, (int)given.Value, 0) : null;
    }

    /// <summary>Which of the names begins here, the longest of them; -1 for none. Empty names are passed over.</summary>
    public int OneOf(ReadOnlySpan<string> names)
    {
        var best = -1;
        for (var i = 0; i < names.Length; i++)
        {
            var isLonger = names[i].Length > (best < 0 ? 0 : names[best].Length);
            if (isLonger && text.AsSpan(At).StartsWith(names[i], StringComparison.OrdinalIgnoreCase)) best = i;
        }
        if (best >= 0) At += names[best].Length;
        return best;
    }
}
