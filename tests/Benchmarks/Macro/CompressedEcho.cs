using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace PluginHost.Benchmarks.Macro;

/// <summary>
/// Echo of compressed JSON, this server and ASP.NET Core's WebSockets in turn, both with compression on: processor time a message, messages a second, and
/// memory a connection. <c>dotnet run -c Release --project tests/Benchmarks -- compressed</c>
/// </summary>
internal static class CompressedEcho
{
    private const int Connections = 16;
    private const int InFlight = 8;
    private const int Variants = 64;
    private const int Rounds = 5;
    private const int Idle = 1000;
    private const int Waves = 20;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1.5); // freed memory goes back to the system a second later

    public static async Task RunAsync(int[] sizes)
    {
        foreach (var takeover in (bool[])[false, true])
        {
            using var ours = Ours(takeover);
            using var theirs = ServerProcess.Start(
                "ASP.NET Core", Shell.Built("tests/Benchmarks/AspNetEcho", "AspNetEcho.dll"), takeover ? ["compress", "takeover"] : ["compress"]);
            foreach (var size in sizes) await CompareAsync(ours, theirs, takeover, size);
            Console.WriteLine(
                $"{Context(takeover)}: memory of a connection after one echo: PluginHost {await MemoryAsync(ours):F1} KiB, ASP.NET Core {await MemoryAsync(theirs):F1} KiB");
            await ChurnAsync(ours, takeover);
        }
    }

    private static ServerProcess Ours(bool takeover)
    {
        var folder = Directory.CreateTempSubdirectory("pluginhost-benchmark-").FullName;
        var file = Path.Combine(folder, "plugins.json");
        File.WriteAllText(file, $$"""
            { "listeners": [{ "address": "127.0.0.1:0" }],
              "compression": { "enabled": true, "threshold": 0, "contextTakeover": {{(takeover ? "true" : "false")}} } }
            """);
        return ServerProcess.Start("PluginHost", Shell.Built("host", "PluginHost.dll"), "--config", file, "--loops", "1");
    }

    private static async Task CompareAsync(ServerProcess ours, ServerProcess theirs, bool takeover, int size)
    {
        // Different messages, so that nobody can answer one with the work done for the last.
        var frames = Enumerable.Range(0, Variants).Select(seed => CompressedClient.Frame(Json(size, seed))).ToArray();
        ServerProcess[] both = [ours, theirs];
        foreach (var server in both) await MeasureAsync(server, frames, TimeSpan.FromSeconds(4)); // past tiered compilation
        var results = both.ToDictionary(server => server, _ => new List<(double Cpu, double Rate, double Bytes)>());
        for (var round = 0; round < Rounds; round++)
            foreach (var server in both)
                results[server].Add(await MeasureAsync(server, frames, Window));
        foreach (var server in both)
        {
            var (cpu, rate, bytes) = (
                Median(results[server], one => one.Cpu), Median(results[server], one => one.Rate), Median(results[server], one => one.Bytes));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Context(takeover)}, {size} B: {server.Name,-12} {cpu,8:F2} µs of CPU a message, {rate,9:F0} messages/s, {bytes,6:F0} B a reply"));
        }
        var ratios = results[ours].Zip(results[theirs], (a, b) => a.Cpu / b.Cpu).Order().ToArray();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Context(takeover)}, {size} B: CPU ratio {ratios[Rounds / 2]:F2} (from {ratios[0]:F2} to {ratios[^1]:F2})"));
    }

    private static async Task<(double Cpu, double Rate, double Bytes)> MeasureAsync(ServerProcess server, byte[][] frames, TimeSpan window)
    {
        var batches = frames.Chunk(InFlight).Select(chunk => chunk.SelectMany(one => one).ToArray()).ToArray();
        var clients = await OpenAsync(server, Connections);
        var watch = Stopwatch.StartNew();
        var before = server.Cpu;
        var counts = await Task.WhenAll(clients.Select(async client =>
        {
            var (messages, bytes) = (0L, 0L);
            while (watch.Elapsed < window)
            {
                bytes += await client.EchoAsync(batches[messages / InFlight % batches.Length], InFlight);
                messages += InFlight;
            }
            return (Messages: messages, Bytes: bytes);
        }));
        var cpu = server.Cpu - before;
        var total = counts.Sum(one => one.Messages);
        var seconds = watch.Elapsed.TotalSeconds;
        foreach (var client in clients) client.Dispose();
        return (cpu * 1e6 / total, total / seconds, (double)counts.Sum(one => one.Bytes) / total);
    }

    private static async Task<double> MemoryAsync(ServerProcess server)
    {
        var frame = CompressedClient.Frame(Json(200, 0));
        var before = server.Memory;
        var clients = await OpenAsync(server, Idle);
        foreach (var client in clients) await client.EchoAsync(frame, 1);
        var after = server.Memory;
        foreach (var client in clients) client.Dispose();
        return (after - before) / Idle / 1024;
    }

    /// <summary>Connections come and go; what one wave needed must serve the next, and be given back.</summary>
    private static async Task ChurnAsync(ServerProcess server, bool takeover)
    {
        var frame = CompressedClient.Frame(Json(200, 0));
        var descriptors = server.Descriptors;
        var memory = new List<double>();
        for (var wave = 0; wave < Waves; wave++)
        {
            var clients = await OpenAsync(server, Idle);
            foreach (var client in clients) await client.EchoAsync(frame, 1);
            foreach (var client in clients) client.Dispose();
            while (server.Descriptors > descriptors) await Task.Delay(20);
            await Task.Delay(Settling);
            memory.Add(server.Memory / (1 << 20));
        }
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Context(takeover)}: PluginHost after each of {Waves} waves of {Idle} connections, MiB: {string.Join(' ', memory.Select(one => $"{one:F0}"))}: "
            + $"{100 * ((memory[^1] / memory[0]) - 1):+0.0;-0.0} % from the first to the last"));
    }

    private static async Task<CompressedClient[]> OpenAsync(ServerProcess server, int count)
    {
        var clients = new CompressedClient[count];
        for (var i = 0; i < count; i++)
        {
            clients[i] = new CompressedClient();
            await clients[i].OpenAsync(server.Port);
        }
        return clients;
    }

    /// <summary>JSON as applications send it, of about that many bytes.</summary>
    private static byte[] Json(int size, int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder("[");
        while (text.Length < size - 60)
            text.Append(CultureInfo.InvariantCulture, $"{{\"id\":{random.Next(100_000)},\"room\":\"lobby\",\"price\":{random.Next(10_000) / 100.0:F2}}},");
        return Encoding.ASCII.GetBytes(text.Append("null]").ToString());
    }

    private static string Context(bool takeover) => takeover ? "with context takeover" : "without context takeover";

    private static double Median<T>(IEnumerable<T> values, Func<T, double> of) => values.Select(of).Order().ElementAt(Rounds / 2);
}
