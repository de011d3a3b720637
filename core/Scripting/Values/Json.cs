using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using PluginHost.Core.Scripting.Evaluation;

namespace PluginHost.Core.Scripting.Values;

/// <summary>Values from JSON text and to it (RFC 8259).</summary>
internal static class Json
{
    private const int Deepest = 64;
    private const int LongestKnownName = 64;

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        string.Concat(Enumerable.Range(0x20, 0xD800 - 0x20).Where(c => c is not ('"' or '\\' or 0x2028 or 0x2029)).Select(c => (char)c)));

    /// <summary>The value of a text; null where it is no JSON.</summary>
    public static ScriptValue? Read(Run run, string text)
    {
        run.Charge(text.Length);
        return Read(run, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>The value of a text in UTF-8; null where it is no JSON, or nested deeper than 64 levels.</summary>
    public static ScriptValue? Read(Run run, ReadOnlySpan<byte> text)
    {
        run.StepMany(text.Length / 64);
        try
        {
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = Deepest });
            reader.Read();
            var value = ReadValue(run, ref reader);
            return reader.Read() ? null : value;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            return null; // text that is not UTF-8
        }
    }

    /// <summary>What is wrong with a text that could not be read.</summary>
    public static string Problem(string text)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { MaxDepth = Deepest });
            while (reader.Read())
                if (reader.TokenType == JsonTokenType.String) reader.GetString();
        }
        catch (JsonException problem)
        {
            return $"it is not from line {problem.LineNumber + 1}, byte {problem.BytePositionInLine + 1} on";
        }
        catch (InvalidOperationException)
        {
            // told below
        }
        return "it holds half a surrogate pair";
    }

    private static ScriptValue ReadValue(Run run, ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject: return ReadObject(run, ref reader);
            case JsonTokenType.StartArray: return ReadArray(run, ref reader);
            case JsonTokenType.String:
                run.ChargeText(reader.ValueSpan.Length);
                return ScriptValue.Of(reader.GetString());
            case JsonTokenType.Number:
                return reader.TryGetInt64(out var whole) ? ScriptValue.Of(whole) : ReadNumber(run, reader.ValueSpan);
            case JsonTokenType.True: return ScriptValue.True;
            case JsonTokenType.False: return ScriptValue.False;
            default: return ScriptValue.Null;
        }
    }

    private static ScriptValue ReadNumber(Run run, ReadOnlySpan<byte> number)
    {
        if (number.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0 && number.Length <= 400)
        {
            run.Charge(400);
            return ScriptValue.Of(BigInteger.Parse(Encoding.ASCII.GetString(number), CultureInfo.InvariantCulture));
        }
        return ScriptValue.Of(double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture));
    }

    // Members and items wait in the run's own list, so that objects and arrays are made as large as they have to be.
    private static ScriptValue ReadObject(Run run, ref Utf8JsonReader reader)
    {
        var pending = run.Pending;
        var start = pending.Count;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            run.Step();
            var name = ReadName(run, ref reader);
            reader.Read();
            pending.Add(ScriptValue.Of(name));
            pending.Add(ReadValue(run, ref reader));
        }
        var count = (pending.Count - start) / 2;
        run.ChargeObject(count);
        var result = new ScriptObject(count);
        for (var i = start; i < pending.Count; i += 2) result.Set(pending[i].AsString()!, pending[i + 1]);
        pending.RemoveRange(start, 2 * count);
        return ScriptValue.Of(result);
    }

    private static ScriptValue ReadArray(Run run, ref Utf8JsonReader reader)
    {
        var pending = run.Pending;
        var start = pending.Count;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            run.Step();
            run.Charge(ScriptArray.ItemSize);
            pending.Add(ReadValue(run, ref reader));
        }
        run.Charge(ScriptArray.BaseSize);
        var result = new ScriptArray(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(pending)[start..]);
        pending.RemoveRange(start, pending.Count - start);
        return ScriptValue.Of(result);
    }

    // A name that the script mentions exists already.
    private static string ReadName(Run run, ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.Length <= LongestKnownName)
        {
            Span<char> characters = stackalloc char[LongestKnownName];
            var length = reader.CopyString(characters);
            if (run.KnownName(characters[..length]) is { } known) return known;
        }
        run.ChargeText(reader.ValueSpan.Length);
        return reader.GetString()!;
    }

    /// <summary>The text of a value: no white space; dates as ISO 8601, time spans as <c>d.hh:mm:ss</c>, functions and numbers that are
    /// none as null.</summary>
    public static string Write(Run run, ScriptValue value)
    {
        var start = run.Scratch.Length;
        Append(run, value, 0);
        var text = run.Scratch.From(start);
        run.ChargeText(text.Length);
        var result = text.ToString();
        run.Scratch.Truncate(start);
        return result;
    }

    private static void Append(Run run, ScriptValue value, int depth)
    {
        var buffer = run.Scratch;
        run.CheckText(buffer.Length);
        switch (value.Kind)
        {
            case ValueKind.Bool: buffer.Append(value.RawBool ? "true" : "false"); break;
            case ValueKind.Integer: buffer.Append(value.RawInteger); break;
            case ValueKind.Double when double.IsFinite(value.RawDouble): buffer.Append(value.RawDouble); break;
            case ValueKind.Single when double.IsFinite(value.RawDouble): buffer.Append((float)value.RawDouble); break;
            case ValueKind.Decimal or ValueKind.BigInteger: ValueText.Append(run, buffer, value); break;
            case ValueKind.String: AppendString(run, value.AsString()!); break;
            case ValueKind.Array or ValueKind.Range: AppendArray(run, ScriptSequence.Of(value)!.Value, depth); break;
            case ValueKind.Object: AppendObject(run, value.AsObject()!, depth); break;
            case ValueKind.Date: AppendString(run, value.AsDate()!.Value.ToString("O", CultureInfo.InvariantCulture)); break;
            case ValueKind.TimeSpan: AppendString(run, value.AsTimeSpan()!.Value.ToString("c", CultureInfo.InvariantCulture)); break;
            default: buffer.Append("null"); break;
        }
    }

    private static void AppendArray(Run run, ScriptSequence items, int depth)
    {
        run.EnterNesting(depth);
        run.Scratch.Append('[');
        for (var i = 0L; i < items.Count; i++)
        {
            run.Step();
            if (i > 0) run.Scratch.Append(',');
            Append(run, items[i], depth + 1);
        }
        run.Scratch.Append(']');
    }

    private static void AppendObject(Run run, ScriptObject members, int depth)
    {
        run.EnterNesting(depth);
        run.Scratch.Append('{');
        for (var i = 0; i < members.Count; i++)
        {
            run.Step();
            if (i > 0) run.Scratch.Append(',');
            AppendString(run, members.NameAt(i));
            run.Scratch.Append(':');
            Append(run, members.RawChild(i), depth + 1);
        }
        run.Scratch.Append('}');
    }

    private static void AppendString(Run run, string text)
    {
        run.CheckText(text.Length);
        var buffer = run.Scratch;
        buffer.Append('"');
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var plain = rest.IndexOfAnyExcept(Plain);
            buffer.Append(plain < 0 ? rest : rest[..plain]);
            if (plain < 0) break;
            AppendEscaped(buffer, rest[plain]);
            rest = rest[(plain + 1)..];
        }
        buffer.Append('"');
    }

    private static void AppendEscaped(CharBuffer buffer, char character)
    {
        var letter = EscapeLetter.Of(character);
        if (letter != '\0')
        {
            buffer.Append('\\');
            buffer.Append(letter);
        }
        else if (character is < ' ' or '\u2028' or '\u2029')
        {
            buffer.Append("\\u");
            buffer.Append((int)character, "x4");
        }
        else
        {
            buffer.Append(character);
        }
    }
}
