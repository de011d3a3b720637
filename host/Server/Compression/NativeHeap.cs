using System.Runtime.InteropServices;

namespace PluginHost.Server.Compression;

/// <summary>
/// What the C library keeps of memory that has been freed. A thousand contexts are 300 MB, which glibc holds on to when their connections have gone; some time
/// after many have been freed, and in quiet moments, it is asked to give back what it has free.
/// </summary>
internal static class NativeHeap
{
    /// <summary>Freed bytes that are worth a call.</summary>
    public const long TrimAfter = 8 << 20;

    private static readonly TimeSpan s_delay = TimeSpan.FromSeconds(1);
    private static readonly Timer s_timer = new(static _ => Trim());
    private static long s_freed;
    private static int s_planned;
    private static long s_trims;
    private static bool s_unavailable = !OperatingSystem.IsLinux();

    /// <summary>How often memory has been given back.</summary>
    public static long Trims => Interlocked.Read(ref s_trims);

    /// <summary>That many bytes have been freed. From any thread.</summary>
    public static void Freed(long bytes)
    {
        if (Interlocked.Add(ref s_freed, bytes) < TrimAfter || Volatile.Read(ref s_unavailable)) return;
        // Not at once: where one connection ends many do, and a call walks the whole heap.
        if (Interlocked.Exchange(ref s_planned, 1) == 0) s_timer.Change(s_delay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Gives back what is free now. From any thread; a call walks the whole heap.</summary>
    public static void Trim()
    {
        Interlocked.Exchange(ref s_freed, 0);
        Volatile.Write(ref s_planned, 0);
        if (Volatile.Read(ref s_unavailable)) return;
        try
        {
            _ = MallocTrim(0);
            Interlocked.Increment(ref s_trims);
        }
        catch (EntryPointNotFoundException) // another C library than glibc
        {
            Volatile.Write(ref s_unavailable, true);
        }
        catch (DllNotFoundException)
        {
            Volatile.Write(ref s_unavailable, true);
        }
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    private static extern int MallocTrim(nuint keep);
}
