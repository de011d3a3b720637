using PluginHost.Server;
using PluginHost.Server.Transports;
using PluginHost.Tests.Server;

namespace PluginHost.Tests.Transports;

/// <summary>epoll over TCP and IPv4.</summary>
public sealed class EpollTcp4Tests() : ConformanceTests((int)TransportKind.Epoll, Place.Tcp4);

/// <summary>epoll over TCP and IPv6.</summary>
public sealed class EpollTcp6Tests() : ConformanceTests((int)TransportKind.Epoll, Place.Tcp6);

/// <summary>epoll over a Unix socket.</summary>
public sealed class EpollUnixTests() : ConformanceTests((int)TransportKind.Epoll, Place.Unix);

/// <summary>The framework's sockets over TCP and IPv4.</summary>
public sealed class SocketsTcp4Tests() : ConformanceTests((int)TransportKind.Sockets, Place.Tcp4);

/// <summary>The framework's sockets over TCP and IPv6.</summary>
public sealed class SocketsTcp6Tests() : ConformanceTests((int)TransportKind.Sockets, Place.Tcp6);

/// <summary>The framework's sockets over a Unix socket.</summary>
public sealed class SocketsUnixTests() : ConformanceTests((int)TransportKind.Sockets, Place.Unix);

/// <summary>No socket at all.</summary>
public sealed class MemoryTests() : ConformanceTests((int)TransportKind.Memory, Place.Memory);

/// <summary>TLS over the event loop over epoll.</summary>
public sealed class EpollTlsTests() : ConformanceTests((int)TransportKind.Epoll, Place.Tls);

/// <summary>TLS over the framework's sockets.</summary>
public sealed class SocketsTlsTests() : ConformanceTests((int)TransportKind.Sockets, Place.Tls);

/// <summary>TLS without sockets.</summary>
public sealed class MemoryTlsTests() : ConformanceTests((int)TransportKind.Memory, Place.MemoryTls);
