using System.Diagnostics;
using System.Runtime.ExceptionServices;
using PluginHost.Server.Connections;
using PluginHost.Server.Loading;
using PluginHost.Server.Logging;

namespace PluginHost.Server;

/// <summary>
/// What a plugin lets escape where no call of the host catches it: on threads and timers of its own, in finalizers, in <c>async void</c> methods that began
/// outside a call, in tasks that nobody awaits. Such an exception would end the process; where it comes from a plugin, the plugin is named and the process
/// goes on. Any other one, and any on an event loop's thread, ends the process as ever: nobody knows what it has left behind.
/// </summary>
/// <param name="logger">Where they are named: at once, then at most once a second for each plugin.</param>
/// <param name="clock">Milliseconds that only go forward.</param>
public sealed class StrayExceptions(ILogger logger, Func<long> clock)
{
    private const long Pause = 1000;

    private readonly ServerLog _log = new(logger);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long QuietUntil, long Unsaid)> _said = [];

    /// <summary>Told of each one with the id of its plugin; from any thread.</summary>
    public Action<string> Faulted { get; set; } = _ => { };

    /// <summary>Watches over the process, once and for all.</summary>
    public void Install()
    {
        ExceptionHandling.SetUnhandledExceptionHandler(Survives);
        TaskScheduler.UnobservedTaskException += (_, unobserved) => Survives(unobserved.Exception);
    }

    /// <summary>Nobody has caught it. Whether the process goes on all the same.</summary>
    public bool Survives(Exception exception)
    {
        try
        {
            var cause = Innermost(exception);
            if (Loop.IsLoopThread || (PluginOf(cause) ?? PluginOf(exception)) is not { } plugin)
            {
                _log.Write(LogLevel.Error, $"nobody has caught {ExceptionText.Describe(cause)}");
                return false;
            }
            Name(plugin, cause);
            Faulted(plugin);
            return true;
        }
        catch (Exception)
        {
            return false; // the runtime says what it was
        }
    }

    /// <summary>The plugin that the exception comes from: of whose code it is, or on whose stack it was thrown.</summary>
    public static string? PluginOf(Exception exception)
    {
        foreach (var frame in new StackTrace(exception, fNeedFileInfo: false).GetFrames())
            if (frame.GetMethod()?.Module.Assembly is { } assembly && PluginAssembly.OwnerOf(assembly) is { } plugin)
                return plugin;
        return PluginAssembly.OwnerOf(exception.GetType().Assembly);
    }

    private static Exception Innermost(Exception exception)
    {
        while (exception is AggregateException or System.Reflection.TargetInvocationException or TypeInitializationException
            && exception.InnerException is { } inner)
            exception = inner;
        return exception;
    }

    private void Name(string plugin, Exception exception)
    {
        long unsaid;
        var now = clock();
        lock (_gate)
        {
            var (quietUntil, before) = _said.GetValueOrDefault(plugin, (long.MinValue, 0));
            if (now < quietUntil)
            {
                _said[plugin] = (quietUntil, before + 1);
                return;
            }
            unsaid = before;
            _said[plugin] = (now + Pause, 0);
        }
        var others = unsaid == 0 ? "" : $"; {unsaid} others before";
        _log.Write(LogLevel.Error, $"plugin {plugin}: an exception that nobody has caught, outside of any call: {ExceptionText.Describe(exception)}{others}");
    }
}
