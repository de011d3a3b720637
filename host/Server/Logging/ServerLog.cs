namespace PluginHost.Server.Logging;

/// <summary>One event, one line. Whatever it says is escaped and capped, so that a peer cannot write lines of its own.</summary>
/// <param name="logger">Takes a finished line. Called from any thread.</param>
/// <param name="faults">How many faults of handlers are kept.</param>
internal sealed class ServerLog(ILogger logger, int faults = FaultLog.DefaultCapacity)
{
    /// <summary>The last faults of handlers, whatever the log keeps.</summary>
    public FaultLog Faults { get; } = new(faults);

    private PeerLog? _peers;

    /// <summary>For what peers cause before they are known.</summary>
    public PeerLog Peers => _peers ?? Interlocked.CompareExchange(ref _peers, new PeerLog(this), null) ?? _peers;

    /// <summary>Lines of this level are written.</summary>
    public bool IsEnabled(LogLevel level)
    {
        try
        {
            return logger.IsEnabled(level);
        }
        catch (Exception)
        {
            return false; // as below
        }
    }

    /// <summary>Writes a line.</summary>
    public void Write(LogLevel level, string line)
    {
        if (!IsEnabled(level)) return;
        try
        {
            logger.Log(level, default, LogText.Escape(line), null, static (text, _) => text); // finished, and no template, whatever braces it holds
        }
        catch (Exception)
        {
            // A log that cannot be written, such as a closed pipe, must not end a connection; and there is nowhere else to say it.
        }
    }
}
