using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>The built-in object <c>string</c>.</summary>
internal static class StringFunctions
{
    private const string Whole = "text";

    public static FunctionGroup Group { get; } = new("string",
        new("escape", Whole, "The text with quotes, backslashes and control characters escaped as in a script.", Escape),
        new("append", "text with", "The text with another after it.", Append),
        new("capitalize", Whole, "The text with its first character in upper case.", Capitalize),
        new("capitalizewords", Whole, "The text with the first character of each word in upper case.", CapitalizeWords),
        new("contains", "text value", "Whether a text occurs in it.", StringSearch.Contains),
        new("empty", Whole, "Whether the text is empty or null.", call => ScriptValue.Of(call.Text(0).Length == 0)),
        new("whitespace", Whole, "Whether the text is empty or nothing but blanks.", Whitespace),
        new("downcase", Whole, "The text in lower case.", Downcase),
        new("ends_with", "text value", "Whether the text ends with another.", StringSearch.EndsWith),
        new("equals_ignore_case", "text value", "Whether two texts are equal whatever their case.", StringSearch.EqualsIgnoreCase),
        new("handleize", Whole, "The text as part of an URL: letters and digits in lower case, a hyphen for all between.", Handleize),
        new("literal", Whole, "The text as a string literal, quotes included; null for null.", Literal),
        new("lstrip", Whole, "The text without blanks at its beginning.", call => call.Result(0, call.Text(0).TrimStart())),
        new("pluralize", "number singular plural", "The second argument where the number is 1, else the third.", Pluralize),
        new("prepend", "text by", "The text with another before it.", Prepend),
        new("remove", "text remove", "The text without any occurrence of another.", StringSearch.Remove),
        new("remove_first", "text remove", "The text without the first occurrence of another.", StringSearch.RemoveFirst),
        new("remove_last", "text remove", "The text without the last occurrence of another.", StringSearch.RemoveLast),
        new("replace", "text match replace", "The text with every occurrence of the second argument replaced by the third.",
            StringSearch.Replace),
        new("replace_first", "text match replace fromEnd?", "The same for the first occurrence alone, or the last if `fromEnd`.",
            StringSearch.ReplaceFirst),
        new("rstrip", Whole, "The text without blanks at its end.", call => call.Result(0, call.Text(0).TrimEnd())),
        new("size", Whole, "The number of characters (UTF-16 code units).", call => ScriptValue.Of((long)call.Text(0).Length)),
        new("slice", "text start length?", "The part from a place on, counted from the end if negative; to the end without `length`.",
            StringParts.Slice),
        new("slice1", "text start length?", "The same; one character without `length`.", StringParts.Slice1),
        new("split", "text match", "The parts between occurrences of another text, without empty ones.", StringSearch.Split),
        new("starts_with", "text value", "Whether the text begins with another.", StringSearch.StartsWith),
        new("strip", Whole, "The text without blanks at both ends.", call => call.Result(0, call.Text(0).Trim())),
        new("strip_newlines", Whole, "The text without line breaks.", StripNewlines),
        new("to_int", Whole, "The whole number of 32 bits that the text is, or null.", StringNumbers.ToInt),
        new("to_long", Whole, "The whole number of 64 bits that the text is, or null.", StringNumbers.ToLong),
        new("to_float", Whole, "The floating-point number of 32 bits that the text is, or null.", StringNumbers.ToFloat),
        new("to_double", Whole, "The floating-point number of 64 bits that the text is, or null.", StringNumbers.ToDouble),
        new("truncate", "text length ellipsis?", "The text cut to a length that includes the ellipsis (`...`) put at its end.",
            StringParts.Truncate),
        new("truncatewords", "text count ellipsis?", "The first words of the text, and an ellipsis (`...`) if there were more.",
            StringParts.TruncateWords),
        new("upcase", Whole, "The text in upper case.", Upcase),
        new("md5", Whole, "The MD5 hash of the text in UTF-8, in hexadecimal digits.", StringHashes.Md5),
        new("sha1", Whole, "The SHA-1 hash.", StringHashes.Sha1),
        new("sha256", Whole, "The SHA-256 hash.", StringHashes.Sha256),
        new("sha512", Whole, "The SHA-512 hash.", StringHashes.Sha512),
        new("hmac_sha1", "text secretKey", "The HMAC of the text with SHA-1.", StringHashes.HmacSha1),
        new("hmac_sha256", "text secretKey", "The HMAC of the text with SHA-256.", StringHashes.HmacSha256),
        new("hmac_sha512", "text secretKey", "The HMAC of the text with SHA-512.", StringHashes.HmacSha512),
        new("pad_left", "text width", "The text with blanks before it up to a width.", call => Pad(call, true)),
        new("pad_right", "text width", "The text with blanks after it up to a width.", call => Pad(call, false)),
        new("base64_encode", Whole, "The UTF-8 of the text in Base64.", StringHashes.Base64Encode),
        new("base64_decode", Whole, "The text whose UTF-8 this is in Base64.", StringHashes.Base64Decode),
        new("index_of", "text search startIndex? count? stringComparison?", "The first place of a text, from 0; -1 if there is none.",
            StringSearch.IndexOf));

