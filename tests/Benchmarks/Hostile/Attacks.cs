using System.Diagnostics;
using System.IO.Compression;
using PluginHost.Benchmarks.Load;
using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Benchmarks.Hostile;

/// <summary>The attacks that need a real process: each starts a server of its own.</summary>
/// <param name="published">The published folder.</param>
internal sealed class Attacks(string published)
{
    private const int KiB = 1024;

    /// <summary>What the process takes at once of the system, whatever it needs: exact counts of memory are those of tests/Hostile.</summary>
    private const int Granularity = 1024 * KiB;

    /// <summary>All of them by their names on the command line.</summary>
    public IReadOnlyList<(string Id, Func<HostileRow> Run)> All =>
    [
        ("slow-head", SlowHead), ("bytewise-head", BytewiseHead), ("stalled", StalledReaders), ("bomb", InflateBomb), ("fragments", TinyFragments), ("pings", PingFlood),
        ("descriptors", Descriptors), ("close", CloseUnanswered), ("stop", Stop), ("faults", () => new FaultAttacks(published).Run()), ("leak", Leak), ("idle", IdleMemory),
        .. new FairnessAttacks(published).All, .. new BlameAttacks(published).All,
    ];

    private HostileRow SlowHead()
    {
        using var server = AttackedServer.Start(published);
        Handshakes(server.Port, 1_000, TimeSpan.Zero);
        var best = (Ratio: double.MaxValue, Idle: 0.0, Attacked: 0.0, Refused: 0);
        // What another program on this machine does would look like the attack's doing: the best of three.
        for (var attempt = 0; attempt < 3 && best.Ratio > 2; attempt++)
        {
            var one = SlowHead(server.Port);
            if (one.Ratio < best.Ratio) best = one;
        }
        return new("slow head, 2,000 sockets at 1 B/s", $"p99 of fresh handshakes {best.Attacked / 1000:F2} ms, idle {best.Idle / 1000:F2} ms: {best.Ratio:F2}; {best.Refused} got 408",
            "≤ 2 × idle; all get 408", best.Ratio <= 2 && best.Refused == SlowHeads);
    }

    private const int SlowHeads = 2_000;

    private static (double Ratio, double Idle, double Attacked, int Refused) SlowHead(int port)
    {
        var idle = Handshakes(port, 0, TimeSpan.FromSeconds(4));
        var peers = Enumerable.Range(0, SlowHeads).Select(_ => HostilePeer.Connect(port)).ToArray();
        var request = HostilePeer.Request();
        using var end = new CancellationTokenSource();
        var dribble = new Thread(() =>
        {
            for (var at = 0; !end.IsCancellationRequested; at++)
                for (var i = 0; i < peers.Length; i++)
                {
                    peers[i].Socket.Send(request.AsSpan(at % 60, 1), System.Net.Sockets.SocketFlags.None, out _);
                    if (i % 20 == 19) Thread.Sleep(10); // all of them once a second
                }
        });
        dribble.Start();
        var attacked = Handshakes(port, 0, TimeSpan.FromSeconds(4));
        Thread.Sleep(2_000);
        end.Cancel();
        dribble.Join();
        var refused = peers.Count(peer => peer.Head().StartsWith("HTTP/1.1 408", StringComparison.Ordinal));
        foreach (var peer in peers) peer.Dispose();
        return (attacked.Percentile(0.99) / idle.Percentile(0.99), idle.Percentile(0.99), attacked.Percentile(0.99), refused);
    }

