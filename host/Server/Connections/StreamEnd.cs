namespace PluginHost.Server.Connections;

/// <summary>How far the stream of a connection is from its end.</summary>
internal enum StreamEnd : byte
{
    /// <summary>It goes on.</summary>
    Open,

    /// <summary>It is closed at the end of the turn in progress, after what the stream still takes.</summary>
    Closing,

    /// <summary>It is reset at the end of the turn in progress.</summary>
    Resetting,

    /// <summary>It has been closed: the transport must not call any more.</summary>
    Over,
}

/// <summary>The sending half of a connection's stream.</summary>
internal enum SendingHalf : byte
{
    /// <summary>Bytes may be sent.</summary>
    Open,

    /// <summary>The peer reads too slowly: the end of the turn fails the connection. Not before, because a handler may be in the middle of a call.</summary>
    TooSlow,

    /// <summary>It is ended as soon as nothing waits.</summary>
    Ending,

    /// <summary>It has been ended.</summary>
    Ended,

    /// <summary>A send failed: the peer is gone, and the end of the turn acts on it, for the same reason.</summary>
    Lost,
}
