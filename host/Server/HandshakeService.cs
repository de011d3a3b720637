using LanguageExt;
using PluginHost.Abstractions;
using PluginHost.Core.Connection;
using PluginHost.Core.Handshake;
using PluginHost.Server.Handlers;

namespace PluginHost.Server;

/// <summary>What a connection needs to go on after an accepted handshake.</summary>
/// <param name="Settings">The settings of its route.</param>
/// <param name="Reply">The 101.</param>
/// <param name="Info">The facts that handlers see.</param>
/// <param name="CloseAfter">Closed right after the 101.</param>
/// <param name="CreateRunner">Makes what calls its handler.</param>
internal sealed record AcceptedHandshake(
    ConnectionSettings Settings, byte[] Reply, HandshakeInfo Info, bool CloseAfter, Func<Connection, HandlerRunner> CreateRunner);

/// <summary>Decides on handshakes, and is told when connections are over.</summary>
internal interface IHandshakeService
{
    /// <summary>Decides on a complete head, now or later: calls <see cref="Connection.Accept"/> or <see cref="Connection.Refuse"/> on the connection's loop.</summary>
    void Decide(Connection connection, ReadOnlySpan<byte> head);

    /// <summary>The connection's stream has been closed.</summary>
    void Closed(Connection connection);
}
