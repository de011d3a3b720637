using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using LanguageExt;
using PluginHost.Core.Serving.Metrics;
using PluginHost.Server.Loading;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Metrics;

/// <summary>
/// What plugins measure with meters that carry the tag <c>pluginhost.plugin</c>. It holds numbers and text, nothing of a plugin. Histograms are summed up as
/// count and sum. From any thread.
/// </summary>
internal sealed class PluginMeters : IDisposable
{
    /// <summary>Combinations of tags that one instrument may have; what comes beyond is not counted, and the log says so.</summary>
    internal const int MaxSeries = 1000;

    private readonly ConcurrentDictionary<Instrument, Series> _all = new();
    private readonly MeterListener _listener = new();
    private readonly ServerLog _log;

    /// <summary>Begins to listen.</summary>
    /// <param name="log">Where it is said what is not counted.</param>
    public PluginMeters(ServerLog log)
    {
        _log = log;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (PluginOf(instrument.Meter) is not { } plugin) return;
            var series = _all.GetOrAdd(instrument, published => new Series(plugin, published, MaxSeries));
            listener.EnableMeasurementEvents(instrument, series);
        };
        _listener.MeasurementsCompleted = (instrument, _) => _all.TryRemove(instrument, out var _);
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, series) => Add(series, value, tags));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, series) => Add(series, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, series) => Add(series, value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, series) => Add(series, value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, series) => Add(series, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, series) => Add(series, value, tags));
        _listener.SetMeasurementEventCallback<decimal>((_, value, tags, series) => Add(series, (double)value, tags));
        _listener.Start();
    }

    /// <summary>What has been measured, and what the observable instruments say now, by name. One that throws is logged and left out.</summary>
    public Seq<MetricFamily> Take()
    {
        try
        {
            _listener.RecordObservableInstruments();
        }
        catch (AggregateException exception)
        {
            _log.Write(LogLevel.Warning, $"an observable instrument of a plugin failed: {ExceptionText.Describe(exception.InnerException ?? exception)}");
        }
        // A name that several plugins use is one metric, with the plugin as a label.
        return _all.Values.OrderBy(series => series.Plugin, StringComparer.Ordinal).GroupBy(series => (series.Name, series.Unit, series.Kind))
            .OrderBy(group => group.Key.Name, StringComparer.Ordinal)
            .Select(group => new MetricFamily(
                group.Key.Name, group.Key.Unit, group.Select(series => series.Help).FirstOrDefault(help => help.Length > 0) ?? "", group.Key.Kind,
                group.SelectMany(series => series.Samples()).ToSeq().Strict()))
            .ToSeq().Strict();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private static string? PluginOf(Meter meter)
    {
        foreach (var (name, value) in meter.Tags ?? [])
            if (name == PluginScope.MeterTag) return value as string;
        return null;
    }

    private void Add(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = (Series)state!;
        if (series.Add(value, tags)) return;
        _log.Write(LogLevel.Warning, $"plugin {series.Plugin}: its metric {OneLine.Of(series.Name, 100)} has over {MaxSeries} combinations of tags; more are not counted");
    }

    /// <summary>One instrument: a number for each combination of tags.</summary>
    private sealed class Series(string plugin, Instrument instrument, int max)
    {
        private readonly bool _isSet = instrument.IsObservable || Is(instrument, typeof(Gauge<>));
        private readonly List<Sample> _samples = [];
        private readonly Lock _gate = new();
        private bool _isFull;

        public string Plugin => plugin;

        public string Name { get; } = instrument.Name;

        public string Unit { get; } = instrument.Unit ?? "";

        public string Help { get; } = instrument.Description ?? "";

        public MetricKind Kind { get; } = Is(instrument, typeof(Histogram<>)) ? MetricKind.Summary
            : Is(instrument, typeof(Counter<>)) || Is(instrument, typeof(ObservableCounter<>)) ? MetricKind.Counter
            : MetricKind.Gauge;

        /// <summary>Counts a measurement.</summary>
        /// <returns>False the first time that there is no room for its tags.</returns>
        public bool Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            lock (_gate)
            {
                foreach (var sample in _samples)
                {
                    if (!sample.Has(tags)) continue;
                    sample.Value = _isSet ? value : sample.Value + value;
                    sample.Count++;
                    return true;
                }
                if (_samples.Count < max)
                {
                    _samples.Add(new Sample(tags) { Value = value, Count = 1 });
                    return true;
                }
                var isFirst = !_isFull;
                _isFull = true;
                return !isFirst;
            }
        }

        public MetricSample[] Samples()
        {
            lock (_gate)
                return [.. _samples.Select(sample => new MetricSample(new[] { ("plugin", plugin) }.Concat(sample.Labels).ToSeq().Strict(), sample.Value, sample.Count))];
        }

        private static bool Is(Instrument instrument, Type definition) =>
            instrument.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == definition;
    }

    private sealed class Sample
    {
        public Sample(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            Labels = new (string, string)[tags.Length];
            for (var i = 0; i < tags.Length; i++) Labels[i] = (tags[i].Key, TextOf(tags[i].Value));
        }

        public (string Name, string Value)[] Labels { get; }

        public double Value { get; set; }

        public long Count { get; set; }

        public bool Has(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.Length != Labels.Length) return false;
            for (var i = 0; i < tags.Length; i++)
                if (tags[i].Key != Labels[i].Name || TextOf(tags[i].Value) != Labels[i].Value) return false;
            return true;
        }

        // Text only: a value of a type of the plugin's would keep the plugin.
        private static string TextOf(object? value) =>
            value as string ?? Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "";
    }
}
