using System.Globalization;
using System.Numerics;
using PluginHost.Core.Scripting.Evaluation;

namespace PluginHost.Core.Scripting.Values;

/// <summary>
/// How values become text. On their own: null is empty, strings are as they are. Within an array or object: null is <c>null</c>, strings are
/// quoted. <c>[1, "a", null]</c>, <c>{x: 1}</c>.
/// </summary>
internal static class ValueText
{
    private const int PreviewLength = 1000;

    /// <summary>The text of a value for output.</summary>
    public static string Of(Run run, ScriptValue value)
    {
        if (value.AsString() is { } text) return text;
        if (value.IsNull) return "";
        if (value.IsBool) return value.RawBool ? "true" : "false";
        if (value.IsInteger && value.RawInteger is >= 0 and <= 9) return Digit((int)value.RawInteger);
        var start = run.Scratch.Length;
        Append(run.Scratch, value, run, 0);
        var result = run.Scratch.From(start).ToString();
        run.Scratch.Truncate(start);
        run.ChargeText(result.Length);
        return result;
    }

    /// <summary>Appends the text of a value for output.</summary>
    public static void Append(Run run, CharBuffer buffer, ScriptValue value) => Append(buffer, value, run, 0);

    /// <summary>The text of a value, cut where it is long or deep.</summary>
    public static string Preview(ScriptValue value)
    {
        var buffer = new CharBuffer();
        Append(buffer, value, null, 0);
        if (buffer.Length > PreviewLength) buffer.Truncate(PreviewLength);
        return buffer.ToString();
    }

    private static void Append(CharBuffer buffer, ScriptValue value, Run? run, int depth)
    {
        if (run is null && (buffer.Length > PreviewLength || depth > 16)) return;
        switch (value.Kind)
        {
            case ValueKind.Null: if (depth > 0) buffer.Append("null"); break;
            case ValueKind.Bool: buffer.Append(value.RawBool ? "true" : "false"); break;
            case ValueKind.Integer: buffer.Append(value.RawInteger); break;
            case ValueKind.BigInteger: AppendBig(buffer, (BigInteger)value.Reference!, run); break;
            case ValueKind.Single: buffer.Append((float)value.RawDouble); break;
            case ValueKind.Double: buffer.Append(value.RawDouble); break;
            case ValueKind.Decimal: buffer.Append((decimal)value.Reference!); break;
            case ValueKind.String: AppendString(buffer, value.AsString()!, run, depth); break;
            case ValueKind.Array: AppendArray(buffer, value.AsArray()!, run, depth); break;
            case ValueKind.Object: AppendObject(buffer, value.AsObject()!, run, depth); break;
            case ValueKind.Range: AppendRange(buffer, value.AsRange()!, run); break;
            case ValueKind.Function: buffer.Append(Describe(value.AsFunction()!)); break;
            case ValueKind.Date: AppendDate(buffer, value.AsDate()!.Value, run); break;
            default: buffer.Append(value.AsTimeSpan()!.Value.ToString("c", CultureInfo.InvariantCulture)); break;
        }
    }

    private static string Describe(ScriptFunction function) => function.Name.Length == 0 ? "function" : "function " + function.Name;

    private static string Digit(int digit) => digit switch
    {
        0 => "0",
        1 => "1",
        2 => "2",
        3 => "3",
        4 => "4",
        5 => "5",
        6 => "6",
        7 => "7",
        8 => "8",
        _ => "9",
    };

    // The time to print a large number grows with the square of its length.
    private static void AppendBig(CharBuffer buffer, BigInteger number, Run? run)
    {
        run?.StepMany(number.GetByteCount() / 16L * (number.GetByteCount() / 16L) / 16);
        buffer.Append(number);
    }

    private static void AppendString(CharBuffer buffer, string text, Run? run, int depth)
    {
        run?.CheckText(text.Length);
        if (depth == 0) buffer.Append(text);
        else AppendQuoted(buffer, text);
    }

    /// <summary>The text between double quotes, escaped as in a script.</summary>
    public static void AppendQuoted(CharBuffer buffer, string text)
    {
        buffer.Append('"');
        foreach (var character in text)
        {
            var escaped = EscapeLetter.Of(character);
            if (escaped != '\0')
            {
                buffer.Append('\\');
                buffer.Append(escaped);
            }
            else if (character < ' ')
            {
                buffer.Append("\\u");
                buffer.Append((int)character, "x4");
            }
            else
            {
                buffer.Append(character);
            }
        }
        buffer.Append('"');
    }

    private static void AppendArray(CharBuffer buffer, ScriptArray array, Run? run, int depth)
    {
        run?.EnterNesting(depth);
        buffer.Append('[');
        for (var i = 0; i < array.RawItems.Length; i++)
        {
            if (!Separate(buffer, run, i)) break;
            Append(buffer, array.RawItems[i], run, depth + 1);
        }
        buffer.Append(']');
    }

    private static void AppendObject(CharBuffer buffer, ScriptObject members, Run? run, int depth)
    {
        run?.EnterNesting(depth);
        buffer.Append('{');
        for (var i = 0; i < members.Count; i++)
        {
            if (!Separate(buffer, run, i)) break;
            run?.CheckText(members.NameAt(i).Length);
            buffer.Append(members.NameAt(i));
            buffer.Append(": ");
            Append(buffer, members.RawChild(i), run, depth + 1);
        }
        buffer.Append('}');
    }

    private static void AppendRange(CharBuffer buffer, ScriptRange range, Run? run)
    {
        buffer.Append('[');
        for (long i = 0; i < range.Count; i++)
        {
            if (!Separate(buffer, run, i)) break;
            buffer.Append(range[i]);
        }
        buffer.Append(']');
    }

    private static bool Separate(CharBuffer buffer, Run? run, long place)
    {
        run?.Step();
        if (place > 0) buffer.Append(", ");
        run?.CheckText(buffer.Length);
        return run is not null || buffer.Length <= PreviewLength;
    }

    private static void AppendDate(CharBuffer buffer, DateTimeOffset date, Run? run)
    {
        if (run is null) buffer.Append(date, "dd MMM yyyy");
        else buffer.Append(run.FormatDate(date));
    }
}
