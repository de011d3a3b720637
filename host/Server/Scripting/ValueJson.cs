using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PluginHost.Server.Scripting;

/// <summary>
/// Values that plugins publish, as JSON: of the framework's types, which every plugin knows. A serializer by reflection would remember types of plugins
/// and keep them from being unloaded.
/// </summary>
internal static class ValueJson
{
    private const int Deepest = 64;
    private const int Longest = 1 << 20;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The JSON, UTF-8; <see langword="null"/> where there is a type of a plugin in it, it holds itself, or is longer than 1 MiB.</summary>
    public static byte[]? Write(object value)
    {
        var buffer = new MemoryStream();
        using var json = new Utf8JsonWriter(buffer, Options);
        try
        {
            if (!Write(json, value, 0)) return null;
            json.Flush();
        }
        catch (InvalidOperationException)
        {
            return null; // what was published changes, against the contract
        }
        return buffer.Length <= Longest ? buffer.ToArray() : null;
    }

    private static bool Write(Utf8JsonWriter json, object? value, int depth)
    {
        if (depth > Deepest || json.BytesCommitted + json.BytesPending > Longest) return false;
        if (value is null) json.WriteNullValue();
        else if (!IsOfFramework(value.GetType())) return false;
        else if (!WriteScalar(json, value)) return value switch
        {
            JsonDocument document => WriteElement(json, document.RootElement),
            JsonElement element => WriteElement(json, element),
            JsonNode node => WriteNode(json, node),
            IDictionary map => WriteMap(json, map.Keys.Cast<object>().Select(key => (key, map[key])), depth),
            IEnumerable list => WriteList(json, list, depth),
            ITuple tuple => WriteList(json, Enumerable.Range(0, tuple.Length).Select(at => tuple[at]), depth),
            _ => false,
        };
        return true;
    }

    private static bool WriteScalar(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case string text:
                json.WriteStringValue(text);
                return true;
            case char or Guid or TimeSpan or DateOnly or TimeOnly or Uri or Version:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                return true;
            case bool flag:
                json.WriteBooleanValue(flag);
                return true;
            case DateTime time:
                json.WriteStringValue(time);
                return true;
            case DateTimeOffset time:
                json.WriteStringValue(time);
                return true;
            case byte[] bytes:
                json.WriteBase64StringValue(bytes);
                return true;
            case double number when !double.IsFinite(number):
            case float real when !float.IsFinite(real):
                json.WriteNullValue();
                return true;
            case sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal or Half or Int128 or UInt128
                or System.Numerics.BigInteger:
                json.WriteRawValue(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture), skipInputValidation: false);
                return true;
            default:
                return false;
        }
    }

    private static bool WriteElement(Utf8JsonWriter json, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Undefined) return false;
        element.WriteTo(json);
        return true;
    }

    private static bool WriteNode(Utf8JsonWriter json, JsonNode node)
    {
        node.WriteTo(json);
        return true;
    }

    private static bool WriteMap(Utf8JsonWriter json, IEnumerable<(object Key, object? Value)> members, int depth)
    {
        json.WriteStartObject();
        foreach (var (key, value) in members)
        {
            if (key is not string name) return false;
            json.WritePropertyName(name);
            if (!Write(json, value, depth + 1)) return false;
        }
        json.WriteEndObject();
        return true;
    }

    private static bool WriteList(Utf8JsonWriter json, IEnumerable items, int depth)
    {
        json.WriteStartArray();
        foreach (var item in items)
            if (!Write(json, item, depth + 1)) return false;
        json.WriteEndArray();
        return true;
    }

    private static bool IsOfFramework(Type type) =>
        AssemblyLoadContext.GetLoadContext(type.Assembly) == AssemblyLoadContext.Default && type.Assembly.GetName().Name!.StartsWith("System.", StringComparison.Ordinal);
}
