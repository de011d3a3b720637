using System.Diagnostics;
using System.Text;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Benchmarks.Load;

/// <summary>Opens connections, so many at once that the server always has some to answer, checks each answer, and ends them again.</summary>
internal sealed class HandshakeLoad : IDisposable
{
    private const int Addresses = 64;

    private readonly Epoll _poll = new();
    private readonly Attempt[] _attempts;
    private readonly Stack<int> _free;
    private readonly Queue<int> _open = new();
    private readonly int _mostOpen;
    private readonly int _port;
    private readonly RequestOnTheWire _request;
    private readonly LatencyHistogram _latencies = new();
    private readonly byte[] _buffer = new byte[4096];
    private long _done;
    private long _started;

    private HandshakeLoad(int port, int atOnce, int mostOpen)
    {
        _port = port;
        _attempts = new Attempt[atOnce];
        _free = new Stack<int>(Enumerable.Range(0, atOnce));
        _mostOpen = mostOpen;
        _request = RequestOnTheWire.To(port);
    }

    /// <summary>Opens that many.</summary>
    /// <param name="port">Where.</param>
    /// <param name="process">The server's, for its processor time.</param>
    /// <param name="warmUp">How long before it is measured.</param>
    /// <param name="count">How many are measured.</param>
    /// <param name="atOnce">Handshakes in progress.</param>
    /// <param name="mostOpen">Connections that stay open before the oldest is ended.</param>
    public static LoadResult Run(int port, int process, TimeSpan warmUp, int count, int atOnce, int mostOpen)
    {
        using var load = new HandshakeLoad(port, atOnce, mostOpen);
        for (var warming = Stopwatch.StartNew(); warming.Elapsed < warmUp;) load.Open(mostOpen);
        load._latencies.Clear();
        var (cpu, watch) = (Epoll.ProcessorTime(process), Stopwatch.StartNew());
        load.Open(count);
        var (seconds, used) = (watch.Elapsed.TotalSeconds, Epoll.ProcessorTime(process) - cpu);
        var latencies = load._latencies;
        return new LoadResult(count, seconds, used, latencies.Percentile(0.5), latencies.Percentile(0.99), latencies.Percentile(0.999));
    }

    public void Dispose()
    {
        foreach (var attempt in _attempts)
            if (attempt.Descriptor > 0) Epoll.Close(attempt.Descriptor);
        foreach (var descriptor in _open) Epoll.Close(descriptor);
        _poll.Dispose();
    }

    private void Open(int count)
    {
        var (started, end) = (0, _done + count);
        Span<int> ready = stackalloc int[512];
        while (_done < end)
        {
            for (; started < count && _free.TryPop(out var number); started++) Start(number);
            foreach (var number in ready[.._poll.Wait(ready, 1000)]) GoOn(number);
        }
    }

    private void Start(int number)
    {
        // Ports of ended connections are not free for a minute: one address would run out of them, and looking for one takes longer and longer.
        var from = (byte)(2 + (_started++ % Addresses));
        var start = LoadClient.Now();
        var descriptor = Epoll.Connect(from, _port);
        _attempts[number] = new Attempt(descriptor, start);
        _poll.AddInputEdge(descriptor, number);
        if (Epoll.Send(descriptor, _request.Bytes) != _request.Bytes.Length) throw new InvalidOperationException("the request was not taken");
    }

    private void GoOn(int number)
    {
        var (descriptor, start) = _attempts[number];
        if (descriptor == 0) return; // ended in the meantime
        var count = Epoll.Receive(descriptor, _buffer);
        if (count == -1) return;
        if (count <= 0) throw new InvalidOperationException("the server ended the connection in the handshake");
        _request.Check(_buffer.AsSpan(0, count));
        _latencies.Add(LoadClient.Now() - start);
        _attempts[number] = default;
        _free.Push(number);
        _done++;
        _poll.Remove(descriptor);
        _open.Enqueue(descriptor);
        if (_open.Count > _mostOpen) Epoll.Close(_open.Dequeue());
    }

    private readonly record struct Attempt(int Descriptor, long Start);

    /// <summary>One request, sent again and again, and what answers it.</summary>
    private sealed record RequestOnTheWire(byte[] Bytes, byte[] Accept)
    {
        public static RequestOnTheWire To(int port)
        {
            var request = ClientHandshake.Build(ClientOffer.To($"127.0.0.1:{port}", "/"), new byte[16])
                .Match(fine => fine, fault => throw new InvalidOperationException(fault.Explanation));
            return new RequestOnTheWire(request.ToBytes(), Encoding.ASCII.GetBytes(ServerHandshake.Accept(request.Key)));
        }

        public void Check(ReadOnlySpan<byte> answer)
        {
            if (!answer.StartsWith("HTTP/1.1 101 "u8) || !answer.EndsWith("\r\n\r\n"u8) || answer.IndexOf(Accept) < 0)
                throw new InvalidOperationException($"not the answer that was expected: {Encoding.ASCII.GetString(answer)}");
        }
    }
}
