using PluginHost.Core.Limits;

namespace PluginHost.Server;

/// <summary>
/// Its share of each turn of the loop. What a connection has received beyond it is kept, and the connection stands in the loop's list of those that have more to
/// read until the others have had their share. How large a share is, the core decides.
/// </summary>
internal sealed partial class Connection
{
    private TurnShare _share = TurnShare.First;
    private int _shareOf;
    private bool _inputIsLeft;
    private bool _outlastsShare;

    /// <summary>Steps of a share that may be taken before somebody looks at the clock.</summary>
    private struct ShareMeter
    {
        public int Granted;
        public int Left;
        public long LookedAt;
    }

    /// <summary>Input has been received that could not be handled yet: <see cref="TakeInputLeft"/> comes before anything more is received.</summary>
    public bool HasInputLeft => _inputIsLeft;

    /// <summary>Handles what has been received before, as far as the share of this turn goes.</summary>
    public void TakeInputLeft()
    {
        _inputIsLeft = false;
        if (_carry is { } carried) Take(carried, _carryStart, _carryLength);
    }

    /// <summary>Whether more may be received in this turn of the loop.</summary>
    /// <param name="since">When receiving began, in <see cref="Loop.Microseconds"/>.</param>
    public bool MayReadOn(long since) => !_share.Looked(TurnBudget.Input, 0, Loop.Microseconds - since).IsSpent(TurnBudget.Input);

    private ShareMeter BeginShare()
    {
        if (_shareOf != Loop.Turns)
        {
            _shareOf = Loop.Turns;
            _share = _share.Renew();
        }
        var granted = _share.Allowance(TurnBudget.Input);
        return new ShareMeter { Granted = granted, Left = granted };
    }

    private bool IsShareSpent(ref ShareMeter meter)
    {
        var now = Loop.Microseconds;
        _share = meter.LookedAt == 0 ? _share.Took(meter.Granted) : _share.Looked(TurnBudget.Input, meter.Granted, now - meter.LookedAt);
        meter.LookedAt = now;
        meter.Granted = meter.Left = _share.Allowance(TurnBudget.Input);
        _outlastsShare = meter.Left == 0;
        return _outlastsShare;
    }

    private void EndShare(in ShareMeter meter)
    {
        _share = _share.Took(meter.Granted - meter.Left);
        if (!_inputIsLeft) _outlastsShare = false;
    }
}
