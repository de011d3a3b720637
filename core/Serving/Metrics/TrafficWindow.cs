using System.Collections.Immutable;

namespace PluginHost.Core.Serving.Metrics;

/// <summary>What has gone over a server since it started.</summary>
/// <param name="At">When; milliseconds.</param>
/// <param name="Connections">Open connections at that time.</param>
/// <param name="Handshakes">Handshakes that have ended.</param>
/// <param name="MessagesIn">Messages from clients.</param>
/// <param name="MessagesOut">Messages to clients.</param>
/// <param name="BytesIn">Bytes from clients.</param>
/// <param name="BytesOut">Bytes to clients.</param>
public readonly record struct Traffic(long At, long Connections, long Handshakes, long MessagesIn, long MessagesOut, long BytesIn, long BytesOut);

/// <summary>Traffic in a second.</summary>
/// <param name="Connections">Open connections at its end.</param>
/// <param name="Handshakes">Handshakes that ended.</param>
/// <param name="MessagesIn">Messages from clients.</param>
/// <param name="MessagesOut">Messages to clients.</param>
/// <param name="BytesIn">Bytes from clients.</param>
/// <param name="BytesOut">Bytes to clients.</param>
public readonly record struct TrafficRate(long Connections, double Handshakes, double MessagesIn, double MessagesOut, double BytesIn, double BytesOut);

/// <summary>The traffic of the last while, from counts that are taken now and then.</summary>
/// <param name="Counts">In order of time.</param>
public sealed record TrafficWindow(ImmutableArray<Traffic> Counts)
{
    /// <summary>How many rates are remembered.</summary>
    public const int Kept = 120;

    /// <summary>Nothing has been counted.</summary>
    public static TrafficWindow Empty => new([]);

    /// <summary>What happened from each count to the next, for one second of that time.</summary>
    public ImmutableArray<TrafficRate> Rates => [.. Counts.Skip(1).Zip(Counts, Rate)];

    /// <summary>Takes a count; the oldest goes where there are too many. One that is not later than the last changes nothing.</summary>
    /// <param name="count">The count.</param>
    public TrafficWindow Take(Traffic count)
    {
        if (!Counts.IsEmpty && count.At <= Counts[^1].At) return this;
        var from = Math.Max(0, Counts.Length - Kept);
        return new TrafficWindow([.. Counts.AsSpan()[from..], count]);
    }

    private static TrafficRate Rate(Traffic to, Traffic from)
    {
        var seconds = (to.At - from.At) / 1000.0;
        double Each(long late, long early) => Math.Max(0, late - early) / seconds;
        return new TrafficRate(
            to.Connections, Each(to.Handshakes, from.Handshakes), Each(to.MessagesIn, from.MessagesIn), Each(to.MessagesOut, from.MessagesOut),
            Each(to.BytesIn, from.BytesIn), Each(to.BytesOut, from.BytesOut));
    }
}
