using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using PluginHost.Core.Protocol.Connection;
using PluginHost.TestSupport;

namespace PluginHost.Core.Properties.Limits;

/// <summary>A rate and times at which so many tokens are asked for.</summary>
public sealed record Demand(TokenRate Rate, (int Wait, int Amount)[] Asks)
{
    public override string ToString() => $"{Rate}: {string.Join(", ", Asks.Select(one => $"+{one.Wait} ms {one.Amount}"))}";
}

/// <summary>Buckets beside a naive one that counts in exact fractions, millisecond by millisecond.</summary>
[Properties(Arbitrary = [typeof(TokenBucketProperties)])]
public sealed class TokenBucketProperties
{
    public static Arbitrary<Demand> Demands() => Arb.From(
        from rate in Gen.Elements(1, 3, 7, 50, 999, 1000, 1001, 12_345)
        from burst in Gen.Elements(1, 2, 5, 100, 4096)
        from count in Gen.Choose(1, 40)
        from asks in Gen.ArrayOf(
            from wait in Gen.OneOf(Gen.Constant(0), Gen.Choose(0, 5), Gen.Choose(0, 400))
            from amount in Gen.OneOf(Gen.Constant(1), Gen.Choose(0, 2 * burst))
            select (wait, amount), count)
        select new Demand(new TokenRate(rate, burst), asks));

    /// <summary>Tokens as an exact fraction with the denominator 1,000.</summary>
    private sealed class Naive(TokenRate rate)
    {
        private BigInteger _thousandths = (BigInteger)rate.Burst * 1000;

        public void Millisecond() => _thousandths = BigInteger.Min((BigInteger)rate.Burst * 1000, _thousandths + rate.PerSecond);

        public bool Has(int amount) => _thousandths >= (BigInteger)Math.Min(amount, rate.Burst) * 1000;

        public void Take(int amount) => _thousandths -= (BigInteger)amount * 1000;
    }

    [Property(MaxTest = 1000)]
    public void A_bucket_gives_what_the_naive_one_gives(Demand demand)
    {
        var naive = new Naive(demand.Rate);
        var bucket = TokenBucket.Full(demand.Rate, 0);
        var now = 0L;
        foreach (var (wait, amount) in demand.Asks)
        {
            for (var i = 0; i < wait; i++) naive.Millisecond();
            now += wait;
            var has = bucket.Has(demand.Rate, amount, now);
            Assert.Equal(naive.Has(amount), has);
            if (!has) continue;
            naive.Take(amount);
            bucket = bucket.Take(demand.Rate, amount, now);
        }
    }

    [Property(MaxTest = 500)]
    public void Looking_in_between_changes_nothing(Demand demand)
    {
        var (often, seldom) = (TokenBucket.Full(demand.Rate, 0).Take(demand.Rate, 3, 0), TokenBucket.Full(demand.Rate, 0).Take(demand.Rate, 3, 0));
        var now = 0L;
        foreach (var (wait, _) in demand.Asks) often = often.Refilled(demand.Rate, now += wait);
        Assert.Equal(seldom.Refilled(demand.Rate, now).Level, often.Refilled(demand.Rate, now).Level);
    }

    [Property(MaxTest = 500)]
    public void In_any_time_no_more_comes_out_than_the_burst_and_what_came_back(Demand demand)
    {
        var bucket = TokenBucket.Full(demand.Rate, 0);
        var (now, taken) = (0L, 0L);
        foreach (var (wait, _) in demand.Asks)
        {
            now += wait;
            while (bucket.Has(demand.Rate, 1, now))
            {
                bucket = bucket.Take(demand.Rate, 1, now);
                taken++;
            }
            Assert.True(taken <= demand.Rate.Burst + (now * demand.Rate.PerSecond / 1000));
        }
    }

    [Property(MaxTest = 500)]
    public void The_next_token_is_there_at_its_time_and_not_before(Demand demand)
    {
        var bucket = TokenBucket.Full(demand.Rate, 0);
        var now = 0L;
        foreach (var (wait, amount) in demand.Asks)
        {
            now += wait;
            bucket = bucket.Take(demand.Rate, amount, now);
            var next = bucket.NextAt(demand.Rate, now);
            Assert.True(bucket.Has(demand.Rate, 1, next));
            if (next > now) Assert.False(bucket.Has(demand.Rate, 1, next - 1));
        }
    }
}
