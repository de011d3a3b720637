using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Connection;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Core.Protocol.Handshake;
using CloseCode = PluginHost.Core.Protocol.Frames.CloseCode;

namespace PluginHost.Server.Connections;

/// <summary>What others ask of a connection: the server that stops, a newer connection of the same key, its plugin. On its loop, in no turn.</summary>
internal static class ConnectionRequests
{
    /// <summary>The server goes down: refuses what is not open yet, and has what is open finish its calls; then it is closed.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="code">The close code.</param>
    /// <param name="within">Milliseconds.</param>
    public static void Stop(this Connection connection, CloseCode code, long within)
    {
        if (connection.State.IsConnecting) connection.Refuse(Rejection.Of(RejectionReason.Unavailable));
        else if (connection is not { Phase: Phase.Open, Handler: { } handler }) connection.Close(code, "");
        else connection.InTurn(() => handler.Stop(code, within));
    }

    /// <summary>The time to finish is over: what is open is closed all the same, and has a moment to answer; anything else is reset.</summary>
    /// <returns>False where it was reset.</returns>
    public static bool StopNow(this Connection connection, CloseCode code)
    {
        if (connection.Phase != Phase.Open)
        {
            connection.Abort();
            return false;
        }
        connection.InTurn(() =>
        {
            connection.Handler?.StopNow();
            connection.Close(code, "");
        });
        return true;
    }

    /// <summary>A newer connection has taken its key.</summary>
    public static void Replaced(this Connection connection)
    {
        if (connection.IsOver) return;
        if (connection.State.IsConnecting) connection.Refuse(Rejection.ByHandler(409, "a newer connection is open in its name"));
        else connection.InTurn(() => connection.Close(CloseCode.PolicyViolation, "replaced by a newer connection"));
    }

    /// <summary>Sends a message that is not of its handler.</summary>
    /// <returns>Whether it was taken.</returns>
    public static bool Send(this Connection connection, Opcode opcode, ReadOnlySpan<byte> payload)
    {
        if (connection.IsOver || connection.Handler is not { } handler || connection.Phase != Phase.Open) return false;
        connection.BeginTurn();
        connection.Outbox.SendPosted(handler.TakePostedFrames()); // sent before, by other threads
        var result = connection.Outbox.Send(opcode, payload);
        connection.FinishTurn();
        return result is SendResult.Sent or SendResult.Queued;
    }

    /// <summary>Does something in a turn of its own, and reads on.</summary>
    public static void InTurn(this Connection connection, Action action)
    {
        connection.BeginTurn();
        action();
        connection.FinishTurn();
        connection.Resume();
    }
}
