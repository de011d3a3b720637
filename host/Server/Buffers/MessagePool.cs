using System.Buffers;

namespace PluginHost.Server.Buffers;

/// <summary>
/// Memory for messages that go to other threads. The framework's shared pool keeps 32 arrays of a size for each core beside one a thread, which is less than a turn of
/// the loop hands out, so small ones have a pool of their own: what it keeps is at most 2 MiB. Safe from any thread.
/// </summary>
internal sealed class MessagePool : ArrayPool<byte>
{
    /// <summary>The longest array that is kept here, in bytes.</summary>
    public const int MostSmall = 1024;

    private const int MostOfASize = 1024;

    private readonly ArrayPool<byte> _small = Create(MostSmall, MostOfASize);

    /// <summary>The pool of the process.</summary>
    public static new MessagePool Shared { get; } = new();

    public override byte[] Rent(int minimumLength) => (minimumLength <= MostSmall ? _small : ArrayPool<byte>.Shared).Rent(minimumLength);

    public override void Return(byte[] array, bool clearArray = false) =>
        (array.Length <= MostSmall ? _small : ArrayPool<byte>.Shared).Return(array, clearArray);
}
