using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using PluginHost.Abstractions;

namespace PluginHost.Plugins.Chat;

/// <summary>What the server says, as UTF-8: written once, sent to many.</summary>
internal static class Notice
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What is published to a room, as the clients of this subprotocol see it: who came and went, and what somebody said.</summary>
    public static OutgoingMessage Encode(TopicMessage message) => message switch
    {
        { Presence: { } change } => OutgoingMessage.Text(Write(change.IsJoin ? "join" : "leave", RoomTopic.RoomOf(change.Topic), json =>
            json.WriteString("name", change.Member.Info))),
        { Kind: TopicMessageKind.Json } => OutgoingMessage.Text(Write("message", RoomTopic.RoomOf(message.Topic), json =>
        {
            WriteLine(json, message);
            json.WriteNumber("offset", message.Position.Offset);
        })),
        _ => OutgoingMessage.None,
    };

    /// <summary>What somebody said, as it is published: <c>{"name":"ann","text":"hi"}</c>.</summary>
    public static byte[] Line(string name, string text) => Write(json =>
    {
        json.WriteString("name", name);
        json.WriteString("text", text);
    });

    public static byte[] Error(string reason) => Write("error", null, json => json.WriteString("reason", reason));

    public static byte[] Welcome(string room, string name, TopicSnapshot snapshot) => Write("welcome", room, json =>
    {
        json.WriteString("name", name);
        json.WriteStartArray("members");
        foreach (var member in snapshot.Members)
            json.WriteStringValue(member.Info);
        json.WriteEndArray();
        json.WriteStartArray("history");
        foreach (var message in snapshot.Messages)
        {
            if (message.Kind != TopicMessageKind.Json)
                continue;
            json.WriteStartObject();
            WriteLine(json, message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("epoch", snapshot.Position.Epoch);
        json.WriteNumber("offset", snapshot.Position.Offset);
        json.WriteBoolean("complete", snapshot.IsComplete);
    });

    private static void WriteLine(Utf8JsonWriter json, TopicMessage message)
    {
        using var line = JsonDocument.Parse(message.Bytes);
        foreach (var property in line.RootElement.EnumerateObject())
            if (property.Name is "name" or "text")
                property.WriteTo(json);
    }

    private static byte[] Write(string type, string? room, Action<Utf8JsonWriter> rest) => Write(json =>
    {
        json.WriteString("type", type);
        if (room is not null)
            json.WriteString("room", room);
        rest(json);
    });

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
