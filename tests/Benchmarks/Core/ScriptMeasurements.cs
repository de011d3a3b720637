using System.Diagnostics;
using System.Globalization;
using PluginHost.Core.Scripts;
using PluginHost.Server.Scripting.Engine;
using PluginHost.Tests.Scripting.Engine;

namespace PluginHost.Benchmarks.Core;

/// <summary>
/// <c>scripts</c>: how soon each hostile script stops, with the limits that the server ships, and what an evaluation of a typical script takes. Ends with 1 where
/// one is out of bounds: it holds its thread for longer than its time and 50 ms, or allocates more than its memory and 16 MiB.
/// </summary>
internal static class ScriptMeasurements
{
    private const int Rounds = 20;
    private const long AllowedBytes = (8 + 16) << 20;
    private static readonly TimeSpan Wall = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Allowed = Wall + TimeSpan.FromMilliseconds(50);

    public static int Run()
    {
        // What a server has compiled already when a script turns hostile.
        foreach (var one in HostileScript.All) Time(one);
        Console.WriteLine($"{"script",-44} {"worst of " + Rounds,12} {"allocated",12}  ended by");
        var outside = 0;
        foreach (var one in HostileScript.All)
        {
            var times = Enumerable.Range(0, Rounds).Select(_ => Time(one)).ToArray();
            var worst = times.Max(time => time.Elapsed);
            var most = times.Max(time => time.Allocated);
            var isOutside = worst > Allowed || most > AllowedBytes;
            if (isOutside) outside++;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{one.Name,-44} {worst.TotalMilliseconds,9:F1} ms {most / 1048576.0,8:F1} MiB  {(isOutside ? "OUT OF BOUNDS, " : "")}{times[^1].Error?.Message ?? "its own end"}"));
        }
        Console.WriteLine($"{HostileScript.All.Count} scripts, {outside} scripts out of bounds\n");
        var typical = new ScriptBenchmarks();
        Console.WriteLine("typical evaluations:");
        Measure($"{ScriptBenchmarks.OrderLength} bytes of JSON in, JSON out", () => typical.Reply_to_JSON());
        Measure("shout", () => typical.Shout());
        Measure("echo", () => typical.Echo());
        return outside == 0 ? 0 : 1;
    }

    // A text that does not compile is the operator's: it holds no loop.
    private static (TimeSpan Elapsed, long Allocated, ScriptError? Error) Time(HostileScript hostile) =>
        ScriptProgram.Compile("hostile.sbn", hostile.Text).Match(Evaluate, errors => (TimeSpan.Zero, 0, errors[0]));

    private static (TimeSpan Elapsed, long Allocated, ScriptError? Error) Evaluate(ScriptProgram script)
    {
        var happened = new ScriptEvent(ScriptEventKind.Message, DateTimeOffset.UnixEpoch, 1) { IsText = true, Payload = "x"u8.ToArray() };
        var setting = new ScriptSetting(script, HostileScript.Parts, ScriptLimits.Default, Wall, ScriptData.Nothing, new StoreCell(ScriptStoreLimits.Default));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        var error = ScriptDesk.Own.Handle(setting, happened, ScriptState.Empty, ScriptData.Nothing, TimeProvider.System).Error;
        return (watch.Elapsed, GC.GetAllocatedBytesForCurrentThread() - before, error);
    }

    private static void Measure(string name, Func<object> evaluate)
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
