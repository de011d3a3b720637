using PluginHost.Abstractions;

namespace PluginHost.Plugins.Chat;

/// <summary>One connection, in any number of rooms. A room is a topic: the host remembers who is in it and what was said.</summary>
internal sealed class ChatHandler(Session session, ChatOptions options) : InlineHandler
{
    private readonly List<string> _rooms = [];
    private string _name = "";

    public override void OnOpen()
    {
        _name = ChatPlugin.NameOf(session.Handshake);
        Enter(ChatPlugin.RoomOf(session.Handshake), HistoryRequest.Last(options.History));
    }

    public override void OnText(BorrowedMessage message)
    {
        switch (Request.Read(message.Bytes))
        {
            case { Join: { } room, Since: var since } when ChatPlugin.IsName(room):
                Enter(room, since is { } place ? HistoryRequest.Since(place) : HistoryRequest.Last(options.History));
                break;
            case { Leave: { } room } when _rooms.Remove(room):
                session.Topics.Unsubscribe(RoomTopic.Of(room));
                break;
            case { Text: { } text, Room: var room } when _rooms.Count > 0 && (room is null || _rooms.Contains(room)):
                // What was said, not how it looks: that is a matter of each subscriber's subprotocol (Notice.Encode).
                session.Topics.Publish(RoomTopic.Of(room ?? _rooms[0]), Publication.Json(Notice.Line(_name, text)).Keep());
                break;
            case { Join: null, Leave: null, Text: null }:
                session.SendText(Notice.Error("""send {"text":"..."}"""));
                break;
            default:
                session.SendText(Notice.Error("no such room, or not in it"));
                break;
        }
    }

    // Whatever is said after the snapshot comes by itself; nothing is lost between the two, and nothing comes twice.
    public override void OnSnapshot(TopicSnapshot snapshot) => session.SendText(Notice.Welcome(RoomTopic.RoomOf(snapshot.Topic), _name, snapshot));

    // Nothing is to be done when the connection ends: its subscriptions end with it, and the others are told.

    private void Enter(string room, HistoryRequest history)
    {
        var result = session.Topics.Subscribe(TopicSubscription.To(RoomTopic.Of(room)).As(_name).WatchPresence().With(history));
        if (result != TopicResult.Done) session.SendText(Notice.Error($"cannot enter {room}: {result}"));
        else if (!_rooms.Contains(room)) _rooms.Add(room);
    }
}

/// <summary>The topic of a room. What a topic's name cannot hold in one level is escaped as in a URL.</summary>
internal static class RoomTopic
{
    private const string Prefix = "chat/";

    public static string Of(string room) => Prefix + room.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal)
        .Replace("+", "%2B", StringComparison.Ordinal).Replace("#", "%23", StringComparison.Ordinal);

    public static string RoomOf(string topic) => Uri.UnescapeDataString(topic[Prefix.Length..]);
}
