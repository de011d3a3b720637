namespace PluginHost.Server.Connections;

/// <summary>
/// What a connection's handler may wait to be cancelled; made when it first asks. Under its owner's lock. Whoever cancels is given what to cancel, because callbacks are
/// a plugin's: outside of the lock, and not on a loop.
/// </summary>
/// <param name="isStopping">The connection is to end already.</param>
/// <param name="isEnded">Nothing can be sent any more already.</param>
/// <param name="isOver">It is over already.</param>
internal sealed class SessionTokens(bool isStopping, bool isEnded, bool isOver)
{
    private readonly CancellationTokenSource? _stopping = isStopping ? null : new();
    private readonly CancellationTokenSource? _calls = isEnded ? null : new();
    private readonly CancellationTokenSource? _closed = isOver ? null : new();

    /// <summary>Cancelled when the connection is to end.</summary>
    public CancellationToken Stopping => TokenOf(_stopping);

    /// <summary>Cancelled when nothing can be sent any more.</summary>
    public CancellationToken CallsEnded => TokenOf(_calls);

    /// <summary>Cancelled when the connection is over.</summary>
    public CancellationToken Closed => TokenOf(_closed);

    /// <summary>The connection is to end.</summary>
    public CancellationTokenSource? Stop() => _stopping;

    /// <summary>Nothing can be sent any more.</summary>
    public CancellationTokenSource? EndCalls() => _calls;

    /// <summary>The connection is over.</summary>
    public CancellationTokenSource? Close() => _closed;

    private static CancellationToken TokenOf(CancellationTokenSource? source) => source?.Token ?? new CancellationToken(canceled: true);
}
