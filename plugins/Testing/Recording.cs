using PluginHost.Abstractions;
using PluginHost.Abstractions.Hosting;

namespace PluginHost.Testing;

/// <summary>What a pure handler was told on one connection, and what it wanted done.</summary>
/// <param name="handshake">The facts of the connection.</param>
internal sealed class Recording(HandshakeInfo handshake)
{
    /// <summary>The facts of the connection.</summary>
    public HandshakeInfo Handshake => handshake;

    /// <summary>What it wanted done when the connection was opened.</summary>
    public required Commands Opened { get; init; }

    /// <summary>What it was told, and what it wanted done then.</summary>
    public List<(Event What, byte[] Payload, Commands Commands)> Steps { get; } = [];

    /// <summary>Tells the same to another run, and compares what it wants done.</summary>
    /// <param name="create">Makes runs of the handler. Each call makes one of a handler that has not been used.</param>
    /// <param name="moves">Whether the connection moves to another handler before a step, by its number.</param>
    /// <returns>What differs, or <see langword="null"/>.</returns>
    public string? Replay(Func<PureRun> create, Func<int, bool> moves)
    {
        var run = create();
        if (Differs("the opening", Opened, Detach(run.Open(handshake))) is { } wrong) return wrong;
        for (var i = 0; i < Steps.Count; i++)
        {
            var (what, payload, expected) = Steps[i];
            var name = $"event {i + 1}, {Shown(what, payload)}";
            if (moves(i))
            {
                if (run.Save() is not { } snapshot) return $"before {name}: Save answers nothing";
                var next = create();
                next.Restore(handshake, snapshot);
                run = next;
            }
            if (Differs(name, expected, Tell(run, what, payload)) is { } other) return other;
        }
        return null;
    }

    /// <summary>The commands, valid for ever.</summary>
    public static Commands Detach(Commands commands) => Commands.From([.. commands.Select(command => command.Detach())]);

    private static Commands Tell(PureRun run, Event what, byte[] payload) => Lent.During(what, payload, told => Detach(run.Next(told)));

    private static string Shown(Event what, byte[] payload) => what.Kind switch
    {
        EventKind.Text => ClientStep.Text(System.Text.Encoding.UTF8.GetString(payload)).ToString(),
        EventKind.Binary => ClientStep.Binary(payload).ToString(),
        _ => what.Kind.ToString(),
    };

    private static string? Differs(string what, Commands expected, Commands actual) =>
        expected == actual ? null : $"at {what}: {actual} instead of {expected}";
}

/// <summary>A plugin whose pure handlers are listened to.</summary>
/// <param name="inner">The plugin.</param>
internal sealed class RecordedPlugin(Plugin inner) : Plugin
{
    /// <summary>The recordings, in the order in which the connections were opened.</summary>
    public List<Recording> Recordings { get; } = [];

    public override PluginDescription Describe()
    {
        var description = inner.Describe();
        return new PluginDescription(description.Name, description.Version, description.Handlers.Select(handler => HostHandlers.Replace(handler, run => new Tap(run, Recordings))));
    }

    public override IReadOnlyList<OptionProblem> Validate(PluginOptions options) => inner.Validate(options);

    public override ValueTask StartAsync(PluginContext context, CancellationToken cancellation) => inner.StartAsync(context, cancellation);

    public override ValueTask StopAsync(CancellationToken cancellation) => inner.StopAsync(cancellation);

    private sealed class Tap(PureRun inner, List<Recording> recordings) : PureRun
    {
        private Recording? _recording;

        public override Commands Open(HandshakeInfo handshake)
        {
            var commands = Recording.Detach(inner.Open(handshake));
            _recording = new Recording(handshake) { Opened = commands };
            recordings.Add(_recording);
            return commands;
        }

        public override Commands Next(Event e)
        {
            var isMessage = e.Kind is EventKind.Text or EventKind.Binary;
            var payload = isMessage ? e.Message.ToArray() : [];
            var commands = inner.Next(e);
            // A message that is lent is over by the time at which it is compared.
            var kept = isMessage ? Event.Received(new MessageLease().Lend(e.Message.Kind, payload)).At(e.Time) : e;
            _recording!.Steps.Add((kept, payload, Recording.Detach(commands)));
            return commands;
        }

        public override void Next(in Event e, ICommandSink sink)
        {
            foreach (var command in Next(e)) sink.Perform(command);
        }

        public override StateSnapshot? Save() => inner.Save();

        public override Commands Restore(HandshakeInfo handshake, StateSnapshot snapshot) => inner.Restore(handshake, snapshot);
    }
}
