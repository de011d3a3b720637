using PluginHost.Core.Serving.Metrics;

namespace PluginHost.Core.Tests.Metrics;

public class TrafficWindowTests
{
    private static Traffic At(long time, long messages) => new(time, 3, messages, messages, 2 * messages, 10 * messages, 20 * messages);

    [Fact]
    public void Rates_are_for_one_second_of_the_time_between_two_counts()
    {
        var window = TrafficWindow.Empty.Take(At(1000, 10)).Take(At(1500, 20)).Take(At(3500, 60));

        Assert.Equal([new TrafficRate(3, 20, 20, 40, 200, 400), new TrafficRate(3, 20, 20, 40, 200, 400)], window.Rates.ToArray());
        Assert.Empty(TrafficWindow.Empty.Rates);
        Assert.Empty(TrafficWindow.Empty.Take(At(1, 1)).Rates);
    }

    [Fact]
    public void It_keeps_so_many_and_a_clock_that_stands_changes_nothing()
    {
        var window = Enumerable.Range(0, 1000).Aggregate(TrafficWindow.Empty, (all, i) => all.Take(At(1000 * i, i)));

        Assert.Equal(TrafficWindow.Kept, window.Rates.Length);
        Assert.Equal(999_000, window.Counts[^1].At);
        Assert.Same(window, window.Take(At(999_000, 5000)));
        Assert.All(window.Rates, rate => Assert.Equal(1, rate.MessagesIn));
    }
}
