using System.Net.Sockets;
using PluginHost.Abstractions;
using PluginHost.Server.Authentication;
using PluginHost.Server.Logging;
using PluginHost.Server.Transports;
using PluginHost.Server.Transports.Tls;
using Decision = PluginHost.Abstractions.HandshakeDecision;

namespace PluginHost.Server.Composition;

/// <summary>What does not come from <c>plugins.json</c>.</summary>
/// <param name="Transport">How sockets are served.</param>
/// <param name="Loops">Event loops; 0 for one a core.</param>
/// <param name="BaseDirectory">What relative paths of Unix sockets are relative to.</param>
/// <param name="Clock">Milliseconds that only go forward.</param>
/// <param name="Log">Where events are logged.</param>
internal sealed record ServerOptions(TransportKind Transport, int Loops, string BaseDirectory, Func<long> Clock, ServerLog Log)
{
    /// <summary>Connections keep what the admin page tells about them.</summary>
    public bool KeepsRecords { get; init; }

    /// <summary>The listeners that speak TLS, by name.</summary>
    public IReadOnlyDictionary<string, TlsListener> Tls { get; init; } = new Dictionary<string, TlsListener>();

    /// <summary>Sockets that listen already, by the names of their listeners, which then open none. They are the server's from its start on.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Socket>> Passed { get; init; } = new Dictionary<string, IReadOnlyList<Socket>>();

    /// <summary>The users and keys that the plan names.</summary>
    public AuthenticationStores Authentication { get; init; } = AuthenticationStores.None;

    /// <summary>The plugins that authenticate clients, by id.</summary>
    public IEnumerable<KeyValuePair<string, Func<HandshakeInfo, CancellationToken, ValueTask<Decision>>>> Authenticators { get; init; } = [];

    /// <summary>The time of day, and how long waits are.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The server has no threads: <see cref="WebSocketServer.Drive"/> does what is to be done. Only with <see cref="TransportKind.Memory"/>.</summary>
    public bool IsDriven { get; init; }
}

/// <summary>A listener that could not be opened.</summary>
/// <param name="Listener">Its name.</param>
/// <param name="Message">What is wrong and what to do about it, in one line.</param>
internal sealed record ListenProblem(string Listener, string Message);
