using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using PluginHost.Benchmarks.Load;
using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Benchmarks.Hostile;

/// <summary>Nobody breaks a rule, and others must not be harmed all the same: floods of small messages, of publications, and handlers that block.</summary>
/// <param name="published">The published folder.</param>
internal sealed class FairnessAttacks(string published)
{
    private const int Readers = 300;
    private const double Worst = 20;
    private const double TimesIdle = 10;
    private const int MiB = 1 << 20;

    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan s_flood = TimeSpan.FromSeconds(30);

    /// <summary>All of them by their names on the command line.</summary>
    public IEnumerable<(string Id, Func<HostileRow> Run)> All => [("burst", Burst), ("room", Room), ("storm", new SnapshotStorm(published).Run), ("blocked", Blocked)];

    private AttackedServer Start() => AttackedServer.Start(
        published, more: $$""", "scripts": { "directory": {{System.Text.Json.JsonSerializer.Serialize(Path.Combine(published, "scripts"))}} }""", scriptsOff: false);

    /// <summary>Connections that send as many tiny messages as one receive takes, to a script, again and again.</summary>
    private HostileRow Burst()
    {
        using var server = Start();
        using var neighbours = new Neighbours(server.Port);
        neighbours.Measure(s_idle);
        var idle = neighbours.Measure(s_idle);
        using var end = new CancellationTokenSource();
        var frames = Repeated(HostilePeer.Frame(Opcode.Text, "x"u8), 37_000);
        var floods = Enumerable.Range(0, Neighbours.Loops).Select(_ => new Thread(() => Flood(HostilePeer.Open(server.Port, protocol: "shout.v1"), frames, end.Token))).ToArray();
        foreach (var flood in floods) flood.Start();
        var attacked = neighbours.Measure(TimeSpan.FromSeconds(10));
        end.Cancel();
        foreach (var flood in floods) flood.Join();
        return new("one connection a loop sends bursts of 37,000 messages to a script", Waits(attacked, idle), WaitsGoal, IsHarmless(attacked, idle));
    }

    /// <summary>One member of a room of many sends as fast as it is let.</summary>
    private HostileRow Room()
    {
        using var server = Start();
        using var neighbours = new Neighbours(server.Port);
        using var room = new FloodedRoom(server.Port, Readers);
        neighbours.Measure(s_idle);
        var idle = neighbours.Measure(s_idle);
        var before = server.Memory.Now;
        server.ForgetPeak();
        using var end = new CancellationTokenSource();
        var flood = new Thread(() => room.Flood(end.Token));
        flood.Start();
        var attacked = neighbours.Measure(s_flood);
        var rate = room.Delivered / s_flood.TotalSeconds;
        var peak = server.Memory.Peak - before;
        end.Cancel();
        flood.Join();
        var backlog = room.UntilQuiet();
        Thread.Sleep(TimeSpan.FromSeconds(5));
        var left = server.Memory.Now - before;
        return new($"one member floods a room of {Readers}",
            $"{Waits(attacked, idle)}; memory + {(double)peak / MiB:F0} MiB, then {(double)left / before * 100:+0;-0} %; backlog gone after {backlog.TotalSeconds:F1} s; {rate / 1000:F0} thousand deliveries a second, {room.Lost} of {Readers} lost",
            $"{WaitsGoal}; + 64 MiB, then 10 %; 1 s",
            IsHarmless(attacked, idle) && peak <= 64 * MiB && left <= before / 10 && backlog.TotalSeconds <= 1 && room.Lost == 0);
    }

    /// <summary>Handlers of three kinds block as many threads as they are given; a fourth is asked.</summary>
    private HostileRow Blocked()
    {
        using var server = AttackedServer.Start(published);
        using var other = HostilePeer.Open(server.Port, protocol: "recovers");
        var fine = HostilePeer.Frame(Opcode.Text, "fine"u8);
        Ask(); // it is compiled
        var go = HostilePeer.Frame(Opcode.Text, "go"u8);
        var stuck = new List<HostilePeer>();
        foreach (var kind in (string[])["block", "block.2", "block.3"])
        {
            for (var i = 0; i < 40; i++)
            {
                stuck.Add(HostilePeer.Open(server.Port, protocol: kind));
                stuck[^1].Send(go);
            }
        }
        Thread.Sleep(200);
        var longest = Enumerable.Range(0, 50).Max(_ => Ask());
        foreach (var peer in stuck) peer.Reset();
        return new("three handlers block their threads", $"a fourth answers within {longest.TotalMilliseconds:F1} ms", "≤ 100 ms", longest.TotalMilliseconds <= 100);

        TimeSpan Ask()
        {
            var watch = Stopwatch.StartNew();
            other.Send(fine);
            other.Read(2 + "fine".Length);
            return watch.Elapsed;
        }
    }

    private static string Waits((double P99, double Longest) attacked, (double P99, double Longest) idle) =>
        $"p99 of neighbours {attacked.P99:F1} ms, idle {idle.P99:F1} ms; longest {attacked.Longest:F0} ms";

    private static string WaitsGoal => $"p99 ≤ {Worst:F0} ms and ≤ {TimesIdle:F0} × idle";

