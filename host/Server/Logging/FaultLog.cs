namespace PluginHost.Server.Logging;

/// <summary>A fault of a handler.</summary>
/// <param name="At">When.</param>
/// <param name="Connection">The connection that it was called for.</param>
/// <param name="Handler">Its first subprotocol; <see langword="null"/> where a plugin has failed to authenticate a client.</param>
/// <param name="Plugin">Its plugin or script.</param>
/// <param name="Place">Where: the method, or file, line and column of a script; <see langword="null"/> where it is not known.</param>
/// <param name="Message">What went wrong, in one line.</param>
public sealed record FaultReport(DateTimeOffset At, long Connection, string? Handler, string Plugin, string? Place, string Message);

/// <summary>The last faults of handlers. From any thread.</summary>
/// <param name="capacity">How many are kept.</param>
internal sealed class FaultLog(int capacity)
{
    /// <summary>How many are kept where nothing says otherwise.</summary>
    public const int DefaultCapacity = 50;

    private const int MaxText = 500;

    private readonly Queue<FaultReport> _last = new();

    /// <summary>The last ones, the newest first.</summary>
    public IReadOnlyList<FaultReport> Newest
    {
        get
        {
            lock (_last) return [.. _last.Reverse()];
        }
    }

    /// <summary>A handler has failed.</summary>
    /// <param name="connection">The connection that it was called for.</param>
    /// <param name="handler">Its subprotocol; <see langword="null"/> where a plugin has failed to authenticate a client.</param>
    /// <param name="plugin">Its plugin or script.</param>
    /// <param name="what">What went wrong; made fit for one line, and cut.</param>
    public void Add(long connection, string? handler, string plugin, FaultText what)
    {
        var fault = new FaultReport(
            DateTimeOffset.UtcNow, connection, handler, plugin, what.Place is { } place ? OneLine.Of(place, MaxText) : null, OneLine.Of(what.Message, MaxText));
        lock (_last)
        {
            _last.Enqueue(fault);
            while (_last.Count > capacity) _last.Dequeue();
        }
    }
}
