using System.Text;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Server.Connections;

/// <summary>The only place where what the core has decided is done, at either end of a connection.</summary>
internal static class Interpreter
{
    /// <summary>Performs actions, in order.</summary>
    /// <typeparam name="TEnd">A structure, so that the calls are compiled for each end and cost nothing.</typeparam>
    /// <param name="end">The end of the connection.</param>
    /// <param name="actions">What the core wants done.</param>
    /// <param name="buffer">The input that they refer to.</param>
    /// <param name="at">Where that begins.</param>
    public static void Perform<TEnd>(TEnd end, in ActionList actions, byte[] buffer, int at)
        where TEnd : struct, IConnectionEnd
    {
        if (actions.First.Kind == ActionKind.None) return;
        Perform(end, actions.First, buffer, at);
        if (actions.Second.Kind == ActionKind.None) return;
        Perform(end, actions.Second, buffer, at);
        if (actions.Third.Kind != ActionKind.None) Perform(end, actions.Third, buffer, at);
    }

    /// <summary>The reason of a close frame: the violation's explanation, where there is one.</summary>
    /// <param name="action">A <see cref="ActionKind.SendClose"/>.</param>
    /// <param name="reason">The application's.</param>
    public static byte[] CloseReason(ConnectionAction action, string reason) =>
        Encoding.UTF8.GetBytes(action.Violation == ViolationKind.None ? reason : Violations.Describe(action.Violation).Explanation);

    private static void Perform<TEnd>(TEnd end, ConnectionAction action, byte[] buffer, int at)
        where TEnd : struct, IConnectionEnd
    {
        switch (action.Kind)
        {
            case ActionKind.DeliverData:
                end.DeliverData(action, buffer, at);
                break;
            case ActionKind.SendPong:
                end.SendPong(buffer.AsSpan(at + action.Start, action.Length));
                break;
            case ActionKind.SendPing:
                end.SendPing();
                break;
            case ActionKind.SendFrame:
                end.SendFrame(action);
                break;
            case ActionKind.SendClose:
                end.SendClose(action);
                break;
            case ActionKind.DeliverClosed:
                end.DeliverClosed(action, buffer.AsSpan(at + action.Start, action.Length));
                break;
            case ActionKind.DeliverPong:
                end.DeliverPong(buffer.AsSpan(at + action.Start, action.Length));
                break;
            case ActionKind.DecideHandshake:
                end.DecideHandshake(buffer.AsSpan(at + action.Start, action.Length));
                break;
            case ActionKind.SendHandshakeReply:
                end.SendHandshakeReply(action, buffer.AsSpan(at));
                break;
            case ActionKind.EndOutput:
                end.EndOutput();
                break;
            case ActionKind.CloseStream:
                end.CloseStream();
                break;
            case ActionKind.ResetStream:
                end.ResetStream();
                break;
            default:
                throw new InvalidOperationException($"nobody does {action.Kind}");
        }
    }
}
