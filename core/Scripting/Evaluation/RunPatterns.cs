using System.Text.RegularExpressions;

namespace PluginHost.Core.Scripting.Evaluation;

internal sealed partial class Run
{
    private const int KeptPatterns = 16;

    private readonly List<Regex> _patterns = [];

    /// <summary>
    /// The regular expression of a pattern that was compiled before with these options, or a new one. Which of the two has no effect but
    /// time; what it costs is the caller's to count.
    /// </summary>
    /// <exception cref="RegexParseException">The pattern is none.</exception>
    public Regex Pattern(string pattern, RegexOptions options)
    {
        for (var i = 0; i < _patterns.Count; i++)
        {
            var known = _patterns[i];
            if (known.Options != options || known.MatchTimeout != RegexTimeout || known.ToString() != pattern) continue;
            if (i > 0) (_patterns[i - 1], _patterns[i]) = (known, _patterns[i - 1]);
            return known;
        }
        return new Regex(pattern, options, RegexTimeout);
    }

    /// <summary>Keeps a regular expression for the next time. One that grew large on its text should not be kept.</summary>
    public void KeepPattern(Regex regex)
    {
        if (_patterns.Contains(regex)) return;
        if (_patterns.Count == KeptPatterns) _patterns.RemoveAt(KeptPatterns - 1);
        _patterns.Add(regex);
    }

    /// <summary>Lets go of a regular expression and of the memory it holds.</summary>
    public void DropPattern(Regex regex) => _patterns.Remove(regex);
}
