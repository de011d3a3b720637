using System.Numerics;

namespace PluginHost.Server.Buffers;

/// <summary>
/// Arrays whose address never changes, so that system calls may be given it. Sizes are powers of two from 4 KiB to 4 MiB, and a little more, so that a
/// message of such a size fits with its headroom; larger ones are made and dropped. Safe from any thread; what is kept is bounded.
/// </summary>
internal sealed class PinnedPool(long mostKeptBytes)
{
    /// <summary>Bytes that an array has beyond its power of two.</summary>
    public const int Slack = 64;

    private const int SmallestShift = 12;
    private const int MaxShift = 22;

    private readonly Stack<byte[]>[] _free = [.. Enumerable.Range(0, MaxShift - SmallestShift + 1).Select(_ => new Stack<byte[]>())];
    private long _kept;

    /// <summary>The pool of the process: keeps up to 64 MiB.</summary>
    public static PinnedPool Shared { get; } = new(64L << 20);

    /// <summary>Bytes that lie in the pool unused.</summary>
    public long KeptBytes => Interlocked.Read(ref _kept);

    /// <summary>An array of at least <paramref name="length"/> bytes, with whatever is in it.</summary>
    public byte[] Rent(int length)
    {
        var shift = Math.Max(SmallestShift, BitOperations.Log2((uint)Math.Max(1, length - Slack - 1)) + 1);
        if (shift > MaxShift) return GC.AllocateUninitializedArray<byte>(length, pinned: true);
        var free = _free[shift - SmallestShift];
        lock (free)
        {
            if (free.TryPop(out var array))
            {
                Interlocked.Add(ref _kept, -array.Length);
                return array;
            }
        }
        return GC.AllocateUninitializedArray<byte>((1 << shift) + Slack, pinned: true);
    }

    /// <summary>Gives an array back. It must not be used any more, nor given back again: two connections would share it.</summary>
    /// <exception cref="InvalidOperationException">In debug builds: it lies in the pool already.</exception>
    public void Return(byte[] array)
    {
        var shift = BitOperations.Log2((uint)Math.Max(1, array.Length - Slack));
        if (shift is < SmallestShift or > MaxShift || array.Length != (1 << shift) + Slack) return;
        if (Interlocked.Add(ref _kept, array.Length) > mostKeptBytes)
        {
            Interlocked.Add(ref _kept, -array.Length);
            return;
        }
        var free = _free[shift - SmallestShift];
        lock (free)
        {
            CheckReturnedOnce(free, array);
            free.Push(array);
        }
    }

    [System.Diagnostics.Conditional("DEBUG")]
    private static void CheckReturnedOnce(Stack<byte[]> free, byte[] array)
    {
        // The last few are enough to catch what returns twice in one place, and cost little.
        var looked = 0;
        foreach (var returned in free)
        {
            if (ReferenceEquals(returned, array)) throw new InvalidOperationException("An array was returned to the pool twice.");
            if (++looked == 64) break;
        }
    }
}
