using System.Globalization;
using System.Text;
using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Benchmarks.Hostile;

/// <summary>
/// Members of one topic, on both loops, publish to it as fast as they are let, and leave and join again all the while, in one write. After a snapshot at an offset
/// each must get the next ones, each once.
/// </summary>
/// <param name="published">The published folder.</param>
internal sealed class SnapshotStorm(string published)
{
    private const int Members = 8;
    private const int Messages = 500_000;
    private const int MaxAhead = 2_000;

    private static readonly byte[] s_publish = HostilePeer.Frame(Opcode.Text, "x"u8);
    private static readonly byte[] s_again = HostilePeer.Frame(Opcode.Text, "again"u8);
    private static readonly byte[] s_leave = HostilePeer.Frame(Opcode.Text, "leave"u8);

    private long _received;
    private long _snapshots;
    private long _wrong;
    private long _sent;

    public HostileRow Run()
    {
        using var server = AttackedServer.Start(published);
        var peers = Enumerable.Range(0, Members).Select(_ => HostilePeer.Open(server.Port, protocol: "storm")).ToArray();
        var seen = new long[Members];
        var threads = peers.Select((peer, i) => new Thread(() => Follow(peer, ref seen[i])) { IsBackground = true })
            .Concat(peers.Select((peer, i) => new Thread(() => Talk(peer, i, seen)) { IsBackground = true })).ToArray();
        foreach (var thread in threads) thread.Start();
        var ended = threads.All(thread => thread.Join(TimeSpan.FromMinutes(2)));
        foreach (var peer in peers) peer.Reset();
        return new($"{Members} members join again and again while {Messages:N0} messages are published",
            $"{_received:N0} messages and {_snapshots:N0} snapshots received, {_wrong:N0} of them twice, missing or out of order{(ended ? "" : "; not all came")}", "0", ended && _wrong == 0);
    }

    private void Talk(HostilePeer peer, int number, long[] seen)
    {
        var random = new Random(number);
        var writes = new byte[4][];
        writes[0] = [.. s_leave, .. s_again, .. s_publish];
        writes[1] = [.. s_publish, .. s_again, .. s_again];
        for (var i = 0; i < Messages / Members; i++)
        {
            // Nobody falls so far behind that he would be closed as slow.
            while (Interlocked.Read(ref _sent) - seen.Min() > MaxAhead) Thread.Sleep(1);
            Interlocked.Increment(ref _sent);
            peer.Send(random.Next(20) switch { 0 => writes[0], 1 => writes[1], _ => s_publish });
        }
    }

    private void Follow(HostilePeer peer, ref long seen)
    {
        var buffer = new byte[1 << 16];
        var (length, next) = (0, -1L);
        while (Volatile.Read(ref seen) < Messages)
        {
            var count = peer.Socket.Receive(buffer, length, buffer.Length - length, System.Net.Sockets.SocketFlags.None);
            if (count == 0) return;
            length += count;
            var at = 0;
            for (int size; at + 2 <= length && at + (size = 2 + buffer[at + 1]) <= length; at += size)
            {
                if (buffer[at] != 0x81) continue; // a ping
                var text = Encoding.ASCII.GetString(buffer, at + 2, size - 2);
                var isSnapshot = text[0] == '=';
                var offset = long.Parse(isSnapshot ? text.AsSpan(1) : text, NumberStyles.None, CultureInfo.InvariantCulture);
                Interlocked.Increment(ref isSnapshot ? ref _snapshots : ref _received);
                if (!isSnapshot && offset != next) Interlocked.Increment(ref _wrong);
                next = offset + 1;
                Volatile.Write(ref seen, Math.Max(seen, offset));
            }
            buffer.AsSpan(at, length - at).CopyTo(buffer);
            length -= at;
        }
    }
}
