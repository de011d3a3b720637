using PluginHost.Abstractions;

namespace PluginHost.Plugins.Chat;

/// <summary>One connection, in any number of rooms. A room is a topic: the host remembers who is in it and what was said.</summary>
internal sealed class ChatHandler(ChatOptions options) : InlineHandler
{
    private readonly List<string> _rooms = [];
    private string _name = "";

    public override void OnOpen(Session session)
    {
        _name = ChatPlugin.NameOf(session.Handshake);
        Enter(session, ChatPlugin.RoomOf(session.Handshake), HistoryRequest.Last(options.History));
    }

    public override void OnText(Session session, BorrowedMessage message)
    {
        switch (Request.Read(message.Bytes))
        {
            case { Join: { } room, Since: var since } when ChatPlugin.IsName(room):
                Enter(session, room, since is { } place ? HistoryRequest.Since(place) : HistoryRequest.Last(options.History));
                break;
            case { Leave: { } room } when _rooms.Remove(room):
                session.Unsubscribe(RoomTopic.Of(room));
                break;
            case { Text: { } text, Room: var room } when _rooms.Count > 0 && (room is null || _rooms.Contains(room)):
                // A value, not JSON: how it looks is a matter of each subscriber's subprotocol (Notice.Encode). Of types that every plugin knows.
                session.Publish(RoomTopic.Of(room ?? _rooms[0]), Publication.Value((_name, text)).Keep());
                break;
            case { Join: null, Leave: null, Text: null }:
                session.SendText(Notice.Error("""send {"text":"..."}"""));
                break;
            default:
                session.SendText(Notice.Error("no such room, or not in it"));
                break;
        }
    }

    // Nothing is to be done when the connection ends: its subscriptions end with it, and the others are told.

    private void Enter(Session session, string room, HistoryRequest history)
    {
        // Whatever is said after the snapshot comes by itself; nothing is lost between the two, and nothing comes twice.
        var snapshot = session.Subscribe(TopicSubscription.To(RoomTopic.Of(room)).As(_name).WatchPresence().With(history));
        if (snapshot.Result != TopicResult.Done)
        {
            session.SendText(Notice.Error($"cannot enter {room}: {snapshot.Result}"));
            return;
        }

        if (!_rooms.Contains(room))
            _rooms.Add(room);
        session.SendText(Notice.Welcome(room, _name, snapshot));
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
