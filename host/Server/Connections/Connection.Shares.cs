using PluginHost.Core.Policy.Limits;

namespace PluginHost.Server.Connections;

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
        return new ShareMeter(TurnBudget.Input, _share);
    }

    private void EndShare(in ShareMeter meter)
    {
        _share = meter.Share;
        _outlastsShare = _inputIsLeft && _share.IsSpent(TurnBudget.Input);
    }
}
