using PluginHost.Abstractions;

namespace PluginHost.Server.Handlers;

/// <summary>What a call of a session handler tells.</summary>
internal enum CallKind : byte
{
    /// <summary>The connection is open.</summary>
    Open,

    /// <summary>A message has come.</summary>
    Message,

    /// <summary>A timer has run out.</summary>
    Timer,

    /// <summary>A topic has something for the handler itself.</summary>
    Topic,

    /// <summary>Somebody of the plugin asks.</summary>
    Ask,

    /// <summary>The connection is to end.</summary>
    Stopping,

    /// <summary>The connection is over.</summary>
    Closed,
}

/// <summary>A call that is to be made.</summary>
/// <param name="Kind">What it tells.</param>
/// <param name="What">The slot of the message, the message of the topic, the question, or how the connection ends or has ended.</param>
/// <param name="Message">The message.</param>
/// <param name="Timer">The timer.</param>
internal readonly record struct CallWork(CallKind Kind, object? What = null, OwnedMessage Message = default, int Timer = 0);
