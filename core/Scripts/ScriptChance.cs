namespace PluginHost.Core.Scripts;

/// <summary>Chance that follows from the seed of an event (SplitMix64).</summary>
public static class ScriptChance
{
    /// <summary>The number at a place of the sequence that belongs to a seed.</summary>
    /// <param name="seed">The event's.</param>
    /// <param name="index">From 0.</param>
    public static ulong At(ulong seed, ulong index)
    {
        var z = unchecked(seed + (0x9E3779B97F4A7C15 * (index + 1)));
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return z ^ (z >> 31);
    }
}
