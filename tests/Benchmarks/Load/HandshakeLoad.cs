using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PluginHost.Core.Handshake;

namespace PluginHost.Benchmarks.Load;

/// <summary>Opens connections, so many at once that the server always has some to answer, checks each answer, and ends them again.</summary>
internal sealed class HandshakeLoad : IDisposable
{
    private const int Addresses = 64;
    private const int BindAddressNoPort = 24; // IP_BIND_ADDRESS_NO_PORT: the port is chosen when it is known where to

    private readonly Epoll _poll = new();
    private readonly Attempt?[] _attempts;
    private readonly Stack<int> _free;
    private readonly Queue<Socket> _open = new();
    private readonly int _mostOpen;
    private readonly IPEndPoint _server;
    private readonly RequestOnTheWire _request;
    private readonly LatencyHistogram _latencies = new();
    private readonly byte[] _buffer = new byte[4096];
    private long _done;
    private long _started;

    private HandshakeLoad(int port, int atOnce, int mostOpen)
    {
        _server = new IPEndPoint(IPAddress.Loopback, port);
        _attempts = new Attempt?[atOnce];
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
        foreach (var attempt in _attempts) attempt?.Socket.Dispose();
        foreach (var socket in _open) socket.Dispose();
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
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        // Ports of ended connections are not free for a minute: one address would run out of them, and looking for one takes longer and longer.
        socket.SetRawSocketOption(0, BindAddressNoPort, BitConverter.GetBytes(1));
        socket.Bind(new IPEndPoint(new IPAddress([127, 0, 0, (byte)(2 + (_started++ % Addresses))]), 0));
        var start = LoadClient.Now();
        socket.Connect(_server); // on loopback the system answers, not the server
        socket.Blocking = false;
        _attempts[number] = new Attempt(socket, start);
        _poll.Add((int)socket.Handle, number);
        if (Epoll.Send((int)socket.Handle, _request.Bytes) != _request.Bytes.Length) throw new InvalidOperationException("the request was not taken");
    }

    private void GoOn(int number)
    {
        if (_attempts[number] is not { } attempt) return; // ended in the meantime
        var count = Epoll.Receive((int)attempt.Socket.Handle, _buffer);
        if (count == -1) return;
        if (count <= 0) throw new InvalidOperationException("the server ended the connection in the handshake");
        _request.Check(_buffer.AsSpan(0, count));
        _latencies.Add(LoadClient.Now() - attempt.Start);
        _attempts[number] = null;
        _free.Push(number);
        _done++;
        _poll.Remove((int)attempt.Socket.Handle);
        _open.Enqueue(attempt.Socket);
        if (_open.Count > _mostOpen) _open.Dequeue().Dispose();
    }

    private sealed record Attempt(Socket Socket, long Start);

    /// <summary>One request, sent again and again, and what answers it.</summary>
    private sealed record RequestOnTheWire(byte[] Bytes, string Accept)
    {
        public static RequestOnTheWire To(int port)
        {
            var request = ClientHandshake.Build(ClientOffer.To($"127.0.0.1:{port}", "/"), new byte[16])
                .Match(fine => fine, fault => throw new InvalidOperationException(fault.Explanation));
            return new RequestOnTheWire(request.ToBytes(), ServerHandshake.Accept(request.Key));
        }

        public void Check(ReadOnlySpan<byte> answer)
        {
            var text = System.Text.Encoding.ASCII.GetString(answer);
            if (!text.StartsWith("HTTP/1.1 101 ", StringComparison.Ordinal) || !text.EndsWith("\r\n\r\n", StringComparison.Ordinal)
                || !text.Contains(Accept, StringComparison.Ordinal))
                throw new InvalidOperationException($"not the answer that was expected: {text}");
        }
    }
}
