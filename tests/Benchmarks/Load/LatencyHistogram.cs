using System.Numerics;

namespace PluginHost.Benchmarks.Load;

/// <summary>Times from nanoseconds to minutes, each bucket within 1/64 of its values. Adding costs a few instructions and no memory.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 6;

    private readonly long[] _buckets = new long[(64 - SubBits) << SubBits];

    public long Count { get; private set; }

    /// <summary>Counts one time, in nanoseconds.</summary>
    public void Add(long nanoseconds)
    {
        _buckets[Index(Math.Max(0, nanoseconds))]++;
        Count++;
    }

    public void Clear()
    {
        Array.Clear(_buckets);
        Count = 0;
    }

    /// <summary>The time that this share of all does not exceed, in microseconds.</summary>
    /// <param name="share">0 to 1.</param>
    public double Percentile(double share)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(share * Count));
        for (var i = 0; i < _buckets.Length; i++)
            if ((rank -= _buckets[i]) <= 0) return Upper(i) / 1000.0;
        return 0;
    }

    private static int Index(long value)
    {
        if (value < 1 << SubBits) return (int)value;
        var shift = BitOperations.Log2((ulong)value) - SubBits;
        return ((shift + 1) << SubBits) + (int)(value >> shift) - (1 << SubBits);
    }

    private static long Upper(int index)
    {
        if (index < 1 << SubBits) return index;
        var shift = (index >> SubBits) - 1;
        return ((((index & ((1 << SubBits) - 1)) | (1L << SubBits)) + 1) << shift) - 1;
    }
}
