using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Functions;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Json;

/// <summary>
/// Writes script values as JSON (RFC 8259) without blanks. Only what must be escaped is. Dates are written as ISO 8601 text, time spans as
/// text, ranges as arrays; not-a-number, infinities and functions have no JSON.
/// </summary>
internal static class JsonWriter
{
    /// <summary>Appends the JSON of a value.</summary>
    /// <returns>Null, or why the value cannot be written.</returns>
    public static string? Append(TextBuilder json, Run run, ScriptValue value) => Append(json, run, value, 0);

    private static string? Append(TextBuilder json, Run run, ScriptValue value, int depth)
    {
        run.Step();
        run.EnterNesting(depth);
        switch (value.Kind)
        {
            case ValueKind.Null: json.Append("null"); return null;
            case ValueKind.Single or ValueKind.Double when !double.IsFinite(value.RawDouble): return "a number that is not finite has no JSON";
            case ValueKind.String: AppendText(json, run, value.AsString()!); return null;
            case ValueKind.Array: return AppendArray(json, run, value.AsArray()!, depth);
            case ValueKind.Object: return AppendObject(json, run, value.AsObject()!, depth);
            case ValueKind.Range: AppendRange(json, run, value.AsRange()!); return null;
            case ValueKind.Date: AppendDate(json, value.AsDate()!.Value); return null;
            case ValueKind.TimeSpan:
                json.Append('"');
                json.Append(value);
                json.Append('"');
                return null;
            case ValueKind.Function: return "a function has no JSON";
            default: json.Append(value); return null;
        }
    }

    private static string? AppendArray(TextBuilder json, Run run, ScriptArray array, int depth)
    {
        json.Append('[');
        for (var i = 0; i < array.RawItems.Length; i++)
        {
            if (i > 0) json.Append(',');
            if (Append(json, run, array.RawItems[i], depth + 1) is { } problem) return problem;
        }
        json.Append(']');
        return null;
    }

    private static string? AppendObject(TextBuilder json, Run run, ScriptObject members, int depth)
    {
        json.Append('{');
        for (var i = 0; i < members.Count; i++)
        {
            if (i > 0) json.Append(',');
            AppendText(json, run, members.NameAt(i));
            json.Append(':');
            if (Append(json, run, members.RawChild(i), depth + 1) is { } problem) return problem;
        }
        json.Append('}');
        return null;
    }

    private static void AppendRange(TextBuilder json, Run run, ScriptRange range)
    {
        json.Append('[');
        for (long i = 0; i < range.Count; i++)
        {
            run.Step();
            if (i > 0) json.Append(',');
            json.Append(range[i], 1);
        }
        json.Append(']');
    }

    private static void AppendDate(TextBuilder json, DateTimeOffset date)
    {
        json.Append('"');
        json.Append(date.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", System.Globalization.CultureInfo.InvariantCulture));
        json.Append('"');
    }

    private static void AppendText(TextBuilder json, Run run, string text)
    {
        run.Pass(text.Length);
        json.Append('"');
        text = ValueText.WellFormed(text);
        var rest = text.AsSpan();
        while (true)
        {
            var plain = rest.IndexOfAny(Special);
            if (plain < 0) break;
            json.Append(rest[..plain]);
            AppendEscaped(json, rest[plain]);
            rest = rest[(plain + 1)..];
        }
        json.Append(rest);
        json.Append('"');
    }

    private static void AppendEscaped(TextBuilder json, char character)
    {
        var escaped = character switch { '"' => '"', '\\' => '\\', '\n' => 'n', '\r' => 'r', '\t' => 't', '\b' => 'b', '\f' => 'f', _ => '\0' };
        if (escaped != '\0') json.Append(['\\', escaped]);
        else json.Append(['\\', 'u', '0', '0', character < 16 ? '0' : '1', "0123456789abcdef"[character % 16]]);
    }

    private static System.Buffers.SearchValues<char> Special { get; } = System.Buffers.SearchValues.Create(
        "\"\\\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017"
        + "\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f");
}
