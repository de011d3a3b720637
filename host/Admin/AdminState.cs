using PluginHost.Metrics;
using PluginHost.Server;

namespace PluginHost.Admin;

/// <summary>Whether clients should be sent to this server.</summary>
internal enum Readiness
{
    /// <summary>Plugins are being started, no listener is open yet.</summary>
    Starting,

    /// <summary>Connections are accepted.</summary>
    Ready,

    /// <summary>It stops: no new connection is accepted, those that are there close.</summary>
    Draining,
}

/// <summary>A server whose listeners are open.</summary>
/// <param name="Server">The server.</param>
/// <param name="Meters">What is measured of it.</param>
/// <param name="Traffic">What goes over it.</param>
internal sealed record ServedState(WebSocketServer Server, ServerMeters Meters, TrafficSampler Traffic);

/// <summary>What the admin address tells about. It is there before the server is, and after.</summary>
internal sealed class AdminState
{
    private ServedState? _served;

    /// <summary>The server, once its listeners are open. From any thread.</summary>
    public ServedState? Served
    {
        get => Volatile.Read(ref _served);
        set => Volatile.Write(ref _served, value);
    }

    /// <summary>Where it stands.</summary>
    public Readiness Readiness => Served switch
    {
        null => Readiness.Starting,
        { Server.IsReady: true } => Readiness.Ready,
        _ => Readiness.Draining,
    };
}
