using PluginHost.Core.Policy.Limits;

namespace PluginHost.Server.Connections;

/// <summary>Meters one share of a budget: looks at the clock as often as the core says.</summary>
internal struct ShareMeter
{
    private readonly TurnBudget _budget;
    private TurnShare _share;
    private int _granted;
    private int _left;
    private long _lookedAt;

    /// <summary>Begins, or goes on with, a share.</summary>
    public ShareMeter(TurnBudget budget, TurnShare share)
    {
        (_budget, _share) = (budget, share);
        _granted = _left = share.Allowance(budget);
    }

    /// <summary>A step is about to be taken.</summary>
    /// <returns>False when the share is spent, and the step has to wait.</returns>
    public bool Step(Loop loop)
    {
        if (_left == 0 && !Look(loop.Microseconds)) return false;
        _left--;
        return true;
    }

    /// <summary>The share as it is now.</summary>
    public readonly TurnShare Share => _share.Took(_granted - _left);

    private bool Look(long now)
    {
        _share = _lookedAt == 0 ? _share.Took(_granted) : _share.Looked(_budget, _granted, now - _lookedAt);
        _lookedAt = now;
        _granted = _left = _share.Allowance(_budget);
        return _left > 0;
    }
}
