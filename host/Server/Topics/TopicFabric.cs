using System.Collections.Immutable;
using System.Text;
using PluginHost.Abstractions;
using PluginHost.Core.Policy.Topics;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Connections;

namespace PluginHost.Server.Topics;

/// <summary>
/// The topics of a server, shared by all handlers on all loops. Everything may be called from any thread. What is published goes into the inbox of each
/// loop that has subscribers, in the order in which each publisher publishes; messages that a topic keeps, in the order of their offsets. This part
/// publishes; <c>TopicFabric.Subscribing.cs</c> subscribes, <c>TopicFabric.Shared.cs</c> listens to other servers.
/// </summary>
internal sealed partial class TopicFabric
{
    private readonly TopicLimits _limits;
    private readonly LoopTopics[] _loops;
    private readonly IBackplane _backplane;
    private readonly Lock _arenaGate = new();
    private readonly FrameArena _arena = new();
    private long _published;

    /// <summary>Makes it.</summary>
    /// <param name="limits">The bounds.</param>
    /// <param name="loops">Loops of the server; <see cref="Attach"/> follows for each.</param>
    /// <param name="firstEpoch">The epoch of the first topic: larger than any that this or an earlier process has given.</param>
    /// <param name="server">A number that no other server has.</param>
    /// <param name="backplane">What carries topics to other servers.</param>
    public TopicFabric(TopicLimits limits, int loops, long firstEpoch, long server, IBackplane backplane)
    {
        _limits = limits;
        _loops = new LoopTopics[loops];
        _backplane = backplane;
        Server = server;
        Table = new TopicTable(limits, loops, firstEpoch);
    }

    /// <summary>A number that no other server has.</summary>
    public long Server { get; }

    /// <summary>The topics and patterns.</summary>
    public TopicTable Table { get; }

    /// <summary>Publications on no loop.</summary>
    public long PublishedElsewhere => Interlocked.Read(ref _published);

    /// <summary>How messages look, one object for each form.</summary>
    public MessageForm.Table Forms { get; } = new();

    /// <summary>The epoch for a process that starts now: seconds, with room for four million topics in each, within what any client's numbers hold.</summary>
    public static long EpochAt(DateTimeOffset now) => now.ToUnixTimeSeconds() << 22;

    /// <summary>The topics as a loop sees them. Before the loop runs.</summary>
    public LoopTopics Attach(Loop loop, int index) => _loops[index] = new LoopTopics(loop, index, this, _limits.Waiting);

    /// <summary>The topics as a loop sees them, once it is attached.</summary>
    public LoopTopics On(Loop loop) => _loops[loop.Topics.Index];

    /// <summary>Lets go of what nobody delivers any more; the loops have ended.</summary>
    public void Close()
    {
        lock (_arenaGate) _arena.Drop();
    }

    /// <summary>Publishes.</summary>
    /// <param name="access">What the publishing handler may do.</param>
    /// <param name="sender">The connection that publishes; <see langword="null"/> for a plugin.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="publication">What to publish.</param>
    /// <exception cref="ArgumentException">A text is not valid.</exception>
    public TopicResult Publish(TopicAccess access, ConnectionTopics? sender, string topic, Publication publication)
    {
        ArgumentNullException.ThrowIfNull(topic);
        if (publication.Kind == TopicMessageKind.None) return TopicResult.Invalid;
        var isKnown = Table.TryGet(topic, out var entry);
        var verdict = TopicRules.Publish(_limits, access.Permission, topic, isKnown);
        if (verdict != TopicVerdict.Allowed) return ResultOf(verdict);
        if (sender?.Connection.Loop is { IsCurrent: true } loop) loop.Counters.Publications++;
        else Interlocked.Increment(ref _published);
        var needsEntry = publication.IsKept || _backplane.IsShared;
        var patterns = Patterns(entry, topic);
        if (FullLoop(entry, patterns) is >= 0 and var full)
        {
            sender?.Hold(full);
            return TopicResult.Busy;
        }
        if (entry is null && (needsEntry || patterns.Length > 0))
        {
            entry = Table.GetOrAdd(topic);
            if (entry is null && publication.IsKept) return TopicResult.TooManyTopics;
        }
        if (!needsEntry && !IsWanted(entry, patterns)) return Done(publication);
        var size = publication.IsKept ? Size(publication) : 0;
        if (publication.IsKept) Table.MakeRoomFor(size);
        var content = Content(sender, topic, publication);
        var high = entry is null || !needsEntry
            ? Post(content, null, entry, patterns)
            : PostInOrder(content, publication.IsKept, size, entry);
        if (high >= 0) sender?.Hold(high);
        return TopicResult.Done;
    }

    private ImmutableArray<SubscriberSet> Patterns(TopicEntry? entry, string topic)
    {
        var tree = Table.Patterns;
        if (entry is null) return tree.Count == 0 ? [] : tree.Match(topic);
        Table.Used(entry);
        return entry.Patterns(tree);
    }

    /// <summary>Under the topic's lock the order of offsets is the order in every inbox.</summary>
    private int PostInOrder(in Broadcast.Content content, bool isKept, int size, TopicEntry entry)
    {
        while (true)
        {
            lock (entry)
            {
                if (!entry.IsRemoved)
                {
                    var kept = isKept ? Keep(content, size, entry) : null;
                    TellOthers(content, kept, isKept, entry);
                    return Post(content, kept, entry, entry.Patterns(Table.Patterns));
                }
            }
            // It was forgotten in the meantime.
            if (Table.GetOrAdd(content.Topic) is not { } again)
            {
                content.Frame.Buffer?.Release();
                return -1;
            }
            entry = again;
        }
    }

