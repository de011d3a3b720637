using PluginHost.Benchmarks.Load;
using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Benchmarks.Hostile;

/// <summary>
/// Clients who do no harm: every few milliseconds each sends an echo and waits for it. They come one after another, so that with two loops every other one is on
/// the same.
/// </summary>
internal sealed class Neighbours : IDisposable
{
    /// <summary>Loops of the attacked server.</summary>
    public const int Loops = 2;

    private const int EachLoop = 3;
    private const int Pause = 2;

    private static readonly byte[] s_echo = HostilePeer.Frame(Opcode.Text, "hello"u8);

    private readonly HostilePeer[] _peers;

    /// <summary>Connects them.</summary>
    public Neighbours(int port, string protocol = "echo") =>
        _peers = [.. Enumerable.Range(0, EachLoop * Loops).Select(_ => HostilePeer.Open(port, protocol: protocol))];

    /// <summary>Measures until it is told to end: what 99 of 100 do not exceed and the longest, in milliseconds, on the loop where they are largest.</summary>
    /// <param name="end">Ends it.</param>
    public (double P99, double Longest) Measure(CancellationToken end)
    {
        var latencies = Enumerable.Range(0, Loops).Select(_ => new LatencyHistogram()).ToArray();
        var threads = _peers.Select((peer, i) => new Thread(() => Ask(peer, latencies[i % Loops], end)) { IsBackground = true }).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        return (latencies.Max(one => one.Percentile(0.99)) / 1000, latencies.Max(one => one.Percentile(1)) / 1000);
    }

    /// <summary>The same for so long.</summary>
    public (double P99, double Longest) Measure(TimeSpan time)
    {
        using var end = new CancellationTokenSource(time);
        return Measure(end.Token);
    }

    private static void Ask(HostilePeer peer, LatencyHistogram latencies, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            var start = LoadClient.Now();
            try
            {
                peer.Send(s_echo);
                peer.Read(s_echo.Length - 4);
            }
            catch (System.Net.Sockets.SocketException)
            {
                // No answer for so long that the socket gives up: it counts with that.
                lock (latencies) latencies.Add(LoadClient.Now() - start);
                return;
            }
            lock (latencies) latencies.Add(LoadClient.Now() - start);
            Thread.Sleep(Pause);
        }
    }

    public void Dispose()
    {
        foreach (var peer in _peers) peer.Reset();
    }
}
