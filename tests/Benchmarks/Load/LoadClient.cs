using System.Diagnostics;
using PluginHost.Core.Protocol.Frames;

namespace PluginHost.Benchmarks.Load;

/// <summary>What a load consists of.</summary>
/// <param name="Connections">WebSockets open at once.</param>
/// <param name="Size">Payload bytes of a message.</param>
/// <param name="IsText">Text, otherwise binary.</param>
/// <param name="InFlight">Messages that each connection has sent and not had back.</param>
/// <param name="Subprotocol">What to offer.</param>
internal sealed record EchoLoad(int Connections, int Size, bool IsText, int InFlight, string? Subprotocol = null);

/// <summary>What a window of load measured.</summary>
/// <param name="Messages">Messages, deliveries or handshakes.</param>
/// <param name="Seconds">The length of the window.</param>
/// <param name="ServerCpu">Seconds of the server's processor time.</param>
/// <param name="P50">Latency in µs, as are the next two.</param>
/// <param name="P99">99 of 100 are faster.</param>
/// <param name="P999">999 of 1,000 are faster.</param>
/// <param name="Counted">By how much a counter of the server's went up in the window.</param>
internal sealed record LoadResult(long Messages, double Seconds, double ServerCpu, double P50, double P99, double P999, long Counted = 0)
{
    /// <summary>Messages a second.</summary>
    public double Rate => Messages / Seconds;

    /// <summary>Microseconds of the server's processor time for a message.</summary>
    public double CpuPerMessage => ServerCpu * 1e6 / Messages;
}

/// <summary>A closed-loop load on one thread: each connection sends as many messages as have come back.</summary>
internal static class LoadClient
{
    /// <summary>Runs a load: warms up, then measures.</summary>
    /// <param name="port">Where.</param>
    /// <param name="process">The server's.</param>
    /// <param name="load">What.</param>
    /// <param name="warmUp">How long before it is measured.</param>
    /// <param name="window">How long it is measured.</param>
    /// <param name="counter">Reads a counter of the server's, right before the window and right after.</param>
    public static LoadResult Echo(int port, int process, EchoLoad load, TimeSpan warmUp, TimeSpan window, Func<long>? counter = null) =>
        Echo([(port, process)], load, warmUp, window, counter);

    /// <summary>The same with several servers, which get as many connections each; their processor time is added up.</summary>
    public static LoadResult Echo(
        (int Port, int Process)[] servers, EchoLoad load, TimeSpan warmUp, TimeSpan window, Func<long>? counter = null)
    {
        var payload = Payload(load.Size);
        var frame = Frame(payload, load.IsText);
        var frames = Repeat(frame, load.InFlight + 1);
        using var poll = new Epoll();
        var connections = new LoadConnection[load.Connections];
        try
        {
            for (var i = 0; i < connections.Length; i++)
            {
                connections[i] = LoadConnection.Open(servers[i % servers.Length].Port, load.Subprotocol, payload);
                poll.Add(connections[i].Descriptor, i);
            }
            var latencies = new LatencyHistogram();
            foreach (var connection in connections) connection.Send(frames, frame.Length, load.InFlight, Now());
            _ = Run(poll, connections, frames, frame.Length, warmUp, latencies);
            latencies.Clear();
            var counted = counter?.Invoke() ?? 0;
            var (cpu, watch) = (ProcessorTime(), Stopwatch.StartNew());
            var messages = Run(poll, connections, frames, frame.Length, window, latencies);
            var (seconds, used) = (watch.Elapsed.TotalSeconds, ProcessorTime() - cpu);
            counted = (counter?.Invoke() ?? 0) - counted;
            return new LoadResult(messages, seconds, used, latencies.Percentile(0.5), latencies.Percentile(0.99), latencies.Percentile(0.999), counted);
        }
        finally
        {
            foreach (var connection in connections) connection?.Dispose();
        }

        double ProcessorTime() => servers.Sum(server => Epoll.ProcessorTime(server.Process));
    }

    /// <summary>One publisher, whose every message comes to all subscribers; a message is delivered when a subscriber has it.</summary>
    public static LoadResult FanOut(int port, int process, EchoLoad load, TimeSpan warmUp, TimeSpan window, Func<long>? counter = null)
    {
        var payload = Payload(load.Size);
        var frame = Frame(payload, load.IsText);
        var frames = Repeat(frame, load.InFlight + 1);
        using var poll = new Epoll();
        var connections = new LoadConnection[load.Connections + 1];
        try
        {
            for (var i = 0; i < connections.Length; i++)
            {
                connections[i] = LoadConnection.Open(port, load.Subprotocol, payload);
                poll.Add(connections[i].Descriptor, i);
            }
            var latencies = new LatencyHistogram();
            var fan = new Fan(poll, connections, frames, frame.Length, load.InFlight, latencies);
            fan.Publish(load.InFlight);
            _ = fan.Run(warmUp);
            latencies.Clear();
            var counted = counter?.Invoke() ?? 0;
            var (cpu, watch) = (Epoll.ProcessorTime(process), Stopwatch.StartNew());
            var delivered = fan.Run(window);
            var (seconds, used) = (watch.Elapsed.TotalSeconds, Epoll.ProcessorTime(process) - cpu);
            counted = (counter?.Invoke() ?? 0) - counted;
            return new LoadResult(delivered, seconds, used, latencies.Percentile(0.5), latencies.Percentile(0.99), latencies.Percentile(0.999), counted);
        }
        finally
        {
            foreach (var connection in connections) connection?.Dispose();
        }
    }

