using System.Diagnostics.Metrics;
using PluginHost.Abstractions;
using PluginHost.Core.Serving.Metrics;
using PluginHost.Server.Loading;
using PluginHost.Server.Metrics;
using PluginHost.Tests.Loading;
using PluginHost.Tests.Server;

namespace PluginHost.Tests.Metrics;

/// <summary>What plugins measure and say of their health.</summary>
public sealed class PluginMeterTests
{
    private static PluginScope Scope(string id, PluginHealth? health = null) => new(
        id, PluginOptions.Empty, "/", TestServices.Noting((_, _, _) => { }) with { Health = health ?? new PluginHealth() });

    private readonly List<string> _lines = [];

    private PluginMeters Listen() => new(LineLogger.Log(Microsoft.Extensions.Logging.LogLevel.Debug, (_, line) => _lines.Add(line)));

    [Fact]
    public void Instruments_of_a_plugin_are_told_with_its_id_until_it_ends()
    {
        using var meters = Listen();
        using var one = Scope("one");
        using var two = Scope("two");
        var orders = one.Meter.CreateCounter<int>("orders", "{order}", "Orders taken.");
        orders.Add(2, new KeyValuePair<string, object?>("kind", "tea"));
        orders.Add(3, new KeyValuePair<string, object?>("kind", "tea"));
        orders.Add(1, new KeyValuePair<string, object?>("kind", 7));
        two.Meter.CreateCounter<long>("orders", "{order}").Add(9);
        one.Meter.CreateUpDownCounter<int>("open").Add(-4);
        one.Meter.CreateHistogram<double>("took", "s").Record(0.5);
        one.Meter.CreateHistogram<double>("took", "s").Record(1.5);
        var depth = 5;
        one.Meter.CreateObservableGauge("depth", () => depth);
        one.Meter.CreateGauge<decimal>("level").Record(1.5m);
        using var other = new Meter("somebody's");
        other.CreateCounter<int>("unseen").Add(1);
        var text = PrometheusText.Write(meters.Take());
        Assert.Contains("# HELP orders_total Orders taken.\n", text, StringComparison.Ordinal);
        Assert.Contains("orders_total{plugin=\"one\",kind=\"tea\"} 5\n", text, StringComparison.Ordinal);
        Assert.Contains("orders_total{plugin=\"one\",kind=\"7\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("orders_total{plugin=\"two\"} 9\n", text, StringComparison.Ordinal);
        Assert.Contains("open{plugin=\"one\"} -4\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE took_seconds summary\n", text, StringComparison.Ordinal);
        Assert.Contains("depth{plugin=\"one\"} 5\n", text, StringComparison.Ordinal);
        Assert.Contains("level{plugin=\"one\"} 1.5\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("unseen", text, StringComparison.Ordinal);
        depth = 6;
        Assert.Contains("depth{plugin=\"one\"} 6\n", PrometheusText.Write(meters.Take()), StringComparison.Ordinal);
        one.Dispose();
        var rest = PrometheusText.Write(meters.Take());
        Assert.DoesNotContain("plugin=\"one\"", rest, StringComparison.Ordinal);
        Assert.Contains("orders_total{plugin=\"two\"} 9\n", rest, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plugin_cannot_fill_the_memory_with_tags_nor_spoil_the_answer_with_an_exception()
    {
        using var meters = Listen();
        using var scope = Scope("one");
        var counter = scope.Meter.CreateCounter<int>("many");
        for (var i = 0; i < PluginMeters.MaxSeries + 50; i++) counter.Add(1, new KeyValuePair<string, object?>("i", i));
        scope.Meter.CreateObservableGauge<int>("fails", int () => throw new InvalidOperationException("no gauge"));
        Assert.Equal(PluginMeters.MaxSeries, Assert.Single(meters.Take(), family => family.Name == "many").Samples.Count);
        Assert.Single(_lines, line => line.Contains("over 1000 combinations", StringComparison.Ordinal));
        Assert.Single(_lines, line => line.Contains("no gauge", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_plugin_says_of_its_health_counts_until_it_ends()
    {
        var health = new PluginHealth();
        using var one = Scope("one", health);
        using var two = Scope("two", health);
        Assert.True(health.IsHealthy);
        one.SetHealth("db", HealthStatus.Degraded, "slow");
        Assert.True(health.IsHealthy);
        one.SetHealth("db", HealthStatus.Unhealthy, "gone\n");
        two.SetHealth("mail", HealthStatus.Healthy, "");
        Assert.False(health.IsHealthy);
        Assert.Equal([("one", "db", "gone\\u000a"), ("two", "mail", "")], health.Checks.Select(check => (check.Plugin, check.Check, check.Text)));
        one.Dispose();
        Assert.True(health.IsHealthy);
        for (var i = 0; i < 99; i++) two.SetHealth($"c{i}", HealthStatus.Healthy, "");
        two.SetHealth("mail", HealthStatus.Degraded, ""); // known already
        Assert.Throws<InvalidOperationException>(() => two.SetHealth("one more", HealthStatus.Healthy, ""));
    }
}
