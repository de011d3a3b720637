using System.Diagnostics;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace PluginHost.Testing;

/// <summary>Tries a property with generated cases, and shrinks the first that fails.</summary>
internal static class Trials
{
    private const int MaxSize = 40;
    private const int MaxShrinks = 400;
    private static readonly TimeSpan s_shrinkTime = TimeSpan.FromSeconds(20);

    /// <summary>Tries.</summary>
    /// <param name="property">Its name.</param>
    /// <param name="handler">What is tested.</param>
    /// <param name="cases">What makes cases.</param>
    /// <param name="shrink">Smaller cases than one, the smallest first.</param>
    /// <param name="print">What a case says, as <c>connect --play</c> reads it.</param>
    /// <param name="fault">Why it does not hold for a case; <see langword="null"/> where it does.</param>
    public static void Run<T>(
        string property, HandlerUnderTest handler, Gen<T> cases, Func<T, IEnumerable<T>> shrink, Func<T, string> print, Func<T, Task<string?>> fault)
    {
        var (seed, first, count) = handler.Replay is { } replay ? Read(replay) : ((ulong)Random.Shared.NextInt64(), 0, handler.Cases);
        for (var i = first; i < first + count; i++)
        {
            var size = 1 + (i % 100 * MaxSize / 100);
            var tried = cases.Sample(1, new Rnd(seed + (ulong)i), size).Single();
            if (Ask(fault, tried) is not { } why) continue;
            (tried, why) = Shrink(tried, why, shrink, fault);
            throw new PropertyFailedException(property, why, string.Create(CultureInfo.InvariantCulture, $"{seed}/{i}"), print(tried));
        }
    }

    private static (T Case, string Why) Shrink<T>(T failed, string why, Func<T, IEnumerable<T>> shrink, Func<T, Task<string?>> fault)
    {
        var watch = Stopwatch.StartNew();
        var tried = 0;
        for (var found = true; found;)
        {
            found = false;
            foreach (var smaller in shrink(failed))
            {
                if (++tried > MaxShrinks || watch.Elapsed > s_shrinkTime) return (failed, why);
                if (Ask(fault, smaller) is not { } still) continue;
                (failed, why, found) = (smaller, still, true);
                break;
            }
        }
        return (failed, why);
    }

    // On the pool, so that no context of the test's framework waits for itself.
    private static string? Ask<T>(Func<T, Task<string?>> fault, T tried) => Task.Run(() => fault(tried)).GetAwaiter().GetResult();

    private static (ulong Seed, int First, int Count) Read(string replay)
    {
        var parts = replay.Split('/');
        return parts.Length == 2 && ulong.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? (seed, index, 1)
            : throw new FormatException($"'{replay}' replays nothing: write what a failure has printed, such as 123456/7.");
    }
}
