using System.Collections.Immutable;
using PluginHost.Abstractions;

namespace PluginHost.Server.Logging;

/// <summary>The log as a plugin sees it: its lines go to a logger, its fields as the state of the line.</summary>
/// <param name="logger">Takes the lines. Called from any thread.</param>
/// <param name="fields">What every line has.</param>
internal sealed class PluginLines(ILogger logger, ImmutableArray<KeyValuePair<string, string>> fields) : PluginLog
{
    private const int MaxLine = 2000;
    private const int MaxException = 8000;

    /// <inheritdoc/>
    public override bool IsEnabled(PluginLogLevel level)
    {
        try
        {
            return logger.IsEnabled(LevelOf(level));
        }
        catch (Exception)
        {
            return false; // a log that fails must not end what is logged
        }
    }

    /// <inheritdoc/>
    public override void Write(LogEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (!IsEnabled(entry.Level)) return;
        try
        {
            logger.Log(LevelOf(entry.Level), default, StateOf(entry), null, static (state, _) => state.Message);
        }
        catch (Exception)
        {
            // as above
        }
    }

    /// <inheritdoc/>
    public override PluginLog With(string name, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        return new PluginLines(logger, fields.Add(Field(name, value)));
    }

    private LogState StateOf(LogEntry entry)
    {
        var all = new List<KeyValuePair<string, object?>>(fields.Length + entry.Fields.Count + 2);
        foreach (var (name, value) in fields) all.Add(new(name, value));
        foreach (var (name, value) in entry.Fields) all.Add(new(name, Field(name, value).Value));
        if (entry.Exception is { } exception) all.Add(new("exception", OneLine.Of(exception, MaxException)));
        var message = OneLine.Of(entry.Message, MaxLine);
        all.Add(new("{OriginalFormat}", entry.Template is { } template ? OneLine.Of(template, MaxLine) : message));
        return new LogState(message, all);
    }

    private static KeyValuePair<string, string> Field(string name, string value) => new(OneLine.Of(name, 100), OneLine.Of(value ?? "", MaxLine));

    private static LogLevel LevelOf(PluginLogLevel level) => level switch
    {
        PluginLogLevel.Debug => LogLevel.Debug,
        PluginLogLevel.Information => LogLevel.Information,
        PluginLogLevel.Warning => LogLevel.Warning,
        _ => LogLevel.Error,
    };
}

/// <summary>A finished line with its fields, in the shape that structured logs read.</summary>
/// <param name="message">The line.</param>
/// <param name="fields">Names and values; the last is the template.</param>
internal sealed class LogState(string message, List<KeyValuePair<string, object?>> fields) : IReadOnlyList<KeyValuePair<string, object?>>
{
    /// <summary>The line.</summary>
    public string Message => message;

    /// <inheritdoc/>
    public int Count => fields.Count;

    /// <inheritdoc/>
    public KeyValuePair<string, object?> this[int index] => fields[index];

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => fields.GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => message;
}