    private static bool IsHarmless((double P99, double Longest) attacked, (double P99, double Longest) idle) =>
        attacked.P99 <= Worst && attacked.P99 <= TimesIdle * idle.P99;

    private static byte[] Repeated(byte[] frame, int count)
    {
        var frames = new byte[frame.Length * count];
        for (var i = 0; i < count; i++) frame.CopyTo(frames, i * frame.Length);
        return frames;
    }

    /// <summary>Sends the frames again and again, and reads what comes back and throws it away.</summary>
    private static void Flood(HostilePeer peer, byte[] frames, CancellationToken end)
    {
        using (peer)
        {
            peer.Socket.Blocking = false;
            var (at, waste) = (0, new byte[1 << 18]);
            while (!end.IsCancellationRequested)
            {
                var sent = peer.Socket.Send(frames.AsSpan(at), SocketFlags.None, out var error);
                if (error is not (SocketError.Success or SocketError.WouldBlock)) break;
                at = (at + Math.Max(0, sent)) % frames.Length;
                _ = peer.Socket.Receive(waste, SocketFlags.None, out _);
                if (error == SocketError.WouldBlock) peer.Socket.Poll(1000, SelectMode.SelectRead);
            }
            peer.Reset();
        }
    }

    /// <summary>A room of the shipped script: readers on all loops, and one member that floods it.</summary>
    private sealed class FloodedRoom : IDisposable
    {
        private readonly Epoll _poll = new();
        private readonly HostilePeer[] _peers;
        private readonly int[] _descriptors;
        private readonly Thread _reading;
        private readonly byte[] _waste = new byte[1 << 18];
        private long _bytes;
        private long _lastAt;
        private int _lost;
        private volatile bool _ended;

        public FloodedRoom(int port, int readers)
        {
            _peers = [.. Enumerable.Range(0, readers).Select(i => HostilePeer.Open(port, "/?name=a", "rooms.v1"))];
            _descriptors = [.. _peers.Select(peer => (int)peer.Socket.Handle)];
            for (var i = 0; i < readers; i++)
            {
                _peers[i].Socket.Blocking = false;
                _poll.AddInput(_descriptors[i], i);
            }
            _reading = new Thread(Read) { IsBackground = true };
            _reading.Start();
        }

        /// <summary>Messages that readers have got.</summary>
        public long Delivered => Interlocked.Read(ref _bytes) / Encoding.ASCII.GetByteCount("..a: x");

        /// <summary>Readers whose connection the server has ended.</summary>
        public int Lost => Volatile.Read(ref _lost);

        /// <summary>The last of them sends until told to end.</summary>
        public void Flood(CancellationToken end)
        {
            Interlocked.Exchange(ref _bytes, 0);
            var frames = Repeated(HostilePeer.Frame(Opcode.Text, "x"u8), 4096);
            var flooder = _peers[^1].Socket;
            for (var at = 0; !end.IsCancellationRequested;)
            {
                var sent = flooder.Send(frames.AsSpan(at), SocketFlags.None, out var error);
                if (error == SocketError.WouldBlock) flooder.Poll(1000, SelectMode.SelectWrite);
                else if (error != SocketError.Success) return;
                at = (at + Math.Max(0, sent)) % frames.Length;
            }
            // What the system still holds of it is no backlog of the server's: the flood ends here.
            _poll.Remove(_descriptors[^1]);
            flooder.LingerState = new LingerOption(true, 0);
            flooder.Dispose();
        }

        /// <summary>How long messages go on to come; half a minute at most.</summary>
        public TimeSpan UntilQuiet()
        {
            var began = LoadClient.Now();
            while (LoadClient.Now() - Interlocked.Read(ref _lastAt) < 300_000_000 && LoadClient.Now() - began < 30_000_000_000) Thread.Sleep(5);
            return TimeSpan.FromMicroseconds(Math.Max(0, (Interlocked.Read(ref _lastAt) - began) / 1000));
        }

        private void Read()
        {
            Span<int> ready = stackalloc int[512];
            var (alive, next) = (HostilePeer.Frame(Opcode.Pong, []), LoadClient.Now());
            while (!_ended)
            {
                if (LoadClient.Now() > next)
                {
                    // Or the server would take them for dead.
                    for (var i = 0; i < _descriptors.Length - 1; i++) _ = Epoll.Send(_descriptors[i], alive);
                    next += 5_000_000_000;
                }
                foreach (var number in ready[.._poll.Wait(ready, 50)])
                {
                    var count = Epoll.Receive(_descriptors[number], _waste);
                    if (count > 0)
                    {
                        Interlocked.Add(ref _bytes, count);
                        if (count > 64) Interlocked.Exchange(ref _lastAt, LoadClient.Now()); // not a word that somebody has left
                    }
                    else if (count != -1)
                    {
                        _poll.Remove(_descriptors[number]);
                        Interlocked.Increment(ref _lost);
                    }
                }
            }
        }

        public void Dispose()
        {
            _ended = true;
            _reading.Join();
            foreach (var peer in _peers.Where(peer => !peer.Socket.SafeHandle.IsClosed)) peer.Reset();
            _poll.Dispose();
        }
    }
}
