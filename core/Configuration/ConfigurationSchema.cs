using System.Buffers;
using System.Text;
using System.Text.Json;
using LanguageExt;

namespace PluginHost.Core.Configuration;

/// <summary>Makes <c>plugins.schema.json</c> of the declared keys, so that editors know what the reader knows.</summary>
public static class ConfigurationSchema
{
    /// <summary>
    /// A JSON schema (draft 2020-12), indented, with LF line ends and a final one. The annotation <c>x-reload</c> says what a change of a key needs.
    /// </summary>
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
            SchemaText.Object(json, FileKeys.File.Declarations);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }
}

/// <summary>Writes the parts of a schema.</summary>
internal static class SchemaText
{
    public static void Object(Utf8JsonWriter json, Seq<Declaration> keys)
    {
        json.WriteString("type", "object");
        json.WriteStartObject("properties");
        foreach (var key in keys) Part(json, key.Name, property => Key(property, key));
        json.WriteEndObject();
        if (keys.Exists(key => key.Required)) Strings(json, "required", keys.Filter(key => key.Required).Map(key => key.Name));
        json.WriteBoolean("additionalProperties", false);
    }

    public static void Integer(Utf8JsonWriter json, long min, long max)
    {
        json.WriteString("type", "integer");
        json.WriteNumber("minimum", min);
        json.WriteNumber("maximum", max);
    }

    public static void Pattern(Utf8JsonWriter json, string pattern)
    {
        json.WriteString("type", "string");
        if (pattern.Length > 0) json.WriteString("pattern", pattern);
    }

    public static void List(Utf8JsonWriter json, int atLeast, Action<Utf8JsonWriter> item)
    {
        json.WriteString("type", "array");
        if (atLeast > 0) json.WriteNumber("minItems", atLeast);
        json.WriteBoolean("uniqueItems", true);
        Part(json, "items", item);
    }

    public static void Map(Utf8JsonWriter json, Shape name, Seq<Declaration> keys)
    {
        json.WriteString("type", "object");
        Part(json, "propertyNames", names => name.Schema(names, name.Keys));
        Part(json, "additionalProperties", value => Object(value, keys));
    }

    public static void OneOf(Utf8JsonWriter json, params Action<Utf8JsonWriter>[] cases)
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

    public static void Strings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void Key(Utf8JsonWriter json, Declaration key)
    {
        json.WriteString("description", key.Meaning);
        if (key.Default.Length > 0)
        {
            json.WritePropertyName("default");
            json.WriteRawValue(key.Default);
        }
        if (key.Reload is { } rule) json.WriteString("x-reload", rule.Text());
        key.Shape.Schema(json, key.Shape.Keys);
    }

    private static void Part(Utf8JsonWriter json, string name, Action<Utf8JsonWriter> write)
    {
        json.WriteStartObject(name);
        write(json);
        json.WriteEndObject();
    }
}
