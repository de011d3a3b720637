using PluginHost.Abstractions;
using PluginHost.Abstractions.Hosting;
using PluginHost.Core.Connection;
using PluginHost.Core.Frames;
using PluginHost.Server.Buffers;

namespace PluginHost.Server.Handlers;

/// <summary>Runs a pure handler: events in, commands out, performed in order.</summary>
internal sealed class PureRunner(Connection connection, PureRun run) : HandlerRunner
{
    private Queue<Event>? _completed;

    public override void Open() => Perform(run.Open(connection.Handshake));

    public override void Message(MessageKind kind, Segment payload)
    {
        var lease = connection.Loop.Lease;
        try
        {
            Perform(run.Next(Event.Received(lease.Lend(kind, payload.Array.AsMemory(payload.Start, payload.Length)))));
        }
        finally
        {
            lease.End();
        }
    }

    public override void Closed(CloseInfo close)
    {
        _completed = null;
        if (!IsFaulted) run.Next(Event.Closed(close));
    }

    public override void Drained() => Perform(run.Next(Event.Drained));

    public override void Tick() => Perform(run.Next(Event.Tick));

    /// <summary>Results of tagged sends. They come in a later turn, so that a handler that answers each with a send keeps nobody waiting.</summary>
    public override void Posted()
    {
        for (var count = _completed?.Count ?? 0; count > 0 && _completed!.TryDequeue(out var completed); count--) Perform(run.Next(completed));
    }

    private void Perform(Commands commands)
    {
        for (var i = 0; i < commands.Count; i++) Perform(commands[i]);
    }

    private void Perform(Command command)
    {
        switch (command.Kind)
        {
            case CommandKind.SendText or CommandKind.SendBinary:
                var result = Send(command);
                if (command.Tag == 0) break;
                (_completed ??= new Queue<Event>()).Enqueue(Event.SendCompleted(command.Tag, result));
                connection.Loop.Post(connection);
                break;
            case CommandKind.Close:
                connection.Close((CloseCode)command.Code, command.Reason);
                break;
            case CommandKind.SetTimer:
                connection.SetTimer(command.Delay);
                break;
            case CommandKind.StopTimer:
                connection.SetTimer(null);
                break;
            case CommandKind.PauseReading:
                connection.PauseReading();
                break;
            case CommandKind.ResumeReading:
                connection.ResumeReading();
                break;
        }
    }

    private SendResult Send(Command command)
    {
        if (command.Text is { } text) return connection.Send(text);
        var opcode = command.Kind == CommandKind.SendText ? Opcode.Text : Opcode.Binary;
        if (command.IsReceived) return connection.SendReceived(opcode, command.Bytes);
        if (opcode == Opcode.Text) TextEncoding.Check(command.Bytes.Span);
        return connection.Send(opcode, command.Bytes.Span);
    }
}