    /// <summary>A text made from an argument: counted as a pass over that, and charged where it is new.</summary>
    public static ScriptValue Result(this Call call, int argument, string text)
    {
        call.Run.Pass(call.Text(argument).Length);
        return ReferenceEquals(text, call[argument].AsString()) ? call[argument] : call.Text(text);
    }

    private static ScriptValue Escape(Call call)
    {
        var text = new TextBuilder(call.Run);
        TextEscapes.Append(text, call.Run, call.Text(0));
        return ScriptValue.Of(text.Take());
    }

    private static ScriptValue Literal(Call call)
    {
        if (call[0].IsNull) return default;
        var text = new TextBuilder(call.Run);
        text.Append('"');
        TextEscapes.Append(text, call.Run, call.Text(0));
        text.Append('"');
        return ScriptValue.Of(text.Take());
    }

    private static ScriptValue Append(Call call) => Join(call, call.Text(0), call.Text(1));

    private static ScriptValue Prepend(Call call) => Join(call, call.Text(1), call.Text(0));

    private static ScriptValue Join(Call call, string first, string second)
    {
        call.Run.Pass((long)first.Length + second.Length);
        call.Run.ChargeText((long)first.Length + second.Length);
        return ScriptValue.Of(first + second);
    }

    private static ScriptValue Capitalize(Call call)
    {
        var text = call.Text(0);
        if (text.Length == 0 || char.ToUpperInvariant(text[0]) == text[0]) return ScriptValue.Of(text);
        call.Run.Pass(text.Length);
        call.Run.ChargeText(text.Length);
        return ScriptValue.Of(string.Concat([char.ToUpperInvariant(text[0])], text.AsSpan(1)));
    }

    private static ScriptValue CapitalizeWords(Call call)
    {
        var text = call.Text(0);
        call.Run.Pass(text.Length);
        call.Run.ChargeText(text.Length);
        return ScriptValue.Of(string.Create(text.Length, text, static (result, source) =>
        {
            for (var i = 0; i < result.Length; i++)
                result[i] = i == 0 || char.IsWhiteSpace(source[i - 1]) ? char.ToUpperInvariant(source[i]) : source[i];
        }));
    }

    private static ScriptValue Whitespace(Call call)
    {
        call.Run.Pass(call.Text(0).Length);
        return ScriptValue.Of(string.IsNullOrWhiteSpace(call.Text(0)));
    }

    private static ScriptValue Downcase(Call call)
    {
        call.Run.ChargeText(call.Text(0).Length);
        call.Run.Pass(call.Text(0).Length);
        return ScriptValue.Of(call.Text(0).ToLowerInvariant());
    }

    private static ScriptValue Upcase(Call call)
    {
        call.Run.ChargeText(call.Text(0).Length);
        call.Run.Pass(call.Text(0).Length);
        return ScriptValue.Of(call.Text(0).ToUpperInvariant());
    }

    private static ScriptValue Handleize(Call call)
    {
        var source = call.Text(0);
        call.Run.Pass(source.Length);
        var text = new TextBuilder(call.Run);
        var gap = false;
        foreach (var character in source)
        {
            if (!char.IsLetterOrDigit(character))
            {
                gap = text.Length > 0;
                continue;
            }
            if (gap) text.Append('-');
            gap = false;
            text.Append(char.ToLowerInvariant(character));
        }
        return ScriptValue.Of(text.Take());
    }

    private static ScriptValue Pluralize(Call call) => call[ValueComparison.AreEqual(call.Number(0), ScriptValue.Of(1L)) ? 1 : 2];

    private static ScriptValue StripNewlines(Call call)
    {
        var source = call.Text(0);
        call.Run.Pass(source.Length);
        var text = new TextBuilder(call.Run);
        foreach (var line in source.AsSpan().SplitAny('\r', '\n')) text.Append(source.AsSpan()[line]);
        return ScriptValue.Of(text.Take());
    }

    private static ScriptValue Pad(Call call, bool left)
    {
        var (source, width) = (call.Text(0), call.Integer(1));
        if (width < 0) throw call.Fail(1, "must not be negative");
        if (width <= source.Length) return ScriptValue.Of(source);
        call.Run.ChargeText(width);
        call.Run.Pass(width);
        return ScriptValue.Of(left ? source.PadLeft((int)width) : source.PadRight((int)width));
    }
}
