using PluginHost.Core.Policy.Limits;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Limits;

public class AcceptShareProperties
{
    /// <summary>Whatever comes, a share is at least one connection, so that nobody waits for ever, and never more than the largest.</summary>
    [Property]
    public bool A_share_stays_within_its_bounds(byte[] arrivals)
    {
        var share = AcceptShare.Start;
        for (var turn = 0; turn < arrivals.Length; turn++)
        {
            if (share.Connections is < 1 or > AcceptShare.Most) return false;
            share = share.After(Math.Min((int)arrivals[turn], share.Connections), turn);
        }
        return share.Connections is >= 1 and <= AcceptShare.Most;
    }

    /// <summary>A backlog of any length is gone after as many turns as its doublings and its largest shares take.</summary>
    [Property]
    public bool A_backlog_is_taken_quickly(ushort backlog)
    {
        var share = AcceptShare.Start;
        var (left, turns) = ((int)backlog, 0);
        for (; left > 0; turns++)
        {
            var accepted = Math.Min(left, share.Connections);
            left -= accepted;
            share = share.After(accepted, turns);
        }
        return turns <= 8 + (backlog / AcceptShare.Most) + 1;
    }
}
