using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;

namespace PluginHost.Core.Tests.Configuration;

public class TelemetryTests
{
    private static TelemetryPlan Plan(string telemetry) =>
        Reading.Plan($$"""{ "telemetry": {{telemetry}} }""").Telemetry.IfNone(() => throw new ArgumentException("none"));

    [Fact]
    public void Nothing_is_exported_unless_told() => Assert.True(Reading.Plan("{}").Telemetry.IsNone);

    [Theory]
    [InlineData("http://127.0.0.1:4318", "", "http://127.0.0.1:4318/v1/metrics")]
    [InlineData("http://127.0.0.1:4318/", "", "http://127.0.0.1:4318/v1/metrics")]
    [InlineData("https://collector.example/otlp", "", "https://collector.example/otlp")]
    [InlineData("http://127.0.0.1:4317", """, "protocol": "grpc" """, "http://127.0.0.1:4317")]
    public void Over_HTTP_metrics_have_a_path_of_their_own(string endpoint, string more, string url) =>
        Assert.Equal(url, Plan($$"""{ "endpoint": "{{endpoint}}"{{more}} }""").Endpoint);

    [Fact]
    public void The_rest_has_defaults_and_headers_are_secrets()
    {
        var plan = Plan("""{ "endpoint": "http://c:1", "headers": [{ "name": "api-key", "value": "{env:KEY}" }, { "name": "x", "value": "y" }] }""");

        Assert.Equal((false, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(10), "pluginhost"), (plan.IsGrpc, plan.Interval, plan.Timeout, plan.Service));
        Assert.Equal(new TelemetryHeader("api-key", new Secret.Environment("KEY"), "/telemetry/headers/0/value"), plan.Headers[0]);
        Assert.DoesNotContain("y\"", plan.Headers[1].ToString(), StringComparison.Ordinal);
        Assert.Contains("(secret)", plan.Headers[1].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "/telemetry", "the key \"endpoint\" is missing")]
    [InlineData("""{ "endpoint": "collector:4318" }""", "/telemetry/endpoint", "expected a URL such as \"http://127.0.0.1:4318\", without a user name, found \"collector:4318\"")]
    [InlineData("""{ "endpoint": "http://u:p@c" }""", "/telemetry/endpoint", "expected a URL such as \"http://127.0.0.1:4318\", without a user name, found \"http://u:p@c\"")]
    [InlineData("""{ "endpoint": "http://c#part" }""", "/telemetry/endpoint", "expected a URL such as \"http://127.0.0.1:4318\", without a user name, found \"http://c#part\"")]
    [InlineData("""{ "endpoint": "http://c", "interval": "10ms" }""", "/telemetry/interval", null)]
    [InlineData("""{ "endpoint": "http://c", "headers": [{ "name": "a b", "value": "x" }] }""", "/telemetry/headers/0/name", null)]
    public void What_is_wrong_is_said(string telemetry, string pointer, string? message)
    {
        var problem = Reading.Problem($$"""{ "telemetry": {{telemetry}} }""");
        Assert.Equal(pointer, problem.Pointer);
        if (message is not null) Assert.Equal(message, problem.Message);
    }
}
