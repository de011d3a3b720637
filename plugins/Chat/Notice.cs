using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PluginHost.Plugins.Chat;

/// <summary>What the server says, as UTF-8: written once, sent to many.</summary>
internal static class Notice
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Join(string room, string name) => Write("join", room, json => json.WriteString("name", name));

    public static byte[] Leave(string room, string name) => Write("leave", room, json => json.WriteString("name", name));

    public static byte[] Message(string room, string name, string text) => Write("message", room, json => WriteLine(json, name, text));

    public static byte[] Error(string reason) => Write("error", null, json => json.WriteString("reason", reason));

    public static byte[] Welcome(string room, string name, IEnumerable<string> members, IEnumerable<(string Name, string Text)> history) =>
        Write("welcome", room, json =>
        {
            json.WriteString("name", name);
            json.WriteStartArray("members");
            foreach (var member in members)
                json.WriteStringValue(member);
            json.WriteEndArray();
            json.WriteStartArray("history");
            foreach (var line in history)
            {
                json.WriteStartObject();
                WriteLine(json, line.Name, line.Text);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });

    private static void WriteLine(Utf8JsonWriter json, string name, string text)
    {
        json.WriteString("name", name);
        json.WriteString("text", text);
    }

    private static byte[] Write(string type, string? room, Action<Utf8JsonWriter> rest)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            if (room is not null)
                json.WriteString("room", room);
            rest(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