    private static LatencyHistogram Handshakes(int port, int count, TimeSpan time)
    {
        var latencies = new LatencyHistogram();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < count || watch.Elapsed < time; i++)
        {
            var start = LoadClient.Now();
            using var peer = HostilePeer.Open(port);
            latencies.Add(LoadClient.Now() - start);
            peer.Reset();
        }
        return latencies;
    }

    private HostileRow BytewiseHead()
    {
        using var server = AttackedServer.Start(published);
        var head = HostilePeer.Request(more: $"X: {new string('a', 16 * KiB - HostilePeer.Request(more: "X: \r\n").Length)}\r\n");
        var message = HostilePeer.Frame(Opcode.Binary, new byte[head.Length - 8]);
        Heads(3);
        Messages(3);
        var heads = Heads(20);
        var messages = Messages(20);
        var ratio = heads / messages;
        return new("16 KiB head in 1-byte packets", $"{heads * 1e3 / 20:F1} ms of CPU; a message of 16 KiB in 1-byte packets {messages * 1e3 / 20:F1} ms: {ratio:F2}", "≤ 3 × as many packets that are not parsed", ratio <= 3);

        double Heads(int count)
        {
            var before = server.Cpu;
            for (var i = 0; i < count; i++)
            {
                using var peer = HostilePeer.Connect(server.Port);
                foreach (var one in head) peer.Send([one]);
                if (!peer.Head().StartsWith("HTTP/1.1 101", StringComparison.Ordinal)) throw new InvalidOperationException("refused");
                peer.Reset();
            }
            return server.Cpu - before;
        }

        double Messages(int count)
        {
            using var peer = HostilePeer.Open(server.Port);
            var before = server.Cpu;
            for (var i = 0; i < count; i++)
            {
                foreach (var one in message) peer.Send([one]);
                peer.Read(message.Length - 4);
            }
            return server.Cpu - before;
        }
    }

    private HostileRow StalledReaders()
    {
        using var server = AttackedServer.Start(published);
        var messages = Enumerable.Repeat(HostilePeer.Frame(Opcode.Binary, new byte[1000]), 16_000).SelectMany(frame => frame).ToArray(); // more than the kernel holds
        Echo(server, 20);
        var before = server.SettledMemory();
        const int count = 100;
        var peers = Enumerable.Range(0, count).Select(_ => HostilePeer.Open(server.Port, "/free", receiveBuffer: 4096)).ToArray();
        var taken = peers.Min(peer => peer.SendSome(messages));
        if (taken == messages.Length) return new("100 readers that never read", "the server reads on and on", "it stops reading", false);
        Thread.Sleep(1_000);
        var each = (server.Memory.Now - before) / count;
        Echo(server, 20);
        foreach (var peer in peers) peer.Reset();
        return new("100 readers that never read", $"{each / KiB} KiB each", "≤ 256 + 64 KiB each", each <= 320 * KiB);
    }

    private HostileRow InflateBomb()
    {
        using var server = AttackedServer.Start(published, more: """, "compression": { "enabled": true }""");
        var bomb = Deflated(512 << 20);
        var whole = HostilePeer.Frame(Opcode.Binary, bomb, reserved: ReservedBits.Rsv1);
        byte[] three =
        [
            .. HostilePeer.Frame(Opcode.Binary, bomb.AsSpan(0, 1000), fin: false, ReservedBits.Rsv1), .. HostilePeer.Frame(Opcode.Continuation, bomb.AsSpan(1000, 1000), fin: false),
            .. HostilePeer.Frame(Opcode.Continuation, bomb.AsSpan(2000)),
        ];
        // What inflating needs at all is there; no bomb has been before.
        for (var i = 0; i < 20; i++)
        {
            using var peer = HostilePeer.Open(server.Port, more: "Sec-WebSocket-Extensions: permessage-deflate\r\n");
            peer.Send(HostilePeer.Frame(Opcode.Binary, [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00], reserved: ReservedBits.Rsv1)); // RFC 7692 §7.2.3.1: "Hello"
            peer.Read(7);
        }
        LoadClient.WarmUp(server.Port);
        var before = server.SettledMemory();
        server.ForgetPeak();
        var code = Explode(whole) == 1009 && Explode(three) == 1009;
        var peak = server.Memory.Peak - before;
        return new("inflate bomb, 512 MiB, whole and in three", $"peak + {peak / KiB} KiB, {(code ? "1009" : "another answer")}", "1009; ≤ 2,048 KiB, and 1 MiB that the process takes at once", code && peak <= (2048 * KiB) + Granularity);

        int Explode(byte[] frames)
        {
            using var peer = HostilePeer.Open(server.Port, more: "Sec-WebSocket-Extensions: permessage-deflate\r\n");
            peer.SendSome(frames);
            return peer.CloseCode();
        }
    }

    private HostileRow TinyFragments()
    {
        using var server = AttackedServer.Start(published);
        const int count = 1_000_000, Short = 4_000;
        var frames = new byte[7 * count];
        var (first, next, last) = (HostilePeer.Frame(Opcode.Binary, [1], fin: false), HostilePeer.Frame(Opcode.Continuation, [1], fin: false), HostilePeer.Frame(Opcode.Continuation, [1]));
        for (var i = 0; i < count; i++) (i == 0 ? first : i == count - 1 ? last : next).CopyTo(frames, i * 7);
        using (var refused = HostilePeer.Open(server.Port))
        {
            refused.SendSome(frames);
            if (refused.CloseCode() != 1008) return new("a million 1-byte fragments", "not 1008", "1008", false);
        }
        using var peer = HostilePeer.Open(server.Port, "/free");
        Echo(server, 200);
        // Past tiered compilation, with messages too short to leave buffers behind that a long one would use.
        for (var i = 0; i < 50; i++) Once(peer, frames[..(7 * (Short - 1))].Concat(last), Short);
        _ = server.SettledMemory();
        var before = server.Memory.Now;
        server.ForgetPeak();
        Once(peer, frames, count);
        var peak = server.Memory.Peak - before;
        return new("a million 1-byte fragments", $"1008; where they are allowed, peak + {peak / KiB} KiB for {count / KiB} KiB", "1008; ≤ 2 × payload + 16 KiB, and 1 MiB that the process takes at once", peak <= (2 * count) + (16 * KiB) + Granularity);

        static void Once(HostilePeer one, IEnumerable<byte> message, int bytes)
        {
            one.Send([.. message]);
            one.Read((bytes < 126 ? 2 : bytes <= ushort.MaxValue ? 4 : 10) + bytes);
        }
    }

    private HostileRow PingFlood()
    {
        using var server = AttackedServer.Start(published);
        var pings = Enumerable.Repeat(HostilePeer.Frame(Opcode.Ping, "abcdefgh"u8), 10_000).SelectMany(frame => frame).ToArray();
        Flood("/free", 5);
        Echo(server, 200);
        LoadClient.WarmUp(server.Port);
        var before = server.SettledMemory();
        server.ForgetPeak();
        Flood("/free", 100);
        var grown = server.Memory.Peak - before;
        return new("ping flood, 1 M pings that are never read", $"peak + {grown / KiB} KiB", "≤ 256 KiB, and 1 MiB that the process takes at once", grown <= (256 * KiB) + Granularity);

        void Flood(string path, int times)
        {
            var peer = HostilePeer.Open(server.Port, path);
            for (var i = 0; i < times; i++)
                if (peer.SendSome(pings) < pings.Length) break;
            peer.Reset();
        }
    }

    private HostileRow Descriptors()
    {
        using var server = AttackedServer.Start(published, limits: """, "handshake": "1m" """);
        Echo(server, 20);
        using var living = HostilePeer.Open(server.Port);
        server.LimitDescriptors(server.Descriptors + 10);
        var peers = Enumerable.Range(0, 200).Select(_ => HostilePeer.Connect(server.Port)).ToList();
        Thread.Sleep(1_500);
        var (cpu, watch) = (server.Cpu, Stopwatch.StartNew());
        Thread.Sleep(3_000);
        var share = (server.Cpu - cpu) / watch.Elapsed.TotalSeconds;
        living.Send(HostilePeer.Frame(Opcode.Text, "still served"u8));
        living.Read(14);
        foreach (var peer in peers) peer.Reset();
        watch.Restart();
        using (HostilePeer.Open(server.Port)) { }
        var recovery = watch.Elapsed.TotalSeconds;
        return new("descriptors exhausted", $"{share * 100:F1} % CPU; served again after {recovery:F2} s", "< 5 % CPU; ≤ 1 s", share < 0.05 && recovery <= 1.1);
    }

    private HostileRow CloseUnanswered()
    {
        using var server = AttackedServer.Start(published, more: """, "keepAlive": { "close": "2s" }""");
        Echo(server, 20);
        Thread.Sleep(500);
        var baseline = server.Descriptors;
        var peers = Enumerable.Range(0, 200).Select(_ => HostilePeer.Open(server.Port)).ToArray();
        foreach (var peer in peers) peer.Send([0xFF]); // broken: the server closes, and nobody answers
        var watch = Stopwatch.StartNew();
        var talk = HostilePeer.Frame(Opcode.Text, "more"u8);
        while (server.Descriptors > baseline && watch.Elapsed.TotalSeconds < 10)
        {
            for (var i = 0; i < peers.Length; i += 2) peers[i].Socket.Send(talk, System.Net.Sockets.SocketFlags.None, out _);
            Thread.Sleep(20);
        }
        var gone = watch.Elapsed.TotalSeconds;
        foreach (var peer in peers) peer.Dispose();
        return new("close never answered, or with more data", $"200 sockets gone after {gone:F2} s", "≤ timeout (2 s) + 0.5 s", gone <= 2.5);
    }

    private HostileRow Stop()
    {
        using var server = AttackedServer.Start(published);
        var peers = Enumerable.Range(0, 1_000).Select(_ => HostilePeer.Open(server.Port)).ToArray();
        byte[] answer = HostilePeer.Frame(Opcode.Close, [0x03, 0xE9]);
        var watch = Stopwatch.StartNew();
        server.Terminate();
        var told = 0;
        foreach (var peer in peers)
        {
            if (peer.Read(4).AsSpan().SequenceEqual((byte[])[0x88, 0x02, 0x03, 0xE9])) told++;
            peer.Send(answer);
            peer.Dispose();
        }
        AttackedServer.Until(() => server.HasEnded, TimeSpan.FromSeconds(20));
        return new("SIGTERM with 1,000 connections", $"{told} got 1001; ended after {watch.Elapsed.TotalSeconds:F2} s", "all get 1001; ≤ 5 s", told == peers.Length && watch.Elapsed.TotalSeconds <= 5);
    }

    private HostileRow Leak()
    {
        using var server = AttackedServer.Start(published);
        Cycle(20_000);
        server.SettledMemory();
        var baseline = server.Descriptors;
        var plateaus = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            Cycle(50_000 / 3);
            plateaus.Add(server.SettledMemory());
        }
        AttackedServer.Until(() => server.Descriptors == baseline, TimeSpan.FromSeconds(10));
        var left = server.Descriptors - baseline;
        var slope = (double)(plateaus[2] - plateaus[0]) / plateaus[0];
        return new("leak: 50,000 connections in three plateaus", $"{string.Join(", ", plateaus.Select(one => $"{one / 1048576.0:F1}"))} MiB: {slope * 100:+0.00;-0.00} %; descriptors {left:+0;-0;±0}",
            "< 1 %; descriptors at the baseline", slope < 0.01 && left == 0);

        void Cycle(int count)
        {
            var text = HostilePeer.Frame(Opcode.Text, "hello"u8);
            byte[] close = HostilePeer.Frame(Opcode.Close, [0x03, 0xE8]);
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
            {
                using var peer = HostilePeer.Open(server.Port);
                peer.Send(text);
                peer.Read(7);
                if (i % 3 == 0) peer.Reset();
                else
                {
                    peer.Send(close);
                    peer.CloseCode();
                    peer.Reset();
                }
            });
        }
    }

    private HostileRow IdleMemory()
    {
        using var server = AttackedServer.Start(published);
        const int count = 5_000;
        LoadClient.WarmUp(server.Port);
        var before = server.SettledMemory();
        var during = 0L;
        LoadClient.Idle(server.Port, count, () => during = server.SettledMemory());
        var each = (during - before) / (double)count;
        return new("5,000 idle connections after one echo each", $"{each:F0} B each", "≤ 2,048 B each (aim 1,024)", each <= 2048);
    }

    private static void Echo(AttackedServer server, int count)
    {
        for (var i = 0; i < count; i++)
        {
            using var peer = HostilePeer.Open(server.Port);
            peer.Send(HostilePeer.Frame(Opcode.Text, "hello"u8));
            peer.Read(7);
            peer.Reset();
        }
    }

    private static byte[] Deflated(int zeros)
    {
        using var into = new MemoryStream();
        using (var deflate = new DeflateStream(into, CompressionLevel.Optimal, leaveOpen: true))
        {
            var block = new byte[1 << 20];
            for (var i = 0; i < zeros; i += block.Length) deflate.Write(block);
        }
        return into.ToArray();
    }
}
