using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using LanguageExt;
using PluginHost.Core.Protocol.Handshake;

namespace PluginHost.Benchmarks.Load;

/// <summary>The closed-loop echo load over TLS, by the framework's stream; one thread for all connections, each of which gets its turn.</summary>
internal static class SecureLoad
{
    /// <summary>Runs a load: warms up, then measures.</summary>
    public static LoadResult Echo(int port, int process, EchoLoad load, TimeSpan warmUp, TimeSpan window)
    {
        var payload = LoadClient.Payload(load.Size);
        var frame = LoadClient.Frame(payload, load.IsText);
        var batch = Enumerable.Repeat(frame, load.InFlight).SelectMany(one => one).ToArray();
        var latencies = new LatencyHistogram();
        using var poll = new Epoll();
        var connections = new List<Echoing>();
        try
        {
            for (var i = 0; i < load.Connections; i++)
            {
                var connection = Open(port, payload, batch, frame.Length, latencies);
                connections.Add(connection);
                poll.AddInput(connection.Descriptor, i);
            }
            foreach (var connection in connections) connection.Begin();
            Run(poll, connections, warmUp);
            latencies.Clear();
            var (before, cpu, watch) = (Messages(), Epoll.ProcessorTime(process), Stopwatch.StartNew());
            Run(poll, connections, window);
            var (messages, seconds, used) = (Messages() - before, watch.Elapsed.TotalSeconds, Epoll.ProcessorTime(process) - cpu);
            return new LoadResult(messages, seconds, used, latencies.Percentile(0.5), latencies.Percentile(0.99), latencies.Percentile(0.999));
        }
        finally
        {
            foreach (var connection in connections) connection.Dispose();
        }

        long Messages() => connections.Sum(connection => connection.Messages);
    }

    private static void Run(Epoll poll, List<Echoing> connections, TimeSpan window)
    {
        Span<int> ready = stackalloc int[512];
        var end = LoadClient.Now() + (long)window.TotalNanoseconds;
        while (LoadClient.Now() < end)
        {
            var count = poll.Wait(ready, 100);
            foreach (var number in ready[..count]) connections[number].Pump();
        }
    }

    private static Echoing Open(int port, byte[] expected, byte[] batch, int frameLength, LatencyHistogram latencies)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        var pumped = new PumpedStream(socket);
        var stream = new SslStream(pumped);
        stream.AuthenticateAsClient(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = static (_, _, _, _) => true, // made for this run only, on this machine
        });
        var request = ClientHandshake.Build(ClientOffer.To($"localhost:{port}", "/"), new byte[16])
            .Match(fine => fine, fault => throw new InvalidOperationException(fault.Explanation));
        stream.Write(request.ToBytes());
        var buffer = new byte[4096];
        for (var length = 0; ;)
        {
            length += stream.Read(buffer, length, buffer.Length - length);
            var scan = HeadScanner.Scan(HeadCursor.Response, buffer.AsSpan(0, length), HeadLimits.Default);
            if (scan.Kind == HeadScanKind.Incomplete) continue;
            ClientHandshake.Check(request, buffer.AsSpan(0, scan.Cursor.Position))
                .Match(fine => fine, fault => throw new InvalidOperationException(fault.Explanation));
            pumped.IsPumped = true;
            return new Echoing(stream, pumped, new LoadConnection(socket, expected), batch, frameLength, latencies);
        }
    }

    /// <summary>One connection: sends as many messages as have come back.</summary>
    private sealed class Echoing(
        SslStream stream, PumpedStream pumped, LoadConnection connection, byte[] batch, int frameLength, LatencyHistogram latencies) : IDisposable
    {
        private readonly byte[] _buffer = new byte[64 * 1024];
        private Task _running = Task.CompletedTask;

        public int Descriptor => connection.Descriptor;

        public long Messages { get; private set; }

        public void Begin() => _running = RunAsync();

        public void Pump()
        {
            pumped.Pump();
            if (_running.IsCompleted) _running.GetAwaiter().GetResult(); // it ends by an exception only
        }

        public void Dispose() => stream.Dispose();

        private async Task RunAsync()
        {
            await SendAsync(batch.Length / frameLength);
            while (true)
            {
                var count = await stream.ReadAsync(_buffer);
                if (count == 0) throw new InvalidOperationException("the server ended the connection");
                var taken = connection.Take(_buffer.AsSpan(0, count), LoadClient.Now(), latencies);
                Messages += taken;
                if (taken > 0) await SendAsync(taken);
            }
        }

        private async Task SendAsync(int count)
        {
            var now = LoadClient.Now();
            for (var i = 0; i < count; i++) connection.Expect(now);
            await stream.WriteAsync(batch.AsMemory(0, count * frameLength));
        }
    }
}
