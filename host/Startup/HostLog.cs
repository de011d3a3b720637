using PluginHost.Server.Logging;

namespace PluginHost.Startup;

/// <summary>The log: one event, one line on standard error, with time (UTC), level and where it comes from.</summary>
internal sealed class HostLog : ILoggerFactory
{
    private readonly LineWriter _writer;
    private volatile LogLevel _minimum;
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
        (_minimum, _isJson) = (minimum, isJson);
        _writer = new LineWriter(stream, lost => Format(LogLevel.Warning, "log", $"{lost} lines could not be written", []));
        Server = CreateLogger(LogCategories.Server);
    }

    /// <summary>Takes the server's lines.</summary>
    public ILogger Server { get; }

    /// <summary>From now on it is as the file says.</summary>
    /// <param name="minimum">Lines below are dropped.</param>
    /// <param name="isJson">A line is a JSON object.</param>
    public void Configure(LogLevel minimum, bool isJson) => (_minimum, _isJson) = (minimum, isJson);

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Logger(this, SourceOf(categoryName), categoryName.StartsWith(LogCategories.Plugins, StringComparison.Ordinal));

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: lines go to one stream.</exception>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The log has one stream.");

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    private static string SourceOf(string category) => category == LogCategories.Server ? "server"
        : category.StartsWith(LogCategories.Plugins, StringComparison.Ordinal) ? "plugin." + category[LogCategories.Plugins.Length..]
        : category;

    private string Format(LogLevel level, string source, string message, IEnumerable<KeyValuePair<string, string>> fields) => _isJson
        ? LogLines.ForPrograms(DateTimeOffset.UtcNow, level, source, message, fields)
        : LogLines.ForPeople(DateTimeOffset.UtcNow, level, source, message, fields);

    /// <summary>What a plugin has given beside a line. Its template is the line once more.</summary>
    private static IEnumerable<KeyValuePair<string, string>> FieldsOf<TState>(TState state) => state is IReadOnlyList<KeyValuePair<string, object?>> fields
        ? fields.Where(field => field.Key != "{OriginalFormat}").Select(field => KeyValuePair.Create(LogText.Escape(field.Key), LogText.Escape($"{field.Value}")))
        : [];

    private sealed class Logger(HostLog log, string source, bool isPlugin) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && logLevel >= log._minimum;

        // Whoever logs, and whatever, it is escaped here.
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            var message = formatter(state, exception);
            log._writer.Add(log.Format(logLevel, LogText.Escape(source), LogText.Escape(exception is null ? message : $"{message}: {exception.Message}"), isPlugin ? FieldsOf(state) : []));
        }
    }
}
