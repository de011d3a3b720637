using System.Diagnostics;
using System.Globalization;
using PluginHost.Benchmarks.Load;

namespace PluginHost.Benchmarks.Macro;

/// <summary>
/// <c>topics [--published FOLDER]</c>: whether publishing depends on how many topics there are, what a subscription takes of memory, and whether subscribers
/// that do not read hold up the others.
/// </summary>
internal static class TopicCommand
{
    private const int SubscribersOfEach = 10;
    private const int Publications = 20_000;
    private const int Rounds = 5;

    public static int Run(string[] arguments)
    {
        using var servers = new Servers(arguments is ["--published", var folder] ? Path.GetFullPath(folder) : null);
        if (Environment.ProcessorCount > 1 && OperatingSystem.IsLinux())
            Process.GetCurrentProcess().ProcessorAffinity = 1 << (Environment.ProcessorCount - 1);
        Numbers(servers);
        Stalled(servers);
        return 0;
    }

    /// <summary>All three sizes are there at once, each on a server of its own, and are measured in turn.</summary>
    private static void Numbers(Servers servers)
    {
        int[] sizes = [1_000, 10_000, 100_000];
        var running = sizes.Select(_ => servers.OursForTopics()).ToArray();
        var loads = new TopicLoad[sizes.Length];
        try
        {
            var perSubscription = new double[sizes.Length];
            for (var i = 0; i < sizes.Length; i++)
            {
                loads[i] = new TopicLoad(running[i].Port, running[i].Id);
                loads[i].Subscribe(SubscribersOfEach, 0, 10);
                Thread.Sleep(3000); // what starting took goes back to the system
                var before = running[i].Memory;
                for (var reader = 0; reader < SubscribersOfEach; reader++) loads[i].SubscribeMore(reader, 10, sizes[i]);
                Thread.Sleep(5000);
                perSubscription[i] = (running[i].Memory - before) / (double)((sizes[i] - 10) * SubscribersOfEach);
            }
            var results = sizes.Select(_ => new List<LoadResult>()).ToArray();
            for (var round = 0; round < Rounds; round++)
                for (var i = 0; i < sizes.Length; i++)
                    results[i].Add(loads[i].PublishSingly(sizes[i], SubscribersOfEach, Publications));
            for (var i = 0; i < sizes.Length; i++)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{sizes[i],7} topics with {SubscribersOfEach} subscribers: a publication to all of them {Median(results[i], one => one.P50):F0} µs (p99 "
                    + $"{Median(results[i], one => one.P99):F0}), {Median(results[i], one => one.CpuPerMessage):F1} µs of CPU; "
                    + $"a subscription takes {perSubscription[i]:F0} B"));
            }
        }
        finally
        {
            foreach (var load in loads) load?.Dispose();
            foreach (var server in running) server.Dispose();
        }
    }

    /// <summary>At this rate the queues of those that do not read are full, and their connections closed, long before the end.</summary>
    private static void Stalled(Servers servers)
    {
        const int Readers = 900, NotReading = 100, Size = 4096, Rate = 50;
        var window = TimeSpan.FromSeconds(12);
        List<LoadResult> without = [], with = [];
        using var server = servers.OursForTopics();
        for (var round = 0; round < 3; round++)
        {
            foreach (var isStalled in (bool[])[false, true])
            {
                using var load = new TopicLoad(server.Port, server.Id);
                load.Subscribe(Readers, 0, 1, Size);
                if (isStalled) load.SubscribeStalled(NotReading);
                (isStalled ? with : without).Add(load.PublishSteadily(Size, Rate, window));
            }
        }
        var (fast, slow) = (Median(without, one => one.P99), Median(with, one => one.P99));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Readers} subscribers, {Size} B {Rate} times a second: p50 {Median(without, one => one.P50):F0} µs, p99 {fast:F0}; with {NotReading} more that do not read: "
            + $"p50 {Median(with, one => one.P50):F0}, p99 {slow:F0}, {slow / fast:F2} times"));
    }

    private static double Median(List<LoadResult> all, Func<LoadResult, double> of) => all.Select(of).Order().ElementAt(all.Count / 2);
}
