using PluginHost.Core.Protocol.Connection;

namespace PluginHost.Core.Policy.Limits;

/// <summary>What happens to a message over the rate.</summary>
public enum OverRate : byte
{
    /// <summary>It is taken, and nothing more is read until the rate allows it: the peer is slowed down by TCP.</summary>
    Delay,

    /// <summary>It is dropped, and the next one is read.</summary>
    Drop,

    /// <summary>The connection is failed with 1008.</summary>
    Close,
}

/// <summary>How many messages and bytes a peer may send.</summary>
/// <param name="Messages">Messages of one connection.</param>
/// <param name="Bytes">Payload bytes of one connection, as handlers get them.</param>
/// <param name="AddressMessages">Messages of all connections of one address.</param>
/// <param name="AddressBytes">Payload bytes of all connections of one address.</param>
/// <param name="Over">What happens over the rate.</param>
public sealed record RatePolicy(TokenRate Messages, TokenRate Bytes, TokenRate AddressMessages, TokenRate AddressBytes, OverRate Over)
{
    /// <summary>No limit.</summary>
    public static RatePolicy Unlimited { get; } =
        new(TokenRate.Unlimited, TokenRate.Unlimited, TokenRate.Unlimited, TokenRate.Unlimited, OverRate.Delay);

    /// <summary>Something is limited for each connection.</summary>
    public bool LimitsConnection => !Messages.IsUnlimited || !Bytes.IsUnlimited;

    /// <summary>Something is limited for each address.</summary>
    public bool LimitsAddress => !AddressMessages.IsUnlimited || !AddressBytes.IsUnlimited;

    /// <summary>Buckets of a connection that has sent nothing yet.</summary>
    public RateLevels FullConnection(long now) => new(TokenBucket.Full(Messages, now), TokenBucket.Full(Bytes, now));

    /// <summary>Buckets of an address that has sent nothing yet.</summary>
    public RateLevels FullAddress(long now) => new(TokenBucket.Full(AddressMessages, now), TokenBucket.Full(AddressBytes, now));
}

/// <summary>The buckets of one connection, or of one address.</summary>
/// <param name="Messages">Messages.</param>
/// <param name="Bytes">Bytes.</param>
public readonly record struct RateLevels(TokenBucket Messages, TokenBucket Bytes);

/// <summary>What becomes of a message.</summary>
public enum RateVerdict : byte
{
    /// <summary>It is delivered.</summary>
    Deliver,

    /// <summary>It is dropped.</summary>
    Drop,

    /// <summary>The connection is failed with 1008.</summary>
    Close,
}

/// <summary>The answer of <see cref="Rates.Decide"/>.</summary>
/// <param name="Connection">The connection's buckets from now on.</param>
/// <param name="Address">The address's buckets from now on.</param>
/// <param name="Verdict">What becomes of the message.</param>
/// <param name="ReadAt">When the next message may be read; not later than the present for at once.</param>
public readonly record struct RateDecision(RateLevels Connection, RateLevels Address, RateVerdict Verdict, long ReadAt);

/// <summary>Decides on messages by their rate.</summary>
public static class Rates
{
    /// <summary>A message has come. What is dropped or closed for takes no tokens.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="connection">The connection's buckets.</param>
    /// <param name="address">The address's buckets.</param>
    /// <param name="bytes">Bytes of the message, 0 and above.</param>
    /// <param name="now">Milliseconds.</param>
    public static RateDecision Decide(RatePolicy policy, RateLevels connection, RateLevels address, int bytes, long now)
    {
        var within = connection.Messages.Has(policy.Messages, 1, now) && connection.Bytes.Has(policy.Bytes, bytes, now)
            && address.Messages.Has(policy.AddressMessages, 1, now) && address.Bytes.Has(policy.AddressBytes, bytes, now);
        if (!within && policy.Over != OverRate.Delay)
            return new(connection, address, policy.Over == OverRate.Drop ? RateVerdict.Drop : RateVerdict.Close, now);

        var ownNext = new RateLevels(connection.Messages.Take(policy.Messages, 1, now), connection.Bytes.Take(policy.Bytes, bytes, now));
        var sharedNext = new RateLevels(
            address.Messages.Take(policy.AddressMessages, 1, now), address.Bytes.Take(policy.AddressBytes, bytes, now));
        return new(ownNext, sharedNext, RateVerdict.Deliver, policy.Over == OverRate.Delay ? NextAt(policy, ownNext, sharedNext, now) : now);
    }

    /// <summary>When a message of one byte would be within the rate again, <paramref name="now"/> or later.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="connection">The connection's buckets.</param>
    /// <param name="address">The address's buckets.</param>
    /// <param name="now">Milliseconds.</param>
    public static long NextAt(RatePolicy policy, RateLevels connection, RateLevels address, long now) => Math.Max(
        Math.Max(connection.Messages.NextAt(policy.Messages, now), connection.Bytes.NextAt(policy.Bytes, now)),
        Math.Max(address.Messages.NextAt(policy.AddressMessages, now), address.Bytes.NextAt(policy.AddressBytes, now)));
}
