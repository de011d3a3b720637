using System.Text;
using PluginHost.Abstractions.Hosting;

namespace PluginHost.Abstractions;

/// <summary>What a <see cref="Command"/> asks for.</summary>
public enum CommandKind : byte
{
    /// <summary>Nothing; <c>default(Command)</c>.</summary>
    None,

    /// <summary>Send a text message.</summary>
    SendText,

    /// <summary>Send a binary message.</summary>
    SendBinary,

    /// <summary>Start the close handshake.</summary>
    Close,

    /// <summary>Set a timer of the connection.</summary>
    SetTimer,

    /// <summary>Stop a timer of the connection.</summary>
    StopTimer,

    /// <summary>Deliver no more messages for now.</summary>
    PauseReading,

    /// <summary>Deliver messages again.</summary>
    ResumeReading,

    /// <summary>Publish to a topic.</summary>
    Publish,

    /// <summary>Subscribe to a topic or a pattern.</summary>
    Subscribe,

    /// <summary>End a subscription.</summary>
    Unsubscribe,

    /// <summary>Look at a topic's history and members.</summary>
    ReadTopic,
}

/// <summary>
/// Something a pure handler wants done, as a value. Commands are performed in order, before the handler's next call. Equality compares
/// what would be done: a text
/// given as a string equals the same text given as UTF-8.
/// </summary>
public readonly struct Command : IEquatable<Command>
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly object? _object;
    private readonly object? _topic;
    private readonly long _number;
    private readonly int _code;
    private readonly TopicMessageKind _published;
    private readonly byte _flags;

    private Command(CommandKind kind, ReadOnlyMemory<byte> bytes, object? reference, long number, int code)
    {
        Kind = kind;
        _bytes = bytes;
        _object = reference;
        _number = number;
        _code = code;
    }

    private Command(CommandKind kind, object topic, Publication publication, long number)
    {
        Kind = kind;
        _topic = topic;
        _published = publication.Kind;
        _bytes = publication.Kind == TopicMessageKind.None ? default : publication.Bytes;
        _object = publication.Reference;
        _code = publication.Generation;
        _flags = publication.Flags;
        _number = number;
    }

    /// <summary>What is asked for.</summary>
    public CommandKind Kind { get; }

    /// <summary>Deliver no more messages until <see cref="ResumeReading"/>; the peer is slowed down by TCP. Timers, drained and close
    /// events still come.</summary>
    public static Command PauseReading => new(CommandKind.PauseReading, default, null, 0, 0);

    /// <summary>Deliver messages again.</summary>
    public static Command ResumeReading => new(CommandKind.ResumeReading, default, null, 0, 0);

    /// <summary>Neither string nor received message: the payload as the handler gave it, or the received message's. Empty for a text
    /// given as a string (<see cref="Text"/>).</summary>
    /// <exception cref="ObjectDisposedException">It is a received message whose call has returned.</exception>
    public ReadOnlyMemory<byte> Bytes
    {
        get
        {
            if (_object is MessageLease lease)
                MessageLease.Check(lease, _code);
            return _bytes;
        }
    }

    /// <summary>The topic or pattern of a command on topics, otherwise empty.</summary>
    public string Topic => _topic switch
    {
        string topic => topic,
        TopicSubscription subscription => subscription.Topic,
        _ => "",
    };

    /// <summary>What a <see cref="CommandKind.Publish"/> publishes, otherwise <c>default</c>.</summary>
    public Publication Publication => Kind == CommandKind.Publish ? new(_published, _bytes, _object, _code, _flags) : default;

    /// <summary>What a <see cref="CommandKind.Subscribe"/> wants, otherwise <see langword="null"/>.</summary>
    public TopicSubscription? Subscription => _topic as TopicSubscription;

    /// <summary>How much a <see cref="CommandKind.ReadTopic"/> wants of the past, otherwise nothing.</summary>
    public HistoryRequest History => Kind == CommandKind.ReadTopic ? (HistoryRequest)_object! : HistoryRequest.None;

    /// <summary>The text of a <see cref="CommandKind.SendText"/> given as a string; <see langword="null"/> when it was given as UTF-8
    /// (<see cref="Bytes"/>).</summary>
    public string? Text => Kind == CommandKind.SendText ? _object as string : null;

    /// <summary>The payload is a received message as it was: a text needs no UTF-8 check.</summary>
    public bool IsReceived => _object is MessageLease;

    /// <summary>The number that a <see cref="EventKind.SendCompleted"/>, <see cref="EventKind.TopicCompleted"/> or <see cref="EventKind.Snapshot"/> will carry;
    /// 0, for sends and publications, asks for none. Set by <see cref="WithTag"/>.</summary>
    public long Tag => Kind is CommandKind.SendText or CommandKind.SendBinary || IsOnTopic ? _number : 0;

    private bool IsOnTopic => Kind is CommandKind.Publish or CommandKind.Subscribe or CommandKind.Unsubscribe or CommandKind.ReadTopic;

    /// <summary>The close code of a <see cref="CommandKind.Close"/>, otherwise 0.</summary>
    public int Code => Kind == CommandKind.Close ? _code : 0;

    /// <summary>The close reason of a <see cref="CommandKind.Close"/>, otherwise empty.</summary>
    public string Reason => Kind == CommandKind.Close ? (string)_object! : "";

    /// <summary>The number of the timer of a <see cref="CommandKind.SetTimer"/> or <see cref="CommandKind.StopTimer"/>, otherwise 0.</summary>
    public int Timer => Kind is CommandKind.SetTimer or CommandKind.StopTimer ? _code : 0;

    /// <summary>The time of a <see cref="CommandKind.SetTimer"/>, otherwise zero.</summary>
    public TimeSpan Delay => Kind == CommandKind.SetTimer ? new(_number) : TimeSpan.Zero;

    /// <summary>Send a text message.</summary>
    /// <param name="text">The text. Lone surrogates are not text: the connection is then closed with 1011.</param>
    public static Command SendText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(CommandKind.SendText, default, text, 0, 0);
    }

    /// <summary>Send a text message that is UTF-8 already.</summary>
    /// <param name="utf8">Valid UTF-8; otherwise the connection is closed with 1011. Not to be changed until the next call of the
    /// handler.</param>
    public static Command SendText(ReadOnlyMemory<byte> utf8) => new(CommandKind.SendText, utf8, null, 0, 0);

    /// <summary>Send a binary message.</summary>
    /// <param name="bytes">The payload. Not to be changed until the next call of the handler.</param>
    public static Command SendBinary(ReadOnlyMemory<byte> bytes) => new(CommandKind.SendBinary, bytes, null, 0, 0);

    /// <summary>Send a received message back as it is: same type, same bytes, without a copy or an allocation.</summary>
    /// <param name="message">The message of the event at hand.</param>
    /// <exception cref="ObjectDisposedException">The message belongs to an earlier event.</exception>
    public static Command Send(BorrowedMessage message) => new(
        message.Kind == MessageKind.Binary ? CommandKind.SendBinary : CommandKind.SendText, message.Bytes, message.Lease, 0,
            message.Generation);

    /// <summary>Start the close handshake (RFC 6455 §7.1.2). Messages sent before it go out first; later sends are refused.</summary>
    /// <param name="code">A close code that <see cref="CloseCodes.MayBeSent"/>.</param>
    /// <param name="reason">At most 123 bytes of UTF-8; may be empty.</param>
    /// <exception cref="ArgumentOutOfRangeException">The code may not be sent.</exception>
    /// <exception cref="ArgumentException">The reason is too long or not text.</exception>
    public static Command Close(int code, string reason)
    {
        CloseCodes.Check(code, reason);
        return new(CommandKind.Close, default, reason, 0, code);
    }

    /// <summary>Set a timer: an <see cref="EventKind.Timer"/> comes once, after that time. Setting it again replaces it. All end with the connection.</summary>
    /// <param name="id">Tells the connection's timers apart; at most 64 run at once, one more closes the connection with 1011.</param>
    /// <param name="delay">Above zero, at most 49 days; accurate to about a tenth of a second.</param>
    /// <exception cref="ArgumentOutOfRangeException">Zero, negative, or more than 49 days.</exception>
    public static Command SetTimer(int id, TimeSpan delay)
    {
        CheckDelay(delay);
        return new(CommandKind.SetTimer, default, null, delay.Ticks, id);
    }

    /// <summary>Stop a timer; no <see cref="EventKind.Timer"/> comes until it is set again.</summary>
    /// <param name="id">The timer's number.</param>
    public static Command StopTimer(int id) => new(CommandKind.StopTimer, default, null, 0, id);

    internal static void CheckDelay(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(delay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(delay, TimeSpan.FromDays(49));
    }

    /// <summary>Publish to a topic. It need not be subscribed to.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="publication">What to publish. Where it is no text or there is nothing in it, the connection is closed with 1011.</param>
    public static Command Publish(string topic, Publication publication)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return new(CommandKind.Publish, topic, publication, 0);
    }

    /// <summary>Publish a text to a topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="text">The text.</param>
    public static Command Publish(string topic, string text) => Publish(topic, Publication.Text(text));

    /// <summary>Subscribe to a topic or a pattern, until <see cref="Unsubscribe"/> or the connection's end; subscribing again to the same replaces the
    /// subscription. A <see cref="EventKind.Snapshot"/> answers.</summary>
    /// <param name="subscription">What is wanted.</param>
    public static Command Subscribe(TopicSubscription subscription)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        return new(CommandKind.Subscribe, subscription, default, 0);
    }

    /// <summary>Subscribe the client to a topic or a pattern.</summary>
    /// <param name="topic">The topic or the pattern.</param>
    public static Command Subscribe(string topic) => Subscribe(TopicSubscription.To(topic));

    /// <summary>End a subscription.</summary>
    /// <param name="topic">The topic or the pattern, as it was subscribed to.</param>
    public static Command Unsubscribe(string topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return new(CommandKind.Unsubscribe, topic, default, 0);
    }

    /// <summary>Look at a topic's history and members without subscribing. A <see cref="EventKind.Snapshot"/> answers.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="history">How much of its past is wanted.</param>
    public static Command ReadTopic(string topic, HistoryRequest history)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return new(CommandKind.ReadTopic, topic, new Publication(TopicMessageKind.None, default, history, 0, 0), 0);
    }

    /// <summary>The same send or command on a topic, whose result comes back with this number: as a <see cref="EventKind.SendCompleted"/>,
    /// <see cref="EventKind.TopicCompleted"/> or <see cref="EventKind.Snapshot"/>.</summary>
    /// <param name="tag">Any number but 0.</param>
    /// <exception cref="InvalidOperationException">The command is another one.</exception>
    public Command WithTag(long tag)
    {
        ArgumentOutOfRangeException.ThrowIfZero(tag);
        if (IsOnTopic)
            return new(Kind, _topic!, new(_published, _bytes, _object, _code, _flags), tag);
        if (Kind is not (CommandKind.SendText or CommandKind.SendBinary))
            throw new InvalidOperationException($"Only a send or a command on a topic takes a tag, not {Kind}.");
        return new(Kind, _bytes, _object, tag, _code);
    }

    /// <summary>The same command over memory of its own, valid for ever. For tests and logs; it copies.</summary>
    public Command Detach() => Kind == CommandKind.Publish ? new(Kind, _topic!, Publication.Detach(), _number)
        : Kind is CommandKind.SendText or CommandKind.SendBinary && _object is not string
        ? new(Kind, Bytes.ToArray(), null, _number, 0)
        : this;

    /// <summary>The same thing would be done.</summary>
    public static bool operator ==(Command left, Command right) => left.Equals(right);

    /// <summary>Something else would be done.</summary>
    public static bool operator !=(Command left, Command right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(Command other) => Kind == other.Kind && _number == other._number && Kind switch
    {
        CommandKind.SendText when Text is { } a && other.Text is { } b => a == b,
        CommandKind.SendText => Utf8().Span.SequenceEqual(other.Utf8().Span),
        CommandKind.SendBinary => Bytes.Span.SequenceEqual(other.Bytes.Span),
        CommandKind.Close => _code == other._code && Reason == other.Reason,
        CommandKind.SetTimer or CommandKind.StopTimer => _code == other._code,
        CommandKind.Publish => Topic == other.Topic && Publication == other.Publication,
        CommandKind.Subscribe => Equals(Subscription, other.Subscription),
        CommandKind.Unsubscribe => Topic == other.Topic,
        CommandKind.ReadTopic => Topic == other.Topic && History == other.History,
        _ => true,
    };

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Command other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(Kind, _number, Code, Kind == CommandKind.SendText ? Utf8().Length : IsOnTopic ? Topic.Length : _bytes.Length);

    /// <summary>For people: <c>SendText "hi"</c>, <c>Close 1000 "bye"</c>.</summary>
    public override string ToString() => Kind switch
    {
        CommandKind.SendText => $"SendText \"{Decoded()}\"{Suffix()}",
        CommandKind.SendBinary => $"SendBinary {Convert.ToHexString(Bytes.Span)}{Suffix()}",
        CommandKind.Close => $"Close {Code} \"{Reason}\"",
        CommandKind.SetTimer => $"SetTimer {Timer} {Delay}",
        CommandKind.StopTimer => $"StopTimer {Timer}",
        CommandKind.Publish => $"Publish {Topic} {Publication}{Suffix()}",
        CommandKind.Subscribe or CommandKind.Unsubscribe or CommandKind.ReadTopic => $"{Kind} {Topic}{Suffix()}",
        _ => Kind.ToString(),
    };

    private string Suffix() => Tag == 0 ? "" : $" #{Tag}";

    private ReadOnlyMemory<byte> Utf8() => Text is { } text ? Encoding.UTF8.GetBytes(text) : Bytes;

    private string Decoded() => Text ?? Encoding.UTF8.GetString(Bytes.Span);
}
