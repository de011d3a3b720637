using System.Net;
using PluginHost.Core.Limits;

namespace PluginHost.Server;

/// <summary>Logs refused connections: a line at once, and then no more than one in five seconds, whoever knocks.</summary>
internal sealed class RefusalLog(ServerLog log)
{
    private const long Pause = 5000;

    private readonly Lock _gate = new();
    private long _quietUntil = long.MinValue;
    private long _unsaid;

    /// <summary>A connection was refused.</summary>
    public void Note(AdmissionResult why, EndPoint? remote, long now)
    {
        long unsaid;
        lock (_gate)
        {
            if (now < _quietUntil)
            {
                _unsaid++;
                return;
            }
            (unsaid, _unsaid, _quietUntil) = (_unsaid, 0, now + Pause);
        }
        var reason = why switch
        {
            AdmissionResult.TooManyOfAddress => "its address has as many as it may have (limits.connectionsPerAddress)",
            AdmissionResult.TooManyHandshakes => "as many handshakes as may be are in progress (limits.pendingHandshakes)",
            _ => "as many as may be are open (limits.connections)",
        };
        var others = unsaid == 0 ? "" : $"; {unsaid} others were refused before";
        log.Write(LogLevel.Warning, $"a connection from {remote?.ToString() ?? "an unknown address"} was refused: {reason}{others}");
    }
}
