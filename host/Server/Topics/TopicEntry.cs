using System.Collections.Immutable;
using PluginHost.Abstractions;
using PluginHost.Core.Policy.Topics;

namespace PluginHost.Server.Topics;

/// <summary>What is remembered of one topic. Under its own lock, but for what says otherwise.</summary>
internal sealed class TopicEntry(string name, int loops, long epoch) : SubscriberSet(name, loops)
{
    private sealed record Matched(TopicTree<SubscriberSet> Tree, ImmutableArray<SubscriberSet> Sets);

    private Matched? _matched;
    private History? _history;
    private Dictionary<long, Inflow>? _inflows;

    /// <summary>Neighbours among the topics without subscribers; under the lock of their list.</summary>
    public TopicEntry? IdleBefore, IdleAfter;

    /// <summary>It stands in that list.</summary>
    public bool IsIdle;

    /// <summary>When it was last published to, as a count of publications to idle topics; from any thread, roughly.</summary>
    public long LastUsed;

    /// <summary>Tells this life of the topic from others.</summary>
    public long Epoch => epoch;

    /// <summary>Who is there.</summary>
    public Presence Presence { get; set; } = Presence.Empty;

    /// <summary>News of this server's members so far.</summary>
    public long News { get; set; }

    /// <summary>Publications of this server that went to others so far.</summary>
    public long Sent { get; set; }

    /// <summary>Bytes that it keeps.</summary>
    public long KeptBytes => _history?.Window.Bytes ?? 0;

    /// <summary>Messages that it keeps.</summary>
    public int KeptMessages => Window.Count;

    /// <summary>There is nothing in it that would be lost.</summary>
    public bool IsForgettable => IsUnwanted && Presence.IsEmpty;

    /// <summary>The place of the newest message.</summary>
    public TopicPosition Position => new(epoch, Window.Newest);

    private HistoryWindow Window => _history?.Window ?? HistoryWindow.Start(epoch);

    /// <summary>The patterns that match the topic, looked up again only when there are other patterns. From any thread.</summary>
    public ImmutableArray<SubscriberSet> Patterns(TopicTree<SubscriberSet> tree)
    {
        var matched = Volatile.Read(ref _matched);
        if (matched is null || !ReferenceEquals(matched.Tree, tree))
            Volatile.Write(ref _matched, matched = new Matched(tree, tree.Match(Name)));
        return matched.Sets;
    }

    /// <summary>The place of a message that is kept next.</summary>
    public TopicPosition NextPosition => new(epoch, Window.Next);

    /// <summary>Keeps a message at <see cref="NextPosition"/>.</summary>
    /// <param name="message">The message.</param>
    /// <param name="size">Its bytes.</param>
    /// <param name="limits">What is kept at most.</param>
    /// <returns>By how many bytes what is kept has grown.</returns>
    public long Keep(TopicMessage message, int size, HistoryLimits limits)
    {
        var history = _history ??= new History(HistoryWindow.Start(epoch));
        var before = history.Window.Bytes;
        history.Append(message, size, limits);
        return history.Window.Bytes - before;
    }

    /// <summary>The history that answers a request.</summary>
    public (IReadOnlyList<TopicMessage> Messages, bool IsComplete) Past(HistoryRequest request)
    {
        var range = request.IsSince
            ? Window.Since(request.Position.Epoch, request.Position.Offset)
            : Window.Last(request.Count);
        return (_history?.Take(range) ?? [], range.IsComplete);
    }

    /// <summary>A message of another server has come.</summary>
    public InflowVerdict Receive(long server, long from, long number)
    {
        var inflows = _inflows ??= [];
        var (verdict, next) = inflows.GetValueOrDefault(server).Receive(from, number);
        inflows[server] = next;
        if (verdict == InflowVerdict.DeliverAfterGap) (_history ??= new History(HistoryWindow.Start(epoch))).Lose();
        return verdict;
    }

    /// <summary>The messages that belong to a window.</summary>
    private sealed class History(HistoryWindow window)
    {
        private readonly Queue<(TopicMessage Message, int Size)> _messages = new(4);

        public HistoryWindow Window { get; private set; } = window;

        public void Append(TopicMessage message, int size, HistoryLimits limits)
        {
            _messages.Enqueue((message, size));
            for (Window = Window.Append(size); Window.IsTooLarge(limits);) Window = Window.DropFirst(_messages.Dequeue().Size);
        }

        public void Lose() => Window = Window.Lose();

        public TopicMessage[] Take(HistoryRange range) =>
            [.. _messages.Skip((int)(range.First - Window.First)).Take(range.Count).Select(kept => kept.Message)];
    }
}
