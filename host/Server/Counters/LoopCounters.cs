namespace PluginHost.Server.Counters;

/// <summary>
/// What one loop has counted. Only the loop writes, with plain additions, so that counting costs next to nothing; whoever reads, from any thread, sees
/// each number as it was a moment ago. Totals are made when somebody asks.
/// </summary>
internal sealed class LoopCounters
{
    private const int FirstStatus = 100;
    private const int FirstCode = 1000;
    private const int RegisteredCodes = 16;

    private readonly long[] _handshakes = new long[500];
    private readonly long[] _closes = new long[RegisteredCodes + 2];

    /// <summary>Connections that were opened.</summary>
    public long Opened;

    /// <summary>Connections whose stream ended before their handshake was answered.</summary>
    public long Abandoned;

    /// <summary>Connections that were refused when they came, by what they were too many of.</summary>
    public long RefusedConnections, RefusedOfAddress, RefusedHandshakes;

    /// <summary>Messages from peers.</summary>
    public long MessagesReceived;

    /// <summary>Messages that handlers sent on their own connections.</summary>
    public long MessagesSent;

    /// <summary>Bytes of the streams, without what TLS adds.</summary>
    public long BytesReceived, BytesSent;

    /// <summary>Messages that were dropped because the send queue was full, or of peers over their rate.</summary>
    public long DroppedUnsent, DroppedOverRate;

    /// <summary>Messages that were dropped for the same reason on other threads; those count together, atomically.</summary>
    public long DroppedElsewhere;

    /// <summary>Publications by connections of this loop, on it.</summary>
    public long Publications;

    /// <summary>Publications delivered to clients from a shared buffer, and otherwise: to handlers, or compressed for one client alone.</summary>
    public long SharedDeliveries, OtherDeliveries;

    /// <summary>Subscriptions that this loop delivers to.</summary>
    public long Subscriptions;

    /// <summary>Bytes that wait to be sent, and connections that have such.</summary>
    public long QueuedBytes, Queues;

    /// <summary>Milliseconds in which the loop did not wait for something to do.</summary>
    public long BusyMilliseconds;

    /// <summary>Statuses with which handshakes were answered, and how often.</summary>
    public IEnumerable<(int Status, long Count)> Handshakes => Counted(_handshakes).Select(counted => (counted.Index + FirstStatus, counted.Count));

    /// <summary>
    /// Close codes of connections that were open: 1000 to 1015 each, 3000 for all of 3000 to 3999, and 4000 for all of 4000 to 4999. Peers choose their
    /// codes, so there must not be a counter for each.
    /// </summary>
    public IEnumerable<(int Code, long Count)> Closes => Counted(_closes).Select(counted => (CodeAt(counted.Index), counted.Count));

    /// <summary>A handshake was answered.</summary>
    public void Answered(int status)
    {
        var index = (uint)(status - FirstStatus);
        if (index < (uint)_handshakes.Length) _handshakes[index]++;
    }

    /// <summary>A connection that was open has closed.</summary>
    public void Closed(int code) => _closes[code switch
    {
        >= 4000 => RegisteredCodes + 1,
        >= 3000 => RegisteredCodes,
        >= FirstCode and < FirstCode + RegisteredCodes => code - FirstCode,
        _ => 1006 - FirstCode,
    }]++;

    private static int CodeAt(int index) => index switch
    {
        RegisteredCodes => 3000,
        > RegisteredCodes => 4000,
        _ => FirstCode + index,
    };

    private static IEnumerable<(int Index, long Count)> Counted(long[] counts)
    {
        for (var i = 0; i < counts.Length; i++)
            if (Volatile.Read(ref counts[i]) is > 0 and var count) yield return (i, count);
    }
}
