namespace PluginHost.Core.Policy.Limits;

/// <summary>What happens when a message finds the send queue full. Messages are dropped whole; control frames never are.</summary>
public enum SlowConsumerPolicy : byte
{
    /// <summary>The connection is failed with 1008: a peer never misses a message without knowing.</summary>
    Close,

    /// <summary>That message is dropped.</summary>
    DropNewest,

    /// <summary>The messages that have waited longest are dropped to make room.</summary>
    DropOldest,
}
