namespace PluginHost.Core.Policy.Limits;

/// <summary>
/// Finds calls that take long, by looking now and then at a number that each call changes: as long as it is the same, it is one call.
/// </summary>
/// <param name="Call">The number that was seen last; 0 when nothing ran.</param>
/// <param name="Since">When it was first seen.</param>
/// <param name="IsReported">It has been reported.</param>
public readonly record struct SlowCall(long Call, long Since, bool IsReported)
{
    /// <summary>Looks.</summary>
    /// <param name="limit">Milliseconds that a call may take; 1 and above.</param>
    /// <param name="running">The number of the call that is running, which no other call has; 0 for none.</param>
    /// <param name="now">Milliseconds.</param>
    public SlowCallAnswer Looked(long limit, long running, long now)
    {
        if (running == 0) return new(default, false);
        if (running != Call) return new(new(running, now, false), false);
        return !IsReported && now - Since >= limit ? new(this with { IsReported = true }, true) : new(this, false);
    }
}

/// <summary>What came of a look.</summary>
/// <param name="Next">What is known from now on.</param>
/// <param name="IsSlow">The call has taken at least as long as the limit, and is reported now: once.</param>
public readonly record struct SlowCallAnswer(SlowCall Next, bool IsSlow);
