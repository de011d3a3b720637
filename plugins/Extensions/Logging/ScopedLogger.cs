using Microsoft.Extensions.Logging;
using PluginHost.Abstractions;
using PluginHost.Extensions.Scopes;

namespace PluginHost.Extensions.Logging;

/// <summary>A logger that, where it was made in the scope of a connection, writes to the log of that connection, which has it as a field.</summary>
/// <typeparam name="T">Whose name is the category.</typeparam>
internal sealed class ScopedLogger<T> : ILogger<T>
{
    private readonly Logger<T> _logger;
    private readonly PluginLog? _connection;

    /// <summary>Made by the container.</summary>
    public ScopedLogger(ILoggerFactory factory, IServiceProvider services, Connected connected) =>
        (_logger, _connection) = (new Logger<T>(factory), connected.SessionOf(services)?.Log);

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => ((ILogger)_logger).BeginScope(state);

    public bool IsEnabled(LogLevel logLevel)
    {
        if (_connection is null) return ((ILogger)_logger).IsEnabled(logLevel);
        var before = PluginLoggerProvider.Enter(_connection);
        try
        {
            return ((ILogger)_logger).IsEnabled(logLevel);
        }
        finally
        {
            PluginLoggerProvider.Leave(before);
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (_connection is null)
        {
            ((ILogger)_logger).Log(logLevel, eventId, state, exception, formatter);
            return;
        }

        var before = PluginLoggerProvider.Enter(_connection);
        try
        {
            ((ILogger)_logger).Log(logLevel, eventId, state, exception, formatter);
        }
        finally
        {
            PluginLoggerProvider.Leave(before);
        }
    }
}
