using PluginHost.Core.Policy.Limits;
using PluginHost.Core.Protocol.Connection;

namespace PluginHost.Core.Tests.Limits;

public sealed class RatesTests
{
    private static readonly RatePolicy Policy = new(new(10, 2), new(1000, 1000), TokenRate.Unlimited, new(100_000, 1500), OverRate.Delay);

    private static RateDecision Decide(RatePolicy policy, RateDecision before, int bytes, long now) =>
        Rates.Decide(policy, before.Connection, before.Address, bytes, now);

    private static RateDecision Start(RatePolicy policy) =>
        new(policy.FullConnection(0), policy.FullAddress(0), RateVerdict.Deliver, 0);

    [Fact]
    public void Delay_takes_the_message_and_says_when_to_read_on()
    {
        var first = Decide(Policy, Start(Policy), 10, 0);
        Assert.Equal((RateVerdict.Deliver, 0), (first.Verdict, first.ReadAt));
        var second = Decide(Policy, first, 10, 0);
        Assert.Equal((RateVerdict.Deliver, 100), (second.Verdict, second.ReadAt));
        var large = Decide(Policy, Start(Policy), 3000, 0);
        Assert.Equal((RateVerdict.Deliver, 2001), (large.Verdict, large.ReadAt)); // 2,000 bytes of debt and one byte
    }

    [Theory]
    [InlineData(OverRate.Drop, RateVerdict.Drop)]
    [InlineData(OverRate.Close, RateVerdict.Close)]
    public void Drop_and_close_take_nothing_for_what_is_over_the_rate(OverRate over, RateVerdict verdict)
    {
        var policy = Policy with { Over = over };
        var two = Decide(policy, Decide(policy, Start(policy), 1, 0), 1, 0);
        Assert.Equal(RateVerdict.Deliver, two.Verdict);
        var third = Decide(policy, two, 1, 99);
        Assert.Equal(verdict, third.Verdict);
        Assert.Equal((two.Connection, two.Address), (third.Connection, third.Address));
        Assert.Equal(RateVerdict.Deliver, Decide(policy, third, 1, 100).Verdict);
    }

    [Fact]
    public void What_an_address_has_used_up_is_used_up_for_all_its_connections()
    {
        var policy = Policy with { Over = OverRate.Close };
        var one = Decide(policy, Start(policy), 1000, 0);
        Assert.Equal(RateVerdict.Deliver, one.Verdict);
        var other = Rates.Decide(policy, policy.FullConnection(0), one.Address, 501, 0);
        Assert.Equal(RateVerdict.Close, other.Verdict);
        Assert.Equal(RateVerdict.Deliver, Rates.Decide(policy, policy.FullConnection(0), one.Address, 500, 0).Verdict);
    }

    [Theory]
    [InlineData(1, 0, 0, 0)]
    [InlineData(0, 10, 0, 0)]
    [InlineData(0, 0, 1, 0)]
    [InlineData(0, 0, 0, 10)]
    public void Each_rate_decides_alone(int messages, int bytes, int addressMessages, int addressBytes)
    {
        static TokenRate Rate(int amount) => new(amount, amount);
        foreach (var (over, verdict) in new[] { (OverRate.Drop, RateVerdict.Drop), (OverRate.Close, RateVerdict.Close), (OverRate.Delay, RateVerdict.Deliver) })
        {
            var policy = new RatePolicy(Rate(messages), Rate(bytes), Rate(addressMessages), Rate(addressBytes), over);
            var first = Decide(policy, Start(policy), 10, 0);
            Assert.Equal(RateVerdict.Deliver, first.Verdict);
            var second = Decide(policy, first, 10, 0);
            Assert.Equal(verdict, second.Verdict);
            Assert.Equal(over == OverRate.Delay, second.ReadAt > 0);
            Assert.Equal(RateVerdict.Deliver, Decide(policy, first, 10, 1000).Verdict);
        }
    }

    [Fact]
    public void Without_limits_everything_is_delivered_at_once()
    {
        var decision = Rates.Decide(RatePolicy.Unlimited, default, default, int.MaxValue, 5);
        Assert.Equal(new RateDecision(default, default, RateVerdict.Deliver, 5), decision);
        Assert.False(RatePolicy.Unlimited.LimitsConnection);
        Assert.False(RatePolicy.Unlimited.LimitsAddress);
        Assert.True(Policy.LimitsConnection);
        Assert.True(Policy.LimitsAddress);
    }
}
