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
internal sealed record Figures(double Cpu, double Rate, double P50, double P99, double P999, double Memory);

/// <summary>Both servers in one scenario.</summary>
/// <param name="Scenario">Which.</param>
/// <param name="Ours">This server.</param>
/// <param name="Theirs">ASP.NET Core.</param>
/// <param name="Ratio">Median of the ratios of neighbouring windows.</param>
/// <param name="Lowest">The lowest of them.</param>
/// <param name="Highest">The highest of them.</param>
internal sealed record ComparisonResult(Scenario Scenario, Figures Ours, Figures Theirs, double Ratio, double Lowest, double Highest)
{
    /// <summary>The goal is reached.</summary>
    public bool Held => Ratio <= Scenario.Goal;
}

/// <summary>Runs scenarios: one window of this server, one of ASP.NET Core's, and so on in turn.</summary>
internal static class Comparison
{
    private const int Idle = 5000;
    private const int Handshakes = 4000;

    public static async Task<ComparisonResult> RunAsync(Scenario scenario, Servers servers, int rounds, TimeSpan window)
    {
        List<Figures> ours = [], theirs = [];
        if (scenario.Kind != ScenarioKind.Idle)
        {
            // Past tiered compilation.
            _ = await MeasureAsync(scenario, servers.Ours(scenario.Variant), TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(0.2));
            _ = await MeasureAsync(scenario, servers.Theirs(scenario.Variant), TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(0.2));
        }
        for (var round = 0; round < rounds; round++)
        {
            if (scenario.Kind == ScenarioKind.Idle) servers.Stop(); // memory that was used once does not count a second time
            ours.Add(await MeasureAsync(scenario, servers.Ours(scenario.Variant), TimeSpan.FromSeconds(0.3), window));
            theirs.Add(await MeasureAsync(scenario, servers.Theirs(scenario.Variant), TimeSpan.FromSeconds(0.3), window));
        }
        var ratios = ours.Zip(theirs, (a, b) => a.Cpu / b.Cpu).Order().ToArray();
        return new ComparisonResult(scenario, Medians(ours), Medians(theirs), ratios[ratios.Length / 2], ratios[0], ratios[^1]);
    }

    /// <summary>This server in scenario b with one loop and with two, neither pinned: processor time a message, in µs.</summary>
    public static async Task<(double One, double Two)> LoopsAsync(Servers servers, int rounds, TimeSpan window)
    {
        var scenario = Scenario.All.First(one => one.Id == "b");
        using var one = servers.OursWithLoops(1);
        using var two = servers.OursWithLoops(2);
        foreach (var server in (ServerProcess[])[one, two]) _ = await MeasureAsync(scenario, server, TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(0.2));
        List<Figures> ones = [], twos = [];
        for (var round = 0; round < rounds; round++)
        {
            ones.Add(await MeasureAsync(scenario, one, TimeSpan.FromSeconds(0.3), window));
            twos.Add(await MeasureAsync(scenario, two, TimeSpan.FromSeconds(0.3), window));
        }
        return (Medians(ones).Cpu, Medians(twos).Cpu);
    }

    private static async Task<Figures> MeasureAsync(Scenario scenario, ServerProcess server, TimeSpan warmUp, TimeSpan window)
    {
        if (scenario.Kind == ScenarioKind.Idle) return MeasureIdle(server);
        var result = scenario.Kind switch
        {
            ScenarioKind.SecureEcho => await SecureLoad.EchoAsync(server.Port, server.Id, scenario.Load, warmUp, window),
            ScenarioKind.FanOut => LoadClient.FanOut(server.Port, server.Id, scenario.Load, warmUp, window),
            ScenarioKind.Handshakes => LoadClient.Handshakes(server.Port, server.Id, Handshakes, scenario.Load.Connections),
            _ => LoadClient.Echo(server.Port, server.Id, scenario.Load, warmUp, window),
        };
        return new Figures(result.CpuPerMessage, result.Rate, result.P50, result.P99, result.P999, server.Memory / (1 << 20));
    }

    private static Figures MeasureIdle(ServerProcess server)
    {
        // What the first connections cost is the program, not a connection.
        for (var i = 0; i < 20; i++) LoadClient.Idle(server.Port, 100, static () => { });
        Thread.Sleep(TimeSpan.FromSeconds(3));
        var before = server.Memory;
        var after = 0.0;
        LoadClient.Idle(server.Port, Idle, () =>
        {
            Thread.Sleep(TimeSpan.FromSeconds(5)); // idle, as the connections of such a server are nearly always
            after = server.Memory;
        });
        return new Figures((after - before) / Idle, 0, 0, 0, 0, after / (1 << 20));
    }

    private static Figures Medians(List<Figures> all) => new(
        Median(all, one => one.Cpu), Median(all, one => one.Rate), Median(all, one => one.P50), Median(all, one => one.P99),
        Median(all, one => one.P999), Median(all, one => one.Memory));

    private static double Median(List<Figures> all, Func<Figures, double> of) => all.Select(of).Order().ElementAt(all.Count / 2);

    /// <summary>A line for people, while it runs.</summary>
    public static string Describe(ComparisonResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"{result.Scenario.Id,-10} PluginHost {result.Ours.Cpu,9:F2}  ASP.NET Core {result.Theirs.Cpu,9:F2}  ratio {result.Ratio:F2} "
        + $"({result.Lowest:F2} to {result.Highest:F2}), goal {result.Scenario.Goal:F2}: {(result.Held ? "held" : "NOT HELD")}; "
        + $"p99 {result.Ours.P99:F0} and {result.Theirs.P99:F0} µs, {result.Ours.Rate:F0} and {result.Theirs.Rate:F0} a second");
}
