using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using PluginHost.Abstractions;
using PluginHost.Core.Policy.Topics;
using PluginHost.Server.Connections;

namespace PluginHost.Server.Topics;

internal sealed partial class TopicFabric
{
    /// <summary>
    /// Subscribes a connection. The snapshot and the place in the loop's inbox from which on it is delivered to are taken together, under the topic's lock:
    /// nothing between the two is lost, on whatever thread this is called. What was published before and is still on its way is kept back by
    /// <see cref="Subscriber.Admits"/>, so that nothing is repeated either.
    /// </summary>
    public TopicSnapshot Subscribe(TopicAccess access, Subscriber subscriber, TopicSubscription wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        lock (subscriber.Subscriptions)
        {
            if (subscriber.HasLeft) return TopicSnapshot.Refused(wanted.Topic, TopicResult.Closed);
            var others = subscriber.Subscriptions.Count - (Find(subscriber, wanted.Topic) is null ? 0 : 1);
            var needsTopic = wanted.Member is not null || wanted.WatchesPresence || wanted.History != HistoryRequest.None;
            var infoBytes = wanted.Member is { } info ? Encoding.UTF8.GetByteCount(info) : 0;
            var verdict = TopicRules.Subscribe(_limits, access.Permission, wanted.Topic, others, needsTopic, infoBytes);
            if (verdict != TopicVerdict.Allowed) return TopicSnapshot.Refused(wanted.Topic, ResultOf(verdict));
            while (true)
            {
                SubscriberSet? set = TopicSyntax.HasWildcard(wanted.Topic) ? Table.GetOrAddPattern(wanted.Topic) : Table.GetOrAdd(wanted.Topic);
                if (set is null) return TopicSnapshot.Refused(wanted.Topic, TopicResult.TooManyTopics);
                lock (set)
                {
                    if (set.IsRemoved) continue;
                    return Subscribe(subscriber, set, wanted);
                }
            }
        }
    }

    /// <summary>Ends a subscription.</summary>
    public TopicResult Unsubscribe(Subscriber subscriber, string topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        lock (subscriber.Subscriptions)
        {
            if (Find(subscriber, topic) is not { } subscribing) return TopicResult.NotSubscribed;
            subscriber.Subscriptions.Remove(subscribing.Set);
            Leave(subscriber, subscribing);
            return TopicResult.Done;
        }
    }

    /// <summary>Ends all subscriptions of a connection that has ended.</summary>
    public void Leave(Subscriber subscriber)
    {
        lock (subscriber.Subscriptions)
        {
            if (subscriber.HasLeft) return;
            subscriber.HasLeft = true;
            foreach (var subscribing in subscriber.Subscriptions.Values) Leave(subscriber, subscribing);
            subscriber.Subscriptions.Clear();
            subscriber.Subscriptions.TrimExcess();
        }
    }

    /// <summary>Looks at a topic.</summary>
    public TopicSnapshot Read(TopicAccess access, string topic, HistoryRequest history)
    {
        ArgumentNullException.ThrowIfNull(topic);
        var verdict = TopicRules.Read(_limits, access.Permission, topic);
        if (verdict != TopicVerdict.Allowed) return TopicSnapshot.Refused(topic, ResultOf(verdict));
        if (!Table.TryGet(topic, out var entry))
            return new TopicSnapshot(topic, TopicResult.Done, [], history is { IsSince: false }, default, []);
        lock (entry) return Snapshot(entry, history);
    }

    private Subscribing? Find(Subscriber subscriber, string topic)
    {
        SubscriberSet? set = TopicSyntax.HasWildcard(topic) ? Table.Patterns.Find(topic) : Table.TryGet(topic, out var entry) ? entry : null;
        return set is null ? null : subscriber.Subscriptions.GetValueOrDefault(set);
    }

    /// <summary>Under the subscriber's and the set's lock.</summary>
    private TopicSnapshot Subscribe(Subscriber subscriber, SubscriberSet set, TopicSubscription wanted)
    {
        var loop = subscriber.Topics.Loop;
        var subscribing = new Subscribing(set)
        {
            ToHandler = wanted.Delivery == TopicDelivery.Handler,
            Watches = wanted.WatchesPresence,
            IsMember = wanted.Member is not null,
            Ticket = set is TopicEntry topic ? subscriber.Given(topic.Name, topic.Position) : 0,
        };
        var before = subscriber.Subscriptions.GetValueOrDefault(set);
        set.Want(loop.Index, 1);
        loop.PostAdd(subscriber, subscribing, before);
        subscriber.Subscriptions[set] = subscribing;
        if (set is not TopicEntry entry) return new TopicSnapshot(wanted.Topic, TopicResult.Done, [], true, default, []);
        Table.Subscribed(entry);
        if (wanted.Member is not null || before is { IsMember: true }) TellPresence(entry, subscriber, wanted.Member);
        return Snapshot(entry, wanted.History);
    }

    /// <summary>Under the subscriber's lock.</summary>
    private void Leave(Subscriber subscriber, Subscribing subscribing)
    {
        lock (subscribing.Set)
        {
            if (subscribing is { IsMember: true, Set: TopicEntry entry }) TellPresence(entry, subscriber, null);
            subscriber.Topics.Loop.PostRemove(subscriber, subscribing);
        }
    }

    private static TopicSnapshot Snapshot(TopicEntry entry, HistoryRequest history)
    {
        var (messages, isComplete) = entry.Past(history);
        return new TopicSnapshot(
            entry.Name, TopicResult.Done, messages, isComplete, entry.Position, [.. entry.Presence.Members.Select(MemberOf)]);
    }

    private static TopicMember MemberOf(PresentMember member) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{member.Key.Server:x}-{member.Key.Connection:x}"), member.Info);

    /// <summary>One of this server's members comes, goes (<see langword="null"/>) or is said to be something else. Under the topic's lock.</summary>
    private void TellPresence(TopicEntry entry, Subscriber subscriber, string? info)
    {
        var news = new PresenceNews(new MemberKey(Server, subscriber.Connection.Id), ++entry.News, info);
        Hear(entry, entry.Presence.Hear(news), subscriber);
        if (_backplane.IsShared)
            _backplane.Tell(new BackplaneMessage.News(entry.Name, Server, entry.Epoch, news.Number, news.Key.Connection, info));
    }

    /// <summary>Remembers who is there and tells those who want to know. Under the topic's lock.</summary>
    private void Hear(TopicEntry entry, PresenceStep step, Subscriber? except)
    {
        entry.Presence = step.Presence;
        foreach (var change in step.Events)
        {
            var told = new PresenceChange(entry.Name, MemberOf(change.Member), change.IsJoin);
            Post(
                new Broadcast.Content(entry.Name, TopicMessageKind.Presence, default, 0, except, FollowsGap: false, told),
                null, entry, ImmutableArray<SubscriberSet>.Empty);
        }
    }
}
