using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Scriban.Runtime;

namespace PluginHost.Server.Scripting.Engine;

/// <summary>Values from JSON text and to it (RFC 8259).</summary>
internal static class JsonText
{
    private const int Deepest = Nesting.Deepest;
    private const int MaxDigits = 400;

    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(code => (char)code), '"', '\\', '\u2028', '\u2029']);

    /// <summary>The value of a text in UTF-8.</summary>
    /// <param name="text">The text.</param>
    /// <param name="context">What counts the steps; null for a text of the operator's.</param>
    /// <param name="value">Its value: whole numbers of any size up to 400 digits, other numbers as doubles.</param>
    /// <returns>False where it is no JSON, or nested deeper than 64 levels.</returns>
    public static bool TryRead(ReadOnlySpan<byte> text, ScriptContext? context, out object? value)
    {
        value = null;
        var waiting = context?.Pending.Count ?? 0;
        try
        {
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = Deepest });
            reader.Read();
            var read = ReadValue(context, ref reader);
            if (reader.Read()) return false;
            value = read;
            return true;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            // No JSON, or not UTF-8.
            context?.Pending.RemoveRange(waiting, context.Pending.Count - waiting);
            return false;
        }
    }

    private static object? ReadValue(ScriptContext? context, ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject: return ReadObject(context, ref reader);
            case JsonTokenType.StartArray: return ReadArray(context, ref reader);
            case JsonTokenType.String: return reader.GetString();
            case JsonTokenType.Number: return ReadNumber(ref reader);
            case JsonTokenType.True: return true;
            case JsonTokenType.False: return false;
            default: return null;
        }
    }

    // Members and items wait in a list of the context, so that objects and lists are made as large as they have to be.
    private static ScriptObject ReadObject(ScriptContext? context, ref Utf8JsonReader reader)
    {
        var pending = context?.Pending ?? [];
        var start = pending.Count;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            context?.Step();
            var name = context is null ? reader.GetString()! : context.Names.Read(ref reader);
            reader.Read();
            pending.Add(new(name, ReadValue(context, ref reader)));
        }
        var members = new ScriptObject(pending.Count - start);
        for (var i = start; i < pending.Count; i++) members.SetValue(pending[i].Key, pending[i].Value, readOnly: false);
        pending.RemoveRange(start, pending.Count - start);
        return members;
    }

    private static ScriptArray ReadArray(ScriptContext? context, ref Utf8JsonReader reader)
    {
        var pending = context?.Pending ?? [];
        var start = pending.Count;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            context?.Step();
            pending.Add(new("", ReadValue(context, ref reader)));
        }
        var items = new ScriptArray(pending.Count - start);
        for (var i = start; i < pending.Count; i++) items.Add(pending[i].Value);
        pending.RemoveRange(start, pending.Count - start);
        return items;
    }

    private static object ReadNumber(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt32(out var small)) return small;
        if (reader.TryGetInt64(out var whole)) return whole;
        var digits = reader.ValueSpan;
        return digits.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0 && digits.Length <= MaxDigits
            ? BigInteger.Parse(Encoding.ASCII.GetString(digits), CultureInfo.InvariantCulture)
            : double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    /// <summary>The text of a value: no white space; dates as ISO 8601, time spans as <c>d.hh:mm:ss</c>, functions and numbers that are none as null.</summary>
    /// <param name="context">What counts the steps, and holds the text to its limit.</param>
    /// <param name="value">The value.</param>
    public static string Write(ScriptContext context, object? value)
    {
        var text = context.Scratch;
        var start = text.Length;
        try
        {
            Append(context, text, value, 0);
            context.CheckText(context.CurrentSpan, text.Length - start);
            return text.ToString(start, text.Length - start);
        }
        finally
        {
            text.Length = start;
        }
    }

    private static void Append(ScriptContext context, StringBuilder text, object? value, int depth)
    {
        context.Step();
        context.CheckText(context.CurrentSpan, text.Length);
        if (depth > 2 * Deepest) throw context.Exceed($"a value nested deeper than {2 * Deepest} levels");
        switch (value)
        {
            case string letters: AppendString(context, text, letters); break;
            case bool flag: text.Append(flag ? "true" : "false"); break;
            case double real when !double.IsFinite(real):
            case float single when !float.IsFinite(single): text.Append("null"); break;
            case int number: text.Append(CultureInfo.InvariantCulture, $"{number}"); break;
            case double real: text.Append(CultureInfo.InvariantCulture, $"{real:R}"); break;
            case long or float or decimal or BigInteger or uint or ulong: text.Append(CultureInfo.InvariantCulture, $"{value}"); break;
            case DateTime time: AppendString(context, text, time.ToString("O", CultureInfo.InvariantCulture)); break;
            case TimeSpan span: AppendString(context, text, span.ToString("c", CultureInfo.InvariantCulture)); break;
            case EmptyScriptObject: text.Append("{}"); break;
            case ScriptObject members: AppendMembers(context, text, members, depth + 1); break;
            case IList list: AppendItems(context, text, list, depth + 1); break;
            case KeyValuePair<string, object?> pair:
                AppendMembers(context, text, [new("key", pair.Key), new("value", pair.Value)], depth + 1);
                break;
            default: text.Append("null"); break;
        }
    }

    private static void AppendItems(ScriptContext context, StringBuilder text, IList list, int depth)
    {
        text.Append('[');
        var isFirst = true;
        foreach (var item in list)
        {
            if (!isFirst) text.Append(',');
            isFirst = false;
            Append(context, text, item, depth);
        }
        text.Append(']');
    }

    private static void AppendMembers(ScriptContext context, StringBuilder text, IEnumerable<KeyValuePair<string, object?>> members, int depth)
    {
        text.Append('{');
        var isFirst = true;
        foreach (var (name, member) in members)
        {
            if (!isFirst) text.Append(',');
            isFirst = false;
            AppendString(context, text, name);
            text.Append(':');
            Append(context, text, member, depth);
        }
        text.Append('}');
    }

    private static void AppendString(ScriptContext context, StringBuilder text, string letters)
    {
        context.CheckText(context.CurrentSpan, letters.Length);
        text.Append('"');
        var rest = letters.AsSpan();
        while (rest.IndexOfAny(Escaped) is var next and >= 0)
        {
            text.Append(rest[..next]);
            AppendEscape(text, rest[next]);
            rest = rest[(next + 1)..];
        }
        text.Append(rest).Append('"');
    }

    private static void AppendEscape(StringBuilder text, char character)
    {
        var letter = character switch { '"' => '"', '\\' => '\\', '\n' => 'n', '\r' => 'r', '\t' => 't', '\b' => 'b', '\f' => 'f', _ => '\0' };
        if (letter != '\0') text.Append('\\').Append(letter);
        else text.Append("\\u").Append(((int)character).ToString("x4", CultureInfo.InvariantCulture));
    }
}

/// <summary>Names that were read before: most messages of a connection have the same. A few hundred are remembered.</summary>
internal sealed class NameCache
{
    private const int Longest = 32;

    private readonly string?[] _names = new string?[256];

    /// <summary>The name that the reader stands at.</summary>
    public string Read(ref Utf8JsonReader reader)
    {
        var raw = reader.ValueSpan;
        if (raw.Length is 0 or > Longest || reader.ValueIsEscaped) return reader.GetString()!;
        var hash = (uint)raw.Length;
        foreach (var one in raw) hash = (hash * 31) + one;
        ref var known = ref _names[hash & 255];
        return known is not null && reader.ValueTextEquals(known) ? known : known = reader.GetString()!;
    }
}