    /// <summary>Sends one message, and reads the one that answers it: a number.</summary>
    public static long Ask(int port, string subprotocol)
    {
        using var connection = LoadConnection.Open(port, subprotocol, []);
        connection.Send(Frame([], isText: true), 6, 1, Now());
        var buffer = new byte[128];
        int count;
        while ((count = Epoll.Receive(connection.Descriptor, buffer)) == -1) Thread.Yield();
        return long.Parse(buffer.AsSpan(2, count - 2), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Opens connections, has one message echoed on each, looks, and ends them.</summary>
    public static void Idle(int port, int count, Action look)
    {
        var payload = Payload(20);
        var frame = Frame(payload, isText: true);
        var buffer = new byte[4096];
        var connections = new LoadConnection[count];
        try
        {
            for (var i = 0; i < count; i++)
            {
                connections[i] = LoadConnection.Open(port, null, payload);
                connections[i].Send(frame, frame.Length, 1, Now());
                while (Receive(connections[i], buffer, null) == 0) Thread.Yield();
            }
            look();
        }
        finally
        {
            foreach (var connection in connections) connection?.Dispose();
        }
    }

    /// <summary>Opens and ends connections until the server's code for that is compiled for good: what the first ones cost is the program, not a connection.</summary>
    public static void WarmUp(int port)
    {
        for (var pass = 0; pass < 4; pass++)
        {
            for (var i = 0; i < 20; i++) Idle(port, 100, static () => { });
            Thread.Sleep(TimeSpan.FromSeconds(1)); // the compiler waits for a pause
        }
    }

    /// <summary>Nanoseconds.</summary>
    public static long Now() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    /// <summary>ASCII that differs from byte to byte.</summary>
    public static byte[] Payload(int size) => [.. Enumerable.Range(0, size).Select(i => (byte)('!' + (i * 7 % 90)))];

    /// <summary>A masked frame.</summary>
    public static byte[] Frame(byte[] payload, bool isText) => FrameEncoder.Encode(
        new FrameHeader(true, ReservedBits.None, isText ? Opcode.Text : Opcode.Binary, true, 0x3F5C_77A1, payload.Length), payload);

    private static byte[] Repeat(byte[] frame, int times)
    {
        var all = new byte[frame.Length * times];
        for (var i = 0; i < times; i++) frame.CopyTo(all, i * frame.Length);
        return all;
    }

    private static long Run(
        Epoll poll, LoadConnection[] connections, byte[] frames, int frameLength, TimeSpan window, LatencyHistogram latencies)
    {
        Span<int> ready = stackalloc int[512];
        var buffer = new byte[1 << 20];
        var end = Now() + (long)window.TotalNanoseconds;
        var messages = 0L;
        while (Now() < end)
        {
            var count = poll.Wait(ready, 100);
            foreach (var number in ready[..count])
            {
                var connection = connections[number];
                connection.Flush(frames, frameLength);
                var taken = Receive(connection, buffer, latencies);
                messages += taken;
                if (taken > 0) connection.Send(frames, frameLength, taken, Now());
            }
        }
        return messages;
    }

    private static int Receive(LoadConnection connection, byte[] buffer, LatencyHistogram? latencies)
    {
        var taken = 0;
        while (true)
        {
            var count = Epoll.Receive(connection.Descriptor, buffer);
            if (count == -1) return taken;
            if (count <= 0) throw new InvalidOperationException("the server ended the connection");
            taken += connection.Take(buffer.AsSpan(0, count), Now(), latencies);
            if (count < buffer.Length) return taken;
        }
    }

    /// <summary>The publisher is the last connection. It sends again once all subscribers have had a message.</summary>
    private sealed class Fan(Epoll poll, LoadConnection[] connections, byte[] frames, int frameLength, int inFlight, LatencyHistogram latencies)
    {
        private readonly byte[] _buffer = new byte[1 << 20];
        private readonly long[] _had = new long[connections.Length - 1];
        private readonly int[] _hadBy = new int[inFlight]; // of the publications in flight, in a ring
        private readonly Queue<long> _publishedAt = new();
        private long _delivered;

        private LoadConnection Publisher => connections[^1];

        public void Publish(int count)
        {
            for (var i = 0; i < count; i++) _publishedAt.Enqueue(Now());
            Publisher.Send(frames, frameLength, count, Now());
        }

        public long Run(TimeSpan window)
        {
            Span<int> ready = stackalloc int[512];
            var end = Now() + (long)window.TotalNanoseconds;
            var before = _delivered;
            while (Now() < end)
            {
                var count = poll.Wait(ready, 100);
                var complete = 0;
                foreach (var number in ready[..count])
                {
                    var connection = connections[number];
                    connection.Flush(frames, frameLength);
                    var taken = Receive(connection, _buffer, null);
                    if (number < _had.Length) complete += Delivered(number, taken);
                }
                if (complete == 0) continue;
                for (var i = 0; i < complete; i++) latencies.Add(Now() - _publishedAt.Dequeue());
                Publish(complete);
            }
            return _delivered - before;
        }

        /// <returns>Publications that this was the last delivery of.</returns>
        private int Delivered(int subscriber, int count)
        {
            var complete = 0;
            _delivered += count;
            for (; count > 0; count--)
            {
                ref var hadBy = ref _hadBy[_had[subscriber]++ % inFlight];
                if (++hadBy < _had.Length) continue;
                hadBy = 0;
                complete++;
            }
            return complete;
        }
    }
}
