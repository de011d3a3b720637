using System.Diagnostics;
using PluginHost.Server.Connections;

namespace PluginHost.Server.Metrics;

/// <summary>Looks once a second how long each loop lets a message to it wait: what every client waits for besides its own message.</summary>
internal sealed class LoopLag : IDisposable
{
    /// <summary>How many probes the longest is taken of.</summary>
    public const int Kept = 15;

    /// <summary>The time between two probes.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Probe[] _probes;
    private readonly Timer _timer;

    /// <summary>Begins to look.</summary>
    public LoopLag(IReadOnlyList<Loop> loops)
    {
        _probes = [.. loops.Select(loop => new Probe(loop))];
        _timer = new Timer(static state => ((LoopLag)state!).Look(), this, Interval, Interval);
    }

    /// <summary>For each loop the longest wait of late, in seconds; a probe that still waits counts with what it has waited.</summary>
    public IEnumerable<double> Seconds => _probes.Select(probe => probe.Longest.TotalSeconds);

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    /// <summary>Sends a probe to each loop that has answered the last one.</summary>
    public void Look()
    {
        foreach (var probe in _probes) probe.Send();
    }

    private sealed class Probe(Loop loop)
    {
        private readonly long[] _waits = new long[Kept];
        private long _sent;
        private int _next;

        public TimeSpan Longest
        {
            get
            {
                var longest = Volatile.Read(ref _sent) is > 0 and var sent ? Stopwatch.GetTimestamp() - sent : 0;
                for (var i = 0; i < _waits.Length; i++) longest = Math.Max(longest, Volatile.Read(ref _waits[i]));
                return Stopwatch.GetElapsedTime(0, longest);
            }
        }

        public void Send()
        {
            if (Volatile.Read(ref _sent) != 0) return;
            Volatile.Write(ref _sent, Stopwatch.GetTimestamp());
            loop.Post(Arrived);
        }

        private void Arrived()
        {
            Volatile.Write(ref _waits[_next], Stopwatch.GetTimestamp() - _sent);
            _next = (_next + 1) % Kept;
            Volatile.Write(ref _sent, 0);
        }
    }
}
