using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Benchmarks.Hostile;

/// <summary>What a few addresses do to a handler, to the places for handshakes and to the verification of passwords, and what others find then.</summary>
/// <param name="published">The published folder.</param>
internal sealed class BlameAttacks(string published)
{
    private const byte Victim = 200;

    private static readonly TimeSpan s_attack = TimeSpan.FromSeconds(15);

    /// <summary>All of them by their names on the command line.</summary>
    public IEnumerable<(string Id, Func<HostileRow> Run)> All => [("blame", Blame), ("handshakes", Handshakes), ("passwords", Passwords)];

    /// <summary>One client makes a handler fail as fast as it can; another one connects to the same handler.</summary>
    private HostileRow Blame()
    {
        using var server = AttackedServer.Start(published);
        var go = HostilePeer.Frame(Opcode.Text, "go"u8);
        var (faults, refusals) = (0, 0);
        var (asked, served) = Under([() =>
        {
            using var peer = HostilePeer.ConnectFrom(2, server.Port);
            peer.Socket.Send(HostilePeer.Request(protocol: "throw.inline"));
            if (!peer.Head().StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
            {
                refusals++;
                Thread.Sleep(5);
                return;
            }
            peer.Send(go);
            peer.Read(4); // the close frame
            faults++;
        }], () => IsServed(server.Port, HostilePeer.Request(protocol: "throw.inline")));
        return new("one client makes a handler fail", $"{served} of {asked} handshakes of another were served; {faults} faults, {refusals} refusals of the one", "all", served == asked && faults >= 5);
    }

    /// <summary>Two addresses hold as many handshakes as there may be, and come back when they are closed.</summary>
    private HostileRow Handshakes()
    {
        const int places = 200;
        using var server = AttackedServer.Start(published, handshakes: places);
        var held = new HostilePeer?[places];
        var attackers = new Action[] { () => Hold(0), () => Hold(1) };
        var (asked, served) = Under(attackers, () => IsServed(server.Port, HostilePeer.Request()));
        foreach (var peer in held) peer?.Reset();
        return new("two addresses hold all handshakes", $"{served} of {asked} handshakes of a third were served", "≥ 99 %", served >= 0.99 * asked && asked > 100);

        void Hold(int which)
        {
            for (var i = which; i < places; i += 2)
            {
                if (held[i] is { } holding && !(holding.Socket.Poll(0, SelectMode.SelectRead) && holding.Socket.Available == 0)) continue;
                held[i]?.Reset();
                held[i] = HostilePeer.ConnectFrom((byte)(2 + which), server.Port);
            }
            Thread.Sleep(1);
        }
    }

    /// <summary>Twenty addresses show wrong passwords without end; one shows the right one.</summary>
    private HostileRow Passwords()
    {
        using var folder = new Scratch();
        File.WriteAllText(folder.File("users"), HashOf("ann", "the right one"));
        using var server = AttackedServer.Start(published, more: $$""", "authentication": { "basic": { "users": {{System.Text.Json.JsonSerializer.Serialize(folder.File("users"))}} } }""");
        var wrong = HostilePeer.Request(more: Authorization("ann", "wrong"));
        var right = HostilePeer.Request(more: Authorization("ann", "the right one"));
        var longest = TimeSpan.Zero;
        var attackers = Enumerable.Range(0, 20).SelectMany(i => Enumerable.Repeat<Action>(() => Ask((byte)(2 + i), server.Port, wrong), 4)).ToArray();
        var (asked, served) = Under(attackers, () =>
        {
            var watch = Stopwatch.StartNew();
            var isServed = IsServed(server.Port, right);
            if (watch.Elapsed > longest) longest = watch.Elapsed;
            return isServed;
        }, TimeSpan.FromSeconds(10)); // each of the twenty has failed once then: before, nobody can tell them from the one
        return new("twenty addresses show wrong passwords", $"{served} of {asked} handshakes with the right one were served, the slowest after {longest.TotalMilliseconds:F0} ms", "≥ 99 %; ≤ 1 s",
            served >= 0.99 * asked && longest.TotalSeconds <= 1 && asked > 10);
    }

    /// <summary>Runs the attackers, each on a thread of its own again and again, and asks beside them.</summary>
    private static (int Asked, int Served) Under(Action[] attackers, Func<bool> ask, TimeSpan? before = null)
    {
        using var end = new CancellationTokenSource();
        var threads = attackers.Select(attack => new Thread(() =>
        {
            while (!end.IsCancellationRequested)
            {
                try
                {
                    attack();
                }
                catch (Exception exception) when (exception is SocketException or InvalidOperationException)
                {
                    Thread.Sleep(5); // turned away: it comes again
                }
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        Thread.Sleep(before ?? TimeSpan.FromSeconds(1));
        var (asked, served) = (0, 0);
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < s_attack; Thread.Sleep(20))
        {
            asked++;
            if (ask()) served++;
        }
        end.Cancel();
        foreach (var thread in threads) thread.Join();
        return (asked, served);
    }

    private static bool IsServed(int port, byte[] request)
    {
        try
        {
            return Ask(Victim, port, request).StartsWith("HTTP/1.1 101", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Ask(byte address, int port, byte[] request)
    {
        using var peer = HostilePeer.ConnectFrom(address, port);
        peer.Send(request);
        return peer.Head();
    }

    private static string Authorization(string user, string password) =>
        $"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))}\r\n";

    private string HashOf(string user, string password)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(published, "PluginHost.dll"), "hash-password", user]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        process.StandardInput.WriteLine(password);
        process.StandardInput.Close();
        return process.StandardOutput.ReadToEnd();
    }

    private sealed class Scratch : IDisposable
    {
        private readonly string _path = Directory.CreateTempSubdirectory("pluginhost-users-").FullName;

        public string File(string name) => Path.Combine(_path, name);

        public void Dispose() => Directory.Delete(_path, recursive: true);
    }
}
