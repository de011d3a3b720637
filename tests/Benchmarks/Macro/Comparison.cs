using System.Globalization;
using PluginHost.Benchmarks.Load;

namespace PluginHost.Benchmarks.Macro;

/// <summary>One server in one scenario: medians of its windows.</summary>
/// <param name="Cpu">Processor time a message, in µs; for <see cref="ScenarioKind.Idle"/> bytes a connection.</param>
/// <param name="Rate">Messages, deliveries or handshakes a second.</param>
/// <param name="P50">Latency in µs, as are the next two.</param>
/// <param name="P99">99 of 100 are faster.</param>
/// <param name="P999">999 of 1,000 are faster.</param>
/// <param name="Memory">Resident memory of the process, in MiB.</param>
/// <param name="Allocated">Managed bytes allocated for a message; <see langword="null"/> where that is not asked for.</param>
internal sealed record Figures(double Cpu, double Rate, double P50, double P99, double P999, double Memory, double? Allocated);

/// <summary>Both servers in one scenario.</summary>
/// <param name="Scenario">Which.</param>
/// <param name="Ours">This server.</param>
/// <param name="Theirs">What stands against it.</param>
/// <param name="Bare">A bare loop; <see langword="null"/> where it was not run.</param>
/// <param name="Bun">A server on Bun; <see langword="null"/> where it was not run.</param>
/// <param name="Ratio">Median of the ratios of neighbouring windows.</param>
/// <param name="Lowest">The lowest of them.</param>
/// <param name="Highest">The highest of them.</param>
internal sealed record ComparisonResult(
    Scenario Scenario, Figures Ours, Figures Theirs, Figures? Bare, Figures? Bun, double Ratio, double Lowest, double Highest)
{
    /// <summary>The goal is reached.</summary>
    public bool Held => Ratio <= Scenario.Goal;

    /// <summary>The slowest messages are no slower than theirs.</summary>
    public bool P99Held => Ours.P99 <= Theirs.P99;
}

/// <summary>Runs scenarios: one window of this server, one of its peer, and so on in turn.</summary>
internal static class Comparison
{
    private const int Idle = 5000;
    private const int Handshakes = 40_000;
    private static readonly TimeSpan s_pastTieredCompilation = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(0.3);

    public static ComparisonResult Run(Scenario scenario, Servers servers, int rounds, TimeSpan window)
    {
        Side[] sides = [.. Sides(scenario, servers)];
        if (scenario.Kind != ScenarioKind.Idle)
            foreach (var side in sides)
                _ = Measure(side, s_pastTieredCompilation, TimeSpan.FromSeconds(0.2));
        for (var round = 0; round < rounds; round++)
        {
            if (scenario.Kind == ScenarioKind.Idle) servers.Stop(); // memory that was used once does not count a second time
            foreach (var side in sides) side.Figures.Add(Measure(side, s_again, window));
        }
        var ratios = sides[0].Figures.Zip(sides[1].Figures, (a, b) => a.Cpu / b.Cpu).Order().ToArray();
        return new ComparisonResult(
            scenario, Medians(sides[0].Figures), Medians(sides[1].Figures), OfThird("bare"), OfThird("bun"),
            ratios[ratios.Length / 2], ratios[0], ratios[^1]);

        Figures? OfThird(string name) => sides.FirstOrDefault(side => side.Name == name) is { } side ? Medians(side.Figures) : null;
    }

    /// <summary>
    /// Scenario b by one process with two loops, and by two processes with one loop each, which share nothing; none is pinned. Processor time a message, in µs,
    /// and the median of the ratios.
    /// </summary>
    public static (double Loops, double Processes, double Ratio) Loops(Servers servers, int rounds, TimeSpan window)
    {
        var load = Scenario.All.First(one => one.Id == "b").Load;
        using var both = servers.OursWithLoops(2);
        using var first = servers.OursWithLoops(1);
        using var second = servers.OursWithLoops(1);
        (int, int)[][] sides = [[(both.Port, both.Id)], [(first.Port, first.Id), (second.Port, second.Id)]];
        foreach (var side in sides) _ = LoadClient.Echo(side, load, s_pastTieredCompilation, TimeSpan.FromSeconds(0.2));
        List<double>[] cpu = [[], []];
        for (var round = 0; round < rounds; round++)
            for (var side = 0; side < sides.Length; side++)
                cpu[side].Add(LoadClient.Echo(sides[side], load, s_again, window).CpuPerMessage);
        return (Median(cpu[0]), Median(cpu[1]), Median([.. cpu[0].Zip(cpu[1], (a, b) => a / b)]));
    }

    private sealed record Side(Scenario Scenario, Func<ServerProcess> Server, bool AsksAllocated, string? Name = null)
    {
        public List<Figures> Figures { get; } = [];
    }

