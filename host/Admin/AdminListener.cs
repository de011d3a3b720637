using System.Net;
using System.Net.Sockets;
using LanguageExt;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using PluginHost.Core.Serving.Plans;
using PluginHost.Server;
using PluginHost.Server.Reports;
using PluginHost.Server.Transports;

namespace PluginHost.Admin;

/// <summary>The admin address, served by Kestrel. It exists only where one is configured.</summary>
internal sealed class AdminListener : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(1);

    private readonly KestrelServer _kestrel;
    private readonly string? _socketFile;

    private AdminListener(KestrelServer kestrel, AdminSite site, string url, string? socketFile) =>
        (_kestrel, Site, Url, _socketFile) = (kestrel, site, url, socketFile);

    /// <summary>The address with the port that was picked where 0 was asked for.</summary>
    public AdminSite Site { get; }

    /// <summary>The URL of its page: <c>http://127.0.0.1:8081</c>, or <c>unix:/run/admin.sock</c>.</summary>
    public string Url { get; }

    /// <summary>Opens the address and begins to answer.</summary>
    /// <param name="site">Where; none for nowhere.</param>
    /// <param name="state">What it tells about.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    /// <param name="log">Where faults are logged.</param>
    /// <returns>The listener, none where there is to be none, or what is wrong.</returns>
    public static async Task<Either<StartupProblem, Option<AdminListener>>> StartAsync(Option<AdminSite> site, AdminState state, string folder, ILogger log)
    {
        if (site.MatchUnsafe<AdminSite?>(one => one, () => null) is not { } wanted) return Option<AdminListener>.None;
        try
        {
            var socket = ListenSocket.Open(ListenSocket.EndPointOf(wanted.Address, folder));
            return Option<AdminListener>.Some(await StartAsync(wanted, socket, state, log).ConfigureAwait(false));
        }
        catch (Exception exception) when (ListenSocket.IsExpected(exception))
        {
            return StartupProblem.Of($"admin: cannot listen on {wanted.Address}: {ListenSocket.Advice(exception)}; --admin takes another address, or off");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(StopLimit);
        await _kestrel.StopAsync(limit.Token).ConfigureAwait(false);
        _kestrel.Dispose();
        if (_socketFile is not null) File.Delete(_socketFile);
    }

    private static async Task<AdminListener> StartAsync(AdminSite wanted, Socket socket, AdminState state, ILogger log)
    {
        var endPoint = socket.LocalEndPoint!;
        var site = endPoint is IPEndPoint ip
            ? wanted with { Address = wanted.Address.Match<ListenAddress>((host, _) => new ListenAddress.Tcp(host, ip.Port), _ => wanted.Address) }
            : wanted;
        var kestrel = new KestrelServer(
            Options.Create(OptionsFor(endPoint, site.Limits)),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions { CreateBoundListenSocket = _ => socket, IOQueueCount = 1 }), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
        await kestrel.StartAsync(new AdminApplication(site, state, log), CancellationToken.None).ConfigureAwait(false);
        var open = OpenListener.Of("admin", endPoint, secure: false);
        if (!site.IsPrivate)
        {
            log.LogWarning(
                "admin: {Address} can be reached from other machines. It asks for no password: whoever reaches it sees addresses, paths and topics", site.Address);
        }
        return new AdminListener(kestrel, site, open.Url.Replace("ws://", "http://", StringComparison.Ordinal), endPoint is UnixDomainSocketEndPoint ? endPoint.ToString() : null);
    }

    private static KestrelServerOptions OptionsFor(EndPoint endPoint, AdminLimits limits)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = limits.Connections;
        options.Limits.RequestHeadersTimeout = limits.Head;
        options.Limits.MaxRequestBodySize = 0;
        options.Listen(endPoint, listen => listen.Protocols = HttpProtocols.Http1);
        return options;
    }
}
