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

    /// <summary>A timer ran out.</summary>
    Timer,

    /// <summary>The send queue is below its low mark again, after a send was queued or dropped.</summary>
    Drained,

    /// <summary>A message was published to a topic that the handler has subscribed to for itself, or somebody came to or left one that it watches.</summary>
    Topic,

    /// <summary>The answer to a <see cref="CommandKind.Subscribe"/> or <see cref="CommandKind.ReadTopic"/>. It comes before anything that happens after it on the
    /// topic.</summary>
    Snapshot,

    /// <summary>A <see cref="CommandKind.Publish"/> or <see cref="CommandKind.Unsubscribe"/> that had a tag has its result.</summary>
    TopicCompleted,

    /// <summary>
    /// The host stops, or the plugin is replaced. Reading has stopped; the connection is closed once everything is sent. Whoever answers with
    /// <see cref="CommandKind.ResumeReading"/> goes on, and closes by itself within <see cref="StopInfo.Timeout"/>.
    /// </summary>
    Stopping,
}

/// <summary>
/// Something that happened on a connection, as a value. Read it by a <c>switch</c> on <see cref="Kind"/> with a default: a kind that is added in 1.x comes only to
/// handlers that have asked for it.
/// </summary>
public readonly struct Event
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly object? _object;
    private readonly long _number;
    private readonly int _code;
    private readonly SendResult _result;
    private readonly long _time;

    private Event(EventKind kind, ReadOnlyMemory<byte> bytes, object? reference, long number, int code, SendResult result, long time = 0)
    {
        _time = time;
        Kind = kind;
        _bytes = bytes;
        _object = reference;
        _number = number;
        _code = code;
        _result = result;
    }

    /// <summary>What happened.</summary>
    public EventKind Kind { get; }

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

    /// <summary>When it happened, as the host's clock says; read once for the events of one turn of a loop. <c>default</c> where a test does not say.</summary>
    public DateTimeOffset Time => new(_time, TimeSpan.Zero);

    /// <summary>The number of the timer of a <see cref="EventKind.Timer"/>.</summary>
    /// <exception cref="InvalidOperationException">The event is of another kind.</exception>
    public int Timer => Kind == EventKind.Timer ? _code : throw Wrong("timer");

    /// <summary>What a <see cref="EventKind.Stopping"/> says.</summary>
    /// <exception cref="InvalidOperationException">The event is of another kind.</exception>
    public StopInfo Stop => Kind == EventKind.Stopping ? new(_code, new TimeSpan(_number)) : throw Wrong("end");

    /// <summary>The message of a <see cref="EventKind.Topic"/>. It may be kept.</summary>
    /// <exception cref="InvalidOperationException">The event is of another kind.</exception>
    public TopicMessage TopicMessage => Kind == EventKind.Topic ? (TopicMessage)_object! : throw Wrong("message of a topic");

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

    /// <summary>For hosts and tests: a timer ran out.</summary>
    public static Event TimerElapsed(int id) => new(EventKind.Timer, default, null, 0, id, default);

    /// <summary>For hosts and tests: the connection is to end.</summary>
    public static Event StoppingWith(StopInfo stop) => new(EventKind.Stopping, default, null, stop.Timeout.Ticks, stop.Code, default);

    /// <summary>For hosts and tests: a tagged send has its result.</summary>
    public static Event SendCompleted(long tag, SendResult result) => new(EventKind.SendCompleted, default, null, tag, 0, result);

    /// <summary>For hosts and tests: a message was published.</summary>
    public static Event Published(TopicMessage message) => new(EventKind.Topic, default, Given(message), 0, 0, default);

    /// <summary>For hosts and tests: a subscription or a look at a topic is answered.</summary>
    public static Event Answered(TopicSnapshot snapshot) => new(EventKind.Snapshot, default, Given(snapshot), snapshot.Tag, 0, default);

    /// <summary>For hosts and tests: a tagged publication has its result.</summary>
    public static Event TopicCompleted(long tag, TopicResult result) => new(EventKind.TopicCompleted, default, null, tag, (int)result, default);

    /// <summary>For hosts and tests: the same at that time.</summary>
    /// <param name="time">When it happened.</param>
    public Event At(DateTimeOffset time) => new(Kind, _bytes, _object, _number, _code, _result, time.UtcTicks);

    /// <summary>For people: <c>Text (5 bytes)</c>, <c>Closed 1000 "bye"</c>.</summary>
    public override string ToString() => Kind switch
    {
        EventKind.Text or EventKind.Binary => $"{Kind} ({_bytes.Length} bytes)",
        EventKind.Closed => $"Closed {Close.Code} \"{Close.Reason}\"",
        EventKind.SendCompleted => $"SendCompleted #{Tag} {Result}",
        EventKind.Timer => $"Timer {Timer}",
        EventKind.Stopping => $"Stopping {Stop.Code} within {Stop.Timeout}",
        EventKind.Topic => $"Topic {TopicMessage.Topic} \"{TopicMessage}\"",
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
