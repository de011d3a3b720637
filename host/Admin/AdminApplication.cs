using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using PluginHost.Core.Serving.Admin;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server.Connections;

namespace PluginHost.Admin;

/// <summary>Answers the requests to the admin address. What is answered at all, the core decides.</summary>
/// <param name="site">The address.</param>
/// <param name="state">What it tells about.</param>
/// <param name="log">Where faults are logged.</param>
internal sealed class AdminApplication(AdminSite site, AdminState state, ILogger log) : IHttpApplication<HttpContext>
{
    private readonly AdminResources _resources = new(state, site.Limits);

    /// <inheritdoc/>
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    /// <inheritdoc/>
    public void DisposeContext(HttpContext context, Exception? exception) { }

    /// <inheritdoc/>
    public async Task ProcessRequestAsync(HttpContext context)
    {
        var answer = await AnswerAsync(context.Request).ConfigureAwait(false);
        var response = context.Response;
        response.StatusCode = answer.Status;
        response.ContentType = answer.ContentType;
        response.ContentLength = answer.Body.Length;
        foreach (var (name, value) in AdminHeaders.Always) response.Headers[name] = value;
        foreach (var (name, value) in answer.Headers) response.Headers[name] = value;
        if (HttpMethods.IsHead(context.Request.Method)) return;
        await response.Body.WriteAsync(answer.Body, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task<AdminAnswer> AnswerAsync(HttpRequest request)
    {
        try
        {
            var asked = new AdminRequest(
                request.Method, request.Headers.Host.ToString(), request.Headers.Origin.ToString(), request.Headers["Sec-Fetch-Site"].ToString(),
                request.Headers["Sec-Fetch-Mode"].ToString());
            return asked.Decide(site) switch
            {
                AdminVerdict.Answer => await _resources.FindAsync(request).ConfigureAwait(false),
                AdminVerdict.BadHost => AdminAnswer.Text(400, "The Host header names no host.\n"),
                AdminVerdict.OtherHost => AdminAnswer.Text(421, "This address answers to its own names only: localhost, its IP address, and those in admin.hosts of plugins.json.\n"),
                AdminVerdict.Method => AdminAnswer.Text(405, "Nothing here can be changed: GET and HEAD only.\n") with { Headers = [("Allow", "GET, HEAD")] },
                _ => AdminAnswer.Text(403, "Pages of other sites may not read this.\n"),
            };
        }
        catch (Exception exception)
        {
            log.LogError(exception, "admin: {Path}: {Fault}", request.Path.Value, exception.GetType().Name);
            return AdminAnswer.Text(500, "Something went wrong; the log says what.\n");
        }
    }
}

/// <summary>What is answered.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="ContentType">The type of the body.</param>
/// <param name="Body">The body.</param>
internal sealed record AdminAnswer(int Status, string ContentType, ReadOnlyMemory<byte> Body)
{
    /// <summary>Headers besides those of every answer.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>A text.</summary>
    public static AdminAnswer Text(int status, string text) => new(status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text));
}

/// <summary>Headers of every answer: nobody else's page may frame, read or keep any.</summary>
internal static class AdminHeaders
{
    /// <summary>Names and values.</summary>
    public static IReadOnlyList<(string Name, string Value)> Always { get; } =
    [
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
    ];
}
