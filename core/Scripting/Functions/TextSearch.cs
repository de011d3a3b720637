using PluginHost.Core.Scripting.Evaluation;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>
/// Searches for one text in another, character by character, in time proportional to the two lengths whatever they are: a plain search
/// tries every place anew, which texts such as <c>aaa…ab</c> turn into seconds.
/// </summary>
internal readonly ref struct TextSearch
{
    private const int Short = 32; // up to here a plain search costs less

    private readonly ReadOnlySpan<char> _pattern;
    private readonly int[]? _borders; // of each beginning of the pattern: its longest proper beginning that is also its end

    /// <summary>A search, counted as a pass over both; memory is charged.</summary>
    public TextSearch(Run run, string text, string pattern)
    {
        run.Pass(text.Length + (long)pattern.Length);
        _pattern = pattern;
        if (pattern.Length <= Short || pattern.Length > text.Length) return;
        run.Charge(24 + sizeof(int) * (long)pattern.Length);
        _borders = Borders(pattern);
    }

    /// <summary>The first place in the text, or -1. An empty pattern is found at once.</summary>
    public int First(ReadOnlySpan<char> text) => _borders is null ? text.IndexOf(_pattern) : Find(text, false);

    /// <summary>The last place in the text, or -1. An empty pattern is found at the end.</summary>
    public int Last(ReadOnlySpan<char> text) => _borders is null ? text.LastIndexOf(_pattern) : Find(text, true);

    private int Find(ReadOnlySpan<char> text, bool last)
    {
        var (matched, found) = (0, -1);
        for (var i = 0; i < text.Length; i++)
        {
            while (matched > 0 && text[i] != _pattern[matched]) matched = _borders![matched - 1];
            if (text[i] == _pattern[matched]) matched++;
            if (matched < _pattern.Length) continue;
            found = i + 1 - matched;
            if (!last) return found;
            matched = _borders![matched - 1];
        }
        return found;
    }

    private static int[] Borders(string pattern)
    {
        var borders = new int[pattern.Length];
        for (var (i, matched) = (1, 0); i < pattern.Length; i++)
        {
            while (matched > 0 && pattern[i] != pattern[matched]) matched = borders[matched - 1];
            if (pattern[i] == pattern[matched]) matched++;
            borders[i] = matched;
        }
        return borders;
    }
}
