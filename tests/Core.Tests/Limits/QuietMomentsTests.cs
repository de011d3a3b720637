using PluginHost.Core.Policy.Limits;

namespace PluginHost.Core.Tests.Limits;

public sealed class QuietMomentsTests
{
    private static readonly QuietMoments s_begun = QuietMoments.Start(new Usage(1000, 500, 100));

    [Fact]
    public void A_quiet_second_after_much_was_allocated_is_taken() =>
        Assert.True(s_begun.Take(new Usage(2000, 520, 100 + QuietMoments.WorthIt)).Collect);

    [Fact]
    public void A_busy_one_is_not() =>
        Assert.False(s_begun.Take(new Usage(2000, 521, 100 + QuietMoments.WorthIt)).Collect);

    [Fact]
    public void Nor_is_one_after_little() =>
        Assert.False(s_begun.Take(new Usage(2000, 500, 99 + QuietMoments.WorthIt)).Collect);

    [Fact]
    public void What_was_allocated_while_it_was_busy_counts_when_it_is_quiet()
    {
        var (busy, _) = s_begun.Take(new Usage(2000, 1500, 100 + QuietMoments.WorthIt));
        var (quiet, collect) = busy.Take(new Usage(3000, 1500, 100 + QuietMoments.WorthIt));
        Assert.True(collect);
        Assert.False(quiet.Take(new Usage(4000, 1500, 200 + QuietMoments.WorthIt)).Collect);
    }

    [Fact]
    public void No_time_has_passed_and_nothing_is_decided() =>
        Assert.False(s_begun.Take(new Usage(1000, 500, 100 + QuietMoments.WorthIt)).Collect);
}
