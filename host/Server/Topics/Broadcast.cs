using System.Collections.Concurrent;
using System.Collections.Immutable;
using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Connections;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Topics;

/// <summary>
/// One publication on its way to the loops. It is framed once for each form that somebody needs, by whoever needs it first. Used again when the last loop is
/// done with it.
/// </summary>
internal sealed class Broadcast
{
    private const int MaxIdle = 4096;
    private const int Overhead = 256;

    private static readonly ConcurrentQueue<Broadcast> Idle = new();
    private static int _idleCount;

    private readonly List<(MessageForm Form, SharedFrame Frame)> _forms = new(1);
    private TopicMessage? _message;
    private int _holders;

    private Broadcast() { }

    /// <summary>The topic.</summary>
    public string Topic { get; private set; } = "";

    /// <summary>What it carries.</summary>
    public TopicMessageKind Kind { get; private set; }

    /// <summary>The frame of a message, not compressed; none for a presence.</summary>
    public SharedFrame Frame { get; private set; }

    /// <summary>Bytes that it takes while it waits: those of its frame, and what it needs itself.</summary>
    public int Bytes => Overhead + Frame.Length;

    /// <summary>Where the topic keeps it.</summary>
    public TopicPosition Position { get; private set; }

    /// <summary>The connection that published it.</summary>
    public long Sender { get; private set; }

    /// <summary>The subscriber that does not get it.</summary>
    public Subscriber? Except { get; private set; }

    /// <summary>Messages before it are known to be lost.</summary>
    public bool FollowsGap { get; private set; }

    /// <summary>It tells who came or went, and goes to those who want to know.</summary>
    public PresenceChange? Change { get; private set; }

    /// <summary>The topic's own subscribers; <see langword="null"/> where it has none.</summary>
    public SubscriberSet? Own { get; private set; }

    /// <summary>The subscribers of patterns that match it.</summary>
    public ImmutableArray<SubscriberSet> Patterns { get; private set; } = [];

    /// <summary>What is to be told to the handlers and kept: made when first asked for, unless the topic keeps it.</summary>
    public TopicMessage Message
    {
        get
        {
            lock (_forms)
                return _message ??= Change is { } change
                    ? new TopicMessage(change)
                    : new TopicMessage(Topic, Kind, Frame.Payload.ToArray(), Position, Sender, FollowsGap);
        }
    }

    /// <summary>What is said of a publication.</summary>
    /// <param name="Topic">The topic.</param>
    /// <param name="Kind">What it carries.</param>
    /// <param name="Frame">The frame of a message; the broadcast takes over the caller's hold.</param>
    /// <param name="Sender">The connection that published it.</param>
    /// <param name="Except">The subscriber that does not get it.</param>
    /// <param name="FollowsGap">Messages before it are known to be lost.</param>
    /// <param name="Change">Who came or went.</param>
    public readonly record struct Content(
        string Topic, TopicMessageKind Kind, SharedFrame Frame, long Sender, Subscriber? Except, bool FollowsGap, PresenceChange? Change);

    /// <summary>A publication.</summary>
    public static Broadcast Of(
        in Content content, TopicMessage? kept, SubscriberSet? own, ImmutableArray<SubscriberSet> patterns, int holders)
    {
        if (Idle.TryDequeue(out var broadcast)) Interlocked.Decrement(ref _idleCount);
        else broadcast = new Broadcast();
        broadcast.Topic = content.Topic;
        broadcast.Kind = content.Kind;
        broadcast.Frame = content.Frame;
        broadcast.Sender = content.Sender;
        broadcast.Except = content.Except;
        broadcast.FollowsGap = content.FollowsGap;
        broadcast.Change = content.Change;
        broadcast.Position = kept?.Position ?? default;
        broadcast._message = kept;
        broadcast.Own = own;
        broadcast.Patterns = patterns;
        broadcast._holders = holders;
        return broadcast;
    }

    /// <summary>One loop is done with it, or some have not got it.</summary>
    public void Release(int holders = 1)
    {
        if (Interlocked.Add(ref _holders, -holders) > 0) return;
        Frame.Buffer?.Release();
        foreach (var (_, frame) in _forms) frame.Buffer?.Release();
        _forms.Clear();
        _message = null;
        Frame = default;
        Except = null;
        Change = null;
        Own = null;
        Patterns = [];
        if (Interlocked.Increment(ref _idleCount) > MaxIdle) Interlocked.Decrement(ref _idleCount);
        else Idle.Enqueue(this);
    }

    /// <summary>The frame for subscribers of a form; one without a buffer where nothing is to be sent.</summary>
    /// <param name="form">The form.</param>
    /// <param name="loop">The loop that needs it.</param>
    public SharedFrame FrameFor(MessageForm form, LoopTopics loop)
    {
        if (form.Plain is null && !IsEncodedBy(form)) return Frame;
        lock (_forms)
        {
            foreach (var (known, frame) in _forms)
                if (ReferenceEquals(known, form)) return frame;
            var made = form.Plain is { } plain ? Compress(form, FrameFor(plain, loop), loop) : Encode(form, loop);
            _forms.Add((form, made));
            return made;
        }
    }

    /// <summary>How it looks is a matter of the handler; anything else is sent as it is. A presence that no handler encodes is not sent.</summary>
    private bool IsEncodedBy(MessageForm form) => Kind == TopicMessageKind.Presence || (Kind == TopicMessageKind.Json && form.Encode is not null);

    private SharedFrame Encode(MessageForm form, LoopTopics loop)
    {
        var encoded = OutgoingMessage.None;
        try
        {
            if (form.Encode is { } encode) encoded = encode(Message);
            if (encoded is { IsNone: false, Kind: MessageKind.Text }) PluginHost.Server.Connections.TextEncoding.Check(encoded.Bytes.Span);
        }
        catch (Exception exception)
        {
            loop.Log.Write(LogLevel.Error, $"topic {Topic}: a message was not encoded: {ExceptionText.Describe(exception)}");
            return default;
        }
        return encoded.IsNone ? default : loop.Arena.Write((Opcode)encoded.Kind, ReservedBits.None, encoded.Bytes.Span);
    }

    /// <summary>A frame compressed, where that pays; otherwise the frame, held once more.</summary>
    private static SharedFrame Compress(MessageForm form, SharedFrame plain, LoopTopics loop)
    {
        if (plain.Buffer is null) return default;
        var payload = plain.Payload;
        if (payload.Length >= form.Threshold)
        {
            var compressed = loop.Deflate.Deflate(payload, form.Level, form.WindowBits);
            if (compressed.Length < payload.Length)
                return loop.Arena.Write((Opcode)(plain.Buffer.Array[plain.Start] & 0x0F), ReservedBits.Rsv1, compressed);
        }
        plain.Buffer.Hold();
        return plain;
    }
}
