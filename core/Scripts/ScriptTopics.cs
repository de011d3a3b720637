namespace PluginHost.Core.Scripts;

/// <summary>What happened on a topic, as scripts are told: <c>topic</c>.</summary>
public abstract record ScriptTopic
{
    private ScriptTopic() { }

    /// <summary>The topic, or the pattern that was subscribed to.</summary>
    public abstract string Name { get; init; }

    private protected abstract int Closed { get; }

    /// <summary>Calls the function that belongs to this case.</summary>
    public T Match<T>(Func<Message, T> message, Func<Member, T> member, Func<Snapshot, T> snapshot) => this switch
    {
        Message m => message(m),
        Member m => member(m),
        _ => snapshot((Snapshot)this),
    };

    /// <summary>A message was published.</summary>
    /// <param name="Name">The topic.</param>
    /// <param name="IsText">Text; otherwise binary.</param>
    /// <param name="Payload">UTF-8 for text. Not changed any more.</param>
    /// <param name="Sender">The connection that published it; 0 for none of this server's.</param>
    /// <param name="Place">Where the topic keeps it; <c>default</c> where it does not.</param>
    /// <param name="FollowsGap">Messages before it are known to be lost.</param>
    public sealed record Message(string Name, bool IsText, ReadOnlyMemory<byte> Payload, long Sender, ScriptPlace Place, bool FollowsGap) : ScriptTopic
    {
        /// <inheritdoc cref="ScriptTopic.Name"/>
        public override string Name { get; init; } = Name;

        private protected override int Closed => 0;
    }

    /// <summary>Somebody who is, came or went.</summary>
    /// <param name="Name">The topic.</param>
    /// <param name="Id">Different for each connection, of this and of other servers.</param>
    /// <param name="Info">What its handler says about it.</param>
    public sealed record Member(string Name, string Id, string Info) : ScriptTopic
    {
        /// <inheritdoc cref="ScriptTopic.Name"/>
        public override string Name { get; init; } = Name;

        private protected override int Closed => 1;
    }

    /// <summary>A subscription, or a look at a topic, is answered.</summary>
    /// <param name="Name">The topic or the pattern.</param>
    /// <param name="Refusal">Why nothing was done, in a word: then the rest is empty. Null when it was done.</param>
    /// <param name="Messages">The messages that were asked for, the oldest first.</param>
    /// <param name="IsComplete">They are all that was asked for.</param>
    /// <param name="Place">The place of the newest message that the topic keeps.</param>
    /// <param name="Members">Who is on the topic.</param>
    public sealed record Snapshot(
        string Name, string? Refusal, IReadOnlyList<Message> Messages, bool IsComplete, ScriptPlace Place, IReadOnlyList<Member> Members) : ScriptTopic
    {
        /// <inheritdoc cref="ScriptTopic.Name"/>
        public override string Name { get; init; } = Name;

        private protected override int Closed => 2;
    }
}

/// <summary>A place in a topic's history.</summary>
/// <param name="Epoch">Tells one life of the topic from another; 0 for no place.</param>
/// <param name="Offset">From 1, and one more with each message that the topic keeps.</param>
public readonly record struct ScriptPlace(long Epoch, long Offset);

/// <summary>How much of a topic's past a script wants.</summary>
/// <param name="Count">The newest messages, at most so many; 0 for none.</param>
/// <param name="Since">Instead, everything after that place; null where it was not asked for.</param>
public readonly record struct ScriptHistory(int Count, ScriptPlace? Since);
