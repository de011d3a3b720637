using System.Text.Json;
using PluginHost.Abstractions;

namespace PluginHost.Plugins.Chat;

/// <summary>One connection in one room.</summary>
internal sealed class ChatHandler(Rooms rooms) : InlineHandler
{
    private string _name = "";
    private string _room = "";

    public override void OnOpen(Session session)
    {
        _name = ChatPlugin.NameOf(session.Handshake);
        _room = ChatPlugin.RoomOf(session.Handshake);
        rooms.Join(_room, _name, session);
    }

    public override void OnText(Session session, BorrowedMessage message)
    {
        if (TextOf(message.Bytes) is { } text)
            rooms.Say(_room, _name, text);
        else
            session.SendText(Notice.Error("""send {"text":"..."}"""));
    }

    public override void OnClosed(Session session, CloseInfo close) => rooms.Leave(_room, _name, session);

    private static string? TextOf(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("text", out var text)
                && text.ValueKind == JsonValueKind.String
                && text.GetString() is { Length: > 0 } value ? value : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // not JSON, or a string with a lone surrogate
        }
    }
}
