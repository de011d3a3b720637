using System.Text;

namespace PluginHost.Abstractions;

/// <summary>A place in a topic's history.</summary>
/// <param name="Epoch">Tells one life of the topic from another: a topic that has lost its history begins a new one. 0 for no place.</param>
/// <param name="Offset">Grows by one with each message that the topic keeps, from 1; none is given twice in an epoch.</param>
public readonly record struct TopicPosition(long Epoch, long Offset);

/// <summary>What a <see cref="Publication"/> or a <see cref="TopicMessage"/> carries. A kind that a handler does not know is nothing to it.</summary>
public enum TopicMessageKind : byte
{
    /// <summary>Nothing; <c>default(Publication)</c>, which cannot be published.</summary>
    None,

    /// <summary>A text message.</summary>
    Text,

    /// <summary>A binary message.</summary>
    Binary,

    /// <summary>A JSON value, which the handler of each subscriber may encode for its subprotocol.</summary>
    Json,

    /// <summary>Somebody came or went (<see cref="TopicMessage.Presence"/>). It is not published, but told by the host.</summary>
    Presence,
}

/// <summary>A message that was published to a topic, as handlers see it. Immutable, shared by all who receive it, and valid for ever.</summary>
public sealed class TopicMessage
{
    /// <summary>For hosts and tests: a message.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="kind">What it carries.</param>
    /// <param name="bytes">The payload; for text, valid UTF-8, for JSON, one value. Not to be changed.</param>
    /// <param name="position">Where the topic keeps it; <c>default</c> where it does not.</param>
    /// <param name="sender">The connection that published it; 0 for none of this host's.</param>
    /// <param name="followsGap">Messages before it are known to be lost.</param>
    public TopicMessage(
        string topic, TopicMessageKind kind, ReadOnlyMemory<byte> bytes, TopicPosition position, long sender, bool followsGap)
    {
        ArgumentNullException.ThrowIfNull(topic);
        Topic = topic;
        Kind = kind;
        Bytes = bytes;
        Position = position;
        Sender = sender;
        FollowsGap = followsGap;
    }

    /// <summary>For hosts and tests: somebody came or went.</summary>
    public TopicMessage(PresenceChange presence)
    {
        ArgumentNullException.ThrowIfNull(presence);
        (Topic, Kind, Presence) = (presence.Topic, TopicMessageKind.Presence, presence);
    }

    /// <summary>The topic that it was published to.</summary>
    public string Topic { get; }

    /// <summary>What it carries.</summary>
    public TopicMessageKind Kind { get; }

    /// <summary>The payload; empty for a <see cref="TopicMessageKind.Presence"/>.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Who came or went, of a <see cref="TopicMessageKind.Presence"/>, otherwise <see langword="null"/>.</summary>
    public PresenceChange? Presence { get; }

    /// <summary>Where the topic keeps it; <c>default</c> where it does not.</summary>
    public TopicPosition Position { get; }

    /// <summary>The connection that published it (<see cref="HandshakeInfo.ConnectionId"/>); 0 for a plugin itself or another server.</summary>
    public long Sender { get; }

    /// <summary>Messages that another server published before it are known to be lost.</summary>
    public bool FollowsGap { get; }

    /// <summary>The payload as text; for a presence, <c>+info</c> or <c>-info</c>.</summary>
    public override string ToString() =>
        Presence is { } presence ? (presence.IsJoin ? "+" : "-") + presence.Member.Info : Encoding.UTF8.GetString(Bytes.Span);
}

/// <summary>What a client is sent for a message of a topic.</summary>
public readonly struct OutgoingMessage
{
    private OutgoingMessage(MessageKind kind, ReadOnlyMemory<byte> bytes)
    {
        Kind = kind;
        Bytes = bytes;
        IsSomething = true;
    }

    /// <summary>Nothing is sent.</summary>
    public static OutgoingMessage None => default;

    /// <summary>Text or binary.</summary>
    public MessageKind Kind { get; }

    /// <summary>The payload; for text, valid UTF-8.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Nothing is sent.</summary>
    public bool IsNone => !IsSomething;

    private bool IsSomething { get; }

    /// <summary>A text message.</summary>
    /// <param name="utf8">Valid UTF-8, not to be changed.</param>
    public static OutgoingMessage Text(ReadOnlyMemory<byte> utf8) => new(MessageKind.Text, utf8);

    /// <summary>A text message.</summary>
    /// <param name="text">The text.</param>
    public static OutgoingMessage Text(string text) => new(MessageKind.Text, Encoding.UTF8.GetBytes(text));

    /// <summary>A binary message.</summary>
    /// <param name="bytes">The payload, not to be changed.</param>
    public static OutgoingMessage Binary(ReadOnlyMemory<byte> bytes) => new(MessageKind.Binary, bytes);

    /// <summary>What a client is sent that knows nothing of topics: texts, bytes and JSON as they are, of presence nothing.</summary>
    /// <param name="message">A message of a topic.</param>
    public static OutgoingMessage Of(TopicMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Kind switch
        {
            TopicMessageKind.Text or TopicMessageKind.Json => Text(message.Bytes),
            TopicMessageKind.Binary => Binary(message.Bytes),
            _ => None,
        };
    }
}
