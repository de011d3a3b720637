using System.Text.RegularExpressions;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>The built-in object <c>regex</c>: .NET's regular expressions with a time for each match.</summary>
internal static class RegexFunctions
{
    public static FunctionGroup Group { get; } = new("regex",
        new("escape", "pattern", "The text with everything escaped that has a meaning in a pattern.", Escape),
        new("match", "text pattern options?", "The first match and its groups as a list; an empty one where there is none.", FirstMatch),
        new("matches", "text pattern options?", "All matches, each as a list with its groups.", AllMatches),
        new("replace", "text pattern replace options?",
            "The text with all matches replaced; `$1` and `${name}` stand for groups.", Replace),
        new("split", "text pattern options?", "The parts of the text between matches.", Split),
        new("unescape", "pattern", "The text without the escapes of a pattern.", Unescape));

    private static ScriptValue Escape(Call call)
    {
        var text = call.Text(0);
        call.Run.Pass(2L * text.Length);
        call.Run.ChargeText(2L * text.Length);
        return ScriptValue.Of(Regex.Escape(text));
    }

    private static ScriptValue Unescape(Call call)
    {
        var text = call.Text(0);
        call.Run.Pass(4L * text.Length);
        call.Run.ChargeText(text.Length);
        try
        {
            return ScriptValue.Of(Regex.Unescape(text));
        }
        catch (RegexParseException problem)
        {
            throw call.Fail($"argument `pattern` cannot be unescaped: {problem.Message}");
        }
    }

    private static ScriptValue FirstMatch(Call call)
    {
        var search = new RegexSearch(call, 2);
        return search.First() is { } match ? Groups(call, match) : ScriptValue.Of(call.Empty());
    }

    private static ScriptValue AllMatches(Call call)
    {
        var search = new RegexSearch(call, 2);
        var result = call.Empty();
        for (var match = search.First(); match is not null; match = search.After(match)) call.Run.Append(result, Groups(call, match));
        return ScriptValue.Of(result);
    }

    private static ScriptValue Groups(Call call, Match match)
    {
        call.Run.ChargeArray(match.Groups.Count);
        var result = new ScriptArray(match.Groups.Count);
        for (var i = 0; i < match.Groups.Count; i++)
        {
            call.Run.ChargeText(match.Groups[i].Length);
            result.Add(ScriptValue.Of(match.Groups[i].Value));
        }
        return ScriptValue.Of(result);
    }

    private static ScriptValue Replace(Call call)
    {
        var search = new RegexSearch(call, 3);
        var text = new TextBuilder(call.Run);
        var (replacement, at) = (call.Text(2), 0);
        for (var match = search.First(); match is not null; match = search.After(match))
        {
            text.Append(search.Text.AsSpan(at, match.Index - at));
            call.Run.Pass(4L * replacement.Length);
            new RegexReplacement(replacement, search.Regex, search.Text, match).AppendTo(text);
            at = match.Index + match.Length;
        }
        text.Append(search.Text.AsSpan(at));
        return ScriptValue.Of(text.Take());
    }

    private static ScriptValue Split(Call call)
    {
        var search = new RegexSearch(call, 2);
        var (result, at) = (call.Empty(), 0);
        for (var match = search.First(); match is not null; match = search.After(match))
        {
            Add(call, result, search.Text.AsSpan(at, match.Index - at));
            at = match.Index + match.Length;
            for (var i = 1; i < match.Groups.Count; i++)
                if (match.Groups[i].Success) Add(call, result, match.Groups[i].ValueSpan);
        }
        Add(call, result, search.Text.AsSpan(at));
        return ScriptValue.Of(result);
    }

    private static void Add(Call call, ScriptArray result, ReadOnlySpan<char> part)
    {
        call.Run.ChargeText(part.Length);
        call.Run.Append(result, ScriptValue.Of(part.ToString()));
    }
}
