using System.Diagnostics.Metrics;
using LanguageExt;
using PluginHost.Core.Serving.Metrics;

namespace PluginHost.Telemetry;

/// <summary>Reads the observable instruments of a meter, and those of .NET's own.</summary>
internal static class MeterReading
{
    /// <summary>What .NET tells about itself.</summary>
    public const string Runtime = "System.Runtime";

    /// <summary>Reads each instrument once.</summary>
    /// <param name="meter">The meter.</param>
    /// <returns>The families in the order of the instruments, those of .NET last.</returns>
    public static Seq<MetricFamily> Take(Meter meter)
    {
        var found = new List<(Instrument Instrument, List<MetricSample> Samples)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (!instrument.IsObservable || !(ReferenceEquals(instrument.Meter, meter) || instrument.Meter.Name == Runtime)) return;
                var samples = new List<MetricSample>();
                found.Add((instrument, samples));
                listening.EnableMeasurementEvents(instrument, samples);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, samples) => Add(samples, value, tags));
        listener.SetMeasurementEventCallback<int>((_, value, tags, samples) => Add(samples, value, tags));
        listener.SetMeasurementEventCallback<double>((_, value, tags, samples) => Add(samples, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        return found.OrderBy(read => ReferenceEquals(read.Instrument.Meter, meter) ? 0 : 1).Select(read => Family(read.Instrument, read.Samples)).ToSeq().Strict();
    }

    /// <summary>Whether an instrument only grows.</summary>
    public static MetricKind KindOf(Instrument instrument) =>
        instrument.GetType().GetGenericTypeDefinition() == typeof(ObservableCounter<>) ? MetricKind.Counter : MetricKind.Gauge;

    private static MetricFamily Family(Instrument instrument, List<MetricSample> samples) => new(
        instrument.Name, instrument.Unit ?? "", instrument.Description ?? "", KindOf(instrument), samples.ToSeq().Strict());

    private static void Add(object? samples, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new List<(string, string)>(tags.Length);
        foreach (var (name, tag) in tags) labels.Add((name, Convert.ToString(tag, System.Globalization.CultureInfo.InvariantCulture) ?? ""));
        ((List<MetricSample>)samples!).Add(new MetricSample(labels.ToSeq().Strict(), value));
    }
}
