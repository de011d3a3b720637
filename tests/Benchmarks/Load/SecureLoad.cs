using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using LanguageExt;
using PluginHost.Core.Handshake;

namespace PluginHost.Benchmarks.Load;

/// <summary>The closed-loop echo load over TLS, by the framework's stream; a task a connection.</summary>
internal static class SecureLoad
{
    /// <summary>Runs a load: warms up, then measures.</summary>
    public static async Task<LoadResult> EchoAsync(int port, int process, EchoLoad load, TimeSpan warmUp, TimeSpan window)
    {
        var payload = LoadClient.Payload(load.Size);
        var frame = LoadClient.Frame(payload, load.IsText);
        var batch = Enumerable.Repeat(frame, load.InFlight).SelectMany(one => one).ToArray();
        var latencies = new LatencyHistogram();
        var counter = new Counter();
        using var end = new CancellationTokenSource();
        var running = new Task[load.Connections];
        for (var i = 0; i < running.Length; i++)
        {
            var (stream, connection) = await OpenAsync(port, payload);
            running[i] = EchoAsync(stream, connection, batch, frame.Length, counter, latencies, end.Token);
        }
        await Task.Delay(warmUp);
        lock (latencies) latencies.Clear();
        var (before, cpu, watch) = (counter.Messages, Epoll.ProcessorTime(process), Stopwatch.StartNew());
        await Task.Delay(window);
        var (messages, seconds, used) = (counter.Messages - before, watch.Elapsed.TotalSeconds, Epoll.ProcessorTime(process) - cpu);
        LoadResult result;
        lock (latencies)
            result = new LoadResult(messages, seconds, used, latencies.Percentile(0.5), latencies.Percentile(0.99), latencies.Percentile(0.999));
        await end.CancelAsync();
        try
        {
            await Task.WhenAll(running);
        }
        catch (OperationCanceledException)
        {
            // as asked
        }
        return result;
    }

    private sealed class Counter
    {
        public long Messages;
    }

    private static async Task<(SslStream Stream, LoadConnection Connection)> OpenAsync(int port, byte[] expected)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = static (_, _, _, _) => true, // made for this run only, on this machine
        });
        var request = ClientHandshake.Build(ClientOffer.To($"localhost:{port}", "/"), new byte[16])
            .Match(fine => fine, fault => throw new InvalidOperationException(fault.Explanation));
        await stream.WriteAsync(request.ToBytes());
        var buffer = new byte[4096];
        for (var length = 0; ;)
        {
            length += await stream.ReadAsync(buffer.AsMemory(length));
            var scan = HeadScanner.Scan(HeadCursor.Response, buffer.AsSpan(0, length), HeadLimits.Default);
            if (scan.Kind == HeadScanKind.Incomplete) continue;
            ClientHandshake.Check(request, buffer.AsSpan(0, scan.Cursor.Position))
                .Match(fine => fine, fault => throw new InvalidOperationException(fault.Explanation));
            return (stream, new LoadConnection(socket, expected));
        }
    }

    private static async Task EchoAsync(
        SslStream stream, LoadConnection connection, byte[] batch, int frameLength, Counter counter, LatencyHistogram latencies, CancellationToken end)
    {
        await using var owned = stream;
        var buffer = new byte[256 * 1024];
        var sent = LoadClient.Now();
        await stream.WriteAsync(batch, end);
        while (true)
        {
            var count = await stream.ReadAsync(buffer, end);
            if (count == 0) throw new InvalidOperationException("the server ended the connection");
            var taken = connection.Take(buffer.AsSpan(0, count), 0, null);
            if (taken == 0) continue;
            Interlocked.Add(ref counter.Messages, taken);
            var now = LoadClient.Now();
            lock (latencies) latencies.Add(now - sent);
            sent = now;
            await stream.WriteAsync(batch.AsMemory(0, taken * frameLength), end);
        }
    }
}
