namespace PluginHost.Core.Policy.Calls;

/// <summary>Who has the turn among the calls of one connection.</summary>
public enum TurnHolder : byte
{
    /// <summary>Nobody: the next call may begin.</summary>
    Nobody,

    /// <summary>A call.</summary>
    Call,

    /// <summary>A call that waits for room to overlap.</summary>
    WaitingCall,
}

/// <summary>What a call that wants to overlap is told.</summary>
public enum OverlapVerdict : byte
{
    /// <summary>It overlaps: the next call may begin.</summary>
    Overlaps,

    /// <summary>It waits, with the turn, until an overlapping call completes.</summary>
    Waits,

    /// <summary>There is no room, and it does not wait: it keeps the turn.</summary>
    Full,

    /// <summary>The handler has not declared that its calls overlap.</summary>
    NotDeclared,
}

/// <summary>
/// The calls of one connection: one has the turn, and beside it a bounded number overlap. The last call, which tells of the end, begins when no other is in
/// flight, or when those that are have had their time.
/// </summary>
/// <param name="Max">How many may overlap; 0 where the handler has not declared it.</param>
/// <param name="Overlapping">How many do.</param>
/// <param name="Turn">Who has the turn.</param>
/// <param name="WaitsForOthers">The last call waits for those in flight; otherwise they have had their time.</param>
public readonly record struct CallTurns(int Max, int Overlapping, TurnHolder Turn, bool WaitsForOthers)
{
    /// <summary>No call yet.</summary>
    /// <param name="max">How many may overlap, 0 and above.</param>
    public static CallTurns None(int max) => new(max, 0, TurnHolder.Nobody, WaitsForOthers: true);

    /// <summary>No call is in flight.</summary>
    public bool IsIdle => Turn == TurnHolder.Nobody && Overlapping == 0;

    /// <summary>The next call may begin.</summary>
    /// <param name="isLast">It is the last one.</param>
    public bool Admits(bool isLast) => isLast ? IsIdle || !WaitsForOthers : Turn == TurnHolder.Nobody;

    /// <summary>A call begins, and has the turn.</summary>
    public CallTurns Begun() => this with { Turn = TurnHolder.Call };

    /// <summary>The call that has the turn wants to overlap.</summary>
    /// <param name="mayWait">It waits where there is no room.</param>
    /// <param name="hasRoom">There is room for it whatever overlaps: it tells the handler to end.</param>
    public OverlapAnswer Overlap(bool mayWait, bool hasRoom)
    {
        if (Max == 0) return new(this, OverlapVerdict.NotDeclared);
        if (Overlapping < Max || hasRoom)
            return new(this with { Turn = TurnHolder.Nobody, Overlapping = Overlapping + 1 }, OverlapVerdict.Overlaps);
        return mayWait
            ? new(this with { Turn = TurnHolder.WaitingCall }, OverlapVerdict.Waits)
            : new(this, OverlapVerdict.Full);
    }

    /// <summary>The call that has the turn completes.</summary>
    public CallTurns TurnEnded() => this with { Turn = TurnHolder.Nobody };

    /// <summary>The call that waits for room does so no longer: it goes on with the turn.</summary>
    public CallTurns WaitEnded() => this with { Turn = TurnHolder.Call };

    /// <summary>An overlapping call completes.</summary>
    /// <returns>What holds now, and whether the call that waited for room overlaps in its place.</returns>
    public (CallTurns Next, bool LetsIn) OverlapEnded() => Turn == TurnHolder.WaitingCall && Overlapping <= Max
        ? (this with { Turn = TurnHolder.Nobody }, true)
        : (this with { Overlapping = Overlapping - 1 }, false);

    /// <summary>The connection is over, and the calls in flight have had their time: the last call waits for them no longer.</summary>
    public CallTurns TimeOver() => this with { WaitsForOthers = false };
}

/// <summary>What comes of a wish to overlap.</summary>
/// <param name="Next">What holds from now on.</param>
/// <param name="Verdict">What the call is told.</param>
public readonly record struct OverlapAnswer(CallTurns Next, OverlapVerdict Verdict);
