using Microsoft.Extensions.Logging;
using PluginHost.Abstractions;
using PluginHost.Server;
using Level = Microsoft.Extensions.Logging.LogLevel;
using LogLevel = PluginHost.Server.LogLevel;

namespace PluginHost.Startup;

/// <summary>The log: one event, one line on standard error, with time (UTC), level and where it comes from.</summary>
internal sealed class HostLog : IDisposable
{
    private readonly ILoggerFactory _factory;
    private readonly LineWriter _writer;
    private volatile bool _isJson;

    /// <summary>Begins to log.</summary>
    /// <param name="minimum">Lines below are dropped.</param>
    /// <param name="isJson">A line is a JSON object.</param>
    public HostLog(LogLevel minimum, bool isJson)
        : this(minimum, isJson, Console.OpenStandardError())
    {
    }

    /// <inheritdoc cref="HostLog(LogLevel, bool)"/>
    /// <param name="stream">Where to, instead of standard error.</param>
    internal HostLog(LogLevel minimum, bool isJson, Stream stream)
    {
        _isJson = isJson;
        _writer = new LineWriter(stream, lost => Format(Level.Warning, "log", $"{lost} lines could not be written"));
        _factory = LoggerFactory.Create(logging => logging.SetMinimumLevel(Level.Trace).AddProvider(new Provider(this)));
        var server = _factory.CreateLogger("server");
        Server = new ServerLog(minimum, (level, line) => Write(server, level, line));
    }

    /// <summary>Takes the server's lines.</summary>
    public ServerLog Server { get; }

    /// <summary>From now on it is as the file says.</summary>
    /// <param name="minimum">Lines below are dropped.</param>
    /// <param name="isJson">A line is a JSON object.</param>
    public void Configure(LogLevel minimum, bool isJson) => (Server.Minimum, _isJson) = (minimum, isJson);

    /// <summary>Takes the lines of plugins; each names its plugin.</summary>
    public void Plugin(string id, PluginLogLevel level, string line)
    {
        if (Server.IsEnabled(Map(level))) Write(_factory.CreateLogger("plugin." + id), Map(level), line);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _factory.Dispose();
        _writer.Dispose();
    }

    private string Format(Level level, string source, string message) => _isJson
        ? LogLines.ForPrograms(DateTimeOffset.UtcNow, level, source, message)
        : LogLines.ForPeople(DateTimeOffset.UtcNow, level, source, message);

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

    private sealed class Provider(HostLog log) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Logger(log, categoryName);

        public void Dispose()
        {
            // The log disposes what it writes with.
        }
    }

    private sealed class Logger(HostLog log, string source) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(Level logLevel) => logLevel != Level.None;

        // Whoever logs, and whatever, it is escaped here.
        public void Log<TState>(Level logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var message = formatter(state, exception);
            log._writer.Add(log.Format(logLevel, ServerLog.Escape(source), ServerLog.Escape(exception is null ? message : $"{message}: {exception.Message}")));
        }
    }
}
