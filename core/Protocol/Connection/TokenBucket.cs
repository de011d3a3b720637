namespace PluginHost.Core.Protocol.Connection;

/// <summary>How fast a token bucket fills and how much it holds.</summary>
/// <param name="PerSecond">Tokens that come back each second, 1 and above; 0 for no limit at all.</param>
/// <param name="Burst">Tokens that a full bucket holds, 1 and above.</param>
public readonly record struct TokenRate(int PerSecond, int Burst)
{
    /// <summary>No limit: every amount is there at any time.</summary>
    public static TokenRate Unlimited => default;

    /// <summary>There is no limit.</summary>
    public bool IsUnlimited => PerSecond == 0;
}

/// <summary>
/// A token bucket: so many tokens a second on average, and a burst on top. All of it is whole numbers of thousandths of a token, so that
/// nothing is lost or gained however often it is asked. Times are milliseconds on the caller's clock; a clock that goes back stands still.
/// </summary>
/// <param name="Level">Thousandths of a token that are there at <paramref name="At"/>; below zero is debt.</param>
/// <param name="At">The time of the level.</param>
public readonly record struct TokenBucket(long Level, long At)
{
    /// <summary>Thousandths of a token in a token.</summary>
    public const int Unit = 1000;

    /// <summary>A full bucket.</summary>
    public static TokenBucket Full(TokenRate rate, long now) => new((long)rate.Burst * Unit, now);

    /// <summary>The bucket with what has come back by <paramref name="now"/>. Asked often or seldom, it holds the same.</summary>
    public TokenBucket Refilled(TokenRate rate, long now)
    {
        var elapsed = now - At;
        if (elapsed <= 0) return this;
        var full = (long)rate.Burst * Unit;
        var missing = full - Level;
        // A thousandth of a token a millisecond for each token a second; compared by division, because the product may be too large.
        return elapsed > missing / Math.Max(1, rate.PerSecond)
            ? new(full, now)
            : new(Math.Min(full, Level + (elapsed * rate.PerSecond)), now);
    }

    /// <summary>
    /// Whether that many tokens may be taken now. More than the burst may be taken from a full bucket, and leaves it in debt: otherwise such
    /// an amount could never be taken.
    /// </summary>
    /// <param name="rate">The rate.</param>
    /// <param name="amount">Tokens, 0 and above.</param>
    /// <param name="now">The time.</param>
    public bool Has(TokenRate rate, int amount, long now) =>
        rate.IsUnlimited || Refilled(rate, now).Level >= (long)Math.Min(amount, rate.Burst) * Unit;

    /// <summary>The bucket after that many tokens were taken, whether they were there or not.</summary>
    /// <param name="rate">The rate.</param>
    /// <param name="amount">Tokens, 0 and above.</param>
    /// <param name="now">The time.</param>
    public TokenBucket Take(TokenRate rate, int amount, long now)
    {
        if (rate.IsUnlimited) return this;
        var refilled = Refilled(rate, now);
        return refilled with { Level = refilled.Level - ((long)amount * Unit) };
    }

    /// <summary>The earliest time, <paramref name="now"/> or later, at which one token is there.</summary>
    /// <param name="rate">The rate.</param>
    /// <param name="now">The time.</param>
    public long NextAt(TokenRate rate, long now)
    {
        if (rate.IsUnlimited) return now;
        var refilled = Refilled(rate, now);
        var missing = Unit - refilled.Level;
        return missing <= 0 ? now : refilled.At + ((missing + rate.PerSecond - 1) / rate.PerSecond);
    }
}
