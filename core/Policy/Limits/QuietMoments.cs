namespace PluginHost.Core.Policy.Limits;

/// <summary>What a process has used so far, at one moment. Only differences count.</summary>
/// <param name="Now">Milliseconds.</param>
/// <param name="ProcessorTime">Milliseconds of processor time of all threads.</param>
/// <param name="Allocated">Bytes allocated on the managed heap, freed or not.</param>
public readonly record struct Usage(long Now, long ProcessorTime, long Allocated);

/// <summary>
/// When it pays to give memory back. A burst of handshakes leaves garbage that nothing collects while the connections then sit idle; a quiet moment is the
/// time to collect it, because nobody waits for an answer then.
/// </summary>
/// <param name="Last">The sample before.</param>
/// <param name="AllocatedWhenCollected">What had been allocated when memory was last given back.</param>
public readonly record struct QuietMoments(Usage Last, long AllocatedWhenCollected)
{
    /// <summary>Bytes allocated since the last time that make another one worth it.</summary>
    public const long WorthIt = 8L << 20;

    /// <summary>The most processor time of a quiet interval, in parts of a thousand of one processor.</summary>
    public const int QuietPerMille = 20;

    /// <summary>Begins to watch.</summary>
    /// <param name="first">The first sample.</param>
    public static QuietMoments Start(Usage first) => new(first, first.Allocated);

    /// <summary>Takes a sample.</summary>
    /// <param name="sample">The next one.</param>
    /// <returns>What to go on with, and whether memory is to be given back now.</returns>
    public (QuietMoments Next, bool Collect) Take(Usage sample)
    {
        var time = sample.Now - Last.Now;
        var quiet = time > 0 && (sample.ProcessorTime - Last.ProcessorTime) * 1000 <= time * QuietPerMille;
        var collect = quiet && sample.Allocated - AllocatedWhenCollected >= WorthIt;
        return (new QuietMoments(sample, collect ? sample.Allocated : AllocatedWhenCollected), collect);
    }
}
