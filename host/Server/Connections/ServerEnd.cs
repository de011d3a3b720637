using System.Text;
using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Server.Connections;

/// <summary>The server's end of a connection: its parts do what the core has decided.</summary>
/// <param name="connection">The connection.</param>
internal readonly struct ServerEnd(Connection connection) : IConnectionEnd
{
    public void DecideHandshake(ReadOnlySpan<byte> head) => connection.Opening!.Decide(head);

    public void SendHandshakeReply(ConnectionAction action, ReadOnlySpan<byte> input) => connection.Opening!.Answer(action, input);

    public void DeliverData(ConnectionAction action, byte[] buffer, int at) => connection.Inbox.OnData(action, buffer, at);

    public void DeliverPong(ReadOnlySpan<byte> payload)
    {
        // It was a sign of life; handlers have no event for it.
    }

    public void DeliverClosed(ConnectionAction action, ReadOnlySpan<byte> reason)
    {
        connection.Loop.Counters.Closed((int)action.CloseCode);
        connection.Handler?.Over();
        if (action.Violation != ViolationKind.None) LogViolation(action.Violation);
        connection.Handler?.Closed(new CloseInfo((int)action.CloseCode, Encoding.UTF8.GetString(reason), action.CloseCode != CloseCode.AbnormalClosure));
    }

    // A piece of a message. A whole one is written where the state allows it (ConnectionState.AllowsWholeSend).
    public void SendFrame(ConnectionAction action) => connection.Outbox.Pieces.Write(action);

    public void SendPing() => connection.Outbox.WriteFrame(Opcode.Ping, default);

    public void SendPong(ReadOnlySpan<byte> payload)
    {
        connection.Outbox.WriteFrame(Opcode.Pong, payload);
        // Perhaps they only wait for the end of the turn.
        if (connection.State.WaitingPongs == connection.Settings.MaxWaitingPongs) connection.Outbox.Flush();
    }

    public void SendClose(ConnectionAction action)
    {
        var reason = Interpreter.CloseReason(action, connection.Loop.CloseReason);
        if (action.Violation == ViolationKind.None) connection.Loop.CloseReason = "";
        connection.Outbox.WriteFrame(Opcode.Close, FrameEncoder.ClosePayload(action.CloseCode, reason));
        connection.Handler?.EndSending();
    }

    public void EndOutput() => connection.Outbox.End();

    public void CloseStream() => connection.End(StreamEnd.Closing);

    public void ResetStream() => connection.End(StreamEnd.Resetting);

    private void LogViolation(ViolationKind kind)
    {
        if (!connection.Loop.Log.IsEnabled(LogLevel.Debug)) return;
        var violation = Violations.Describe(kind);
        connection.Loop.Log.Write(
            LogLevel.Debug, $"connection {connection.Id}: {violation.Explanation} ({violation.Section}); closed with {(int)violation.CloseCode}");
    }
}
