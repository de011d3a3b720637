namespace PluginHost.Abstractions;

/// <summary>How much a log line matters.</summary>
public enum PluginLogLevel
{
    /// <summary>For whoever looks for a fault.</summary>
    Debug,

    /// <summary>Normal operation.</summary>
    Information,

    /// <summary>Something is off, and the plugin goes on.</summary>
    Warning,

    /// <summary>Something failed.</summary>
    Error,
}

/// <summary>One line of a plugin for the host's log. Immutable. It holds text, never an object of the plugin: one that the log kept would keep the plugin loaded.</summary>
public sealed record LogEntry
{
    /// <summary>Makes an entry.</summary>
    /// <param name="level">How much it matters.</param>
    /// <param name="message">The line.</param>
    public LogEntry(PluginLogLevel level, string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        (Level, Message) = (level, message);
    }

    /// <summary>How much it matters.</summary>
    public PluginLogLevel Level { get; }

    /// <summary>The line. Control characters are escaped and a long line is cut.</summary>
    public string Message { get; }

    /// <summary>The message with the names of the fields in braces, as structured logs have it; <see langword="null"/> for none.</summary>
    public string? Template { get; init; }

    /// <summary>Names and values beside the line, in their order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Fields { get; init; } = [];

    /// <summary>An exception as text; <see langword="null"/> for none.</summary>
    public string? Exception { get; init; }
}

/// <summary>The host's log, for a plugin. From any thread.</summary>
public abstract class PluginLog
{
    /// <summary>For hosts and tests.</summary>
    protected PluginLog() { }

    /// <summary>Whether lines of that level are kept: to be asked before making a line that costs something.</summary>
    /// <param name="level">How much it would matter.</param>
    public abstract bool IsEnabled(PluginLogLevel level);

    /// <summary>Writes a line.</summary>
    /// <param name="entry">The line.</param>
    public abstract void Write(LogEntry entry);

    /// <summary>The same log, whose lines have one more field.</summary>
    /// <param name="name">The field's name.</param>
    /// <param name="value">Its value.</param>
    public abstract PluginLog With(string name, string value);

    /// <summary>Writes a line for whoever looks for a fault.</summary>
    /// <param name="message">The line.</param>
    public void Debug(string message) => Write(PluginLogLevel.Debug, message);

    /// <summary>Writes a line about normal operation.</summary>
    /// <param name="message">The line.</param>
    public void Information(string message) => Write(PluginLogLevel.Information, message);

    /// <summary>Writes a line about something that is off.</summary>
    /// <param name="message">The line.</param>
    public void Warning(string message) => Write(PluginLogLevel.Warning, message);

    /// <summary>Writes a line about something that failed.</summary>
    /// <param name="message">The line.</param>
    public void Error(string message) => Write(PluginLogLevel.Error, message);

    /// <summary>Writes a line about something that failed, with the text of an exception.</summary>
    /// <param name="message">The line.</param>
    /// <param name="exception">Its text is taken at once; the object is not kept.</param>
    public void Error(string message, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (IsEnabled(PluginLogLevel.Error)) Write(new LogEntry(PluginLogLevel.Error, message) { Exception = exception.ToString() });
    }

    private void Write(PluginLogLevel level, string message)
    {
        if (IsEnabled(level)) Write(new LogEntry(level, message));
    }
}
