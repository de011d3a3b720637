using System.Globalization;
using System.Text;
using System.Text.Json;
using LanguageExt;
using Microsoft.AspNetCore.Http;
using PluginHost.Abstractions;
using PluginHost.Core.Policy.Addresses;
using PluginHost.Core.Protocol.Handshake;
using PluginHost.Core.Serving.Metrics;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server;
using PluginHost.Server.Loading;
using PluginHost.Server.Logging;
using PluginHost.Server.Reports;
using PluginHost.Telemetry;
using static LanguageExt.Prelude;

namespace PluginHost.Admin;

/// <summary>What there is to be asked for.</summary>
/// <param name="state">What it tells about.</param>
/// <param name="limits">How much it tells at once.</param>
internal sealed class AdminResources(AdminState state, AdminLimits limits)
{
    private const int UsualItems = 50;

    private const string Json = "application/json; charset=utf-8";

    // The default encoder escapes what HTML could take for its own, too.
    private static readonly JsonSerializerOptions Shape = new(JsonSerializerDefaults.Web);

    private sealed record Fault(string Error);

    private sealed record Rates(int IntervalSeconds, IReadOnlyList<TrafficRate> Samples);

    private sealed record Faults(IReadOnlyList<FaultReport> Items);

    /// <summary>Answers a request that is to be answered.</summary>
    public async Task<AdminAnswer> FindAsync(HttpRequest request)
    {
        var path = request.Path.Value ?? "";
        switch (path)
        {
            case "/healthz": return AdminAnswer.Text(200, "live\n");
            case "/readyz": return Ready();
            case "/metrics": return Metrics();
        }
        // Pages and what they load name addresses, as the request names this one.
        var named = Authority.ParseSent(request.Headers.Host.ToString());
        return named.Case is not Authority host ? AdminAnswer.Text(400, "The request names no host.\n") : path switch
        {
            _ when path.StartsWith("/api/", StringComparison.Ordinal) => await ApiAsync(path["/api/".Length..], request, host).ConfigureAwait(false),
            _ => AdminPage.Find(path, state, host) ?? AdminAnswer.Text(404, "There is nothing here.\n"),
        };
    }

    private async Task<AdminAnswer> ApiAsync(string name, HttpRequest request, Authority host)
    {
        if (name is not ("server" or "rates" or "connections" or "topics" or "faults" or "explain")) return AsJson(new Fault("there is nothing here"), 404);
        if (state.Served is not { } served) return AsJson(new Fault("the server is starting"), 503);
        var query = request.Query;
        if (!TryRead(query["limit"].ToString(), UsualItems, 1, limits.Items, out var limit))
            return AsJson(new Fault($"limit is a number from 1 to {limits.Items}"), 400);
        switch (name)
        {
            case "server": return AsJson(served.Report(host));
            case "faults": return AsJson(new Faults(served.Faults));
            case "explain": return Explain(served, request);
            case "rates": return AsJson(new Rates(1, served.Traffic.Rates));
            case "topics": return AsJson(served.Topics(query["after"].ToString(), (int)limit));
        }
        if (!TryRead(query["after"].ToString(), 0, 0, long.MaxValue, out var after)) return AsJson(new Fault("after is the id of a connection"), 400);
        try
        {
            return AsJson(await served.ConnectionsAsync(after, (int)limit).ConfigureAwait(false));
        }
        catch (TimeoutException)
        {
            return AsJson(new Fault("an event loop does not answer"), 503);
        }
    }

    /// <summary>Goes the server's way with the handshake that the page's own browser would send.</summary>
    private static AdminAnswer Explain(ServerObservation served, HttpRequest request)
    {
        var (path, origin) = (request.Query["path"].ToString(), request.Query["origin"].ToString());
        var offered = request.Query["offer"].ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var (listener, host) = (request.Query["listener"].ToString(), request.Query["host"] is [{ Length: > 0 } named] ? named : request.Headers.Host.ToString());
        if (!path.StartsWith('/') || !IsPrintable(path)) return AsJson(new Fault("path begins with '/' and holds neither spaces nor control characters"), 400);
        if (!IsPrintable(origin) || !IsPrintable(host) || !offered.All(IsPrintable)) return AsJson(new Fault("offer, origin and host hold neither spaces nor control characters"), 400);
        var question = new HandshakeQuestion(path, offered.ToSeq().Strict(), Given(origin), Given(listener), Given(host))
        {
            Address = request.HttpContext.Connection.RemoteIpAddress is { } address ? Address.Parse((address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString()) : None,
            // That a password is sent decides; which one does not, and is not asked for here.
            Headers = request.Query["password"].ToString() == "sent" ? Seq1(new HeaderField("Authorization", "Basic eDp4")) : Seq<HeaderField>(),
        };
        return served.Explain(question) is { } report ? AsJson(report) : AsJson(new Fault("there is no such listener"), 400);

        static Option<string> Given(string text) => text.Length == 0 ? None : Some(text);
        static bool IsPrintable(string text) => !text.Any(c => char.IsControl(c) || c == ' ');
    }

    private AdminAnswer Metrics() => state.Served is { } served
        ? new AdminAnswer(200, PrometheusText.ContentType, Encoding.UTF8.GetBytes(PrometheusText.Write(MeterReading.Take(served.Meter) + served.PluginMetrics())))
        : AdminAnswer.Text(503, "starting\n");

    private AdminAnswer Ready() => state.Readiness switch
    {
        Readiness.Ready => Health(state.Served!.Health),
        Readiness.Starting => AdminAnswer.Text(503, "starting\n"),
        _ => AdminAnswer.Text(503, "draining\n"),
    };

    /// <summary>What plugins say: one line for each check that is not healthy.</summary>
    private static AdminAnswer Health(PluginHealth health)
    {
        var lines = string.Concat(health.Checks.Where(check => check.Status != HealthStatus.Healthy).Select(check =>
            $"{check.Plugin} {check.Check}: {(check.Status == HealthStatus.Unhealthy ? "unhealthy" : "degraded")}{(check.Text.Length > 0 ? $", {check.Text}" : "")}\n"));
        return health.IsHealthy ? AdminAnswer.Text(200, "ready\n" + lines) : AdminAnswer.Text(503, "not ready\n" + lines);
    }

    private static AdminAnswer AsJson<T>(T value, int status = 200) => new(status, Json, JsonSerializer.SerializeToUtf8Bytes(value, Shape));

    private static bool TryRead(string text, long otherwise, long least, long most, out long number)
    {
        number = otherwise;
        return text.Length == 0 || (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= most);
    }
}
