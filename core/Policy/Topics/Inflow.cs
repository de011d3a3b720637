namespace PluginHost.Core.Policy.Topics;

/// <summary>What becomes of a message that another server published.</summary>
public enum InflowVerdict : byte
{
    /// <summary>It is the next one.</summary>
    Deliver,

    /// <summary>It is newer than the next one: what lies between is lost, or comes too late.</summary>
    DeliverAfterGap,

    /// <summary>It was delivered before, or newer ones were: delivering it now would repeat or reorder.</summary>
    Discard,
}

/// <summary>
/// What has come of one topic from one other server, over a broker that may lose, repeat and delay. That server numbers what it publishes to the
/// topic from 1, and begins again in another epoch when it has forgotten the numbers.
/// </summary>
/// <param name="Epoch">The epoch of the server's numbers; 0 before the first message.</param>
/// <param name="Next">The number that is expected.</param>
public readonly record struct Inflow(long Epoch, long Next)
{
    /// <summary>A message has come.</summary>
    /// <param name="epoch">The epoch of its number, 1 and above; later ones are larger.</param>
    /// <param name="number">Its number.</param>
    /// <returns>What is to be done with it, and what is expected then.</returns>
    /// <remarks>The first message that is ever seen of a server may have any number: what came before it was before this server listened.</remarks>
    public (InflowVerdict Verdict, Inflow Next) Receive(long epoch, long number)
    {
        if (epoch < Epoch || (epoch == Epoch && number < Next)) return (InflowVerdict.Discard, this);
        var gap = Epoch != 0 && (epoch != Epoch ? number != 1 : number != Next);
        return (gap ? InflowVerdict.DeliverAfterGap : InflowVerdict.Deliver, new Inflow(epoch, number + 1));
    }
}
