using System.Diagnostics;
using PluginHost.Conformance.Cases;
using PluginHost.Conformance.Results;

namespace PluginHost.Conformance.Run;

/// <summary>A case that has run.</summary>
internal sealed record Finished(CaseResult Result, Observed Seen, TimeSpan Duration);

/// <summary>Runs cases, a few at a time.</summary>
internal static class Suite
{
    /// <summary>Messages of each compression case, unless the full count is asked for.</summary>
    public const int FewRepetitions = 20;

    /// <summary>Messages of each compression case in the well-known list.</summary>
    public const int AllRepetitions = 1000;

    /// <summary>Runs them.</summary>
    /// <param name="url">The server, with an echo handler.</param>
    /// <param name="cases">Made as they are needed.</param>
    /// <param name="concurrency">How many at a time.</param>
    /// <param name="repetitions">Messages of each compression case.</param>
    /// <param name="finished">Told about each, one at a time.</param>
    public static async Task<IReadOnlyList<Finished>> RunAsync(
        Uri url, IEnumerable<Case> cases, int concurrency, int repetitions, Action<Finished>? finished = null)
    {
        var runner = new CaseRunner(url, repetitions);
        var all = new List<Finished>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = concurrency };
        await Parallel.ForEachAsync(cases, options, async (one, _) =>
        {
            var started = Stopwatch.GetTimestamp();
            var seen = await runner.RunAsync(one).ConfigureAwait(false);
            var done = new Finished(Judge.Decide(one, seen), seen, Stopwatch.GetElapsedTime(started));
            lock (all)
            {
                all.Add(done);
                finished?.Invoke(done);
            }
        }).ConfigureAwait(false);
        return all;
    }
}
