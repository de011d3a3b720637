namespace PluginHost.Core.Scripting;

/// <summary>What a script wants done, in the order in which it asked.</summary>
public abstract record ScriptCommand
{
    private ScriptCommand() { }

    private protected abstract int Closed { get; }

    /// <summary>Calls the function that belongs to this case.</summary>
    public T Match<T>(
        Func<string, T> send, Func<ReadOnlyMemory<byte>, T> sendBinary, Func<string, T> subscribe, Func<string, T> unsubscribe,
        Func<string, string, T> publish, Func<int, string, T> close, Func<string, T> log,
        Func<TimeSpan?, T> timer) => this switch
        {
            Send s => send(s.Text),
            SendBinary b => sendBinary(b.Payload),
            Subscribe s => subscribe(s.Topic),
            Unsubscribe u => unsubscribe(u.Topic),
            Publish p => publish(p.Topic, p.Text),
            Close c => close(c.Code, c.Reason),
            Log l => log(l.Text),
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

    /// <summary>Receive from now on what is published to a topic. 1 to 256 characters.</summary>
    public sealed record Subscribe(string Topic) : ScriptCommand
    {
        private protected override int Closed => 2;
    }

    /// <summary>Receive no longer what is published to a topic.</summary>
    public sealed record Unsubscribe(string Topic) : ScriptCommand
    {
        private protected override int Closed => 3;
    }

    /// <summary>Send a text message to all that have subscribed to a topic.</summary>
    public sealed record Publish(string Topic, string Text) : ScriptCommand
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
    public sealed record Log(string Text) : ScriptCommand
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
