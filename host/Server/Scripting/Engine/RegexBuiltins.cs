using System.Text;
using System.Text.RegularExpressions;
using Scriban.Runtime;

namespace PluginHost.Server.Scripting.Engine;

/// <summary>Regular expressions: patterns and texts of bounded length, each match of bounded time, and each counted.</summary>
internal static class RegexBuiltins
{
    private const int MaxPattern = 1000;

    /// <summary>The functions of the group <c>regex</c> that are the host's.</summary>
    public static IReadOnlyList<HostFunction> All { get; } =
    [
        new("regex.match", "text pattern options?", call => Find(call, match => match.Success ? Groups(call, match) : new ScriptArray())),
        new("regex.matches", "text pattern options?", Matches),
        new("regex.replace", "text pattern replace options?", Replace),
        new("regex.split", "text pattern options?", Split),
    ];

    private static T Find<T>(Call call, Func<Match, T> found, int options = 2)
    {
        var (text, pattern) = (call.CappedText(0), call.Text(1));
        if (pattern.Length > MaxPattern) throw call.Fail($"a pattern has at most {MaxPattern} characters");
        call.Context.StepItems(4L * pattern.Length);
        try
        {
            return found(Regex.Match(text, pattern, OptionsOf(call, options), call.Context.RegexTimeOut));
        }
        catch (RegexMatchTimeoutException)
        {
            throw call.Fail($"a match took longer than {call.Context.RegexTimeOut.TotalMilliseconds} ms");
        }
        catch (RegexParseException problem)
        {
            throw call.Fail($"the pattern: {problem.Message}");
        }
    }

    /// <summary>The matches, each at the cost of steps.</summary>
    private static IEnumerable<Match> Each(Call call, Match first)
    {
        for (var match = first; match.Success; match = match.NextMatch())
        {
            call.Context.Step(4);
            call.Context.Check();
            yield return match;
        }
    }

    private static ScriptArray Groups(Call call, Match match)
    {
        call.Context.Step(match.Groups.Count);
        return new ScriptArray(match.Groups.Values.Select(group => group.Value));
    }

    private static ScriptArray Matches(Call call) => Find(call, first =>
    {
        var all = new ScriptArray();
        foreach (var match in Each(call, first)) all.Add(Groups(call, match));
        return all;
    });

    private static string Replace(Call call)
    {
        var (text, replacement) = (call.CappedText(0), call.Text(2));
        return Find(
            call,
            first =>
            {
                var (result, at) = (new StringBuilder(), 0);
                foreach (var match in Each(call, first))
                {
                    result.Append(text, at, match.Index - at);
                    // A replacement that names groups grows with them.
                    call.Context.CheckText(call.Span, result.Length + ((long)replacement.Length * (1 + (match.Length / 2))) - replacement.Length);
                    result.Append(match.Result(replacement));
                    call.Context.CheckText(call.Span, result.Length);
                    at = match.Index + match.Length;
                }
                return result.Append(text, at, text.Length - at).ToString();
            },
            options: 3);
    }

    private static ScriptArray Split(Call call)
    {
        var text = call.CappedText(0);
        return Find(call, first =>
        {
            var (parts, at) = (new ScriptArray(), 0);
            foreach (var match in Each(call, first))
            {
                parts.Add(text[at..match.Index]);
                at = match.Index + match.Length;
                foreach (var group in match.Groups.Values.Skip(1).Where(group => group.Success)) parts.Add(group.Value);
            }
            parts.Add(text[at..]);
            return parts;
        });
    }

    private static RegexOptions OptionsOf(Call call, int index) => call.Text(index).Aggregate(
        RegexOptions.CultureInvariant, (options, letter) => options | letter switch
        {
            'i' => RegexOptions.IgnoreCase,
            'm' => RegexOptions.Multiline,
            's' => RegexOptions.Singleline,
            'x' => RegexOptions.IgnorePatternWhitespace,
            _ => RegexOptions.None,
        });
}
