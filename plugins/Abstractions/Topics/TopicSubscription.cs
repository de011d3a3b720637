namespace PluginHost.Abstractions;

/// <summary>Who gets what is published to a topic.</summary>
public enum TopicDelivery : byte
{
    /// <summary>The connection's client, without the handler being asked.</summary>
    Client,

    /// <summary>The handler, as an event.</summary>
    Handler,
}

/// <summary>How much of a topic's past is wanted.</summary>
public readonly record struct HistoryRequest
{
    private HistoryRequest(bool isSince, TopicPosition position, int count)
    {
        IsSince = isSince;
        Position = position;
        Count = count;
    }

    /// <summary>Nothing.</summary>
    public static HistoryRequest None => default;

    /// <summary>Everything that the topic keeps.</summary>
    public static HistoryRequest All => new(false, default, int.MaxValue);

    /// <summary>Everything after <see cref="Position"/> is wanted; otherwise the last <see cref="Count"/>.</summary>
    public bool IsSince { get; }

    /// <summary>What the asker has already.</summary>
    public TopicPosition Position { get; }

    /// <summary>How many messages at most.</summary>
    public int Count { get; }

    /// <summary>The newest messages; 1 for the last value.</summary>
    /// <param name="count">At most so many, 0 and above.</param>
    public static HistoryRequest Last(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new(false, default, count);
    }

    /// <summary>Everything after a place: what a client that comes back has missed.</summary>
    /// <param name="position">The place of the last message that it has; offset 0 for none.</param>
    public static HistoryRequest Since(TopicPosition position) => new(true, position, int.MaxValue);
}

/// <summary>What a connection wants of a topic. Immutable; each method returns a changed copy.</summary>
public sealed record TopicSubscription
{
    private TopicSubscription(string topic) => Topic = topic;

    /// <summary>A topic (<c>rooms/7</c>) or a pattern: <c>+</c> stands for any one level, a last <c>#</c> for the level above it and everything below, as in
    /// MQTT 5 §4.7.</summary>
    public string Topic { get; }

    /// <summary>Who gets the messages: by default the client.</summary>
    public TopicDelivery Delivery { get; private init; }

    /// <summary>How much of the past comes with the snapshot; by default nothing. Only of a topic, not of a pattern.</summary>
    public HistoryRequest History { get; private init; }

    /// <summary>What the others are told of the connection while it is subscribed; <see langword="null"/>, the default, when it is not to be seen.</summary>
    public string? Member { get; private init; }

    /// <summary>It is told who comes and goes.</summary>
    public bool WatchesPresence { get; private init; }

    /// <summary>A subscription to a topic or a pattern, for the client.</summary>
    public static TopicSubscription To(string topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return new(topic);
    }

    /// <summary>Messages come to the handler as events.</summary>
    public TopicSubscription ToHandler() => this with { Delivery = TopicDelivery.Handler };

    /// <summary>The snapshot holds messages of the past. What is published after them is delivered: nothing in between is lost or repeated.</summary>
    public TopicSubscription With(HistoryRequest history) => this with { History = history };

    /// <summary>The connection is seen on the topic, until it unsubscribes or ends.</summary>
    /// <param name="info">What the others are told of it, such as a name.</param>
    public TopicSubscription As(string info)
    {
        ArgumentNullException.ThrowIfNull(info);
        return this with { Member = info };
    }

    /// <summary>
    /// It is told who comes and goes, by messages of kind <see cref="TopicMessageKind.Presence"/>; a client gets what the handler's encoder makes of them. Only of
    /// a topic, not of a pattern.
    /// </summary>
    public TopicSubscription WatchPresence() => this with { WatchesPresence = true };
}

/// <summary>What became of something that was asked of topics.</summary>
public enum TopicResult : byte
{
    /// <summary>It is done.</summary>
    Done,

    /// <summary>The name or pattern is empty, too long, has too many levels, control characters or a misplaced wildcard; or nothing was given to publish.</summary>
    Invalid,

    /// <summary>The plugin's entry in <c>plugins.json</c> does not allow that topic.</summary>
    Forbidden,

    /// <summary>The connection has as many subscriptions as it may have.</summary>
    TooManySubscriptions,

    /// <summary>The host has as many topics as it may have.</summary>
    TooManyTopics,

    /// <summary>History and presence are a topic's, not a pattern's.</summary>
    NeedsTopic,

    /// <summary>What is said about the member is too long.</summary>
    InfoTooLong,

    /// <summary>There is no such subscription.</summary>
    NotSubscribed,

    /// <summary>The connection is closed.</summary>
    Closed,

    /// <summary>Nothing was published: as much waits to be delivered as may. Publish it later, and less often; what was published before is not lost.</summary>
    Busy,
}

/// <summary>Somebody on a topic.</summary>
/// <param name="Id">Different for each connection, of this and of other servers.</param>
/// <param name="Info">What its handler says about it.</param>
public sealed record TopicMember(string Id, string Info);

/// <summary>Somebody came or went.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Member">Who.</param>
/// <param name="IsJoin">They came; otherwise they went.</param>
public sealed record PresenceChange(string Topic, TopicMember Member, bool IsJoin);

/// <summary>A topic as it was at one moment: what is published and who comes after it is delivered, nothing before it.</summary>
public sealed record TopicSnapshot
{
    /// <summary>For hosts and tests: a snapshot.</summary>
    public TopicSnapshot(
        string topic, TopicResult result, IReadOnlyList<TopicMessage> messages, bool isComplete, TopicPosition position,
        IReadOnlyList<TopicMember> members)
    {
        Topic = topic;
        Result = result;
        Messages = messages;
        IsComplete = isComplete;
        Position = position;
        Members = members;
    }

    /// <summary>The topic or the pattern.</summary>
    public string Topic { get; }

    /// <summary>Whether it was done; otherwise there is nothing in the rest.</summary>
    public TopicResult Result { get; }

    /// <summary>The messages that were asked for, the oldest first.</summary>
    public IReadOnlyList<TopicMessage> Messages { get; }

    /// <summary>They are all that was asked for: since a place, nothing is missing.</summary>
    public bool IsComplete { get; }

    /// <summary>The place of the newest message that the topic keeps; its offset is 0 before the first one.</summary>
    public TopicPosition Position { get; }

    /// <summary>Who is on the topic, the asker included.</summary>
    public IReadOnlyList<TopicMember> Members { get; }

    /// <summary>The number that the command had; 0 for none.</summary>
    public long Tag { get; init; }

    /// <summary>For hosts and tests: nothing was done.</summary>
    public static TopicSnapshot Refused(string topic, TopicResult result) => new(topic, result, [], false, default, []);
}
