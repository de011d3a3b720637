namespace PluginHost.Core.Policy.Limits;

/// <summary>
/// How many connections a listener accepts in one turn of its loop. The system tells again, in the next turn, of what is left in the backlog, so that asking until
/// there is nothing is a wasted call for each connection that comes alone; a crowd is taken in ever larger shares.
/// </summary>
/// <param name="Connections">The share, 1 to <see cref="Most"/>.</param>
/// <param name="UsedUpAt">The last turn in which all of it was used; −1 for never.</param>
public readonly record struct AcceptShare(int Connections, long UsedUpAt)
{
    /// <summary>The largest share.</summary>
    public const int Most = 64;

    /// <summary>The first share: one connection.</summary>
    public static AcceptShare Start => new(1, -1);

    /// <summary>The share of the next turn in which the listener has something.</summary>
    /// <param name="accepted">Connections accepted in this one, 0 to <see cref="Connections"/>.</param>
    /// <param name="turn">The number of this turn.</param>
    public AcceptShare After(int accepted, long turn)
    {
        if (accepted < Connections) return new AcceptShare(Math.Max(1, accepted), UsedUpAt);
        var isCrowded = UsedUpAt >= 0 && turn == UsedUpAt + 1;
        return new AcceptShare(isCrowded ? Math.Min(Most, 2 * Connections) : Connections, turn);
    }
}