    private static IEnumerable<Side> Sides(Scenario scenario, Servers servers)
    {
        var asks = scenario.Kind is ScenarioKind.Echo or ScenarioKind.FanOut;
        yield return new Side(scenario, () => servers.Ours(scenario.Variant), asks);
        yield return scenario.Peer == Peer.OwnEcho
            ? new Side(scenario with { Load = scenario.Load with { Subprotocol = null } }, () => servers.Ours(scenario.Variant), asks)
            : new Side(scenario with { Load = scenario.Load with { Subprotocol = null } }, () => servers.Theirs(scenario.Variant), asks);
        if (scenario.HasBare) yield return new Side(scenario, servers.Bare, AsksAllocated: false, "bare");
        if (servers.HasBun && scenario is { Peer: Peer.AspNetCore, Variant: not ServerVariant.Sockets } && scenario.Load.Subprotocol is null or "broadcast")
            yield return new Side(scenario with { Load = scenario.Load with { Subprotocol = null } }, () => servers.Bun(scenario.Variant), AsksAllocated: false, "bun");
    }

    private static Figures Measure(Side side, TimeSpan warmUp, TimeSpan window)
    {
        var (scenario, server) = (side.Scenario, side.Server());
        if (scenario.Kind == ScenarioKind.Idle) return MeasureIdle(server);
        Func<long>? counter = side.AsksAllocated ? () => LoadClient.Ask(server.Port, "bench.allocated") : null;
        var asking = counter is null ? 0 : -counter() + counter(); // what asking allocates itself
        var result = scenario.Kind switch
        {
            ScenarioKind.SecureEcho => SecureLoad.Echo(server.Port, server.Id, scenario.Load, warmUp, window),
            ScenarioKind.FanOut => LoadClient.FanOut(server.Port, server.Id, scenario.Load, warmUp, window, counter),
            ScenarioKind.Handshakes => HandshakeLoad.Run(server.Port, server.Id, warmUp, Handshakes, scenario.Load.InFlight, scenario.Load.Connections),
            _ => LoadClient.Echo(server.Port, server.Id, scenario.Load, warmUp, window, counter),
        };
        double? allocated = counter is null ? null : Math.Max(0, result.Counted - asking) / (double)result.Messages;
        return new Figures(result.CpuPerMessage, result.Rate, result.P50, result.P99, result.P999, server.Memory / (1 << 20), allocated);
    }

    private static Figures MeasureIdle(ServerProcess server)
    {
        LoadClient.WarmUp(server.Port);
        Thread.Sleep(TimeSpan.FromSeconds(3));
        var before = server.Memory;
        var after = 0.0;
        LoadClient.Idle(server.Port, Idle, () =>
        {
            Thread.Sleep(TimeSpan.FromSeconds(5)); // idle, as the connections of such a server are nearly always
            after = server.Memory;
        });
        return new Figures((after - before) / Idle, 0, 0, 0, 0, after / (1 << 20), null);
    }

    private static Figures Medians(List<Figures> all) => new(
        Median(all, one => one.Cpu), Median(all, one => one.Rate), Median(all, one => one.P50), Median(all, one => one.P99),
        Median(all, one => one.P999), Median(all, one => one.Memory),
        all[0].Allocated is null ? null : Median(all, one => one.Allocated!.Value));

    private static double Median(List<Figures> all, Func<Figures, double> of) => Median([.. all.Select(of)]);

    private static double Median(List<double> all) => all.Order().ElementAt(all.Count / 2);

    /// <summary>A line for people, while it runs.</summary>
    public static string Describe(ComparisonResult result)
    {
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Scenario.Id,-10} PluginHost {result.Ours.Cpu,9:F2}  {NameOf(result.Scenario.Peer)} {result.Theirs.Cpu,9:F2}  ratio {result.Ratio:F2} "
            + $"({result.Lowest:F2} to {result.Highest:F2}), goal {result.Scenario.Goal:F2}: {(result.Held ? "held" : "NOT HELD")}; "
            + $"p99 {result.Ours.P99:F0} and {result.Theirs.P99:F0} µs, {result.Ours.Rate:F0} and {result.Theirs.Rate:F0} a second");
        if (result.Bare is { } bare) line += string.Create(CultureInfo.InvariantCulture, $"; a bare loop {bare.Cpu:F2}");
        if (result.Bun is { } bun) line += string.Create(CultureInfo.InvariantCulture, $"; Bun {bun.Cpu:F2}, p99 {bun.P99:F0} µs");
        if (result.Ours.Allocated is { } bytes) line += string.Create(CultureInfo.InvariantCulture, $"; allocated {bytes:F2} and {result.Theirs.Allocated:F0} B");
        return line;
    }

    /// <summary>What people call it.</summary>
    public static string NameOf(Peer peer) => peer == Peer.OwnEcho ? "Echo" : "ASP.NET Core";
}
