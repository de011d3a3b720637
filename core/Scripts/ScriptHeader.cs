using System.Collections.Immutable;
using LanguageExt;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Text;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Scripts;

/// <summary>
/// What a script says about itself: <c>{{# protocols: shout.v1, shout ~}}</c>. Facts stand at the beginning of its first comment, one a line, in any order; the
/// first line that is none ends them. Only blanks may stand before that comment.
/// </summary>
/// <param name="Protocols">The subprotocols that it names: tokens (RFC 7230 §3.2.6), each once, in the order of the text.</param>
/// <param name="Description">What it is for, in a line.</param>
/// <param name="Version">Its version.</param>
/// <param name="Interval">How often its function <c>on_interval</c> is called, whether somebody is connected or not.</param>
public sealed record ScriptHeader(ImmutableArray<string> Protocols, Option<string> Description, Option<string> Version, Option<TimeSpan> Interval)
{
    /// <summary>Characters of a description.</summary>
    public const int MaxDescription = 200;

    /// <summary>Characters of a version.</summary>
    public const int MaxVersion = 32;

    /// <summary>Where <c>interval</c> stands in the text.</summary>
    public int IntervalPlace { get; init; }

    /// <summary>The shortest interval.</summary>
    public static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest interval.</summary>
    public static readonly TimeSpan MaxInterval = TimeSpan.FromDays(1);

    private const string Blanks = " \t\r\n";
    private const string Protocol = "protocols";

    private static readonly ImmutableArray<string> Names = [Protocol, "description", "version", "interval"];

    /// <summary>Of a script that says nothing.</summary>
    public static ScriptHeader Empty { get; } = new([], None, None, None);

    /// <summary>Reads it.</summary>
    /// <param name="file">The file's name, for errors.</param>
    /// <param name="text">Its text.</param>
    /// <returns>What is said; or all that is wrong with it.</returns>
    public static Either<Seq<ScriptError>, ScriptHeader> Read(string file, string text)
    {
        var header = Empty;
        var errors = Seq<ScriptError>();
        var read = ImmutableHashSet.Create<string>(StringComparer.Ordinal);
        foreach (var fact in Facts(text))
        {
            var said = read.Contains(fact.Name)
                ? Left<ScriptError, ScriptHeader>(ScriptError.At(file, text, fact.Start, fact.Start + fact.Name.Length, $"`{fact.Name}` is said twice"))
                : Say(header, file, text, fact);
            said.Match(next => header = next, error => { errors = errors.Add(error); });
            read = read.Add(fact.Name);
        }
        return errors.IsEmpty ? header : errors;
    }

    /// <summary>A fact: its name and the place of its value, without blanks around it.</summary>
    private readonly record struct Fact(string Name, int Start, int ValueStart, int ValueEnd);

    private static Either<ScriptError, ScriptHeader> Say(ScriptHeader header, string file, string text, Fact fact)
    {
        if (fact.Name == Protocol) return ReadTokens(file, text, fact).Map(tokens => header with { Protocols = tokens });
        var value = text[fact.ValueStart..fact.ValueEnd];
        if (fact.Name == "version") return Checked(IsVersion(value), $"a version is 1 to {MaxVersion} letters, digits, `.`, `-`, `+` or `_`").Map(valid => header with { Version = valid });
        if (fact.Name == "interval")
        {
            var interval = Quantity.Duration(value).ToOption().Filter(time => time >= MinInterval && time <= MaxInterval);
            return Checked(interval.IsSome, "an interval is a duration from 100ms to 24h, such as 500ms, 20s, 5m or 1h").Map(_ => header with { Interval = interval, IntervalPlace = fact.Start });
        }
        return Checked(
            value.Length is > 0 and <= MaxDescription && !value.Any(char.IsControl), $"a description is 1 to {MaxDescription} characters, none of them a control character")
            .Map(valid => header with { Description = valid });

        Either<ScriptError, string> Checked(bool isValid, string message) =>
            isValid ? value : ScriptError.At(file, text, fact.ValueStart, fact.ValueEnd, message);
    }

