using PluginHost.Core.Protocol.Connection;

namespace PluginHost.Server.Connections;

/// <summary>One end of a connection, the server's or a client's: how it does what the core has decided. Only the <see cref="Interpreter"/> calls it.</summary>
internal interface IConnectionEnd
{
    /// <inheritdoc cref="ActionKind.DecideHandshake"/>
    void DecideHandshake(ReadOnlySpan<byte> head);

    /// <inheritdoc cref="ActionKind.SendHandshakeReply"/>
    void SendHandshakeReply(ConnectionAction action, ReadOnlySpan<byte> input);

    /// <inheritdoc cref="ActionKind.DeliverData"/>
    void DeliverData(ConnectionAction action, byte[] buffer, int at);

    /// <inheritdoc cref="ActionKind.DeliverPong"/>
    void DeliverPong(ReadOnlySpan<byte> payload);

    /// <inheritdoc cref="ActionKind.DeliverClosed"/>
    void DeliverClosed(ConnectionAction action, ReadOnlySpan<byte> reason);

    /// <inheritdoc cref="ActionKind.SendFrame"/>
    void SendFrame(ConnectionAction action);

    /// <inheritdoc cref="ActionKind.SendPing"/>
    void SendPing();

    /// <inheritdoc cref="ActionKind.SendPong"/>
    void SendPong(ReadOnlySpan<byte> payload);

    /// <inheritdoc cref="ActionKind.SendClose"/>
    void SendClose(ConnectionAction action);

    /// <inheritdoc cref="ActionKind.EndOutput"/>
    void EndOutput();

    /// <inheritdoc cref="ActionKind.CloseStream"/>
    void CloseStream();

    /// <inheritdoc cref="ActionKind.ResetStream"/>
    void ResetStream();
}
