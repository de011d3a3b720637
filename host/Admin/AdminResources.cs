using Microsoft.AspNetCore.Http;

namespace PluginHost.Admin;

/// <summary>What there is to be asked for.</summary>
/// <param name="state">What it tells about.</param>
internal sealed class AdminResources(AdminState state)
{
    /// <summary>Answers a request that is to be answered.</summary>
    public Task<AdminAnswer> FindAsync(HttpRequest request) => Task.FromResult(request.Path.Value switch
    {
        "/healthz" => AdminAnswer.Text(200, "live\n"),
        "/readyz" => Ready(),
        _ => AdminAnswer.Text(404, "There is nothing here.\n"),
    });

    private AdminAnswer Ready() => state.Readiness switch
    {
        Readiness.Ready => AdminAnswer.Text(200, "ready\n"),
        Readiness.Starting => AdminAnswer.Text(503, "starting\n"),
        _ => AdminAnswer.Text(503, "draining\n"),
    };
}
