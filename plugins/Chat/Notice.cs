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
    public static EncodedMessage Encode(TopicMessage message) => message.Value switch
    {
        PresenceChange change => EncodedMessage.Text(Write(change.IsJoin ? "join" : "leave", RoomTopic.RoomOf(change.Topic), json =>
            json.WriteString("name", change.Member.Info))),
        ValueTuple<string, string> line => EncodedMessage.Text(Write("message", RoomTopic.RoomOf(message.Topic), json =>
        {
            WriteLine(json, line);
            json.WriteNumber("offset", message.Position.Offset);
        })),
        _ => EncodedMessage.Nothing,
    };

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
            if (message.Value is not ValueTuple<string, string> line)
                continue;
            json.WriteStartObject();
            WriteLine(json, line);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("epoch", snapshot.Position.Epoch);
        json.WriteNumber("offset", snapshot.Position.Offset);
        json.WriteBoolean("complete", snapshot.IsComplete);
    });

    private static void WriteLine(Utf8JsonWriter json, (string Name, string Text) line)
    {
        json.WriteString("name", line.Name);
        json.WriteString("text", line.Text);
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
