namespace PluginHost.Core.Policy.Limits;

/// <summary>How long a listener is left alone after accepting failed for want of descriptors or memory: 5 ms, doubling up to 1 s.</summary>
/// <param name="Failures">Failures since the last success, at most 8 of them counted.</param>
public readonly record struct BackOff(int Failures)
{
    private const int First = 5;
    private const int Longest = 1000;
    private const int MaxDoublings = 8;

    /// <summary>Milliseconds to wait now; 0 after a success.</summary>
    public int Milliseconds => Failures == 0 ? 0 : Math.Min(Longest, First << (Failures - 1));

    /// <summary>Another failure.</summary>
    public BackOff Failed() => new(Math.Min(MaxDoublings + 1, Failures + 1));

    /// <summary>A success: the next failure waits 5 ms again.</summary>
    public static BackOff Succeeded() => default;
}
