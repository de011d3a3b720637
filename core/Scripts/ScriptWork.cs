namespace PluginHost.Core.Scripts;

/// <summary>What is done about an event.</summary>
public abstract record ScriptWork
{
    private ScriptWork() { }

    private protected abstract int Closed { get; }

    /// <summary>Calls the function that belongs to this case.</summary>
    public T Match<T>(Func<T> evaluate, Func<IReadOnlyList<ScriptEvent>, T> replay, Func<IReadOnlyList<ScriptCommand>, T> answer) => this switch
    {
        Replay r => replay(r.Events),
        Answer a => answer(a.Commands),
        _ => evaluate(),
    };

    /// <summary>Decides.</summary>
    /// <param name="shape">What the script handles.</param>
    /// <param name="file">What messages call the script.</param>
    /// <param name="happened">The event.</param>
    public static ScriptWork Of(ScriptShape shape, string file, ScriptEvent happened)
    {
        if (shape.Handles(happened.Kind)) return Evaluate.Once;
        return happened.Topic switch
        {
            ScriptTopic.Message message => new Answer([Forward(message)]),
            ScriptTopic.Snapshot { Refusal: { } why } snapshot => new Answer([Refused(file, snapshot.Name, why)]),
            ScriptTopic.Snapshot { Messages.Count: > 0 } snapshot => shape.Handles(ScriptEventKind.Topic)
                ? new Replay(Published(happened, snapshot.Messages))
                : new Answer([.. snapshot.Messages.Select(Forward)]),
            _ => Answer.Nothing,
        };
    }

    /// <summary>The reply: what a function printed and returned, or a template printed; null where that is blank.</summary>
    public static string? ReplyOf(string printed) => string.IsNullOrWhiteSpace(printed) ? null : printed;

    /// <summary>The event is evaluated.</summary>
    public sealed record Evaluate : ScriptWork
    {
        /// <summary>The only one.</summary>
        public static Evaluate Once { get; } = new();

        private Evaluate() { }

        private protected override int Closed => 0;
    }

    /// <summary>Messages of the past are like those of now: each is evaluated, one after the other, within the limits of one event, and all or none have an effect.
    /// A reply is sent after the commands of its own message.</summary>
    /// <param name="Events">The events; at least one.</param>
    public sealed record Replay(IReadOnlyList<ScriptEvent> Events) : ScriptWork
    {
        private protected override int Closed => 1;
    }

    /// <summary>The script says nothing about it: messages of topics are the client's.</summary>
    /// <param name="Commands">What is done instead.</param>
    public sealed record Answer(IReadOnlyList<ScriptCommand> Commands) : ScriptWork
    {
        /// <summary>Nothing is done.</summary>
        public static Answer Nothing { get; } = new([]);

        private protected override int Closed => 2;
    }

    private static ScriptEvent[] Published(ScriptEvent happened, IReadOnlyList<ScriptTopic.Message> messages) =>
    [
        .. messages.Select(message => happened with
        {
            Kind = ScriptEventKind.Topic, Topic = message, Payload = message.Payload, IsText = message.IsText,
        }),
    ];

    private static ScriptCommand Forward(ScriptTopic.Message message) =>
        message.IsText ? new ScriptCommand.SendUtf8(message.Payload) : new ScriptCommand.SendBinary(message.Payload);

    private static ScriptCommand.Log Refused(string file, string topic, string why) => new($"{file}: topic \"{topic}\" was refused: {why}", IsRefusal: true);
}
