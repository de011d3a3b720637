using LanguageExt;
using PluginHost.Core.Serving.Plans;
using PluginHost.Core.Text;

namespace PluginHost.Core.Configuration;

/// <summary>Makes what the file says about the admin address.</summary>
internal static class AdminBuilder
{
    public static Option<AdminSite> Admin(PlanScope file, Seq<ListenAddress> listeners, ProblemCollector problems) =>
        file.Written("admin").Map(value => new PlanScope(value, ConfigurationKeys.Admin)).Bind(admin =>
            admin.Text("address").Bind(text => ListenAddress.Parse(text).ToOption()).Map(address =>
            {
                listeners.Find(address.Overlaps).Iter(other =>
                    PlanBuilder.At(admin, "address", $"a listener has {Quoting.Quote(other.ToString())} already", problems));
                return new AdminSite(address, admin.Texts("hosts").IfNone(Seq<string>.Empty));
            }));

    public static Option<TelemetryPlan> Telemetry(PlanScope file) =>
        from value in file.Written("telemetry")
        let telemetry = new PlanScope(value, ConfigurationKeys.Telemetry)
        from endpoint in telemetry.Text("endpoint")
        from protocol in telemetry.Text("protocol")
        from interval in telemetry.Duration("interval")
        from timeout in telemetry.Duration("timeout")
        from service in telemetry.Text("service")
        select new TelemetryPlan(
            EndpointOf(endpoint, protocol), protocol == "grpc", interval, timeout, service,
            telemetry.Scopes("headers", ConfigurationKeys.TelemetryHeader).Choose(Header).ToArray().ToSeq());

    private static Option<TelemetryHeader> Header(PlanScope header) =>
        from name in header.Text("name")
        from value in header.Secret("value")
        select new TelemetryHeader(name, value, $"{header.Value.Path}/value");

    /// <summary>OTLP over HTTP has a path for each signal; a collector is most often named without one.</summary>
    private static string EndpointOf(string endpoint, string protocol) =>
        protocol != "grpc" && Uri.TryCreate(endpoint, UriKind.Absolute, out var url) && url.AbsolutePath == "/" && url.Query.Length == 0
            ? endpoint.TrimEnd('/') + "/v1/metrics"
            : endpoint;
}
