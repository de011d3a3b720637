using PluginHost.Core.Policy.Limits;

namespace PluginHost.Server.Logging;

/// <summary>Logs what peers cause before they are known, throttled: <see cref="PeerNotices"/>. At <c>debug</c> there is a line for each instead. From any thread.</summary>
/// <param name="log">Takes the lines.</param>
internal sealed class PeerLog(ServerLog log)
{
    private readonly Lock _gate = new();
    private PeerNotices _notices = PeerNotices.None;
    private Timer? _flush;

    /// <summary>A peer has caused something.</summary>
    /// <param name="level">How much it matters.</param>
    /// <param name="peer">Where the connection comes from.</param>
    /// <param name="kind">What: the same text for the same kind.</param>
    /// <param name="now">Milliseconds.</param>
    /// <param name="detail">What is said at <c>debug</c> besides.</param>
    public void Note(LogLevel level, string peer, string kind, long now, string detail = "")
    {
        if (log.IsEnabled(LogLevel.Debug))
        {
            log.Write(LogLevel.Debug, $"{peer}: {kind}{detail}");
            return;
        }
        if (!log.IsEnabled(level)) return;
        PeerNoticeAnswer answer;
        lock (_gate)
        {
            answer = _notices.Note(kind, peer, now);
            _notices = answer.Next;
            // What waits is said although nothing comes after it.
            if (answer.Line.IsNone && _flush is null) _flush = new Timer(Flush, null, Math.Max(1, _notices.QuietUntil - now), Timeout.Infinite);
        }
        answer.Line.Iter(line => log.Write(level, line));
    }

    /// <summary>Says what was gathered.</summary>
    public void Flush()
    {
        PeerNoticeAnswer answer;
        lock (_gate)
        {
            _flush?.Dispose();
            _flush = null;
            answer = _notices.Flush(_notices.QuietUntil);
            _notices = answer.Next;
        }
        answer.Line.Iter(line => log.Write(LogLevel.Warning, line));
    }

    private void Flush(object? state) => Flush();
}
