using System.Buffers;
using System.Numerics;

namespace PluginHost.Server.Buffers;

/// <summary>
/// Memory for messages that go to other threads. The framework's shared pool keeps 32 arrays of a size for each core beside one a thread, which is less than a turn of
/// the loop hands out, so small ones, of a power of two, are kept here: at most 2 MiB. Safe from any thread; who waits for another one sleeps, for both may share a core.
/// </summary>
internal sealed class MessagePool : ArrayPool<byte>
{
    /// <summary>The longest array that is kept here, in bytes.</summary>
    public const int MaxSmall = 1024;

    /// <summary>Arrays that are kept of each size.</summary>
    public const int MaxOfASize = 1024;

    private const int SmallestShift = 4;

    private readonly Stack<byte[]>[] _free = [.. Enumerable.Range(SmallestShift, BitOperations.Log2(MaxSmall) - SmallestShift + 1).Select(_ => new Stack<byte[]>())];

    /// <summary>The pool of the process.</summary>
    public static new MessagePool Shared { get; } = new();

    public override byte[] Rent(int minimumLength)
    {
        if (minimumLength > MaxSmall) return ArrayPool<byte>.Shared.Rent(minimumLength);
        var shift = Math.Max(SmallestShift, BitOperations.Log2((uint)Math.Max(1, minimumLength - 1)) + 1);
        var free = _free[shift - SmallestShift];
        lock (free)
        {
            if (free.TryPop(out var array)) return array;
        }
        return GC.AllocateUninitializedArray<byte>(1 << shift);
    }

    public override void Return(byte[] array, bool clearArray = false)
    {
        ArgumentNullException.ThrowIfNull(array);
        if (clearArray) array.AsSpan().Clear();
        var shift = BitOperations.Log2((uint)Math.Max(1, array.Length));
        if (array.Length > MaxSmall)
        {
            ArrayPool<byte>.Shared.Return(array);
            return;
        }
        if (shift < SmallestShift || array.Length != 1 << shift) return; // not from here
        var free = _free[shift - SmallestShift];
        lock (free)
        {
            if (free.Count < MaxOfASize) free.Push(array);
        }
    }
}
