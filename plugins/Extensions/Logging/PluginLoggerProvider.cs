using System.Collections;
using System.Globalization;
using Microsoft.Extensions.Logging;
using PluginHost.Abstractions;

namespace PluginHost.Extensions.Logging;

/// <summary>Writes .NET's log lines to the host's log: text, never an object of the plugin.</summary>
/// <param name="log">The plugin's log.</param>
internal sealed class PluginLoggerProvider(PluginLog log) : ILoggerProvider, ISupportExternalScope
{
    // Logging is synchronous: what a thread writes for a connection goes to the connection's log until the call returns.
    [ThreadStatic]
    private static PluginLog? _connectionLog;

    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    public ILogger CreateLogger(string categoryName) => new CategoryLogger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose() { }

    /// <summary>Has what this thread logs go to the log of a connection.</summary>
    /// <returns>What it went to before, to be given to <see cref="Leave"/>.</returns>
    public static PluginLog? Enter(PluginLog connection)
    {
        var before = _connectionLog;
        _connectionLog = connection;
        return before;
    }

    /// <summary>Undoes <see cref="Enter"/>.</summary>
    public static void Leave(PluginLog? before) => _connectionLog = before;

    private static PluginLogLevel LevelOf(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => PluginLogLevel.Debug,
        LogLevel.Information => PluginLogLevel.Information,
        LogLevel.Warning => PluginLogLevel.Warning,
        _ => PluginLogLevel.Error,
    };

    private static string TextOf(object? value) => value switch
    {
        null => "",
        string text => text,
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable items => string.Join(", ", items.Cast<object?>().Select(TextOf)),
        _ => value.ToString() ?? "",
    };

    private sealed class CategoryLogger(PluginLoggerProvider provider, string category) : ILogger
    {
        private const string Format = "{OriginalFormat}";

        private PluginLog Log => _connectionLog ?? provider.Root;

        public IDisposable BeginScope<TState>(TState state) where TState : notnull => provider._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && Log.IsEnabled(LevelOf(logLevel));

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            var fields = new List<KeyValuePair<string, string>> { new("category", category) };
            if (eventId.Id != 0 || eventId.Name is not null) fields.Add(new("event", eventId.ToString()));
            provider._scopes.ForEachScope(AddScope, fields);
            var template = Add(state, fields);
            Log.Write(new LogEntry(LevelOf(logLevel), formatter(state, exception))
            {
                Template = template,
                Fields = fields,
                Exception = exception?.ToString(),
            });
        }

        private static void AddScope(object? scope, List<KeyValuePair<string, string>> fields)
        {
            // The text of a scope is a field as well: a scope that is only a text has no other.
            if (scope is not IEnumerable<KeyValuePair<string, object?>> || Add(scope, fields) is not null)
                fields.Add(new("scope", TextOf(scope is IEnumerable<KeyValuePair<string, object?>> ? scope.ToString() : scope)));
        }

        /// <summary>Adds the values of a state, and returns its template.</summary>
        private static string? Add<TState>(TState state, List<KeyValuePair<string, string>> fields)
        {
            if (state is not IEnumerable<KeyValuePair<string, object?>> values) return null;
            string? template = null;
            foreach (var (name, value) in values)
                if (name == Format) template = TextOf(value);
                else if (name.Length > 0) fields.Add(new(name, TextOf(value)));
            return template;
        }
    }

    private PluginLog Root => log;
}
