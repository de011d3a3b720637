using System.Diagnostics.Metrics;
using PluginHost.Abstractions;

namespace PluginHost.Extensions.Hosting;

/// <summary>Makes meters that the host exports, and that end with the plugin.</summary>
/// <param name="context">The plugin's.</param>
internal sealed class PluginMeterFactory(PluginContext context) : IMeterFactory
{
    private readonly Lock _gate = new();
    private readonly List<Meter> _meters = [];

    public Meter Create(MeterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var tags = (options.Tags ?? []).Where(tag => tag.Key != "pluginhost.plugin").Append(new("pluginhost.plugin", context.PluginId));
        lock (_gate)
        {
            var known = _meters.Find(meter => meter.Name == options.Name && meter.Version == options.Version);
            if (known is not null) return known;
            var meter = new Meter(new MeterOptions(options.Name) { Version = options.Version, Tags = tags, Scope = this, TelemetrySchemaUrl = options.TelemetrySchemaUrl });
            _meters.Add(meter);
            return meter;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var meter in _meters) meter.Dispose();
            _meters.Clear();
        }
    }
}
