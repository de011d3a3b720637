using System.Text;

namespace PluginHost.Abstractions;

/// <summary>A place in a topic's history.</summary>
/// <param name="Epoch">Tells one life of the topic from another: a topic that has lost its history begins a new one. 0 for no place.</param>
/// <param name="Offset">Grows by one with each message that the topic keeps, from 1; none is given twice in an epoch.</param>
public readonly record struct TopicPosition(long Epoch, long Offset);

/// <summary>A message that was published to a topic, as handlers see it. Immutable, shared by all who receive it, and valid for ever.</summary>
public sealed class TopicMessage
{
    /// <summary>For hosts and tests: a message.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="kind">What it carries.</param>
    /// <param name="bytes">The payload; for text, valid UTF-8. Not to be changed.</param>
    /// <param name="value">The value, for a <see cref="PublicationKind.Value"/>.</param>
    /// <param name="position">Where the topic keeps it; <c>default</c> where it does not.</param>
    /// <param name="sender">The connection that published it; 0 for none of this host's.</param>
    /// <param name="followsGap">Messages before it are known to be lost.</param>
    public TopicMessage(
        string topic, PublicationKind kind, ReadOnlyMemory<byte> bytes, object? value, TopicPosition position, long sender, bool followsGap)
    {
        ArgumentNullException.ThrowIfNull(topic);
        Topic = topic;
        Kind = kind;
        Bytes = bytes;
        Value = value;
        Position = position;
        Sender = sender;
        FollowsGap = followsGap;
    }

    /// <summary>The topic that it was published to.</summary>
    public string Topic { get; }

    /// <summary>Text, binary or a value.</summary>
    public PublicationKind Kind { get; }

    /// <summary>The payload of a text or binary message; empty for a value.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The value of a <see cref="PublicationKind.Value"/>, otherwise <see langword="null"/>.</summary>
    public object? Value { get; }

    /// <summary>Where the topic keeps it; <c>default</c> where it does not.</summary>
    public TopicPosition Position { get; }

    /// <summary>The connection that published it (<see cref="Session.Id"/>); 0 for a plugin itself or another server.</summary>
    public long Sender { get; }

    /// <summary>Messages that another server published before it are known to be lost.</summary>
    public bool FollowsGap { get; }

    /// <summary>The text of a text message; for a value, the value's own text.</summary>
    public override string ToString() => Kind == PublicationKind.Value ? Value?.ToString() ?? "" : Encoding.UTF8.GetString(Bytes.Span);
}

/// <summary>A value as a message for a client.</summary>
public readonly struct EncodedMessage
{
    private EncodedMessage(MessageKind kind, ReadOnlyMemory<byte> bytes)
    {
        Kind = kind;
        Bytes = bytes;
        IsSomething = true;
    }

    /// <summary>Nothing is sent.</summary>
    public static EncodedMessage Nothing => default;

    /// <summary>Text or binary.</summary>
    public MessageKind Kind { get; }

    /// <summary>The payload; for text, valid UTF-8.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Nothing is sent.</summary>
    public bool IsNothing => !IsSomething;

    private bool IsSomething { get; }

    /// <summary>A text message.</summary>
    /// <param name="utf8">Valid UTF-8, not to be changed.</param>
    public static EncodedMessage Text(ReadOnlyMemory<byte> utf8) => new(MessageKind.Text, utf8);

    /// <summary>A text message.</summary>
    /// <param name="text">The text.</param>
    public static EncodedMessage Text(string text) => new(MessageKind.Text, Encoding.UTF8.GetBytes(text));

    /// <summary>A binary message.</summary>
    /// <param name="bytes">The payload, not to be changed.</param>
    public static EncodedMessage Binary(ReadOnlyMemory<byte> bytes) => new(MessageKind.Binary, bytes);
}
