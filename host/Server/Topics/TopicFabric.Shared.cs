using System.Collections.Immutable;
using PluginHost.Abstractions;
using PluginHost.Core.Policy.Topics;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Connections;

namespace PluginHost.Server.Topics;

internal sealed partial class TopicFabric
{
    /// <summary>Another server has told something; from any thread. What comes twice or too late is dropped, what is missing is marked.</summary>
    public void Receive(BackplaneMessage message)
    {
        if (message.Server == Server) return;
        switch (message)
        {
            case BackplaneMessage.Published published:
                Receive(published);
                break;
            case BackplaneMessage.News news:
                WithEntry(news.Topic, news.Info is not null, entry =>
                    Hear(entry, entry.Presence.Hear(new PresenceNews(new MemberKey(news.Server, news.Connection), news.Number, news.Info)), null));
                break;
            case BackplaneMessage.Roster roster:
                WithEntry(roster.Topic, !roster.Members.IsEmpty, entry =>
                    Hear(entry, entry.Presence.Hear(roster.Server, roster.Number, roster.Members), null));
                break;
            default:
                foreach (var entry in Table.Topics) WithEntry(entry.Name, false, known => Hear(known, known.Presence.Forget(message.Server), null));
                break;
        }
    }

    /// <summary>Tells the others who of this server is where.</summary>
    public void Announce()
    {
        foreach (var entry in Table.Topics)
        {
            lock (entry)
            {
                if (entry.IsRemoved || entry.News == 0) continue;
                var own = entry.Presence.Members.Where(member => member.Key.Server == Server).ToImmutableArray();
                _backplane.Tell(new BackplaneMessage.Roster(entry.Name, Server, entry.Epoch, entry.News, own));
            }
        }
    }

    /// <summary>Tells the others that this server ends.</summary>
    public void Farewell()
    {
        if (_backplane.IsShared) _backplane.Tell(new BackplaneMessage.Farewell(Server));
    }

    private void Receive(BackplaneMessage.Published published)
    {
        var isKnown = Table.TryGet(published.Topic, out var entry);
        if (TopicRules.Publish(_limits, TopicPermission.Everything, published.Topic, isKnown) != TopicVerdict.Allowed) return;
        if (entry is null && !published.IsKept && Patterns(null, published.Topic).IsEmpty) return;
        if (published.Kind != TopicMessageKind.Binary) TextEncoding.Check(published.Bytes.Span);
        if (published.IsKept) Table.MakeRoomFor(published.Bytes.Length);
        WithEntry(published.Topic, true, topic =>
        {
            var verdict = topic.Receive(published.Server, published.Epoch, published.Number);
            if (verdict == InflowVerdict.Discard) return;
            SharedFrame frame;
            lock (_arenaGate) frame = _arena.Write(published.Kind == TopicMessageKind.Binary ? Opcode.Binary : Opcode.Text, ReservedBits.None, published.Bytes.Span);
            var content = new Broadcast.Content(
                topic.Name, published.Kind, frame, 0, null, verdict == InflowVerdict.DeliverAfterGap, null);
            var kept = published.IsKept ? Keep(content, published.Bytes.Length, topic) : null;
            Post(content, kept, topic, topic.Patterns(Table.Patterns));
        });
    }

    /// <summary>Tells the others of a publication. Under the topic's lock.</summary>
    private void TellOthers(in Broadcast.Content content, TopicMessage? kept, bool isKept, TopicEntry entry)
    {
        if (!_backplane.IsShared) return;
        var bytes = kept?.Bytes ?? content.Frame.Payload.ToArray();
        _backplane.Tell(new BackplaneMessage.Published(entry.Name, Server, entry.Epoch, ++entry.Sent, content.Kind, bytes, isKept));
    }

    /// <summary>Does something to a topic under its lock.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="add">Also where it is not remembered yet, if there is room.</param>
    /// <param name="action">What to do.</param>
    private void WithEntry(string topic, bool add, Action<TopicEntry> action)
    {
        if (TopicSyntax.CheckName(topic, _limits.Length) != TopicFault.None) return;
        while ((add ? Table.GetOrAdd(topic) : Table.TryGet(topic, out var known) ? known : null) is { } entry)
        {
            lock (entry)
            {
                if (entry.IsRemoved) continue;
                action(entry);
            }
            Table.Left(entry);
            return;
        }
    }
}
