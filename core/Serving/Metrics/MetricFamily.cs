using LanguageExt;

namespace PluginHost.Core.Serving.Metrics;

/// <summary>How a metric behaves.</summary>
public enum MetricKind : byte
{
    /// <summary>It only grows, from zero at the start of the process.</summary>
    Counter,

    /// <summary>It goes up and down.</summary>
    Gauge,

    /// <summary>Measurements, of which the sum and the number are told.</summary>
    Summary,
}

/// <summary>A metric: one thing that is measured, with a value for each combination of its labels.</summary>
/// <param name="Name">As OpenTelemetry writes it: <c>pluginhost.messages.received</c>.</param>
/// <param name="Unit">A unit of UCUM: <c>By</c>, <c>s</c>, or what is counted, as in <c>{message}</c>; empty for none.</param>
/// <param name="Help">What it means, in a sentence.</param>
/// <param name="Kind">How it behaves.</param>
/// <param name="Samples">Its values now.</param>
public sealed record MetricFamily(string Name, string Unit, string Help, MetricKind Kind, Seq<MetricSample> Samples);

/// <summary>A value.</summary>
/// <param name="Labels">Names and values, in the order in which they are written.</param>
/// <param name="Value">The value; of a summary, the sum.</param>
/// <param name="Count">How many measurements a summary is of, 0 and above.</param>
public sealed record MetricSample(Seq<(string Name, string Value)> Labels, double Value, long Count = 0);
