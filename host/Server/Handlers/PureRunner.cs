using PluginHost.Abstractions;
using PluginHost.Abstractions.Hosting;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server.Buffers;
using PluginHost.Server.Connections;

namespace PluginHost.Server.Handlers;

/// <summary>Runs a pure handler: events in, commands out, performed in order.</summary>
internal sealed class PureRunner(Connection connection, PureRun run) : HandlerRunner, ICommandSink
{
    // A pure handler has nothing to wait for. Where one does all the same, in an async void method, it fails its own connection.
    private readonly HandlerContext _context = new(connection);
    private Queue<Event>? _completed;

    private HandlerPort Port => connection.Handler!;

    public override void Open()
    {
        var facts = Port.Handshake;
        Port.ForgetHandshake(); // a pure handler keeps in its state what it wants of them
        using var call = _context.Enter();
        Perform(run.Open(facts));
    }

    public override void Message(MessageKind kind, Segment payload)
    {
        var lease = connection.Loop.Lease;
        try
        {
            using var call = _context.Enter();
            run.Next(Event.Received(lease.Lend(kind, payload.Array.AsMemory(payload.Start, payload.Length))).At(connection.Loop.Time), this);
        }
        finally
        {
            lease.End();
        }
    }

    public override void Closed(CloseInfo close)
    {
        _completed = null;
        if (IsFaulted) return;
        using var call = _context.Enter();
        // Only what needs no connection: to tell others.
        foreach (var command in run.Next(Event.Closed(close).At(connection.Loop.Time)))
            if (command.Kind == CommandKind.Publish) Perform(command);
    }

    public override void Drained() => Next(Event.Drained);

    public override void Timer(int id) => Next(Event.TimerElapsed(id));

    public override void Stopping(StopInfo stop) => Next(Event.StoppingWith(stop));

    /// <summary>Results of tagged sends. They come in a later turn, so that a handler that answers each with a send keeps nobody waiting.</summary>
    public override void Posted()
    {
        for (var count = _completed?.Count ?? 0; count > 0 && _completed!.TryDequeue(out var completed); count--) Next(completed);
    }

    public override bool HasAnswers => _completed is { Count: > 0 };

    public override void Topic(TopicMessage message) => Next(Event.Published(message));

    private void Next(Event what)
    {
        using var call = _context.Enter();
        run.Next(what.At(connection.Loop.Time), this);
    }

    private void Perform(Commands commands)
    {
        for (var i = 0; i < commands.Count; i++) Perform(commands[i]);
    }

    /// <inheritdoc/>
    public void Perform(in Command command)
    {
        if (command.Kind is not (CommandKind.SendText or CommandKind.SendBinary))
        {
            Control(command);
            return;
        }
        var result = command.IsReceived
            ? connection.Outbox.SendReceived(command.Kind == CommandKind.SendText ? Opcode.Text : Opcode.Binary, command.Bytes)
            : Send(command);
        if (command.Tag != 0) Answer(Event.SendCompleted(command.Tag, result));
    }

    private void Answer(Event answer)
    {
        (_completed ??= new Queue<Event>()).Enqueue(answer);
        connection.Loop.Post(connection);
    }

    private void Answer(in Command command, string what, TopicResult result)
    {
        if (command.Tag != 0) Answer(Event.TopicCompleted(command.Tag, result));
        else if (result != TopicResult.Done) Port.Topics.LogRefused(what, command.Topic, result);
    }

    private void Control(in Command command)
    {
        switch (command.Kind)
        {
            case CommandKind.Publish:
                Answer(command, "publish to", Port.Topics.Publish(command.Topic, command.Publication));
                break;
            case CommandKind.Subscribe:
                Answer(Event.Answered(Port.Topics.Subscribe(command.Subscription!) with { Tag = command.Tag }));
                break;
            case CommandKind.Unsubscribe:
                Answer(command, "unsubscribe from", Port.Topics.Unsubscribe(command.Topic));
                break;
            case CommandKind.ReadTopic:
                Answer(Event.Answered(Port.Topics.Read(command.Topic, command.History) with { Tag = command.Tag }));
                break;
            case CommandKind.Close:
                connection.Close((CloseCode)command.Code, command.Reason);
                break;
            case CommandKind.SetTimer:
                Port.SetTimer(command.Timer, command.Delay);
                break;
            case CommandKind.StopTimer:
                Port.StopTimer(command.Timer);
                break;
            case CommandKind.PauseReading:
                Port.SetReading(paused: true);
                break;
            case CommandKind.ResumeReading:
                Port.SetReading(paused: false);
                break;
        }
    }

    private SendResult Send(in Command command)
    {
        if (command.Text is { } text) return connection.Outbox.Send(text);
        var opcode = command.Kind == CommandKind.SendText ? Opcode.Text : Opcode.Binary;
        if (opcode == Opcode.Text) TextEncoding.Check(command.Bytes.Span);
        return connection.Outbox.Send(opcode, command.Bytes.Span);
    }
}
