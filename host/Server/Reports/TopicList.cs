using PluginHost.Server.Topics;

namespace PluginHost.Server.Reports;

/// <summary>A topic or a pattern.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsPattern">It is a pattern.</param>
/// <param name="Subscribers">Connections of this server that have subscribed to it.</param>
/// <param name="Members">Those who are there.</param>
/// <param name="KeptMessages">Messages that it keeps.</param>
/// <param name="KeptBytes">Bytes that it keeps.</param>
public sealed record TopicReport(string Name, bool IsPattern, int Subscribers, int Members, int KeptMessages, long KeptBytes);

/// <summary>Lists topics and patterns a page at a time, by name. Nobody waits for it but those who use one of the topics on the page, for a moment.</summary>
internal static class TopicList
{
    /// <summary>Patterns that are looked at.</summary>
    public const int MaxPatterns = 10_000;

    /// <summary>Lists those whose names come next.</summary>
    /// <param name="table">The topics.</param>
    /// <param name="after">The name before; empty for the first.</param>
    /// <param name="limit">How many at most.</param>
    public static ListPage<TopicReport> Read(TopicTable table, string after, int limit)
    {
        var chosen = table.Topics.Concat<SubscriberSet>(table.Patterns.Some(MaxPatterns)).Where(set => string.CompareOrdinal(set.Name, after) > 0)
            .OrderBy(set => set.Name, StringComparer.Ordinal).Take(limit + 1).ToArray();
        return new ListPage<TopicReport>(table.Count, [.. chosen.Take(limit).Select(Describe)], chosen.Length > limit ? chosen[limit - 1].Name : null);
    }

    private static TopicReport Describe(SubscriberSet set)
    {
        if (set is not TopicEntry entry) return new TopicReport(set.Name, true, set.Count, 0, 0, 0);
        lock (entry) return new TopicReport(entry.Name, false, entry.Count, entry.Presence.Members.Length, entry.KeptMessages, entry.KeptBytes);
    }
}
