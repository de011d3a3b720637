using System.Text;
using System.Text.Json;
using PluginHost.Abstractions.Hosting;

namespace PluginHost.Abstractions;

/// <summary>
/// Something to publish to a topic: a text, bytes, or JSON. Texts and bytes reach every subscriber as they are. JSON is a value: it is encoded by the handler
/// that serves the subscriber (<see cref="HandlerDescription.WithEncoder"/>), once for all subscribers of that handler; where the handler has no encoder, it is
/// sent as text.
/// </summary>
public readonly struct Publication : IEquatable<Publication>
{
    private const byte KeptFlag = 1;
    private const byte OthersFlag = 2;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly object? _object;
    private readonly int _generation;
    private readonly byte _flags;

    internal Publication(TopicMessageKind kind, ReadOnlyMemory<byte> bytes, object? reference, int generation, byte flags)
    {
        Kind = kind;
        _bytes = bytes;
        _object = reference;
        _generation = generation;
        _flags = flags;
    }

    /// <summary>What it carries.</summary>
    public TopicMessageKind Kind { get; }

    /// <summary>The payload; empty for a text given as a string (<see cref="String"/>).</summary>
    /// <exception cref="ObjectDisposedException">It is a received message whose call has returned.</exception>
    public ReadOnlyMemory<byte> Bytes
    {
        get
        {
            if (_object is MessageLease lease)
                MessageLease.Check(lease, _generation);
            return _bytes;
        }
    }

    /// <summary>The text where it was given as a string, otherwise <see langword="null"/>.</summary>
    public string? String => Kind == TopicMessageKind.Text ? _object as string : null;

    /// <summary>The payload is a received message as it was: a text needs no UTF-8 check.</summary>
    public bool IsReceived => _object is MessageLease;

    /// <summary>The topic keeps it in its history.</summary>
    public bool IsKept => (_flags & KeptFlag) != 0;

    /// <summary>The connection that publishes it does not get it, though it has subscribed.</summary>
    public bool SkipsSender => (_flags & OthersFlag) != 0;

    internal object? Reference => _object;

    internal int Generation => _generation;

    internal byte Flags => _flags;

    /// <summary>A text message.</summary>
    /// <param name="text">The text. Lone surrogates are not text.</param>
    public static Publication Text(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(TopicMessageKind.Text, default, text, 0, 0);
    }

    /// <summary>A text message that is UTF-8 already.</summary>
    /// <param name="utf8">Valid UTF-8. In a command, not to be changed until the handler's next call.</param>
    public static Publication Text(ReadOnlyMemory<byte> utf8) => new(TopicMessageKind.Text, utf8, null, 0, 0);

    /// <summary>A binary message.</summary>
    /// <param name="bytes">The payload. In a command, not to be changed until the handler's next call.</param>
    public static Publication Binary(ReadOnlyMemory<byte> bytes) => new(TopicMessageKind.Binary, bytes, null, 0, 0);

    /// <summary>A received message as it is: same type, same bytes.</summary>
    /// <param name="message">A message within the call it was given to.</param>
    public static Publication Of(BorrowedMessage message) => new(
        message.Kind == MessageKind.Binary ? TopicMessageKind.Binary : TopicMessageKind.Text, message.Bytes, message.Lease, message.Generation, 0);

    /// <summary>A received message as it is: same type, same bytes.</summary>
    /// <param name="message">A message that has not ended.</param>
    public static Publication Of(OwnedMessage message) => new(
        message.Kind == MessageKind.Binary ? TopicMessageKind.Binary : TopicMessageKind.Text, message.Bytes, null, 0, 0);

    /// <summary>A value as JSON (RFC 8259), which each protocol may have its own form of.</summary>
    /// <param name="json">One JSON value.</param>
    /// <exception cref="ArgumentException">It is not JSON, or nested deeper than 64 levels.</exception>
    public static Publication Json(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Json(StrictUtf8.Encoding.GetBytes(json));
    }

    /// <summary>A value as JSON (RFC 8259) in UTF-8, which each protocol may have its own form of.</summary>
    /// <param name="utf8">One JSON value. In a command, not to be changed until the handler's next call.</param>
    /// <exception cref="ArgumentException">It is not JSON, or nested deeper than 64 levels.</exception>
    public static Publication Json(ReadOnlyMemory<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8.Span);
        try
        {
            while (reader.Read()) { }
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"What is published is not JSON: {e.Message}", nameof(utf8));
        }
        return new(TopicMessageKind.Json, utf8, null, 0, 0);
    }

    /// <summary>The same, kept by the topic for those who ask for its history.</summary>
    public Publication Keep() => new(Kind, _bytes, _object, _generation, (byte)(_flags | KeptFlag));

    /// <summary>The same, for everybody but the connection that publishes it.</summary>
    public Publication ToOthers() => new(Kind, _bytes, _object, _generation, (byte)(_flags | OthersFlag));

    /// <summary>The same would be published.</summary>
    public static bool operator ==(Publication left, Publication right) => left.Equals(right);

    /// <summary>Something else would be published.</summary>
    public static bool operator !=(Publication left, Publication right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(Publication other) => Kind == other.Kind && _flags == other._flags && Kind switch
    {
        TopicMessageKind.Text when String is { } a && other.String is { } b => a == b,
        _ => Utf8().Span.SequenceEqual(other.Utf8().Span),
    };

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Publication other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(Kind, _flags, Utf8().Length);

    /// <summary>For people: <c>Text "hi" kept</c>.</summary>
    public override string ToString() => Kind switch
    {
        TopicMessageKind.Text => $"Text \"{String ?? Encoding.UTF8.GetString(Bytes.Span)}\"",
        TopicMessageKind.Binary => $"Binary {Convert.ToHexString(Bytes.Span)}",
        TopicMessageKind.Json => $"Json {Encoding.UTF8.GetString(Bytes.Span)}",
        _ => "None",
    } + (IsKept ? " kept" : "") + (SkipsSender ? " to others" : "");

    /// <summary>The same over memory of its own.</summary>
    internal Publication Detach() => Kind != TopicMessageKind.None && _object is not string
        ? new(Kind, Bytes.ToArray(), null, 0, _flags)
        : this;

    private ReadOnlyMemory<byte> Utf8() => String is { } text ? Encoding.UTF8.GetBytes(text) : Bytes;
}
