using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Text;
using PluginHost.Abstractions;
using PluginHost.Server;
using PluginHost.Testing;

namespace PluginHost.Cli.Doctor;

/// <summary>Examines a plugin.</summary>
internal static class Examiner
{
    private const int Measured = 256;
    private static readonly TimeSpan s_slow = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_stopTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_unloadTime = TimeSpan.FromSeconds(10);

    /// <summary>No handler is held off because of what it did before.</summary>
    private const string Patient = """
        { "handlers": { "faults": 100000, "faultsPerAddress": 1000000 }, "limits": { "connectionsPerAddress": 100000, "pendingHandshakes": 100000 } }
        """;

    /// <summary>Examines it.</summary>
    public static async Task<Diagnosis> ExamineAsync(string file, Examination wanted)
    {
        var samples = wanted.Conversations();
        var findings = new List<Finding>();
        var figures = new List<HandlerFigures>();
        var before = AssemblyLoadContext.All.Select(context => new WeakReference(context)).ToArray();
        var contexts = await ExerciseAsync(file, before, wanted, samples, findings, figures).ConfigureAwait(false);
        bool? isUnloaded = null;
        if (contexts.Length > 0)
        {
            isUnloaded = await UnloadsAsync(contexts).ConfigureAwait(false);
            if (isUnloaded == false) findings.AddRange(HoldersOf(contexts).Select(holder => new Finding("memory", null, holder)));
        }
        return new Diagnosis(file, figures, isUnloaded, findings);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] ContextsSince(WeakReference[] before)
    {
        var known = before.Select(reference => reference.Target).ToHashSet();
        return [.. AssemblyLoadContext.All.Where(context => context.IsCollectible && !known.Contains(context)).Select(context => new WeakReference(context, trackResurrection: true))];
    }

