using System.Runtime.CompilerServices;
using PluginHost.Abstractions.Hosting;

namespace PluginHost.Abstractions;

/// <summary>What an <see cref="Event"/> reports.</summary>
public enum EventKind : byte
{
    /// <summary>Nothing; <c>default(Event)</c>.</summary>
    None,

    /// <summary>A text message arrived.</summary>
    Text,

    /// <summary>A binary message arrived.</summary>
    Binary,

    /// <summary>The connection is over. The last event.</summary>
    Closed,

    /// <summary>A send that had a tag has its result.</summary>
    SendCompleted,

    /// <summary>The timer ran out.</summary>
    Tick,

    /// <summary>The send queue is below its low mark again, after a send was queued or dropped.</summary>
    Drained,

    /// <summary>A message was published to a topic that the handler has subscribed to for itself.</summary>
    Topic,

    /// <summary>Somebody came to or left a topic that the handler watches for itself.</summary>
    Presence,

    /// <summary>The answer to a <see cref="CommandKind.Subscribe"/> or <see cref="CommandKind.ReadTopic"/>. It comes before anything that happens after it on the
    /// topic.</summary>
    Snapshot,

    /// <summary>A <see cref="CommandKind.Publish"/> or <see cref="CommandKind.Unsubscribe"/> that had a tag has its result.</summary>
    TopicCompleted,
}

