namespace PluginHost.Core.Scripts;

/// <summary>What happened on a connection.</summary>
public enum ScriptEventKind : byte
{
    /// <summary>A message came in: <c>on_message</c>, or the template itself.</summary>
    Message,

    /// <summary>The connection is open: <c>on_open</c>.</summary>
    Open,

    /// <summary>The connection is closed: <c>on_close</c>. Only publications and log lines are of use any more.</summary>
    Close,

    /// <summary>Time has passed: <c>on_tick</c>.</summary>
    Tick,

    /// <summary>A message was published to a topic: <c>on_topic</c>. Without it the client gets the message.</summary>
    Topic,

    /// <summary>Somebody came to a topic: <c>on_join</c>.</summary>
    Join,

    /// <summary>Somebody left a topic: <c>on_leave</c>.</summary>
    Leave,

    /// <summary>A subscription or a look at a topic is answered: <c>on_snapshot</c>. Without it the messages of the past are treated as if they were published
    /// now.</summary>
    Snapshot,

    /// <summary>The interval of the file is over: <c>on_interval</c>. There is no connection.</summary>
    Interval,
}

/// <summary>One event, with all that an evaluation depends on beside the script and its state. Two evaluations with equal events, states
/// and limits give equal results.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Now">What the clock says: <c>now</c>, <c>date.now</c>.</param>
/// <param name="Seed">What all chance follows from.</param>
public readonly record struct ScriptEvent(ScriptEventKind Kind, DateTimeOffset Now, ulong Seed)
{
    /// <summary>What happened on a topic; null for what has to do with none.</summary>
    public ScriptTopic? Topic { get; init; }

    /// <summary>The payload of a message, or of one that was published: UTF-8 for text. Not read after the evaluation.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Whether the message is text: then <c>message</c> and <c>json</c> are set, otherwise <c>binary</c>, as Base64.</summary>
    public bool IsText { get; init; }

    /// <summary>The close code, for <c>on_close</c>; 0 for none.</summary>
    public int CloseCode { get; init; }

    /// <summary>The close reason, for <c>on_close</c>.</summary>
    public string? CloseReason { get; init; }
}
