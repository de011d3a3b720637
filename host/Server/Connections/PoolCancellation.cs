using PluginHost.Server.Logging;

namespace PluginHost.Server.Connections;

/// <summary>Cancels where callbacks may block and throw: they are the plugin's, so they do not run on the loop, and what they throw is not the loop's.</summary>
internal static class PoolCancellation
{
    /// <summary>Cancels on the thread pool.</summary>
    public static void Cancel(CancellationTokenSource source, ServerLog log) => ThreadPool.UnsafeQueueUserWorkItem(
        static cancelled =>
        {
            try
            {
                cancelled.source.Cancel();
            }
            catch (AggregateException exception)
            {
                cancelled.log.Write(LogLevel.Error, $"a callback on cancellation failed: {ExceptionText.Describe(exception.InnerException ?? exception)}");
            }
        },
        (source, log),
        preferLocal: false);
}
