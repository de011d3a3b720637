using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using PluginHost.Abstractions;
using PluginHost.Server;
using Level = Microsoft.Extensions.Logging.LogLevel;
using LogLevel = PluginHost.Server.LogLevel;

namespace PluginHost.Startup;

/// <summary>The log: one event, one line on standard error, with time (UTC), level and where it comes from.</summary>
internal sealed class HostLog : IDisposable
{
    private readonly ILoggerFactory _factory;

    /// <summary>Begins to log.</summary>
    /// <param name="minimum">Lines below are dropped.</param>
    public HostLog(LogLevel minimum)
    {
        _factory = LoggerFactory.Create(logging => logging
            .SetMinimumLevel(Map(minimum))
            .AddConsole(console =>
            {
                console.LogToStandardErrorThreshold = Level.Trace; // standard output is for results
                console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite; // a slow terminal must not hold up a loop
            })
            .AddSimpleConsole(format =>
            {
                format.SingleLine = true;
                format.UseUtcTimestamp = true;
                format.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            }));
        var server = _factory.CreateLogger("server");
        Server = new ServerLog(minimum, (level, line) => Write(server, level, line));
    }

    /// <summary>Takes the server's lines.</summary>
    public ServerLog Server { get; }

    /// <summary>Takes the lines of plugins; each names its plugin.</summary>
    public void Plugin(string id, PluginLogLevel level, string line) =>
        Write(_factory.CreateLogger("plugin." + id), Map(level), ServerLog.Escape(line));

    /// <inheritdoc/>
    public void Dispose() => _factory.Dispose();

    // The line is finished: it is no template, whatever braces it holds.
    private static void Write(ILogger logger, LogLevel level, string line) => logger.Log(Map(level), default, line, null, static (text, _) => text);

    private static LogLevel Map(PluginLogLevel level) => level switch
    {
        PluginLogLevel.Debug => LogLevel.Debug,
        PluginLogLevel.Information => LogLevel.Information,
        PluginLogLevel.Warning => LogLevel.Warning,
        _ => LogLevel.Error,
    };

    private static Level Map(LogLevel level) => level switch
    {
        LogLevel.Trace => Level.Trace,
        LogLevel.Debug => Level.Debug,
        LogLevel.Information => Level.Information,
        LogLevel.Warning => Level.Warning,
        LogLevel.Error => Level.Error,
        _ => Level.None,
    };
}