    private TopicMessage Keep(in Broadcast.Content content, int size, TopicEntry entry)
    {
        var message = new TopicMessage(
            content.Topic, content.Kind, content.Frame.Payload.ToArray(), entry.NextPosition, content.Sender, content.FollowsGap);
        // What is left for this topic of what all may keep together.
        var left = Math.Max(0, _limits.HistoryTotal - Table.KeptBytes + entry.KeptBytes);
        Table.Kept(entry.Keep(message, size, _limits.History with { Bytes = Math.Min(_limits.History.Bytes, left) }));
        return message;
    }

    /// <summary>Puts a publication into the inboxes of the loops that have subscribers.</summary>
    /// <returns>A loop on which more waits than should; −1 for none.</returns>
    private int Post(in Broadcast.Content content, TopicMessage? kept, SubscriberSet? own, ImmutableArray<SubscriberSet> patterns)
    {
        var broadcast = Broadcast.Of(content, kept, own, patterns, _loops.Length + 1);
        var (without, high) = (1, -1);
        for (var i = 0; i < _loops.Length; i++)
        {
            var wanted = Wanted(own, patterns, i);
            if (wanted == 0)
            {
                without++;
                continue;
            }
            _loops[i].Post(broadcast, wanted);
            if (_loops[i].IsHigh) high = i;
        }
        broadcast.Release(without);
        return high;
    }

    /// <summary>Little waits on a loop; from any thread.</summary>
    public bool IsLow(int loop) => _loops[loop].IsLow;

    /// <summary>A loop has delivered a batch: publishers that were held because of it may go on; from any thread.</summary>
    public void Delivered(int loop)
    {
        foreach (var other in _loops) other.Delivered(loop);
    }

    /// <summary>A loop that has subscribers and on which no more may wait; −1 for none.</summary>
    private int FullLoop(SubscriberSet? own, ImmutableArray<SubscriberSet> patterns)
    {
        for (var i = 0; i < _loops.Length; i++)
            if (_loops[i].IsFull && Wanted(own, patterns, i) > 0) return i;
        return -1;
    }

    private bool IsWanted(SubscriberSet? own, ImmutableArray<SubscriberSet> patterns)
    {
        for (var i = 0; i < _loops.Length; i++)
            if (Wanted(own, patterns, i) > 0) return true;
        return false;
    }

    /// <summary>Subscriptions on a loop that match.</summary>
    private static int Wanted(SubscriberSet? own, ImmutableArray<SubscriberSet> patterns, int loop)
    {
        var wanted = own?.Wanted(loop) ?? 0;
        foreach (var pattern in patterns) wanted += pattern.Wanted(loop);
        return wanted;
    }

    private Broadcast.Content Content(ConnectionTopics? sender, string topic, in Publication publication)
    {
        var frame = Frame(sender, publication);
        var except = publication.SkipsSender ? sender?.Subscriber : null;
        return new Broadcast.Content(topic, publication.Kind, frame, sender?.Connection.Id ?? 0, except, FollowsGap: false, Change: null);
    }

    /// <summary>Frames a message: on the publisher's loop into the loop's own buffer, elsewhere into one that other threads share.</summary>
    private SharedFrame Frame(ConnectionTopics? sender, in Publication publication)
    {
        if (sender is not null && sender.Connection.Loop.IsCurrent) return Write(sender.Loop.Arena, publication);
        lock (_arenaGate) return Write(_arena, publication);
    }

    private static SharedFrame Write(FrameArena arena, in Publication publication)
    {
        var opcode = publication.Kind == TopicMessageKind.Binary ? Opcode.Binary : Opcode.Text;
        if (publication.String is { } text)
        {
            var frame = arena.Reserve(opcode, ReservedBits.None, Strict.GetByteCount(text));
            Strict.GetBytes(text, frame.Buffer!.Array.AsSpan(frame.Start + frame.Header));
            return frame;
        }
        var bytes = publication.Bytes.Span;
        if (opcode == Opcode.Text && !publication.IsReceived) TextEncoding.Check(bytes);
        return arena.Write(opcode, ReservedBits.None, bytes);
    }

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Nobody is there: only that it could have been published is looked at.</summary>
    private static TopicResult Done(in Publication publication)
    {
        if (publication.String is { } text) _ = Strict.GetByteCount(text);
        else if (publication is { Kind: TopicMessageKind.Text or TopicMessageKind.Json, IsReceived: false }) TextEncoding.Check(publication.Bytes.Span);
        return TopicResult.Done;
    }

    /// <summary>Bytes that a publication counts in a history.</summary>
    private static int Size(in Publication publication) =>
        publication.String is { } text ? Strict.GetByteCount(text) : publication.Bytes.Length;

    private static TopicResult ResultOf(TopicVerdict verdict) => verdict switch
    {
        TopicVerdict.Allowed => TopicResult.Done,
        TopicVerdict.Forbidden => TopicResult.Forbidden,
        TopicVerdict.TooManySubscriptions => TopicResult.TooManySubscriptions,
        TopicVerdict.NeedsTopic => TopicResult.NeedsTopic,
        TopicVerdict.InfoTooLong => TopicResult.InfoTooLong,
        _ => TopicResult.Invalid,
    };
}
