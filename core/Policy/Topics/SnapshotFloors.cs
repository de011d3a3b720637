using LanguageExt;
using static LanguageExt.Prelude;

namespace PluginHost.Core.Policy.Topics;

/// <summary>
/// Snapshots that a subscriber was given, as long as messages that were published before them may still be on their way to it: those must not reach it any
/// more, or it would get them twice. Messages that a topic does not keep are in no snapshot, and pass. Immutable.
/// </summary>
/// <param name="Floors">The snapshots, the oldest first.</param>
public sealed record SnapshotFloors(Seq<SnapshotFloors.Floor> Floors)
{
    /// <summary>One snapshot.</summary>
    /// <param name="Ticket">A number that no other of the subscriber has.</param>
    /// <param name="Topic">The topic.</param>
    /// <param name="Epoch">The epoch of the offset.</param>
    /// <param name="Offset">The newest offset that is in it; 0 for none.</param>
    public readonly record struct Floor(long Ticket, string Topic, long Epoch, long Offset);

    /// <summary>Nothing is on its way that must not arrive.</summary>
    public static SnapshotFloors None { get; } = new(Seq<Floor>());

    /// <summary>Everything passes.</summary>
    public bool IsNone => Floors.IsEmpty;

    /// <summary>The subscriber was given a snapshot.</summary>
    public SnapshotFloors Given(Floor floor) => new(Floors.Add(floor).Strict());

    /// <summary>Everything that was published before a snapshot has arrived or been kept back.</summary>
    /// <param name="ticket">The snapshot's number; of one that is not known, nothing changes.</param>
    public SnapshotFloors Passed(long ticket)
    {
        var left = Floors.Filter(floor => floor.Ticket != ticket).Strict();
        return left.IsEmpty ? None : new SnapshotFloors(left);
    }

    /// <summary>Whether a message may reach the subscriber.</summary>
    /// <param name="topic">The topic that it was published to.</param>
    /// <param name="epoch">The epoch of its offset.</param>
    /// <param name="offset">Its offset; 0 where the topic does not keep it.</param>
    public bool Admits(string topic, long epoch, long offset) =>
        offset == 0 || !Floors.Exists(floor => floor.Topic == topic && (epoch, offset).CompareTo((floor.Epoch, floor.Offset)) <= 0);
}
