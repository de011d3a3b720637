namespace PluginHost.Core.Policy.Topics;

/// <summary>How much may wait on one loop to be delivered to the subscribers there.</summary>
/// <param name="Messages">Publications; 1 and above.</param>
/// <param name="Bytes">Bytes of them; 1 and above.</param>
public sealed record BacklogLimits(int Messages, long Bytes)
{
    /// <summary>
    /// Deliveries, each a message to one subscriber, that one turn of the loop prepares: enough that sending them together pays, and few enough that they take
    /// no longer than a neighbour may wait.
    /// </summary>
    public const int Batch = 32_768;

    /// <summary>Waiting deliveries from which on publishers are slowed down: while one batch is sent, the next is there.</summary>
    public const int HighDeliveries = 2 * Batch;
}

/// <summary>What waits on one loop to be delivered.</summary>
/// <param name="Messages">Publications.</param>
/// <param name="Bytes">Bytes of them.</param>
/// <param name="Deliveries">Messages to single subscribers that they make, about.</param>
public readonly record struct Backlog(long Messages, long Bytes, long Deliveries)
{
    /// <summary>Nothing more is taken: whoever wants to publish is told so.</summary>
    public bool IsFull(BacklogLimits limits) => Messages >= limits.Messages || Bytes >= limits.Bytes;

    /// <summary>From here on connections that publish are not read from: at a quarter of what is full, or where it takes long to deliver.</summary>
    public bool IsHigh(BacklogLimits limits) => Reaches(limits, 4, BacklogLimits.HighDeliveries);

    /// <summary>From here on down they are read from again: at half of that.</summary>
    public bool IsLow(BacklogLimits limits) => !Reaches(limits, 8, BacklogLimits.HighDeliveries / 2);

    private bool Reaches(BacklogLimits limits, int part, long deliveries) =>
        Deliveries >= deliveries || Messages >= Math.Max(1, limits.Messages / part) || Bytes >= Math.Max(1, limits.Bytes / part);
}
