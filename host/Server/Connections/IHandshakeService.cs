namespace PluginHost.Server.Connections;

/// <summary>Decides on handshakes.</summary>
internal interface IHandshakeService
{
    /// <summary>Decides on a complete head, now or later: calls <see cref="Connection.Accept"/> or <see cref="Connection.Refuse"/> on the connection's loop.</summary>
    void Decide(Connection connection, ReadOnlySpan<byte> head);
}
