using System.Text;

namespace PluginHost.Server;

/// <summary>How much a log line matters.</summary>
internal enum LogLevel
{
    Trace,
    Debug,
    Information,
    Warning,
    Error,
    None,
}

/// <summary>One event, one line. Whatever it says is escaped and capped, so that a peer cannot write lines of its own.</summary>
/// <param name="minimum">Lines below are dropped.</param>
/// <param name="write">Takes a finished line. Called from any thread.</param>
internal sealed class ServerLog(LogLevel minimum, Action<LogLevel, string> write)
{
    private const int MostCharacters = 1000;

    private volatile LogLevel _minimum = minimum;
    private PeerLog? _peers;

    /// <summary>For what peers cause before they are known.</summary>
    public PeerLog Peers => _peers ?? Interlocked.CompareExchange(ref _peers, new PeerLog(this), null) ?? _peers;

    /// <summary>Lines below are dropped.</summary>
    public LogLevel Minimum
    {
        get => _minimum;
        set => _minimum = value;
    }

    /// <summary>Lines of this level are written.</summary>
    public bool IsEnabled(LogLevel level) => level >= _minimum && level != LogLevel.None;

    /// <summary>Writes a line.</summary>
    public void Write(LogLevel level, string line)
    {
        if (!IsEnabled(level)) return;
        try
        {
            write(level, Escape(line));
        }
        catch (Exception)
        {
            // A log that cannot be written, such as a closed pipe, must not end a connection; and there is nowhere else to say it.
        }
    }

    /// <summary>The text with control characters escaped and cut to 1,000 characters.</summary>
    public static string Escape(string text)
    {
        var cut = text.Length <= MostCharacters ? text : string.Concat(text.AsSpan(0, MostCharacters), "…");
        if (!cut.Any(NeedsEscape)) return cut;
        var escaped = new StringBuilder();
        foreach (var c in cut)
        {
            if (NeedsEscape(c)) escaped.Append("\\u").Append(((int)c).ToString("x4", System.Globalization.CultureInfo.InvariantCulture));
            else escaped.Append(c);
        }
        return escaped.ToString();
    }

    // Line and paragraph separators break lines too; bidirectional controls reorder them.
    private static bool NeedsEscape(char c) =>
        char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
