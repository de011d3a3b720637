namespace PluginHost.Server.Transports;

/// <summary>How sockets are served.</summary>
public enum TransportKind
{
    /// <summary>epoll on Linux, the framework's sockets elsewhere.</summary>
    Default,

    /// <summary>One event loop a core over epoll; Linux only.</summary>
    Epoll,

    /// <summary>The framework's sockets.</summary>
    Sockets,

    /// <summary>No sockets: connections are made within the process.</summary>
    Memory,
}
