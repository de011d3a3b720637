using PluginHost.Abstractions;
using PluginHost.Server.Buffers;
using PluginHost.Server.Connections;

namespace PluginHost.Server.Handlers;

/// <summary>Runs a handler that has declared that it never blocks, on the loop.</summary>
internal sealed class InlineRunner(Connection connection, Func<Session, InlineHandler> create) : HandlerRunner
{
    private readonly HandlerContext _context = new(connection);
    private InlineHandler? _handler;
    private Queue<TopicSnapshot>? _snapshots;

    public override bool HasHandler => _handler is not null;

    public override bool HasAnswers => _snapshots is { Count: > 0 };

    public override void Open()
    {
        using var call = _context.Enter();
        _handler = create(connection.Handler!.Session);
        _handler.OnOpen();
    }

    public override void Message(MessageKind kind, Segment payload)
    {
        if (HasAnswers) Posted(); // what it has asked for before is told before
        var lease = connection.Loop.Lease;
        var message = lease.Lend(kind, payload.Array.AsMemory(payload.Start, payload.Length));
        try
        {
            using var call = _context.Enter();
            if (kind == MessageKind.Text) _handler!.OnText(message);
            else _handler!.OnBinary(message);
        }
        finally
        {
            lease.End();
        }
    }

    public override void Timer(int id)
    {
        using var call = _context.Enter();
        _handler!.OnTimer(id);
    }

    public override void Stopping(StopInfo stop)
    {
        using var call = _context.Enter();
        _handler!.OnStopping(stop);
    }

    public override void Closed(CloseInfo close)
    {
        _snapshots = null;
        if (_handler is null) return; // it could not even be made
        using var call = _context.Enter();
        try
        {
            _handler.OnClosed(close);
        }
        finally
        {
            (_handler as IDisposable)?.Dispose();
        }
    }

    public override void Drained()
    {
        using var call = _context.Enter();
        _handler!.OnDrained();
    }

    public override void Topic(TopicMessage message)
    {
        using var call = _context.Enter();
        _handler!.OnTopic(message);
    }

    /// <summary>The handler is told in a later turn, so that it is not called within its own call; but before anything that follows on the topic.</summary>
    public override void Subscribed(TopicSnapshot snapshot)
    {
        (_snapshots ??= new Queue<TopicSnapshot>()).Enqueue(snapshot);
        connection.Loop.Post(connection);
    }

    public override void Posted()
    {
        for (var count = _snapshots?.Count ?? 0; count > 0 && _snapshots!.TryDequeue(out var snapshot); count--)
        {
            using var call = _context.Enter();
            _handler!.OnSnapshot(snapshot);
        }
    }
}
