using System.Text;
using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Server.Connections;

/// <summary>The only place where what the core has decided is done.</summary>
internal static class Interpreter
{
    /// <summary>Performs an action.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="action">What the core wants done.</param>
    /// <param name="buffer">The input that it refers to.</param>
    /// <param name="at">Where that begins.</param>
    public static void Perform(Connection connection, ConnectionAction action, byte[] buffer, int at)
    {
        switch (action.Kind)
        {
            case ActionKind.DeliverData:
                connection.Inbox.OnData(action, buffer, at);
                break;
            case ActionKind.SendPong:
                connection.Outbox.WriteFrame(Opcode.Pong, buffer.AsSpan(at + action.Start, action.Length));
                // Perhaps they only wait for the end of the turn.
                if (connection.State.WaitingPongs == connection.Settings.MaxWaitingPongs) connection.Outbox.Flush();
                break;
            case ActionKind.SendPing:
                connection.Outbox.WriteFrame(Opcode.Ping, default);
                break;
            case ActionKind.SendClose:
                connection.Outbox.WriteFrame(Opcode.Close, FrameEncoder.ClosePayload(action.CloseCode, CloseReason(connection, action)));
                connection.Handler?.EndSending();
                break;
            case ActionKind.DeliverClosed:
                DeliverClosed(connection, action, buffer, at);
                break;
            case ActionKind.DecideHandshake:
                connection.Opening!.Decide(buffer.AsSpan(at + action.Start, action.Length));
                break;
            case ActionKind.SendHandshakeReply:
                connection.Opening!.Answer(action, buffer.AsSpan(at));
                break;
            case ActionKind.EndOutput:
                connection.Outbox.End();
                break;
            case ActionKind.CloseStream:
                connection.End(StreamEnd.Closing);
                break;
            case ActionKind.ResetStream:
                connection.End(StreamEnd.Resetting);
                break;
            case ActionKind.DeliverPong:
                break; // it was a sign of life; handlers have no event for it
            default:
                // A whole message is written where the state allows it (ConnectionState.AllowsWholeSend), and nothing else is sent for the application.
                throw new InvalidOperationException($"{action.Kind} is decided on nowhere here");
        }
    }

    private static ReadOnlySpan<byte> CloseReason(Connection connection, ConnectionAction action)
    {
        if (action.Violation != ViolationKind.None) return Encoding.ASCII.GetBytes(Violations.Describe(action.Violation).Explanation);
        var reason = Encoding.UTF8.GetBytes(connection.Loop.CloseReason);
        connection.Loop.CloseReason = "";
        return reason;
    }

    private static void DeliverClosed(Connection connection, ConnectionAction action, byte[] buffer, int at)
    {
        connection.Loop.Counters.Closed((int)action.CloseCode);
        connection.Handler?.Over();
        if (action.Violation != ViolationKind.None) LogViolation(connection, action.Violation);
        var reason = action.Length == 0 ? "" : Encoding.UTF8.GetString(buffer, at + action.Start, action.Length);
        connection.Handler?.Closed(new CloseInfo((int)action.CloseCode, reason, action.CloseCode != CloseCode.AbnormalClosure));
    }

    private static void LogViolation(Connection connection, ViolationKind kind)
    {
        if (!connection.Loop.Log.IsEnabled(LogLevel.Debug)) return;
        var violation = Violations.Describe(kind);
        connection.Loop.Log.Write(
            LogLevel.Debug, $"connection {connection.Id}: {violation.Explanation} ({violation.Section}); closed with {(int)violation.CloseCode}");
    }
}
