using PluginHost.Abstractions;
using PluginHost.Server.Buffers;

namespace PluginHost.Server.Handlers;

/// <summary>Runs a handler that has declared that it never blocks, on the loop.</summary>
internal sealed class InlineRunner(Connection connection, InlineHandler handler) : HandlerRunner
{
    public override void Open() => handler.OnOpen(connection.Session);

    public override void Message(MessageKind kind, Segment payload)
    {
        var lease = connection.Loop.Lease;
        var message = lease.Lend(kind, payload.Array.AsMemory(payload.Start, payload.Length));
        try
        {
            if (kind == MessageKind.Text) handler.OnText(connection.Session, message);
            else handler.OnBinary(connection.Session, message);
        }
        finally
        {
            lease.End();
        }
    }

    public override void Closed(CloseInfo close)
    {
        try
        {
            handler.OnClosed(connection.Session, close);
        }
        finally
        {
            (handler as IDisposable)?.Dispose();
        }
    }

    public override void Drained() => handler.OnDrained(connection.Session);
}
