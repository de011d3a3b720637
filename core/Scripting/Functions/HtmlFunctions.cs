using System.Buffers;
using System.Text;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>The built-in object <c>html</c>.</summary>
internal static class HtmlFunctions
{
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    private static readonly SearchValues<char> Encoded = SearchValues.Create(Unreserved);
    private static readonly SearchValues<char> Escaped = SearchValues.Create(Unreserved + "!#$&'()*+,/:;=?@[]");

    public static FunctionGroup Group { get; } = new("html",
        new("strip", "text", "The text without HTML tags, comments, scripts and style sheets; no protection against hostile HTML.", Strip),
        new("escape", "text", "The text with `&`, `<`, `>`, quotes and characters beyond ASCII written as HTML entities.", Escape),
        new("newline_to_br", "text", "The text with `<br />` in front of each line break.", NewlineToBr),
        new("url_encode", "text", "The text with all but letters, digits and `-._~` percent-encoded as UTF-8.",
            call => PercentEncode(call, Encoded)),
        new("url_escape", "text", "The same, leaving the signs that structure an URL, such as `/`, `?` and `&`.",
            call => PercentEncode(call, Escaped)));

    private static ScriptValue Strip(Call call)
    {
        var source = call.Text(0);
        call.Run.Pass(4L * source.Length);
        var text = new TextBuilder(call.Run);
        var tags = new TagFinder(source);
        for (var at = 0; at < source.Length;)
        {
            var open = source.AsSpan(at).IndexOf('<');
            text.Append(open < 0 ? source.AsSpan(at) : source.AsSpan(at, open));
            if (open < 0) break;
            var end = tags.End(at + open);
            if (end < 0) text.Append('<');
            at = end < 0 ? at + open + 1 : end;
        }
        return ScriptValue.Of(text.Take());
    }

    private static ScriptValue Escape(Call call)
    {
        var source = call.Text(0);
        call.Run.Pass(2L * source.Length);
        var text = new TextBuilder(call.Run);
        foreach (var rune in source.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '&': text.Append("&amp;"); break;
                case '<': text.Append("&lt;"); break;
                case '>': text.Append("&gt;"); break;
                case '"': text.Append("&quot;"); break;
                case '\'': text.Append("&#39;"); break;
                case (>= 160 and < 256) or > 0xFFFF: AppendReference(text, rune.Value); break;
                default: text.Append((char)rune.Value); break;
            }
        }
        return ScriptValue.Of(text.Take());
    }

    private static void AppendReference(TextBuilder text, int code)
    {
        text.Append("&#");
        text.Append(code, 1);
        text.Append(';');
    }

    private static ScriptValue NewlineToBr(Call call)
    {
        var source = call.Text(0);
        call.Run.Pass(source.Length);
        var text = new TextBuilder(call.Run);
        for (var i = 0; i < source.Length; i++)
        {
            if (source[i] == '\r' || (source[i] == '\n' && (i == 0 || source[i - 1] != '\r'))) text.Append("<br />");
            text.Append(source[i]);
        }
        return ScriptValue.Of(text.Take());
    }

    private static ScriptValue PercentEncode(Call call, SearchValues<char> kept)
    {
        var source = call.Text(0);
        call.Run.Pass(4L * source.Length);
        var text = new TextBuilder(call.Run);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in source.EnumerateRunes())
        {
            if (rune.IsAscii && kept.Contains((char)rune.Value))
            {
                text.Append((char)rune.Value);
                continue;
            }
            foreach (var one in bytes[..rune.EncodeToUtf8(bytes)])
                text.Append(['%', "0123456789ABCDEF"[one >> 4], "0123456789ABCDEF"[one & 15]]);
        }
        return ScriptValue.Of(text.Take());
    }

    /// <summary>Finds where tags end. What was once not found is not looked for again: all calls together read the text a few times.</summary>
    private ref struct TagFinder(string source)
    {
        private bool _noScript;
        private bool _noStyle;
        private bool _noComment;
        private bool _noTag;

        /// <summary>The place after the tag, comment, script or style sheet that begins here; -1 where none does.</summary>
        public int End(int at)
        {
            var end = -1;
            if (Begins(at, "<script")) end = Find(at, "</script>", ref _noScript);
            else if (Begins(at, "<!--")) end = Find(at, "-->", ref _noComment);
            else if (Begins(at, "<style")) end = Find(at, "</style>", ref _noStyle);
            return end >= 0 ? end : Find(at, ">", ref _noTag);
        }

        private readonly bool Begins(int at, string tag) => source.AsSpan(at).StartsWith(tag, StringComparison.OrdinalIgnoreCase);

        private readonly int Find(int at, string close, ref bool isMissing)
        {
            if (isMissing) return -1;
            var found = source.AsSpan(at).IndexOf(close, StringComparison.OrdinalIgnoreCase);
            isMissing = found < 0;
            return found < 0 ? -1 : at + found + close.Length;
        }
    }
}
