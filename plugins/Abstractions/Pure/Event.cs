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

    /// <summary>The tag of a <see cref="EventKind.SendCompleted"/>, otherwise 0.</summary>
    public long Tag => Kind == EventKind.SendCompleted ? _number : 0;

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

    /// <summary>Calls the function that belongs to this case. A <c>switch</c> on <see cref="Kind"/> does the same without making
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
            _ => throw new InvalidOperationException("default(Event) reports nothing."),
        };

    /// <summary>For people: <c>Text (5 bytes)</c>, <c>Closed 1000 "bye"</c>.</summary>
    public override string ToString() => Kind switch
    {
        EventKind.Text or EventKind.Binary => $"{Kind} ({_bytes.Length} bytes)",
        EventKind.Closed => $"Closed {Close.Code} \"{Close.Reason}\"",
        EventKind.SendCompleted => $"SendCompleted #{Tag} {Result}",
        _ => Kind.ToString(),
    };

    private InvalidOperationException Wrong(string what) => new($"An event of kind {Kind} has no {what}.");
}
