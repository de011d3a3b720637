using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>Functions of <c>string</c> that look for one text in another. Characters are compared by their codes.</summary>
internal static class StringSearch
{
    public static ScriptValue Contains(Call call) =>
        ScriptValue.Of(!call[0].IsNull && !call[1].IsNull && Search(call).First(call.Text(0)) >= 0);

    public static ScriptValue StartsWith(Call call)
    {
        call.Run.Pass(call.Text(1).Length);
        return ScriptValue.Of(!call[0].IsNull && !call[1].IsNull && call.Text(0).StartsWith(call.Text(1), StringComparison.Ordinal));
    }

    public static ScriptValue EndsWith(Call call)
    {
        call.Run.Pass(call.Text(1).Length);
        return ScriptValue.Of(!call[0].IsNull && !call[1].IsNull && call.Text(0).EndsWith(call.Text(1), StringComparison.Ordinal));
    }

    public static ScriptValue EqualsIgnoreCase(Call call)
    {
        call.Run.Pass(call.Text(0).Length);
        return ScriptValue.Of(string.Equals(call.TextOrNull(0), call.TextOrNull(1), StringComparison.OrdinalIgnoreCase));
    }

    public static ScriptValue Remove(Call call) => ReplaceAll(call, "");

    public static ScriptValue Replace(Call call) => ReplaceAll(call, call.Text(2));

    public static ScriptValue RemoveFirst(Call call) => ReplaceOne(call, "", false);

    public static ScriptValue RemoveLast(Call call) => ReplaceOne(call, "", true);

    public static ScriptValue ReplaceFirst(Call call) => ReplaceOne(call, call.Text(2), call.Truth(3));

    public static ScriptValue Split(Call call)
    {
        var (source, match) = (call.Text(0), call.Text(1));
        var search = Search(call);
        var run = call.Run;
        run.ChargeArray(0);
        var result = new ScriptArray();
        for (var at = 0; at < source.Length;)
        {
            run.Step();
            var found = match.Length == 0 ? -1 : search.First(source.AsSpan(at));
            var length = found < 0 ? source.Length - at : found;
            if (length > 0)
            {
                run.ChargeText(length);
                run.Append(result, ScriptValue.Of(source.Substring(at, length)));
            }
            if (found < 0) break;
            at += length + match.Length;
        }
        return ScriptValue.Of(result);
    }

    public static ScriptValue IndexOf(Call call)
    {
        var (text, search) = (call.Text(0), call.Text(1));
        var start = call.IntegerOrNull(2) ?? 0;
        if (start < 0 || start > text.Length) throw call.Fail(2, $"must be from 0 to {text.Length}");
        var count = call.IntegerOrNull(3) ?? text.Length - start;
        if (count < 0 || count > text.Length - start) throw call.Fail(3, $"must be from 0 to {text.Length - start}");
        if (IgnoresCase(call))
        {
            call.Run.ChargeText(text.Length);
            call.Run.ChargeText(search.Length);
            call.Run.Pass((long)text.Length + search.Length);
            (text, search) = (text.ToUpperInvariant(), search.ToUpperInvariant());
        }
        var found = new TextSearch(call.Run, text, search).First(text.AsSpan((int)start, (int)count));
        return ScriptValue.Of(found < 0 ? -1 : found + start);
    }

    private static bool IgnoresCase(Call call) => call.Text(4) switch
    {
        "" or "Ordinal" or "InvariantCulture" or "CurrentCulture" => false,
        "OrdinalIgnoreCase" or "InvariantCultureIgnoreCase" or "CurrentCultureIgnoreCase" => true,
        _ => throw call.Fail(
            4, "must be one of CurrentCulture, CurrentCultureIgnoreCase, InvariantCulture, InvariantCultureIgnoreCase, Ordinal, "
                + "OrdinalIgnoreCase"),
    };

    private static ScriptValue ReplaceAll(Call call, string replacement)
    {
        var (source, match) = (call.Text(0), call.Text(1));
        if (match.Length == 0) return ScriptValue.Of(source);
        var search = Search(call);
        var found = search.First(source);
        if (found < 0) return ScriptValue.Of(source);
        var text = new TextBuilder(call.Run);
        var at = 0;
        while (found >= 0)
        {
            call.Run.Step();
            text.Append(source.AsSpan(at, found));
            text.Append(replacement);
            at += found + match.Length;
            found = search.First(source.AsSpan(at));
        }
        text.Append(source.AsSpan(at));
        return ScriptValue.Of(text.Take());
    }

    private static ScriptValue ReplaceOne(Call call, string replacement, bool last)
    {
        var (source, match) = (call.Text(0), call.Text(1));
        if (match.Length == 0) return ScriptValue.Of(source);
        var search = Search(call);
        var found = last ? search.Last(source) : search.First(source);
        if (found < 0) return ScriptValue.Of(source);
        call.Run.ChargeText((long)source.Length - match.Length + replacement.Length);
        return ScriptValue.Of(string.Concat(source.AsSpan(0, found), replacement, source.AsSpan(found + match.Length)));
    }

    private static TextSearch Search(Call call) => new(call.Run, call.Text(0), call.Text(1));
}