/// <summary>Something that happened on a connection, as a value.</summary>
public readonly struct Event
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly object? _object;
    private readonly long _number;
    private readonly int _code;
    private readonly SendResult _result;

    private Event(EventKind kind, ReadOnlyMemory<byte> bytes, object? reference, long number, int code, SendResult result)
    {
        Kind = kind;
        _bytes = bytes;
        _object = reference;
        _number = number;
        _code = code;
        _result = result;
    }

    /// <summary>What happened.</summary>
    public EventKind Kind { get; }

    /// <summary>The timer ran out.</summary>
    public static Event Tick => new(EventKind.Tick, default, null, 0, 0, default);

    /// <summary>The send queue is below its low mark again.</summary>
    public static Event Drained => new(EventKind.Drained, default, null, 0, 0, default);

    /// <summary>The message of a <see cref="EventKind.Text"/> or <see cref="EventKind.Binary"/>: borrowed, valid until the handler's call
    /// returns.</summary>
    /// <exception cref="InvalidOperationException">The event is of another kind.</exception>
    public BorrowedMessage Message => Kind is EventKind.Text or EventKind.Binary
        ? new((MessageKind)Kind, _bytes, Unsafe.As<MessageLease?>(_object), (int)_number)
        : throw Wrong("message");

    /// <summary>Code and reason of a <see cref="EventKind.Closed"/>.</summary>
    /// <exception cref="InvalidOperationException">The event is of another kind.</exception>
    public CloseInfo Close => Kind == EventKind.Closed ? new(_code, (string)_object!, _number != 0) : throw Wrong("close code");

    /// <summary>The message of a <see cref="EventKind.Topic"/>. It may be kept.</summary>
    /// <exception cref="InvalidOperationException">The event is of another kind.</exception>
    public TopicMessage TopicMessage => Kind == EventKind.Topic ? (TopicMessage)_object! : throw Wrong("message of a topic");

    /// <summary>Who came or went, of a <see cref="EventKind.Presence"/>.</summary>
    /// <exception cref="InvalidOperationException">The event is of another kind.</exception>
    public PresenceChange Presence => Kind == EventKind.Presence ? (PresenceChange)_object! : throw Wrong("presence");

    /// <summary>The topic, of a <see cref="EventKind.Snapshot"/>.</summary>
    /// <exception cref="InvalidOperationException">The event is of another kind.</exception>
    public TopicSnapshot Snapshot => Kind == EventKind.Snapshot ? (TopicSnapshot)_object! : throw Wrong("snapshot");

    /// <summary>The result of a <see cref="EventKind.TopicCompleted"/>.</summary>
    /// <exception cref="InvalidOperationException">The event is of another kind.</exception>
    public TopicResult TopicResult => Kind == EventKind.TopicCompleted ? (TopicResult)_code : throw Wrong("result of a topic");

    /// <summary>The tag of a <see cref="EventKind.SendCompleted"/>, <see cref="EventKind.TopicCompleted"/> or <see cref="EventKind.Snapshot"/>, otherwise
    /// 0.</summary>
    public long Tag => Kind is EventKind.SendCompleted or EventKind.TopicCompleted or EventKind.Snapshot ? _number : 0;

    /// <summary>The result of a <see cref="EventKind.SendCompleted"/>.</summary>
    /// <exception cref="InvalidOperationException">The event is of another kind.</exception>
    public SendResult Result => Kind == EventKind.SendCompleted ? _result : throw Wrong("result");

    /// <summary>For hosts and tests: a message arrived.</summary>
    public static Event Received(BorrowedMessage message) =>
        new(message.Kind == MessageKind.Binary ? EventKind.Binary : EventKind.Text, message.Bytes, message.Lease, message.Generation, 0,
            default);

    /// <summary>For hosts and tests: the connection is over.</summary>
    public static Event Closed(CloseInfo close) =>
        new(EventKind.Closed, default, close.Reason, close.WasClean ? 1 : 0, close.Code, default);

    /// <summary>For hosts and tests: a tagged send has its result.</summary>
    public static Event SendCompleted(long tag, SendResult result) => new(EventKind.SendCompleted, default, null, tag, 0, result);

    /// <summary>For hosts and tests: a message was published.</summary>
    public static Event Published(TopicMessage message) => new(EventKind.Topic, default, Given(message), 0, 0, default);

    /// <summary>For hosts and tests: somebody came or went.</summary>
    public static Event PresenceChanged(PresenceChange change) => new(EventKind.Presence, default, Given(change), 0, 0, default);

    /// <summary>For hosts and tests: a subscription or a look at a topic is answered.</summary>
    public static Event Answered(TopicSnapshot snapshot) => new(EventKind.Snapshot, default, Given(snapshot), snapshot.Tag, 0, default);

    /// <summary>For hosts and tests: a tagged publication has its result.</summary>
    public static Event TopicCompleted(long tag, TopicResult result) => new(EventKind.TopicCompleted, default, null, tag, (int)result, default);

    /// <summary>Calls the function that belongs to this case, where topics are in use.</summary>
    public T Match<T>(
        Func<BorrowedMessage, T> text, Func<BorrowedMessage, T> binary, Func<CloseInfo, T> closed,
        Func<long, SendResult, T> sendCompleted, Func<T> tick, Func<T> drained,
        Func<TopicMessage, T> topic, Func<PresenceChange, T> presence, Func<TopicSnapshot, T> snapshot,
        Func<long, TopicResult, T> topicCompleted) => Kind switch
        {
            EventKind.Topic => topic(TopicMessage),
            EventKind.Presence => presence(Presence),
            EventKind.Snapshot => snapshot(Snapshot),
            EventKind.TopicCompleted => topicCompleted(Tag, TopicResult),
            _ => Match(text, binary, closed, sendCompleted, tick, drained),
        };

    /// <summary>Calls the function that belongs to this case, where no topics are in use: one of theirs throws. A <c>switch</c> on <see cref="Kind"/> does the same without making
    /// delegates.</summary>
    public T Match<T>(
        Func<BorrowedMessage, T> text, Func<BorrowedMessage, T> binary, Func<CloseInfo, T> closed,
        Func<long, SendResult, T> sendCompleted, Func<T> tick, Func<T> drained) => Kind switch
        {
            EventKind.Text => text(Message),
            EventKind.Binary => binary(Message),
            EventKind.Closed => closed(Close),
            EventKind.SendCompleted => sendCompleted(Tag, Result),
            EventKind.Tick => tick(),
            EventKind.Drained => drained(),
            EventKind.None => throw new InvalidOperationException("default(Event) reports nothing."),
            _ => throw new InvalidOperationException($"An event of kind {Kind} needs the Match that has a case for it."),
        };

    /// <summary>For people: <c>Text (5 bytes)</c>, <c>Closed 1000 "bye"</c>.</summary>
    public override string ToString() => Kind switch
    {
        EventKind.Text or EventKind.Binary => $"{Kind} ({_bytes.Length} bytes)",
        EventKind.Closed => $"Closed {Close.Code} \"{Close.Reason}\"",
        EventKind.SendCompleted => $"SendCompleted #{Tag} {Result}",
        EventKind.Topic => $"Topic {TopicMessage.Topic} \"{TopicMessage}\"",
        EventKind.Presence => $"Presence {Presence.Topic} {(Presence.IsJoin ? "+" : "-")}{Presence.Member.Info}",
        EventKind.Snapshot => $"Snapshot {Snapshot.Topic} {Snapshot.Result}",
        EventKind.TopicCompleted => $"TopicCompleted #{Tag} {TopicResult}",
        _ => Kind.ToString(),
    };

    private static object Given(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value;
    }

    private InvalidOperationException Wrong(string what) => new($"An event of kind {Kind} has no {what}.");
}
