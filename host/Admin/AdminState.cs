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

/// <summary>What the admin address tells about. It is there before the server is, and after.</summary>
internal sealed class AdminState
{
    private WebSocketServer? _server;

    /// <summary>The server, once its listeners are open. From any thread.</summary>
    public WebSocketServer? Server
    {
        get => Volatile.Read(ref _server);
        set => Volatile.Write(ref _server, value);
    }

    /// <summary>Where it stands.</summary>
    public Readiness Readiness => Server switch
    {
        null => Readiness.Starting,
        { IsReady: true } => Readiness.Ready,
        _ => Readiness.Draining,
    };
}
