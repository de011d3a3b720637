namespace PluginHost.Core.Scripts;

/// <summary>What a script wants done, in the order in which it asked.</summary>
public abstract record ScriptCommand
{
    private ScriptCommand() { }

    private protected abstract int Closed { get; }

    /// <summary>Calls the function that belongs to this case.</summary>
    public T Match<T>(
        Func<string, T> send, Func<ReadOnlyMemory<byte>, T> sendBinary, Func<ReadOnlyMemory<byte>, T> sendUtf8, Func<Subscribe, T> subscribe,
        Func<string, T> unsubscribe, Func<string, ScriptHistory, T> readTopic, Func<Publish, T> publish, Func<int, string, T> close, Func<Log, T> log,
        Func<TimeSpan?, T> timer) => this switch
        {
            Send s => send(s.Text),
            SendBinary b => sendBinary(b.Payload),
            SendUtf8 u => sendUtf8(u.Payload),
            Subscribe s => subscribe(s),
            Unsubscribe u => unsubscribe(u.Topic),
            ReadTopic r => readTopic(r.Topic, r.History),
            Publish p => publish(p),
            Close c => close(c.Code, c.Reason),
            Log l => log(l),
            _ => timer(((Timer)this).Delay),
        };

    /// <summary>Send a text message. The text may hold lone surrogates, which become U+FFFD.</summary>
    public sealed record Send(string Text) : ScriptCommand
    {
        private protected override int Closed => 0;
    }

    /// <summary>Send a binary message.</summary>
    public sealed record SendBinary(ReadOnlyMemory<byte> Payload) : ScriptCommand
    {
        private protected override int Closed => 1;
    }

    /// <summary>Send a text message that is UTF-8 already: one that was published.</summary>
    public sealed record SendUtf8(ReadOnlyMemory<byte> Payload) : ScriptCommand
    {
        private protected override int Closed => 8;
    }

    /// <summary>Receive from now on what is published to a topic or a pattern. A snapshot answers.</summary>
    /// <param name="Topic">A name or a pattern, not checked.</param>
    /// <param name="Member">What the others are told of the connection; null when it is not to be seen. Only on a topic.</param>
    /// <param name="History">What is wanted of the past. Only of a topic.</param>
    /// <param name="ToScript">Messages are events of the script; otherwise they go to the client.</param>
    /// <param name="WatchesPresence">So are those who come and go. Only of a topic: a pattern that was not meant to be one is refused by it.</param>
    public sealed record Subscribe(string Topic, string? Member, ScriptHistory History, bool ToScript, bool WatchesPresence) : ScriptCommand
    {
        private protected override int Closed => 2;
    }

    /// <summary>Receive no longer what is published to a topic or a pattern.</summary>
    public sealed record Unsubscribe(string Topic) : ScriptCommand
    {
        private protected override int Closed => 3;
    }

    /// <summary>Look at a topic. A snapshot answers.</summary>
    public sealed record ReadTopic(string Topic, ScriptHistory History) : ScriptCommand
    {
        private protected override int Closed => 9;
    }

    /// <summary>Send a message to all that have subscribed to a topic.</summary>
    /// <param name="Topic">A name, not checked.</param>
    /// <param name="Text">The text, which may hold lone surrogates; null for a binary message.</param>
    /// <param name="Binary">The payload of a binary message.</param>
    /// <param name="Keeps">The topic keeps it for its history.</param>
    /// <param name="SkipsSender">Not to this connection, though it may have subscribed.</param>
    public sealed record Publish(string Topic, string? Text, ReadOnlyMemory<byte> Binary, bool Keeps, bool SkipsSender) : ScriptCommand
    {
        private protected override int Closed => 4;
    }

    /// <summary>Close the connection.</summary>
    /// <param name="Code">A code that an application may send (RFC 6455 §7.4).</param>
    /// <param name="Reason">At most 123 bytes in UTF-8.</param>
    public sealed record Close(int Code, string Reason) : ScriptCommand
    {
        private protected override int Closed => 5;
    }

    /// <summary>Write a line to the log.</summary>
    /// <param name="Text">The line.</param>
    /// <param name="IsRefusal">The server says it, not the script: something was refused. Once a connection is enough.</param>
    public sealed record Log(string Text, bool IsRefusal = false) : ScriptCommand
    {
        private protected override int Closed => 6;
    }

    /// <summary>Set the connection's one timer, whose end is <see cref="ScriptEventKind.Tick"/>, once; or stop it.</summary>
    /// <param name="Delay">Above zero, at most a day; null to stop.</param>
    public sealed record Timer(TimeSpan? Delay) : ScriptCommand
    {
        private protected override int Closed => 7;
    }
}
