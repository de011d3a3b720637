using System.Text.RegularExpressions;
using PluginHost.Core.Scripting.Evaluation;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>
/// The matches of one call, one after the other: each is counted, has the time of one match, and is followed by a look at the deadline. A
/// fault of the pattern and a match that takes too long are faults of the call.
/// </summary>
internal readonly ref struct RegexSearch
{
    private const int LongestPattern = 4096;
    private const int LargeText = 4096; // what a matcher needs for one is not kept
    private const int MatchSize = 200;
    private const int GroupSize = 48;

    private readonly Call _call;
    private readonly int _groups;

    /// <summary>Takes text, pattern and options from the arguments.</summary>
    /// <param name="call">The call.</param>
    /// <param name="options">The argument that the options are.</param>
    public RegexSearch(Call call, int options)
    {
        _call = call;
        Text = call.Text(0);
        var pattern = call.Text(1);
        if (pattern.Length > LongestPattern) throw call.Fail($"argument `pattern` is longer than {LongestPattern} characters");
        call.Run.StepMany(20 + pattern.Length);
        call.Run.Charge(1024 + 32L * pattern.Length + 8L * Text.Length);
        try
        {
            Regex = call.Run.Pattern(pattern, Options(call, options));
        }
        catch (RegexParseException problem)
        {
            throw call.Fail($"argument `pattern` is no regular expression: {problem.Message}");
        }
        _groups = Regex.GetGroupNumbers().Length;
        if (Text.Length <= LargeText) call.Run.KeepPattern(Regex);
        else call.Run.DropPattern(Regex);
    }

    /// <summary>The pattern.</summary>
    public Regex Regex { get; }

    /// <summary>The text that is searched.</summary>
    public string Text { get; }

    /// <summary>The first match, or null.</summary>
    public Match? First()
    {
        _call.Run.StepMany(Text.Length / 16);
        return Counted(null);
    }

    /// <summary>The match after another, or null.</summary>
    public Match? After(Match match) => Counted(match);

    private Match? Counted(Match? before)
    {
        Run run = _call.Run;
        run.StepMany(1 + _groups);
        run.Charge(MatchSize + (long)GroupSize * _groups);
        try
        {
            var match = before is null ? Regex.Match(Text) : before.NextMatch();
            run.CheckTime();
            return match.Success ? match : null;
        }
        catch (RegexMatchTimeoutException)
        {
            run.DropPattern(Regex);
            throw _call.Fail($"a match took longer than {run.RegexTimeout.TotalMilliseconds:0} ms");
        }
    }

    private static RegexOptions Options(Call call, int argument)
    {
        var result = RegexOptions.CultureInvariant;
        foreach (var letter in call.Text(argument))
        {
            result |= letter switch
            {
                'i' => RegexOptions.IgnoreCase,
                'm' => RegexOptions.Multiline,
                's' => RegexOptions.Singleline,
                'x' => RegexOptions.IgnorePatternWhitespace,
                _ => throw call.Fail(argument, "must be made of the letters i, m, s and x"),
            };
        }
        return result;
    }
}
