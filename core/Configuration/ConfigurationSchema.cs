using System.Buffers;
using System.Text;
using System.Text.Json;
using LanguageExt;
using PluginHost.Core.Text;

namespace PluginHost.Core.Configuration;

/// <summary>Makes <c>plugins.schema.json</c> of the table of keys, so that editors know what the reader knows.</summary>
public static class ConfigurationSchema
{
    /// <summary>A JSON schema (draft 2020-12), indented, with LF line ends and a final one.</summary>
    public static string Text()
    {
        var buffer = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions
        {
            Indented = true,
            NewLine = "\n",
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            json.WriteString("title", "plugins.json");
            Object(json, ConfigurationKeys.Root);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static void Object(Utf8JsonWriter json, ConfigurationSection section)
    {
        json.WriteString("type", "object");
        json.WriteStartObject("properties");
        foreach (var key in section.Keys)
        {
            json.WriteStartObject(key.Name);
            Key(json, key);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        if (section.Keys.Exists(k => k.Required)) Strings(json, "required", section.Keys.Filter(k => k.Required).Map(k => k.Name));
        json.WriteBoolean("additionalProperties", false);
    }

    private static void Key(Utf8JsonWriter json, ConfigurationKey key)
    {
        json.WriteString("description", key.Doc);
        if (key.Default.Length > 0)
        {
            json.WritePropertyName("default");
            json.WriteRawValue(key.Default);
        }
        Type(json, key.Type);
    }

    private static void Type(Utf8JsonWriter json, KeyType type)
    {
        switch (type)
        {
            case KeyType.Flag: json.WriteString("type", "boolean"); break;
            case KeyType.Whole t: Integer(json, t.Min, t.Max); break;
            case KeyType.CloseCode: CloseCodes(json); break;
            case KeyType.Duration: Pattern(json, "^[0-9]{1,9}(ms|s|m|h)$"); break;
            case KeyType.Size t: OneOf(json, j => Integer(j, t.Min, t.Max), j => Pattern(j, "^[0-9]{1,9}(KiB|MiB|GiB)$")); break;
            case KeyType.Text t: Pattern(json, t.Format.Pattern); break;
            case KeyType.Secret: Pattern(json, ".+"); break;
            case KeyType.Choice t: Strings(json, "enum", t.Values); break;
            case KeyType.Section t: Object(json, t.Keys); break;
            case KeyType.ListOf t: List(json, t.AtLeast, j => Type(j, t.Item)); break;
            case KeyType.MapOf t: Map(json, t); break;
            case KeyType.Options: json.WriteString("type", "object"); break;
            case KeyType.Origins: Origins(json); break;
        }
    }

    private static void Integer(Utf8JsonWriter json, long min, long max)
    {
        json.WriteString("type", "integer");
        json.WriteNumber("minimum", min);
        json.WriteNumber("maximum", max);
    }

    private static void CloseCodes(Utf8JsonWriter json) =>
        OneOf(json, j => Integer(j, 1000, 1001), j => Integer(j, 1011, 1013), j => Integer(j, 3000, 4999));

    private static void Pattern(Utf8JsonWriter json, string pattern)
    {
        json.WriteString("type", "string");
        if (pattern.Length > 0) json.WriteString("pattern", pattern);
    }

    private static void List(Utf8JsonWriter json, int atLeast, Action<Utf8JsonWriter> item)
    {
        json.WriteString("type", "array");
        if (atLeast > 0) json.WriteNumber("minItems", atLeast);
        json.WriteBoolean("uniqueItems", true);
        json.WriteStartObject("items");
        item(json);
        json.WriteEndObject();
    }

    private static void Map(Utf8JsonWriter json, KeyType.MapOf type)
    {
        json.WriteString("type", "object");
        json.WriteStartObject("propertyNames");
        json.WriteString("pattern", type.Name.Pattern);
        json.WriteEndObject();
        json.WriteStartObject("additionalProperties");
        Object(json, type.Value);
        json.WriteEndObject();
    }

    private static void Origins(Utf8JsonWriter json) => OneOf(
        json,
        j => Strings(j, "enum", ["same", "any"]),
        j => List(j, 0, item => Pattern(item, "^(same|[a-z][a-z0-9+.-]*://[^/?#@*A-Z]+)$")));

    private static void OneOf(Utf8JsonWriter json, params Action<Utf8JsonWriter>[] cases)
    {
        json.WriteStartArray("anyOf");
        foreach (var write in cases)
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Strings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
