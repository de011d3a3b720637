using Microsoft.Extensions.Diagnostics.HealthChecks;
using PluginHost.Abstractions;
using Status = Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus;

namespace PluginHost.Extensions.Hosting;

/// <summary>Tells the host what the health checks have found.</summary>
/// <param name="context">The plugin's.</param>
internal sealed class HealthPush(PluginContext context) : IHealthCheckPublisher
{
    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        foreach (var (name, entry) in report.Entries)
            context.SetHealth(name, StatusOf(entry.Status), entry.Description ?? entry.Exception?.Message ?? "");
        return Task.CompletedTask;
    }

    private static Abstractions.HealthStatus StatusOf(Status status) => status switch
    {
        Status.Healthy => Abstractions.HealthStatus.Healthy,
        Status.Degraded => Abstractions.HealthStatus.Degraded,
        _ => Abstractions.HealthStatus.Unhealthy,
    };
}
