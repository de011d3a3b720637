using System.Diagnostics.Tracing;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server;
using PluginHost.Server.Reports;

namespace PluginHost.Telemetry;

/// <summary>Exports what is measured with OTLP, now and then, and once more at the end.</summary>
internal sealed class MetricExport : IDisposable
{
    private static readonly TimeSpan LastExport = TimeSpan.FromSeconds(3);

    private readonly MeterProvider _provider;
    private readonly ExportLog _log;

    private MetricExport(MeterProvider provider, ExportLog log) => (_provider, _log) = (provider, log);

    /// <summary>Begins to export.</summary>
    /// <param name="plan">Where to.</param>
    /// <param name="headers">The names of headers, and their values as they have been read.</param>
    /// <param name="log">Where failures are logged.</param>
    public static MetricExport Start(TelemetryPlan plan, IReadOnlyList<(string Name, string Value)> headers, ILogger log)
    {
        var watch = new ExportLog(plan.Endpoint, log);
        var provider = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => resource.AddService(plan.Service, serviceVersion: ServerVersion.Text))
            .AddMeter(ServerObservation.MeterName, MeterReading.Runtime, "PluginHost.Plugins.*")
            .AddOtlpExporter((exporter, reader) =>
            {
                exporter.Endpoint = new Uri(plan.Endpoint);
                exporter.Protocol = plan.IsGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
                exporter.TimeoutMilliseconds = (int)plan.Timeout.TotalMilliseconds;
                exporter.HttpClientFactory = () => Client(plan, headers);
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)plan.Interval.TotalMilliseconds;
            })
            .Build();
        return new MetricExport(provider, watch);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _provider.Shutdown((int)LastExport.TotalMilliseconds);
        _provider.Dispose();
        _log.Dispose();
    }

    /// <summary>The exporter's own option for headers would take a comma in a value for the next header.</summary>
    private static HttpClient Client(TelemetryPlan plan, IReadOnlyList<(string Name, string Value)> headers)
    {
        var client = new HttpClient { Timeout = plan.Timeout };
        foreach (var (name, value) in headers) client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        return client;
    }

    /// <summary>What goes wrong with an export, the exporter tells as an event. A line says so, at most one a minute.</summary>
    private sealed class ExportLog : EventListener
    {
        private const long Pause = 60_000;
        private const string Sources = "OpenTelemetry";

        private readonly string _endpoint;
        private readonly ILogger _log;
        private long _quietUntil = long.MinValue;

        public ExportLog(string endpoint, ILogger log)
        {
            (_endpoint, _log) = (endpoint, log);
            foreach (var source in EventSource.GetSources()) Watch(source);
        }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (_log is not null) Watch(eventSource); // also called by the base constructor, before there is one
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            var now = Environment.TickCount64;
            var until = Interlocked.Read(ref _quietUntil);
            if (now < until || Interlocked.CompareExchange(ref _quietUntil, now + Pause, until) != until) return;
            _log.LogWarning("telemetry: metrics were not exported to {Endpoint}: {Why}", _endpoint, Describe(eventData));
        }

        private void Watch(EventSource source)
        {
            if (source.Name.StartsWith(Sources, StringComparison.Ordinal)) EnableEvents(source, EventLevel.Warning);
        }

        private static string Describe(EventWrittenEventArgs data)
        {
            var payload = data.Payload?.Select(part => part?.ToString()?.Split('\n')[0].Trim()).Where(text => !string.IsNullOrEmpty(text)) ?? [];
            return $"{data.EventName}: {string.Join("; ", payload)}";
        }
    }
}
