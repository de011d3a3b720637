namespace PluginHost.Server.Connections;

/// <summary>Why this end does not read from a connection just now, as far as that has to be remembered.</summary>
[Flags]
internal enum ReadingHolds : byte
{
    /// <summary>It reads.</summary>
    None,

    /// <summary>The handler has paused reading.</summary>
    Handler,

    /// <summary>The peer has sent more than its rate allows.</summary>
    Rates,

    /// <summary>The handler has published while more waits to be delivered than should.</summary>
    Topics = 4,
}
