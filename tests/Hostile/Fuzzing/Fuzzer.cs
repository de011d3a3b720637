using System.Globalization;
using PluginHost.Hostile.Corpora;
using PluginHost.Hostile.Support;

namespace PluginHost.Hostile.Fuzzing;

/// <summary>
/// Runs a target over its seeds and over what a mutator makes of them. What an input must not do: throw, take long, or take memory out of proportion.
/// A short run always; with <c>PLUGINHOST_FUZZ_SECONDS</c> in the environment, that many seconds for each target, with a seed of its own that is
/// printed. An input that fails is kept in <c>seeds/</c>, so that it is tried for ever after.
/// </summary>
internal static class Fuzzer
{
    private const int ShortRun = 1_500;
    private const double MaxNanoseconds = 2e9;
    private static readonly TimeSpan ShortTime = TimeSpan.FromSeconds(3);

    /// <summary>The seeds of a target.</summary>
    public static IReadOnlyList<byte[]> Seeds(string target) =>
        [.. Directory.EnumerateFiles(Path.Combine(Corpus.Project, "seeds", target)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    /// <summary>Runs a target.</summary>
    /// <param name="target">Its name and that of its folder of seeds.</param>
    /// <param name="words">What its inputs are made of.</param>
    /// <param name="run">Tries an input.</param>
    /// <param name="mostMemory">Bytes that an input may allocate, given its length.</param>
    public static void Run(string target, byte[][] words, Action<byte[], Mutator> run, Func<int, long> mostMemory)
    {
        var asked = double.TryParse(Environment.GetEnvironmentVariable("PLUGINHOST_FUZZ_SECONDS"), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds);
        var seed = asked ? Environment.TickCount : 1;
        var seeds = Seeds(target);
        var mutator = new Mutator(seed, words);
        var tried = 0;
        foreach (var one in seeds) Try(one);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (asked ? watch.Elapsed.TotalSeconds < seconds : tried < ShortRun && watch.Elapsed < ShortTime)
        {
            Try(mutator.Next(seeds));
            tried++;
        }
        if (asked) Console.WriteLine($"{target}: {tried} inputs, seed {seed}");

        void Try(byte[] input)
        {
            try
            {
                var allocated = 0L;
                var time = Cost.Time(() => allocated = Cost.Allocated(() => run(input, mutator)));
                if (time > MaxNanoseconds) throw new TimeoutException($"{time / 1e9:F1} s of processor time");
                if (allocated > mostMemory(input.Length)) throw new InsufficientMemoryException($"{allocated} bytes for {input.Length}");
            }
            catch (Exception exception)
            {
                var file = Path.Combine(Corpus.Project, "seeds", target, $"found-{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(input))[..12]}");
                if (asked) File.WriteAllBytes(file, input);
                throw new InvalidOperationException(
                    $"{target}, seed {seed}, input {tried} ({input.Length} bytes): {Convert.ToHexString(input.AsSpan(0, Math.Min(400, input.Length)))}", exception);
            }
        }
    }
}
