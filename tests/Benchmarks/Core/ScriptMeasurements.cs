using System.Diagnostics;
using System.Globalization;
using PluginHost.Core.Scripting;
using PluginHost.Core.Scripting.Evaluation;
using PluginHost.Core.Scripting.Values;
using PluginHost.Core.Tests.Scripting;

namespace PluginHost.Benchmarks.Core;

/// <summary>
/// <c>scripts</c>: how soon each hostile script stops, with the limits that the server ships, and what an evaluation of a typical script takes. Ends with 1 where
/// one takes longer than 100 ms.
/// </summary>
internal static class ScriptMeasurements
{
    private const int Rounds = 20;
    private static readonly TimeSpan Wall = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Allowed = TimeSpan.FromMilliseconds(100);

    public static int Run()
    {
        // What a server has compiled already when a script turns hostile.
        foreach (var one in HostileScript.All) Time(one);
        Console.WriteLine($"{"script",-36} {"worst of " + Rounds,12}  ended by");
        var late = 0;
        foreach (var one in HostileScript.All)
        {
            var times = Enumerable.Range(0, Rounds).Select(_ => Time(one)).ToArray();
            var worst = times.Max(time => time.Elapsed);
            if (worst > Allowed) late++;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{one.Name,-36} {worst.TotalMilliseconds,9:F1} ms  {times[^1].Error?.Message ?? "its own end"}"));
        }
        Console.WriteLine($"{HostileScript.All.Count} scripts, {HostileScript.All.Count - late} always stopped within 100 ms\n");
        var typical = new ScriptBenchmarks();
        Console.WriteLine("typical evaluations:");
        Measure($"{ScriptBenchmarks.OrderLength} bytes of JSON in, JSON out", () => typical.Reply_to_JSON());
        Measure("shout", () => typical.Shout());
        return late == 0 ? 0 : 1;
    }

    private static (TimeSpan Elapsed, ScriptError? Error) Time(HostileScript hostile)
    {
        var watch = Stopwatch.StartNew();
        var parsed = Script.Parse("hostile.sbn", hostile.Text);
        var error = parsed.MatchUnsafe<ScriptError?>(script => Evaluate(script, watch), errors => errors[0]);
        return (watch.Elapsed, error);
    }

    private static ScriptError? Evaluate(Script script, Stopwatch watch)
    {
        var happened = new ScriptEvent(ScriptEventKind.Message, DateTimeOffset.UnixEpoch, 1) { IsText = true, Payload = "x"u8.ToArray() };
        var start = watch.Elapsed;
        return script.Evaluate(
            happened, ScriptObject.Create([]), HostileScript.Library, ScriptLimits.Default, new ScriptWorkspace(), () => watch.Elapsed - start > Wall).Error;
    }

    private static void Measure(string name, Func<ScriptResult> evaluate)
    {
        const int count = 100_000;
        for (var i = 0; i < count; i++) evaluate();
        var best = double.MaxValue;
        var bytes = 0L;
        for (var round = 0; round < 10; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < count; i++) evaluate();
            best = Math.Min(best, watch.Elapsed.TotalMicroseconds / count);
            bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / count;
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-36} {best,9:F2} µs  {1e6 / best:F0} a second on one core, {bytes} bytes allocated each"));
    }
}
