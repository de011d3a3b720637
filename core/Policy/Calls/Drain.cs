namespace PluginHost.Core.Policy.Calls;

/// <summary>What is to be done with a connection that has been told to end.</summary>
public enum DrainVerdict : byte
{
    /// <summary>Nothing: its calls go on, or what they have sent is on its way, or it has been closed.</summary>
    Wait,

    /// <summary>It is closed now. Calls that are still in flight have had their time, and are cancelled.</summary>
    Close,
}

/// <summary>Where a connection that has been told to end stands.</summary>
public enum DrainPhase : byte
{
    /// <summary>Calls in flight finish and answer. Nothing is read.</summary>
    Finishing,

    /// <summary>The handler has resumed reading: it closes by itself, within the time.</summary>
    TakenOver,

    /// <summary>It has been closed. What is still read is not delivered.</summary>
    Closed,
}

/// <summary>A connection between being told to end and its close: calls in flight may finish and answer, for a while.</summary>
/// <param name="Code">The close code.</param>
/// <param name="Deadline">When the time is over, in milliseconds.</param>
/// <param name="Phase">Where it stands.</param>
public readonly record struct Drain(int Code, long Deadline, DrainPhase Phase)
{
    /// <summary>The connection is told to end.</summary>
    /// <param name="code">The close code.</param>
    /// <param name="deadline">When the time is over, in milliseconds.</param>
    public static Drain Begun(int code, long deadline) => new(code, deadline, DrainPhase.Finishing);

    /// <summary>When it is to be looked at whatever happens.</summary>
    public long DueAt => Phase == DrainPhase.Closed ? long.MaxValue : Deadline;

    /// <summary>The handler resumes reading.</summary>
    public Drain TakenOver() => Phase == DrainPhase.Finishing ? this with { Phase = DrainPhase.TakenOver } : this;

    /// <summary>Looks whether the time has come.</summary>
    /// <param name="isIdle">No call is in flight, and none waits.</param>
    /// <param name="waitingBytes">Bytes that wait to be sent, 0 and above.</param>
    /// <param name="now">Milliseconds.</param>
    public DrainAnswer Look(bool isIdle, long waitingBytes, long now)
    {
        var verdict = Phase == DrainPhase.Closed ? DrainVerdict.Wait
            : now >= Deadline || (Phase == DrainPhase.Finishing && isIdle && waitingBytes == 0) ? DrainVerdict.Close
            : DrainVerdict.Wait;
        return new(verdict == DrainVerdict.Wait ? this : this with { Phase = DrainPhase.Closed }, verdict);
    }
}

/// <summary>What comes of a look.</summary>
/// <param name="Next">What holds from now on.</param>
/// <param name="Verdict">What is to be done.</param>
public readonly record struct DrainAnswer(Drain Next, DrainVerdict Verdict);
