using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>Functions of <c>string</c> that give a part of a text.</summary>
internal static class StringParts
{
    public static ScriptValue Slice(Call call) => Slice(call, call.IntegerOrNull(2) ?? long.MaxValue);

    public static ScriptValue Slice1(Call call) => Slice(call, call.IntegerOrNull(2) ?? 1);

    public static ScriptValue Truncate(Call call)
    {
        var (text, ellipsis, length) = (call.Text(0), call.TextOrNull(2) ?? "...", call.Integer(1));
        if (length < 0) throw call.Fail(1, "must not be negative");
        if (text.Length <= length) return ScriptValue.Of(text);
        var kept = (int)Math.Max(0, length - ellipsis.Length);
        call.Run.ChargeText(kept + (long)ellipsis.Length);
        call.Run.Pass(kept + (long)ellipsis.Length);
        return ScriptValue.Of(string.Concat(text.AsSpan(0, kept), ellipsis));
    }

    public static ScriptValue TruncateWords(Call call)
    {
        var (source, ellipsis, count) = (call.Text(0), call.TextOrNull(2) ?? "...", call.Integer(1));
        if (count < 0) throw call.Fail(1, "must not be negative");
        call.Run.Pass(source.Length);
        var text = new TextBuilder(call.Run);
        var at = 0;
        for (long words = 0; ; words++)
        {
            while (at < source.Length && char.IsWhiteSpace(source[at])) at++;
            if (at == source.Length) return ScriptValue.Of(text.Take());
            if (words == count) break;
            var start = at;
            while (at < source.Length && !char.IsWhiteSpace(source[at])) at++;
            if (words > 0) text.Append(' ');
            text.Append(source.AsSpan(start, at - start));
        }
        text.Append(ellipsis);
        return ScriptValue.Of(text.Take());
    }

    private static ScriptValue Slice(Call call, long length)
    {
        var (text, start) = (call.Text(0), call.Integer(1));
        if (start < 0)
        {
            start += text.Length;
            if (start < 0 && length < long.MaxValue) length += start;
            start = Math.Max(0, start);
        }
        length = Math.Min(length, text.Length - start);
        if (length <= 0) return ScriptValue.EmptyText;
        if (length == text.Length) return ScriptValue.Of(text);
        call.Run.ChargeText(length);
        call.Run.Pass(length);
        return ScriptValue.Of(text.Substring((int)start, (int)length));
    }
}
