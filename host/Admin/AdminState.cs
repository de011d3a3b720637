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
    private ServerObservation? _served;

    /// <summary>The server, once its listeners are open. From any thread.</summary>
    public ServerObservation? Served
    {
        get => Volatile.Read(ref _served);
        set => Volatile.Write(ref _served, value);
    }

    /// <summary>Where it stands.</summary>
    public Readiness Readiness => Served switch
    {
        null => Readiness.Starting,
        { IsReady: true } => Readiness.Ready,
        _ => Readiness.Draining,
    };
}
