using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace PluginHost.Benchmarks.Load;

/// <summary>Loads topics: connections that subscribe to many, and one that publishes. One thread.</summary>
internal sealed class TopicLoad : IDisposable
{
    private const string Subprotocol = "bench.topics";
    private const int PayloadSize = 64;

    private readonly Epoll _poll = new();
    private readonly List<LoadConnection> _readers = [];
    private readonly List<LoadConnection> _stalled = [];
    private readonly LoadConnection _publisher;
    private readonly byte[] _buffer = new byte[1 << 20];
    private readonly int _port;
    private readonly int _process;

    /// <summary>Connects the publisher.</summary>
    public TopicLoad(int port, int process)
    {
        (_port, _process) = (port, process);
        _publisher = LoadConnection.Open(port, Subprotocol, []);
    }

    /// <summary>What every publication carries.</summary>
    public static byte[] Payload(int size) => [.. Enumerable.Repeat((byte)'x', size)];

    /// <summary>Connections that subscribe to the topics <paramref name="from"/> to <paramref name="to"/> each.</summary>
    /// <param name="readers">How many.</param>
    /// <param name="from">The first topic.</param>
    /// <param name="to">The one after the last.</param>
    /// <param name="size">Bytes of what is published to them.</param>
    public void Subscribe(int readers, int from, int to, int size = PayloadSize)
    {
        for (var i = 0; i < readers; i++)
        {
            var reader = LoadConnection.Open(_port, Subprotocol, Payload(size));
            _readers.Add(reader);
            _poll.Add(reader.Descriptor, _readers.Count - 1);
            SubscribeMore(_readers.Count - 1, from, to);
        }
    }

    /// <summary>The same for a connection that is there already.</summary>
    public void SubscribeMore(int reader, int from, int to)
    {
        for (; from < to; from += 1000) SubscribeTo(_readers[reader], from, Math.Min(to, from + 1000));
    }

    /// <summary>Connections that subscribe to topic 0 and never read, whose sockets take as little as the system allows.</summary>
    public void SubscribeStalled(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var stalled = LoadConnection.Open(_port, Subprotocol, [], receiveBuffer: 2048);
            _stalled.Add(stalled);
            SubscribeTo(stalled, 0, 1);
        }
    }

    /// <summary>Publishes to one topic after another, each when the last has come to all subscribers.</summary>
    /// <param name="topics">To how many, the topics 0 to that.</param>
    /// <param name="subscribers">Subscribers of each.</param>
    /// <param name="publications">How many.</param>
    public LoadResult PublishSingly(int topics, int subscribers, int publications)
    {
        var random = new Random(1);
        for (var i = 0; i < publications / 5; i++) _ = PublishAndWait(random.Next(topics), subscribers, PayloadSize);
        var latencies = new LatencyHistogram();
        var (cpu, watch) = (Epoll.ProcessorTime(_process), Stopwatch.StartNew());
        for (var i = 0; i < publications; i++) latencies.Add(PublishAndWait(random.Next(topics), subscribers, PayloadSize));
        return new LoadResult(
            publications, watch.Elapsed.TotalSeconds, Epoll.ProcessorTime(_process) - cpu,
            latencies.Percentile(0.5), latencies.Percentile(0.99), latencies.Percentile(0.999));
    }

    /// <summary>Publishes to topic 0 at a steady rate, whoever has got what; the latencies are from the time that each publication was due.</summary>
    /// <param name="size">Bytes of a publication.</param>
    /// <param name="rate">Publications a second.</param>
    /// <param name="window">How long.</param>
    public LoadResult PublishSteadily(int size, int rate, TimeSpan window)
    {
        var latencies = new LatencyHistogram();
        var (start, gap) = (LoadClient.Now(), 1_000_000_000L / rate);
        var total = (long)(window.TotalSeconds * rate);
        var (published, delivered) = (0L, 0L);
        var (cpu, watch) = (Epoll.ProcessorTime(_process), Stopwatch.StartNew());
        while (delivered < total * _readers.Count)
        {
            for (; published < total && LoadClient.Now() >= start + (published * gap); published++)
            {
                foreach (var reader in _readers) reader.Expect(start + (published * gap));
                Command(_publisher, $"P 0 {size}");
            }
            delivered += Read(published < total ? 1 : 100, latencies);
            if (watch.Elapsed > window + TimeSpan.FromSeconds(20)) throw new InvalidOperationException($"{delivered} of {total * _readers.Count} came");
        }
        return new LoadResult(
            delivered, watch.Elapsed.TotalSeconds, Epoll.ProcessorTime(_process) - cpu,
            latencies.Percentile(0.5), latencies.Percentile(0.99), latencies.Percentile(0.999));
    }

    public void Dispose()
    {
        foreach (var one in _readers.Concat(_stalled)) one.Dispose();
        _publisher.Dispose();
        _poll.Dispose();
    }

    private long PublishAndWait(int topic, int subscribers, int size)
    {
        var start = LoadClient.Now();
        Command(_publisher, string.Create(CultureInfo.InvariantCulture, $"P {topic} {size}"));
        for (var left = subscribers; left > 0;)
        {
            left -= Read(10, null);
            if (LoadClient.Now() - start > 60_000_000_000) throw new InvalidOperationException($"topic {topic}: {left} of {subscribers} did not come");
        }
        return LoadClient.Now() - start;
    }

    private int Read(int milliseconds, LatencyHistogram? latencies)
    {
        Span<int> ready = stackalloc int[512];
        var messages = 0;
        foreach (var number in ready[.._poll.Wait(ready, milliseconds)])
        {
            while (true)
            {
                var count = Epoll.Receive(_readers[number].Descriptor, _buffer);
                if (count == -1) break;
                if (count <= 0) throw new InvalidOperationException("the server ended the connection");
                messages += _readers[number].Take(_buffer.AsSpan(0, count), LoadClient.Now(), latencies);
                if (count < _buffer.Length) break;
            }
        }
        return messages;
    }

    /// <summary>Subscribes, and waits for the word that it is done.</summary>
    private static void SubscribeTo(LoadConnection connection, int from, int to)
    {
        Command(connection, string.Create(CultureInfo.InvariantCulture, $"S {from} {to}"));
        Span<byte> answer = stackalloc byte[3];
        for (var got = 0; got < answer.Length;)
        {
            var count = Epoll.Receive(connection.Descriptor, answer[got..]);
            if (count is 0 or -2) throw new InvalidOperationException("the server ended the connection");
            if (count > 0) got += count;
            else Thread.Yield();
        }
    }

    private static void Command(LoadConnection connection, string command)
    {
        var frame = LoadClient.Frame(Encoding.ASCII.GetBytes(command), isText: true);
        for (var sent = 0; sent < frame.Length;)
        {
            var count = Epoll.Send(connection.Descriptor, frame.AsSpan(sent));
            if (count == -2) throw new InvalidOperationException("the server ended the connection");
            sent += count;
            if (count == 0) Thread.Yield();
        }
    }
}
