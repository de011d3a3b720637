using System.Globalization;
using System.Text.RegularExpressions;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>
/// What takes the place of a match, by .NET's substitutions: <c>$1</c>, <c>${name}</c>, <c>$$</c>, <c>$&amp;</c>, <c>$`</c>, <c>$'</c>,
/// <c>$+</c>, <c>$_</c>. Written here because the framework's own makes texts of any length before anyone can count them.
/// </summary>
internal readonly ref struct RegexReplacement(string pattern, Regex regex, string source, Match match)
{
    public void AppendTo(TextBuilder text)
    {
        var rest = pattern.AsSpan();
        while (true)
        {
            var dollar = rest.IndexOf('$');
            if (dollar < 0) break;
            text.Append(rest[..dollar]);
            rest = rest[dollar..];
            var used = Substitute(text, rest);
            if (used == 0) text.Append('$');
            rest = rest[Math.Max(1, used)..];
        }
        text.Append(rest);
    }

    // How many characters the substitution at the beginning is long; 0 where there is none.
    private int Substitute(TextBuilder text, ReadOnlySpan<char> rest)
    {
        switch (rest.Length > 1 ? rest[1] : '\0')
        {
            case '$': text.Append('$'); return 2;
            case '&': text.Append(match.ValueSpan); return 2;
            case '`': text.Append(source.AsSpan(0, match.Index)); return 2;
            case '\'': text.Append(source.AsSpan(match.Index + match.Length)); return 2;
            case '_': text.Append(source); return 2;
            case '+': text.Append(match.Groups[match.Groups.Count - 1].ValueSpan); return 2;
            case '{': return Braces(text, rest);
            case >= '0' and <= '9': return Digits(text, rest);
            default: return 0;
        }
    }

    private int Braces(TextBuilder text, ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOf('}');
        if (end < 3 || Group(rest[2..end]) is not { } group) return 0;
        text.Append(group.ValueSpan);
        return end + 1;
    }

    private int Digits(TextBuilder text, ReadOnlySpan<char> rest)
    {
        var end = rest[1..].IndexOfAnyExceptInRange('0', '9');
        end = end < 0 ? rest.Length : end + 1;
        if (Numbered(rest[1..end]) is not { } group) return 0;
        text.Append(group.ValueSpan);
        return end;
    }

    private Group? Group(ReadOnlySpan<char> name)
    {
        if (!name.ContainsAnyExceptInRange('0', '9')) return Numbered(name);
        return match.Groups.TryGetValue(name.ToString(), out var named) ? named : null;
    }

    private Group? Numbered(ReadOnlySpan<char> digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && regex.GroupNameFromNumber(number).Length > 0
            ? match.Groups[number]
            : null;
}
