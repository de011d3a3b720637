using PluginHost.Abstractions;
using PluginHost.Server.Buffers;

namespace PluginHost.Server.Handlers;

/// <summary>Runs a handler that has declared that it never blocks, on the loop.</summary>
internal sealed class InlineRunner(Connection connection, Func<InlineHandler> create) : HandlerRunner
{
    private readonly HandlerContext _context = new(connection, gate: null);
    private InlineHandler? _handler;

    public override void Open()
    {
        _context.Enter();
        try
        {
            _handler = create();
            _handler.OnOpen(connection.Session);
        }
        finally
        {
            HandlerContext.Exit();
        }
    }

    public override void Message(MessageKind kind, Segment payload)
    {
        var lease = connection.Loop.Lease;
        var message = lease.Lend(kind, payload.Array.AsMemory(payload.Start, payload.Length));
        _context.Enter();
        try
        {
            if (kind == MessageKind.Text) _handler!.OnText(connection.Session, message);
            else _handler!.OnBinary(connection.Session, message);
        }
        finally
        {
            HandlerContext.Exit();
            lease.End();
        }
    }

    public override void Closed(CloseInfo close)
    {
        if (_handler is null) return; // it could not even be made
        _context.Enter();
        try
        {
            try
            {
                _handler.OnClosed(connection.Session, close);
            }
            finally
            {
                (_handler as IDisposable)?.Dispose();
            }
        }
        finally
        {
            HandlerContext.Exit();
        }
    }

    public override void Drained()
    {
        _context.Enter();
        try
        {
            _handler!.OnDrained(connection.Session);
        }
        finally
        {
            HandlerContext.Exit();
        }
    }

    public override void Topic(TopicMessage message)
    {
        _context.Enter();
        try
        {
            _handler!.OnTopic(connection.Session, message);
        }
        finally
        {
            HandlerContext.Exit();
        }
    }

    public override void Presence(PresenceChange change)
    {
        _context.Enter();
        try
        {
            _handler!.OnPresence(connection.Session, change);
        }
        finally
        {
            HandlerContext.Exit();
        }
    }
}
