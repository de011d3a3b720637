using PluginHost.Server.Logging;

namespace PluginHost.Tests.Server;

/// <summary>Hands each line to a test.</summary>
/// <param name="minimum">Lines below are dropped.</param>
/// <param name="write">Takes a line; from any thread.</param>
internal sealed class LineLogger(LogLevel minimum, Action<LogLevel, string> write) : ILogger
{
    /// <summary>Lines below are dropped.</summary>
    public LogLevel Minimum { get; set; } = minimum;

    /// <summary>A server's log over it.</summary>
    public static ServerLog Log(LogLevel minimum, Action<LogLevel, string> write) => new(new LineLogger(minimum, write));

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && logLevel >= Minimum;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) write(logLevel, formatter(state, exception));
    }
}
