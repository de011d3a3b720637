using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Connection;

namespace PluginHost.Server.Connections;

/// <summary>The rates of one connection; it exists only where there are some.</summary>
/// <param name="policy">The policy of its route.</param>
/// <param name="account">Its address, where that is known.</param>
/// <param name="now">Milliseconds.</param>
internal sealed class ConnectionRates(RatePolicy policy, AddressAccount? account, long now)
{
    private readonly AddressAccount? _account = account is { Key.IsNone: false } ? account : null;
    private readonly RatePolicy _policy = account is { Key.IsNone: false }
        ? policy
        : policy with { AddressMessages = TokenRate.Unlimited, AddressBytes = TokenRate.Unlimited };

    private RateLevels _levels = policy.FullConnection(now);

    /// <summary>Nothing is read before that time; 0 when there is nothing to wait for.</summary>
    public long ReadAt { get; set; }

    /// <summary>When it is to be looked at again.</summary>
    public long DueAt => ReadAt == 0 ? long.MaxValue : ReadAt;

    /// <summary>A message has come.</summary>
    public RateVerdict Decide(int bytes, long now)
    {
        var decision = _account?.Decide(_policy, _levels, bytes, now) ?? Rates.Decide(_policy, _levels, default, bytes, now);
        _levels = decision.Connection;
        if (decision.ReadAt > now) ReadAt = decision.ReadAt;
        return decision.Verdict;
    }
}
