using PluginHost.Abstractions;

namespace PluginHost.Plugins.Chat;

/// <summary>All rooms. A room exists as long as somebody is in it.</summary>
internal sealed class Rooms
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Room> _rooms = new(StringComparer.Ordinal);

    /// <summary>How many messages a room remembers.</summary>
    public int History { get; set; }

    public void Join(string room, string name, Session session)
    {
        // Sending waits for nothing, so it may be done within the lock; that way everybody in a room sees everything in the same order.
        lock (_lock)
        {
            if (!_rooms.TryGetValue(room, out var it))
                _rooms[room] = it = new();
            it.Members[session.Id] = (name, session);
            it.Send(Notice.Join(room, name), except: session.Id);
            session.SendText(Notice.Welcome(room, name, it.Members.Values.Select(m => m.Name), it.History));
        }
    }

    public void Leave(string room, string name, Session session)
    {
        lock (_lock)
        {
            if (!_rooms.TryGetValue(room, out var it) || !it.Members.Remove(session.Id))
                return;
            if (it.Members.Count == 0)
                _rooms.Remove(room);
            else
                it.Send(Notice.Leave(room, name), except: session.Id);
        }
    }

    public void Say(string room, string name, string text)
    {
        lock (_lock)
        {
            if (!_rooms.TryGetValue(room, out var it))
                return;
            it.Remember((name, text), History);
            it.Send(Notice.Message(room, name, text), except: 0);
        }
    }

    private sealed class Room
    {
        public Dictionary<long, (string Name, Session Session)> Members { get; } = [];

        public Queue<(string Name, string Text)> History { get; } = [];

        public void Remember((string Name, string Text) line, int most)
        {
            History.Enqueue(line);
            while (History.Count > most)
                History.Dequeue();
        }

        public void Send(byte[] notice, long except)
        {
            // A member that reads too slowly misses lines (SendResult.Dropped); the host's slow-consumer policy decides what else becomes
            // of it.
            foreach (var (id, member) in Members)
                if (id != except)
                    member.Session.SendText(notice);
        }
    }
}
