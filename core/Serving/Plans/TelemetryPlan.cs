using LanguageExt;
using PluginHost.Core.Text;

namespace PluginHost.Core.Serving.Plans;

/// <summary>Where metrics are exported to, with OTLP.</summary>
/// <param name="Endpoint">The URL, with the path of the signal.</param>
/// <param name="IsGrpc">Over gRPC; otherwise protobuf over HTTP.</param>
/// <param name="Interval">The time between two exports.</param>
/// <param name="Timeout">How long one may take.</param>
/// <param name="Service">What the server is called there.</param>
/// <param name="Headers">Headers to send.</param>
public sealed record TelemetryPlan(string Endpoint, bool IsGrpc, TimeSpan Interval, TimeSpan Timeout, string Service, Seq<TelemetryHeader> Headers);

/// <summary>A header to send.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="Pointer">Where the value stands in the file.</param>
public sealed record TelemetryHeader(string Name, Secret Value, string Pointer);
