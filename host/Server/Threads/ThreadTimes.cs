using System.Globalization;
using System.Runtime.InteropServices;

namespace PluginHost.Server.Threads;

/// <summary>What the system says of the time of single threads. Linux only; elsewhere nothing is known, and that is no error.</summary>
internal static partial class ThreadTimes
{
    private const int NanosecondsPerMillisecond = 1_000_000;

    /// <summary>The system's number of the calling thread; 0 where there is none.</summary>
    public static int CurrentThread()
    {
        if (!OperatingSystem.IsLinux()) return 0;
        try
        {
            return GetThreadId();
        }
        catch (EntryPointNotFoundException)
        {
            return 0; // glibc before 2.30
        }
    }

    /// <summary>Milliseconds that a thread of this process has waited for a processor so far; 0 where the system does not tell.</summary>
    /// <param name="thread">What <see cref="CurrentThread"/> said on it.</param>
    public static long WaitedForProcessor(int thread)
    {
        if (thread == 0) return 0;
        try
        {
            // Three numbers: nanoseconds on a processor, nanoseconds in its queue, time slices.
            var fields = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/self/task/{thread}/schedstat")).Split(' ');
            return fields.Length > 1 && long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var waited)
                ? waited / NanosecondsPerMillisecond
                : 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int GetThreadId();
}
