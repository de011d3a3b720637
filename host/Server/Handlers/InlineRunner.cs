using PluginHost.Abstractions;
using PluginHost.Server.Buffers;
using PluginHost.Server.Connections;

namespace PluginHost.Server.Handlers;

/// <summary>Runs a handler that has declared that it never blocks, on the loop.</summary>
internal sealed class InlineRunner(Connection connection, Func<InlineHandler> create) : HandlerRunner
{
    private readonly HandlerContext _context = new(connection, gate: null);
    private InlineHandler? _handler;

    public override bool HasHandler => _handler is not null;

    public override void Open()
    {
        using var call = _context.Enter();
        _handler = create();
        _handler.OnOpen(connection.Handler!.Session);
    }

    public override void Message(MessageKind kind, Segment payload)
    {
        var lease = connection.Loop.Lease;
        var message = lease.Lend(kind, payload.Array.AsMemory(payload.Start, payload.Length));
        try
        {
            using var call = _context.Enter();
            if (kind == MessageKind.Text) _handler!.OnText(connection.Handler!.Session, message);
            else _handler!.OnBinary(connection.Handler!.Session, message);
        }
        finally
        {
            lease.End();
        }
    }

    public override void Closed(CloseInfo close)
    {
        if (_handler is null) return; // it could not even be made
        using var call = _context.Enter();
        try
        {
            _handler.OnClosed(connection.Handler!.Session, close);
        }
        finally
        {
            (_handler as IDisposable)?.Dispose();
        }
    }

    public override void Drained()
    {
        using var call = _context.Enter();
        _handler!.OnDrained(connection.Handler!.Session);
    }

    public override void Topic(TopicMessage message)
    {
        using var call = _context.Enter();
        _handler!.OnTopic(connection.Handler!.Session, message);
    }

    public override void Presence(PresenceChange change)
    {
        using var call = _context.Enter();
        _handler!.OnPresence(connection.Handler!.Session, change);
    }
}