    private static bool IsVersion(string value) =>
        value.Length is > 0 and <= MaxVersion && value.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '+' or '_');

    private static Either<ScriptError, ImmutableArray<string>> ReadTokens(string file, string text, Fact fact)
    {
        var tokens = ImmutableArray.CreateBuilder<string>();
        foreach (var (start, token) in Items(text, fact.ValueStart, fact.ValueEnd))
        {
            if (!Grammar.IsToken(token)) return Refused("this is no subprotocol: a token is expected (RFC 7230 §3.2.6)");
            if (tokens.Contains(token)) return Refused("this subprotocol is named twice");
            tokens.Add(token);

            ScriptError Refused(string message) => ScriptError.At(file, text, start, start + token.Length, message);
        }
        return tokens.ToImmutable();
    }

    private static IEnumerable<Fact> Facts(string text)
    {
        if (StartOfComment(text) is not { } comment) yield break;
        var (at, isBlock) = comment;
        while (at < text.Length && NameAt(text, at) is { } name)
        {
            var from = at + name.Length + 1;
            var line = text.AsSpan(from).IndexOfAny('\n', '\r') is var stop and >= 0 ? from + stop : text.Length;
            var end = EndOfValue(text, from, line, name);
            var start = Math.Min(end, Skip(text, from, " \t"));
            yield return new Fact(name, at, start, start + text.AsSpan(start, end - start).TrimEnd(" \t").Length);
            if (end < line || NextLine(text, line, isBlock) is not { } next) yield break;
            at = next;
        }
    }

    private static string? NameAt(string text, int at) =>
        Names.FirstOrDefault(name => text.AsSpan(at).StartsWith(name, StringComparison.Ordinal) && at + name.Length < text.Length && text[at + name.Length] == ':');

    /// <summary>A value ends with its line, or with the comment. The code may strip blanks where it ends: <c>~}}</c>, <c>-}}</c>.</summary>
    private static int EndOfValue(string text, int start, int line, string name)
    {
        var end = line;
        // No token holds the mark as its last character; a sentence may: "for C#".
        if (text.AsSpan(start, end - start).IndexOf(name == Protocol ? "#" : "##", StringComparison.Ordinal) is var mark and >= 0) end = start + mark;
        if (text.AsSpan(start, end - start).IndexOf("}}", StringComparison.Ordinal) is not (var close and >= 0)) return end;
        end = start + close;
        if (end > start && text[end - 1] is '~' or '-') end--;
        var value = text.AsSpan(start, end - start).TrimEnd(" \t");
        return value.EndsWith("#") ? start + value.Length - 1 : end;
    }

    /// <summary>The text of the comment, behind its marks, and whether it has two: then it goes on over lines, otherwise each line has a mark of its own.</summary>
    private static (int At, bool IsBlock)? StartOfComment(string text)
    {
        var at = Skip(text, 0, Blanks);
        if (!text.AsSpan(at).StartsWith("{{", StringComparison.Ordinal)) return null;
        at += 2;
        if (at < text.Length && text[at] is '-' or '~') at++;
        at = Skip(text, at, Blanks);
        if (at == text.Length || text[at] != '#') return null;
        var isBlock = text.AsSpan(at).StartsWith("##", StringComparison.Ordinal);
        return (Skip(text, Skip(text, at, "#"), isBlock ? Blanks : " \t"), isBlock);
    }

    private static int? NextLine(string text, int at, bool isBlock)
    {
        at = Skip(text, at, Blanks);
        if (isBlock) return at;
        return text.AsSpan(at).StartsWith("#", StringComparison.Ordinal) && !text.AsSpan(at).StartsWith("##", StringComparison.Ordinal) ? Skip(text, at + 1, " \t") : null;
    }

    private static IEnumerable<(int Start, string Name)> Items(string text, int start, int end)
    {
        while (start <= end)
        {
            var comma = text.IndexOf(',', start, end - start) is var next and >= 0 ? next : end;
            var name = text[start..comma];
            yield return (start + (name.Length - name.TrimStart().Length), name.Trim());
            start = comma + 1;
        }
    }

    private static int Skip(string text, int at, string characters)
    {
        while (at < text.Length && characters.Contains(text[at])) at++;
        return at;
    }
}
