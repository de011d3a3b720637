using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace PluginHost.Extensions.Hosting;

/// <summary>
/// The handlers of the HTTP clients. The factory ends a handler by a timer, minutes later, and the timer keeps the plugin loaded. Here a handler lives as long as the
/// plugin; its connections get the age that the handler would have had.
/// </summary>
internal sealed class HttpHandlers : IPostConfigureOptions<HttpClientFactoryOptions>, IDisposable
{
    private readonly Lock _gate = new();
    private List<HttpMessageHandler>? _handlers = [];

    public void PostConfigure(string? name, HttpClientFactoryOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var lifetime = options.HandlerLifetime;
        options.HandlerLifetime = Timeout.InfiniteTimeSpan;
        options.HttpMessageHandlerBuilderActions.Add(builder =>
        {
            if (builder.PrimaryHandler is SocketsHttpHandler sockets) sockets.PooledConnectionLifetime = Shorter(sockets.PooledConnectionLifetime, lifetime);
            Keep(builder.PrimaryHandler);
            foreach (var handler in builder.AdditionalHandlers) Keep(handler);
        });
    }

    public void Dispose()
    {
        List<HttpMessageHandler> handlers;
        lock (_gate)
        {
            handlers = _handlers ?? [];
            _handlers = null;
        }

        foreach (var handler in handlers) handler.Dispose();
    }

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) =>
        left == Timeout.InfiniteTimeSpan || (right != Timeout.InfiniteTimeSpan && right < left) ? right : left;

    private void Keep(HttpMessageHandler handler)
    {
        lock (_gate) (_handlers ?? throw new ObjectDisposedException(nameof(IHttpClientFactory))).Add(handler);
    }
}
