namespace PluginHost.Server.Connections;

/// <summary>Something that a connection's handler may wait to be cancelled; it costs nothing until somebody asks. Under its owner's lock, but for <see cref="IsCancelled"/>.</summary>
internal sealed class LazyCancellation
{
    private CancellationTokenSource? _source;
    private volatile bool _isCancelled;

    /// <summary>It has been cancelled.</summary>
    public bool IsCancelled => _isCancelled;

    /// <summary>What is cancelled.</summary>
    public CancellationToken Token
    {
        get
        {
            if (_isCancelled) return new CancellationToken(canceled: true);
            return (_source ??= new CancellationTokenSource()).Token;
        }
    }

    /// <summary>Cancels it.</summary>
    /// <returns>What the caller has to cancel once it is outside of the lock, and not on a loop: registered callbacks are a plugin's.</returns>
    public CancellationTokenSource? Cancel()
    {
        if (_isCancelled) return null;
        _isCancelled = true;
        return _source;
    }
}
