using System.Collections.Concurrent;
using System.Globalization;
using PluginHost.Abstractions;
using PluginHost.Core.Protocol.Frames;
using PluginHost.Server;
using PluginHost.Server.Transports;
using PluginHost.Tests.Server;
using static PluginHost.Tests.Server.ClientFrames;

namespace PluginHost.Tests.Topics;

/// <summary>After a snapshot at offset n come n + 1, n + 2, …, each once: over several loops, with many who publish and who come again in the middle of it.</summary>
public sealed class SnapshotStormTests
{
    private const string Topic = "storm";
    private const int Members = 6;
    private const int Publications = 1_000;
    private const int MaxAhead = 500;

    private static TopicSubscription Wanted => TopicSubscription.To(Topic).With(HistoryRequest.Last(1));

    private static OutgoingMessage Encode(TopicMessage message) => OutgoingMessage.Text($"{message.Position.Offset}");

    /// <summary>What a client's handler does for <c>again</c> and <c>leave</c>, which come in any number in one write; anything else is published.</summary>
    private sealed class OnLoop(Session session) : InlineHandler
    {
        public override void OnOpen() => Join();

        public override void OnText(BorrowedMessage message)
        {
            if (message.ToString() == "again") Join();
            else if (message.ToString() == "leave") session.Topics.Unsubscribe(Topic);
            else session.Topics.Publish(Topic, Publication.Json("1").Keep());
        }

        private void Join() => session.SendText($"= {session.Snapshot(Wanted).Position.Offset}");
    }

    private sealed class Pure : PureHandler<int>
    {
        public override Step<int> Open(HandshakeInfo handshake) => Step.To(0, Command.Subscribe(Wanted));

        public override Step<int> Next(int state, Event e) => e.Kind switch
        {
            EventKind.Text when e.Message.ToString() == "again" => Step.To(state, Command.Subscribe(Wanted)),
            EventKind.Text when e.Message.ToString() == "leave" => Step.To(state, Command.Unsubscribe(Topic)),
            EventKind.Text => Step.To(state, Command.Publish(Topic, Publication.Json("1").Keep())),
            EventKind.Snapshot => Step.To(state, Command.SendText($"= {e.Snapshot.Position.Offset}")),
            _ => Step.To(state),
        };
    }

    /// <summary>Is told itself, on the pool, and tells its client.</summary>
    private sealed class OnPool(Session session) : SessionHandler
    {
        public override ValueTask OnOpenAsync(Call call) => Join();

        public override ValueTask OnTextAsync(OwnedMessage message, Call call)
        {
            if (message.ToString() == "again") return Join();
            if (message.ToString() == "leave") session.Topics.Unsubscribe(Topic);
            else session.Topics.Publish(Topic, Publication.Json("1").Keep());
            return default;
        }

        public override ValueTask OnTopicAsync(TopicMessage message, Call call)
        {
            session.SendText($"{message.Position.Offset}");
            return default;
        }

        private ValueTask Join()
        {
            session.SendText($"= {session.Snapshot(Wanted.ToHandler()).Position.Offset}");
            return default;
        }
    }

    private static HandlerDescription Description(string kind) => kind switch
    {
        "inline" => Handler.Inline("inline", own => new OnLoop(own)).WithEncoder(Encode),
        "pure" => Handler.Pure("pure", new Pure()).WithEncoder(Encode),
        _ => Handler.Session("session", own => new OnPool(own)).WithEncoder(Encode),
    };

    [Theory]
    [InlineData("inline")]
    [InlineData("pure")]
    [InlineData("session")]
    public async Task What_comes_after_a_snapshot_follows_it(string kind)
    {
        await using var server = TestServer.Start(
            TransportKind.Memory, Place.Memory, [Description(kind)], "\"limits\": { \"sendQueue\": \"8MiB\" }", loops: 3);
        var clients = new List<RawClient>();
        for (var i = 0; i < Members; i++) clients.Add(await server.RawOpenAsync(kind, capacity: 1 << 20));
        var faults = new ConcurrentQueue<string>();
        var (seen, sent) = (new long[Members], 0L);
        var sendings = clients.Select((client, index) => Task.Run(async () =>
        {
            var random = new Random(index);
            for (var i = 0; i < Publications; i++)
            {
                byte[] write = random.Next(4) switch
                {
                    0 => [.. Text("leave"), .. Text("again"), .. Text("x")],
                    1 => [.. Text("x"), .. Text("again"), .. Text("again")],
                    _ => Text("x"),
                };
                // No handler gets so much that it has to drop some.
                await Wait.Until(() => Volatile.Read(ref sent) - seen.Min() < MaxAhead, () => $"{sent} sent, {string.Join(' ', seen)} seen: {string.Join(", ", faults.Take(5))}");
                Interlocked.Increment(ref sent);
                await client.SendAsync(write);
            }
        })).ToArray();
        var readings = clients.Select((client, i) => Task.Run(() => Follow(client, last => seen[i] = last, faults))).ToArray();
        await Task.WhenAll(sendings);
        await Task.WhenAll(readings);
        Assert.Empty(faults.Take(5));
        foreach (var client in clients) client.Dispose();
    }

    /// <summary>Reads until the last offset that there will be.</summary>
    private static async Task Follow(RawClient client, Action<long> seen, ConcurrentQueue<string> faults)
    {
        var next = -1L;
        for (var last = 0L; last < Members * Publications;)
        {
            var frame = await client.FrameAsync();
            if (frame.Opcode != Opcode.Text) continue;
            var text = frame.Text;
            if (text.StartsWith("= ", StringComparison.Ordinal))
            {
                last = long.Parse(text[2..], CultureInfo.InvariantCulture);
            }
            else
            {
                last = long.Parse(text, CultureInfo.InvariantCulture);
                if (last != next) faults.Enqueue($"{last} in the place of {next}");
            }
            next = last + 1;
            seen(last);
        }
    }
}
