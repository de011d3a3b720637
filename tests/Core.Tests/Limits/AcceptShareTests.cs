using PluginHost.Core.Policy.Limits;

namespace PluginHost.Core.Tests.Limits;

public class AcceptShareTests
{
    [Fact]
    public void Connections_that_come_alone_are_accepted_one_a_turn()
    {
        var share = AcceptShare.Start;
        for (var turn = 0; turn < 100; turn += 2)
        {
            Assert.Equal(1, share.Connections);
            share = share.After(1, turn);
        }
    }

    [Fact]
    public void A_crowd_is_taken_in_shares_that_double_up_to_the_largest()
    {
        var share = AcceptShare.Start;
        var shares = new List<int>();
        for (var turn = 5; turn < 14; turn++)
        {
            shares.Add(share.Connections);
            share = share.After(share.Connections, turn);
        }
        Assert.Equal([1, 1, 2, 4, 8, 16, 32, 64, 64], shares);
    }

    [Fact]
    public void After_a_crowd_the_share_is_what_was_there()
    {
        Assert.Equal(5, new AcceptShare(64, 8).After(5, 9).Connections);
        Assert.Equal(1, new AcceptShare(64, 8).After(0, 9).Connections);
    }
}
