using System.Collections.Immutable;
using LanguageExt;
using PluginHost.Core.Protocol.Handshake;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Scripts;

/// <summary>
/// The subprotocols that a script names itself, in its first comment: <c>{{# protocols: shout.v1, shout ~}}</c>. Only blanks may stand before that comment,
/// and before the word in it.
/// </summary>
public static class ScriptProtocols
{
    private const string Mark = "protocols:";
    private const string Blanks = " \t\r\n";

    /// <summary>Reads them.</summary>
    /// <param name="file">The file's name, for errors.</param>
    /// <param name="text">Its text.</param>
    /// <returns>Tokens (RFC 7230 §3.2.6), each once, in the order of the text; none where none are named. Or the first that is wrong.</returns>
    public static Either<Seq<ScriptError>, ImmutableArray<string>> Read(string file, string text)
    {
        if (StartOfList(text) is not { } at) return ImmutableArray<string>.Empty;
        var end = text.AsSpan(at).IndexOfAny('\n', '\r', '#') is var stop and >= 0 ? at + stop : text.Length;
        if (text.AsSpan(at, end - at).IndexOf("}}", StringComparison.Ordinal) is var close and >= 0) end = EndOfCode(text, at, at + close);
        var names = ImmutableArray.CreateBuilder<string>();
        foreach (var (start, name) in Items(text, at, end))
        {
            if (!Grammar.IsToken(name)) return Refused("this is no subprotocol: a token is expected (RFC 7230 §3.2.6)");
            if (names.Contains(name)) return Refused("this subprotocol is named twice");
            names.Add(name);

            Either<Seq<ScriptError>, ImmutableArray<string>> Refused(string message) =>
                Seq1(ScriptError.At(file, text, start, start + name.Length, message));
        }
        return names.ToImmutable();
    }

    /// <summary>The place behind <c>protocols:</c>.</summary>
    private static int? StartOfList(string text)
    {
        var at = Skip(text, 0, Blanks);
        if (!text.AsSpan(at).StartsWith("{{", StringComparison.Ordinal)) return null;
        at += 2;
        if (at < text.Length && text[at] is '-' or '~') at++;
        at = Skip(text, at, Blanks);
        if (at == text.Length || text[at] != '#') return null;
        // A comment of one mark ends with its line; one of two may begin with empty lines.
        var isBlock = text.AsSpan(at).StartsWith("##", StringComparison.Ordinal);
        at = Skip(text, Skip(text, at, "#"), isBlock ? Blanks : " \t");
        return text.AsSpan(at).StartsWith(Mark, StringComparison.Ordinal) ? at + Mark.Length : null;
    }

    /// <summary>The code may strip blanks where it ends: <c>~}}</c>, <c>-}}</c>.</summary>
    private static int EndOfCode(string text, int start, int end) => end > start && text[end - 1] is '~' or '-' ? end - 1 : end;

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
