using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using PluginHost.Abstractions;

namespace PluginHost.Benchmarks.BenchPlugin;

/// <summary>Handlers whose own cost is measured: one of the pure tier that keeps a state, one of the session tier, called on the thread pool.</summary>
public sealed class BenchPlugin : Plugin
{
    public override PluginDescription Describe() => new("Bench", "1.0",
    [
        Handler.Pure("bench.pure", new Counting()),
        Handler.Session("bench.pool", own => new Pooled(own)),
        Handler.Pure("broadcast", new Broadcasting()),
        Handler.Pure("bench.allocated", new Allocated()),
        Handler.Pure("bench.topics", new Topics()),
    ]);

    /// <summary>Sends whatever it gets to everybody else.</summary>
    private sealed class Broadcasting : PureHandler<byte>
    {
        private const string Topic = "broadcast/all";

        private static readonly Command Join = Command.Subscribe(Topic);

        public override Step<byte> Open(HandshakeInfo handshake) => Step.To((byte)0, Join);

        public override Step<byte> Next(byte state, Event e) => e.Kind switch
        {
            EventKind.Text or EventKind.Binary => Step.To(state, Command.Publish(Topic, Publication.Of(e.Message).ToOthers())),
            _ => Step.To(state),
        };
    }

    /// <summary><c>S FROM TO</c> subscribes to that range of topics and says <c>s</c>, <c>P TOPIC SIZE</c> publishes.</summary>
    private sealed class Topics : PureHandler<byte>
    {
        private static readonly ConcurrentDictionary<int, Publication> s_publications = new();

        public override Step<byte> Open(HandshakeInfo handshake) => Step.To((byte)0);

        public override Step<byte> Next(byte state, Event e)
        {
            if (e.Kind != EventKind.Text) return Step.To(state);
            var words = Encoding.ASCII.GetString(e.Message.Bytes.Span).Split(' ');
            var (first, second) = (int.Parse(words[1], CultureInfo.InvariantCulture), int.Parse(words[2], CultureInfo.InvariantCulture));
            return words[0] == "S"
                ? Step.To(state, [.. Enumerable.Range(first, second - first).Select(topic => Command.Subscribe($"t/{topic}")), Command.SendText("s")])
                : Step.To(state, Command.Publish($"t/{first}", s_publications.GetOrAdd(second, size => Publication.Text(new string('x', size)))));
        }
    }

    /// <summary>Says how many bytes this process has allocated so far.</summary>
    private sealed class Allocated : PureHandler<byte>
    {
        public override Step<byte> Open(HandshakeInfo handshake) => Step.To((byte)0);

        public override Step<byte> Next(byte state, Event e) => e.Kind == EventKind.Text
            ? Step.To(state, Command.SendText($"{GC.GetTotalAllocatedBytes(precise: true)}"))
            : Step.To(state);
    }

    /// <summary>Counts messages, and sends each back.</summary>
    private sealed class Counting : PureHandler<long>
    {
        public override Step<long> Open(HandshakeInfo handshake) => Step.To(0L);

        public override Step<long> Next(long count, Event e) => e.Kind switch
        {
            EventKind.Text => Step.To(count + 1, Command.SendText(e.Message.Bytes)),
            EventKind.Binary => Step.To(count + 1, Command.SendBinary(e.Message.Bytes)),
            _ => Step.To(count),
        };
    }

    private sealed class Pooled(Session session) : SessionHandler
    {
        public override ValueTask OnTextAsync(OwnedMessage message, Call call)
        {
            session.Send(message);
            return ValueTask.CompletedTask;
        }

        public override ValueTask OnBinaryAsync(OwnedMessage message, Call call)
        {
            session.Send(message);
            return ValueTask.CompletedTask;
        }
    }
}
