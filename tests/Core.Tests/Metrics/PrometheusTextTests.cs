using PluginHost.Core.Serving.Metrics;
using PluginHost.Core.Tests.Handshake;

namespace PluginHost.Core.Tests.Metrics;

public class PrometheusTextTests
{
    private static MetricSample Sample(double value, params (string, string)[] labels) => new(Heads.Seq(labels), value);

    [Fact]
    public void A_family_is_help_type_and_a_line_for_each_combination_of_labels() => Assert.Equal(
        "# HELP pluginhost_received_bytes_total Bytes\\n and \\\\ \"more\".\n"
        + "# TYPE pluginhost_received_bytes_total counter\n"
        + "pluginhost_received_bytes_total{path=\"a\\\"b\\\\c\\nd\"} 12\n"
        + "pluginhost_received_bytes_total 0.25\n"
        + "# HELP pluginhost_loop_lag_seconds Lag.\n"
        + "# TYPE pluginhost_loop_lag_seconds gauge\n",
        PrometheusText.Write(Heads.Seq(
            new MetricFamily("pluginhost.received", "By", "Bytes\n and \\ \"more\".", MetricKind.Counter, Heads.Seq(Sample(12, ("path", "a\"b\\c\nd")), Sample(0.25))),
            new MetricFamily("pluginhost.loop.lag", "s", "Lag.", MetricKind.Gauge, Heads.Seq<MetricSample>()))));

    [Fact]
    public void What_would_make_the_text_unreadable_is_left_out()
    {
        var family = new MetricFamily("a", "", "A.", MetricKind.Gauge, Heads.Seq(Sample(1, ("x", "1")), Sample(2, ("x", "1")), Sample(3, ("x", "2"), ("x", "3"))));
        Assert.Equal("# HELP a A.\n# TYPE a gauge\na{x=\"1\"} 1\na{x=\"2\"} 3\n", PrometheusText.Write(Heads.Seq(family, family with { Help = "again" })));
        Assert.Equal("", PrometheusText.Write(Heads.Seq<MetricFamily>()));
    }

    [Theory]
    [InlineData("pluginhost.connections", "{connection}", MetricKind.Gauge, "pluginhost_connections")]
    [InlineData("pluginhost.messages.received", "{message}", MetricKind.Counter, "pluginhost_messages_received_total")]
    [InlineData("dotnet.gc.collections", "{collection}", MetricKind.Counter, "dotnet_gc_collections_total")]
    [InlineData("9.lives", "s", MetricKind.Gauge, "_9_lives_seconds")]
    public void Names_follow_the_unit_and_the_kind(string name, string unit, MetricKind kind, string written) =>
        Assert.Equal(written, PrometheusText.NameOf(name, unit, kind));
}
