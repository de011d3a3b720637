using System.Globalization;
using PluginHost.Server.Logging;

namespace PluginHost.Server.Loading;

/// <summary>Calls into a plugin that neither throw nor take for ever. What went wrong comes back as text: an exception object would pin
/// the plugin.</summary>
internal static class Guarded
{
    /// <summary>Calls a function on a thread of its own, which is left behind when the time is up: a loop cannot be aborted.</summary>
    public static (T? Value, string? Fault) Call<T>(Func<T> function, TimeSpan limit) where T : class
    {
        T? value = null;
        string? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                value = function();
                if (value is null)
                    fault = "it returned null";
            }
            catch (Exception e)
            {
                fault = $"it threw {OneLine.Of(e)}";
            }
        })
        { IsBackground = true, Name = "plugin call" };
        thread.Start();
        return thread.Join(limit) ? (value, fault) : (null, TimedOut(limit));
    }

    /// <summary>Calls an asynchronous function on the thread pool and awaits it.</summary>
    /// <returns>What went wrong, or <see langword="null"/>.</returns>
    public static async Task<string?> CallAsync(Func<CancellationToken, ValueTask> function, TimeSpan limit, CancellationToken cancellation)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        source.CancelAfter(limit);
        var token = source.Token;
        try
        {
            var call = Task.Run(async () => await function(token).ConfigureAwait(false), CancellationToken.None);
            await call.WaitAsync(token).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return cancellation.IsCancellationRequested ? "it was cancelled" : TimedOut(limit);
        }
        catch (Exception e)
        {
            return $"it threw {OneLine.Of(e)}";
        }
    }

    private static string TimedOut(TimeSpan limit) => string.Create(CultureInfo.InvariantCulture, $"it did not finish within {limit.TotalSeconds:0.###} s");
}