    /// <summary>Does all but to see whether it unloads.</summary>
    /// <returns>Its load contexts, which it was to leave; none of a script, and of what could not be loaded.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference[]> ExerciseAsync(
        string file, WeakReference[] before, Examination wanted, IReadOnlyList<Conversation> samples, List<Finding> findings, List<HandlerFigures> figures)
    {
        TestHost host;
        try
        {
            host = await TestHost.StartAsync(file, new TestSettings { Options = wanted.Options, Configuration = Patient }).ConfigureAwait(false);
        }
        catch (StartupException refused)
        {
            findings.AddRange(refused.Problems.Map(problem => new Finding("load", null, problem.ToString())));
            return [];
        }
        var contexts = ContextsSince(before); // one that is being unloaded is not listed any more
        await using (host.ConfigureAwait(false))
        {
            var said = samples.SelectMany(sample => sample.Steps).Where(step => step.IsMessage).DefaultIfEmpty(ClientStep.Text("hello")).ToArray();
            var usual = await UsualAsync(said).ConfigureAwait(false);
            foreach (var description in host.Handlers) figures.Add(await TryAsync(host, description, wanted, samples, said, usual, findings).ConfigureAwait(false));
            findings.AddRange(host.Log.Where(line => line.StartsWith("Error: plugin.", StringComparison.Ordinal)).Distinct().Take(10).Select(line => new Finding("log", null, line)));
            await StopAsync(host, findings).ConfigureAwait(false);
        }
        return contexts;
    }

    private static async Task<HandlerFigures> TryAsync(
        TestHost host, HandlerDescription description, Examination wanted, IReadOnlyList<Conversation> samples, ClientStep[] said, long usual,
        List<Finding> findings)
    {
        var token = description.Subprotocols[0];
        var isOnLoop = description.Tier.Match(_ => true, _ => false, _ => true);
        var count = wanted.Replay is null ? wanted.Cases : 1;
        try
        {
            (await host.OpenAsync(token).ConfigureAwait(false)).Break();
        }
        catch (HandshakeRefusedException refused)
        {
            findings.Add(new Finding("handshake", token, $"a plain request is refused with {refused.Status}, so that it could not be exercised"));
            return new HandlerFigures(token, 0, 0, 0);
        }
        try
        {
            HandlerProperties.JunkIsNoFault(new HandlerUnderTest(host, token) { Samples = samples, Cases = count, Replay = wanted.Replay });
        }
        catch (PropertyFailedException failed)
        {
            findings.Add(new Finding("fault", token, failed.Why.ReplaceLineEndings(" "), failed.Replay, failed.Conversation.Split('\n')));
        }
        var (bytes, slowest) = await MeasureAsync(host, token, said).ConfigureAwait(false);
        if (isOnLoop && slowest > s_slow)
            findings.Add(new Finding("blocked", token, $"a call has kept its event loop for {slowest.TotalMilliseconds:0} ms; a handler that waits is a session handler"));
        return new HandlerFigures(token, count, Math.Max(0, bytes - usual), isOnLoop ? slowest.TotalMilliseconds : 0);
    }

    /// <summary>Bytes that a message takes whatever its handler does.</summary>
    private static async Task<long> UsualAsync(ClientStep[] said)
    {
        var nothing = await TestHost.StartAsync(new Nothing(), new TestSettings { Configuration = Patient }).ConfigureAwait(false);
        await using (nothing.ConfigureAwait(false)) return (await MeasureAsync(nothing, Nothing.Token, said).ConfigureAwait(false)).Bytes;
    }

    /// <summary>What a message takes: bytes, and the time of the longest.</summary>
    private static async Task<(long Bytes, TimeSpan Slowest)> MeasureAsync(TestHost host, string token, ClientStep[] said)
    {
        var connection = await host.OpenAsync(token).ConfigureAwait(false);
        var (total, count, slowest) = (0L, 0, TimeSpan.Zero);
        for (var i = 0; i < Measured; i++)
        {
            if (connection.IsOver) connection = await host.OpenAsync(token).ConfigureAwait(false);
            var step = said[i % said.Length];
            var before = GC.GetTotalAllocatedBytes(precise: true);
            var started = Stopwatch.GetTimestamp();
            connection.Say(step);
            var took = Stopwatch.GetElapsedTime(started);
            await connection.SettleAsync().ConfigureAwait(false);
            if (i < Measured / 2) continue; // the first ones are compiled
            total += GC.GetTotalAllocatedBytes(precise: true) - before;
            count++;
            if (took > slowest) slowest = took;
        }
        connection.Break();
        return (total / count, slowest);
    }

    private static async Task StopAsync(TestHost host, List<Finding> findings)
    {
        var open = host.Connections.Where(connection => !connection.IsFinished).ToArray();
        var stopped = host.StopAsync(s_stopTime);
        for (var i = 0; i < 64 && !stopped.IsCompleted; i++)
        {
            await Task.WhenAny(stopped, Task.Delay(5)).ConfigureAwait(false);
            host.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        try
        {
            await stopped.ConfigureAwait(false);
        }
        catch (ExpectationException unfinished)
        {
            findings.Add(new Finding("stop", null, unfinished.Message));
        }
        var left = open.Sum(connection => connection.CallsInFlight);
        if (left > 0) findings.Add(new Finding("stop", null, $"{left} calls are in flight after it was stopped"));
    }

    private static async Task<bool> UnloadsAsync(WeakReference[] contexts)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < s_unloadTime;)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            if (!contexts.Any(context => context.IsAlive)) return true;
            await Task.Delay(20).ConfigureAwait(false);
        }
        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<string> HoldersOf(WeakReference[] contexts)
    {
        var found = contexts.Select(reference => reference.Target).OfType<AssemblyLoadContext>().SelectMany(Holders.Of).Distinct().ToList();
        if (found.Count == 0)
        {
            found.Add("something holds it that could not be found: a thread of its own, a GCHandle, or something of the framework that remembers its types, "
                + "such as JsonSerializer by reflection (use a JsonSerializerContext) or TypeDescriptor");
        }
        return found;
    }

    /// <summary>A plugin that does nothing.</summary>
    private sealed class Nothing : Plugin
    {
        public const string Token = "nothing";

        public override PluginDescription Describe() => new("Nothing", "1.0", [Handler.Pure<int>(Token, _ => Step.To(0), (state, _) => Step.To(state))]);
    }
}
