using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using PluginHost.Core.Policy.Topics;

namespace PluginHost.Server.Topics;

/// <summary>
/// All topics and patterns. Looking one up waits for nobody. Their number is bounded: where there is no room for one more, the topic that has been without
/// subscribers and publications for longest is forgotten.
/// </summary>
/// <param name="limits">The bounds.</param>
/// <param name="loops">Loops of the server.</param>
/// <param name="firstEpoch">The epoch of the first topic; each has a later one than those before.</param>
internal sealed class TopicTable(TopicLimits limits, int loops, long firstEpoch)
{
    private readonly ConcurrentDictionary<string, TopicEntry> _topics = new(StringComparer.Ordinal);
    private readonly Lock _patternGate = new();
    private readonly Lock _idleGate = new();
    private TopicTree<SubscriberSet> _patterns = TopicTree<SubscriberSet>.Empty;
    private TopicEntry? _oldest, _newest;
    private long _epoch = firstEpoch - 1;
    private long _uses;
    private int _count;
    private long _keptBytes;

    /// <summary>Topics and patterns that are remembered.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Bytes that all topics keep.</summary>
    public long KeptBytes => Interlocked.Read(ref _keptBytes);

    /// <summary>The patterns.</summary>
    public TopicTree<SubscriberSet> Patterns => Volatile.Read(ref _patterns);

    /// <summary>The topics, in no order.</summary>
    public IEnumerable<TopicEntry> Topics => _topics.Select(pair => pair.Value); // Values would hold up everybody

    /// <summary>The topic, if it is remembered.</summary>
    public bool TryGet(string topic, [NotNullWhen(true)] out TopicEntry? entry) => _topics.TryGetValue(topic, out entry);

    /// <summary>The topic, remembered from now on; <see langword="null"/> where there is no room.</summary>
    public TopicEntry? GetOrAdd(string topic)
    {
        if (_topics.TryGetValue(topic, out var entry)) return entry;
        if (!MakeRoom()) return null;
        var made = new TopicEntry(topic, loops, Interlocked.Increment(ref _epoch));
        entry = _topics.GetOrAdd(topic, made);
        if (ReferenceEquals(entry, made)) ListIdle(entry);
        else Interlocked.Decrement(ref _count);
        return entry;
    }

    /// <summary>The pattern, remembered from now on; <see langword="null"/> where there is no room.</summary>
    public SubscriberSet? GetOrAddPattern(string pattern)
    {
        if (Patterns.Find(pattern) is { } known) return known;
        if (!MakeRoom()) return null;
        lock (_patternGate)
        {
            if (_patterns.Find(pattern) is { } added)
            {
                Interlocked.Decrement(ref _count);
                return added;
            }
            var set = new SubscriberSet(pattern, loops);
            Volatile.Write(ref _patterns, _patterns.With(pattern, set));
            return set;
        }
    }

    /// <summary>A set has perhaps lost its last subscriber or member: forgets it where nothing is lost with it.</summary>
    public void Left(SubscriberSet set)
    {
        if (set is TopicEntry entry)
        {
            lock (entry)
            {
                if (entry.IsRemoved || !entry.IsForgettable) return;
                if (entry.KeptBytes == 0 && entry.Position.Offset == 0) Forget(entry);
                else ListIdle(entry);
            }
            return;
        }
        lock (_patternGate)
        {
            lock (set)
            {
                if (set.IsRemoved || !set.IsUnwanted) return;
                set.IsRemoved = true;
            }
            Volatile.Write(ref _patterns, _patterns.Without(set.Name));
            Interlocked.Decrement(ref _count);
        }
    }

    /// <summary>A topic has a subscriber: it is not among those that may be forgotten.</summary>
    public void Subscribed(TopicEntry entry)
    {
        if (!Volatile.Read(ref entry.IsIdle)) return;
        lock (_idleGate) Unlink(entry);
    }

    /// <summary>A topic is published to: among those without subscribers it is the last to be forgotten.</summary>
    public void Used(TopicEntry entry)
    {
        if (Volatile.Read(ref entry.IsIdle)) Volatile.Write(ref entry.LastUsed, Interlocked.Increment(ref _uses));
    }

    /// <summary>Sees to it that topics without subscribers do not keep what one with a new message has no room for. Not under a topic's lock.</summary>
    public void MakeRoomFor(int bytes)
    {
        while (KeptBytes + bytes > limits.HistoryTotal && ForgetOldest()) { }
    }

    /// <summary>What topics keep has grown; under the topic's lock.</summary>
    public void Kept(long bytes) => Interlocked.Add(ref _keptBytes, bytes);

    private bool MakeRoom()
    {
        while (Interlocked.Increment(ref _count) > limits.Topics)
        {
            Interlocked.Decrement(ref _count);
            if (!ForgetOldest()) return false;
        }
        return true;
    }

    /// <summary>Forgets the topic that has been idle for longest.</summary>
    /// <returns>Whether there was one.</returns>
    private bool ForgetOldest()
    {
        while (TakeOldest() is { } entry)
        {
            lock (entry)
            {
                if (entry.IsRemoved || !entry.IsForgettable) continue;
                Forget(entry);
                return true;
            }
        }
        return false;
    }

    /// <summary>Under the topic's lock.</summary>
    private void Forget(TopicEntry entry)
    {
        entry.IsRemoved = true;
        _topics.TryRemove(new KeyValuePair<string, TopicEntry>(entry.Name, entry));
        Interlocked.Decrement(ref _count);
        Interlocked.Add(ref _keptBytes, -entry.KeptBytes);
        lock (_idleGate) Unlink(entry);
    }

    private void ListIdle(TopicEntry entry)
    {
        lock (_idleGate)
        {
            if (entry.IsIdle) return;
            entry.IsIdle = true;
            entry.LastUsed = 0;
            Link(entry);
        }
    }

    private TopicEntry? TakeOldest()
    {
        lock (_idleGate)
        {
            // One that was published to since it stands here goes to the end instead, once.
            for (var looked = 0; _oldest is { } entry; looked++)
            {
                Unlink(entry);
                if (entry.LastUsed == 0 || looked > 64) return entry;
                entry.IsIdle = true;
                entry.LastUsed = 0;
                Link(entry);
            }
            return null;
        }
    }

    private void Link(TopicEntry entry)
    {
        entry.IdleBefore = _newest;
        entry.IdleAfter = null;
        if (_newest is null) _oldest = entry;
        else _newest.IdleAfter = entry;
        _newest = entry;
    }

    private void Unlink(TopicEntry entry)
    {
        if (!entry.IsIdle) return;
        entry.IsIdle = false;
        if (entry.IdleBefore is { } before) before.IdleAfter = entry.IdleAfter;
        else _oldest = entry.IdleAfter;
        if (entry.IdleAfter is { } after) after.IdleBefore = entry.IdleBefore;
        else _newest = entry.IdleBefore;
        entry.IdleBefore = entry.IdleAfter = null;
    }
}
