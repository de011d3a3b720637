using PluginHost.Core.Protocol.Connection;

namespace PluginHost.Core.Tests.Limits;

public sealed class TokenBucketTests
{
    private static readonly TokenRate Rate = new(50, 100);

    [Fact]
    public void A_full_bucket_holds_the_burst_and_not_one_more()
    {
        var bucket = TokenBucket.Full(Rate, 0);
        for (var i = 0; i < 100; i++)
        {
            Assert.True(bucket.Has(Rate, 1, 0));
            bucket = bucket.Take(Rate, 1, 0);
        }
        Assert.False(bucket.Has(Rate, 1, 0));
        Assert.False(bucket.Has(Rate, 1, 19));
        Assert.True(bucket.Has(Rate, 1, 20));
        Assert.False(bucket.Has(Rate, 2, 39));
        Assert.True(bucket.Has(Rate, 2, 40));
        Assert.Equal(20, bucket.NextAt(Rate, 0));
        Assert.Equal(25, bucket.NextAt(Rate, 25));
    }

    [Fact]
    public void More_than_the_burst_is_there_only_when_it_is_full_and_leaves_a_debt()
    {
        var bucket = TokenBucket.Full(Rate, 0);
        Assert.True(bucket.Has(Rate, 1000, 0));
        Assert.False(bucket.Take(Rate, 1, 0).Has(Rate, 1000, 0));
        var indebted = bucket.Take(Rate, 1000, 0);
        Assert.Equal(-900 * TokenBucket.Unit, indebted.Level);
        Assert.Equal(18_020, indebted.NextAt(Rate, 0));
        Assert.False(indebted.Has(Rate, 1, 18_019));
        Assert.True(indebted.Has(Rate, 1, 18_020));
    }

    [Fact]
    public void Without_a_limit_everything_is_there()
    {
        var bucket = default(TokenBucket);
        Assert.True(bucket.Has(TokenRate.Unlimited, int.MaxValue, 0));
        Assert.Equal(bucket, bucket.Take(TokenRate.Unlimited, int.MaxValue, 9));
        Assert.Equal(9, bucket.NextAt(TokenRate.Unlimited, 9));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(1, int.MaxValue)]
    [InlineData(int.MaxValue, 1)]
    public void The_largest_rates_and_times_do_not_overflow(int perSecond, int burst)
    {
        var rate = new TokenRate(perSecond, burst);
        var empty = new TokenBucket(0, 0).Take(rate, int.MaxValue, 0);
        Assert.Equal(TokenBucket.Full(rate, long.MaxValue), empty.Refilled(rate, long.MaxValue));
        Assert.InRange(empty.Refilled(rate, 1).Level, empty.Level, (long)burst * TokenBucket.Unit);
        Assert.InRange(empty.NextAt(rate, 0), 1, long.MaxValue);
    }

    [Fact]
    public void A_clock_that_goes_back_stands_still()
    {
        var bucket = TokenBucket.Full(Rate, 1000).Take(Rate, 100, 1000);
        Assert.Equal(bucket, bucket.Refilled(Rate, 900));
        Assert.True(bucket.Take(Rate, 0, 900).Has(Rate, 1, 1020));
        Assert.False(bucket.Take(Rate, 0, 900).Has(Rate, 1, 1019));
    }
}
