using System.Globalization;
using System.Text.RegularExpressions;

namespace PluginHost.Server.Logging;

/// <summary>A fault of a handler.</summary>
/// <param name="At">When.</param>
/// <param name="Connection">The connection that it was called for.</param>
/// <param name="Handler">Its first subprotocol; <see langword="null"/> where a plugin has failed to authenticate a client.</param>
/// <param name="Plugin">Its plugin or script.</param>
/// <param name="Place">Where: the method, or file, line and column of a script; <see langword="null"/> where it is not known.</param>
/// <param name="Message">What went wrong, in one line.</param>
public sealed record FaultReport(DateTimeOffset At, long Connection, string? Handler, string Plugin, string? Place, string Message);

/// <summary>
/// The last faults of handlers, as they are logged: what is shown is read off the line, so that both say the same, and whoever logs a fault need not think of it.
/// From any thread.
/// </summary>
/// <param name="capacity">How many are kept.</param>
internal sealed partial class FaultLog(int capacity)
{
    /// <summary>How many are kept where nothing says otherwise.</summary>
    public const int DefaultCapacity = 50;

    private const int MaxText = 500;

    private readonly Queue<FaultReport> _last = new();

    /// <summary>The last ones, the newest first.</summary>
    public IReadOnlyList<FaultReport> Newest
    {
        get
        {
            lock (_last) return [.. _last.Reverse()];
        }
    }

    /// <summary>A line is logged. One that tells of no fault is left alone.</summary>
    /// <param name="line">The line, not escaped.</param>
    /// <param name="at">When.</param>
    public void Read(string line, DateTimeOffset at)
    {
        var found = Fault().Match(line);
        if (!found.Success) return;
        var (place, message) = Split(found.Groups["what"].Value);
        var handler = found.Groups["handler"];
        var fault = new FaultReport(
            at, long.Parse(found.Groups["connection"].ValueSpan, CultureInfo.InvariantCulture), handler.Success ? handler.Value : null, found.Groups["plugin"].Value,
            place is null ? null : OneLine.Of(place, MaxText), OneLine.Of(message, MaxText));
        lock (_last)
        {
            _last.Enqueue(fault);
            while (_last.Count > capacity) _last.Dequeue();
        }
    }

    /// <summary>Place and message of a script's error, or of an exception with its innermost method.</summary>
    private static (string? Place, string Message) Split(string what)
    {
        if (ScriptError().Match(what) is { Success: true } script) return (script.Groups["place"].Value, script.Groups["message"].Value);
        if (Thrown().Match(what) is { Success: true } thrown) return (thrown.Groups["place"].Value, thrown.Groups["message"].Value);
        return (null, what.EndsWith(" (no stack)", StringComparison.Ordinal) ? what[..^" (no stack)".Length] : what);
    }

    [GeneratedRegex(
        "^connection (?<connection>[0-9]{1,18}): (?:handler|the handshake decision of|authentication by) (?:\"(?<handler>[^\"]*)\" of )?(?<plugin>[^ ]+) failed: (?<what>.*); "
        + "(?:closed with 1011|answered with 500)$", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Fault();

    [GeneratedRegex("^(?<place>[^|]*?:[0-9]+:[0-9]+): error: (?<message>[^|]*?) \\| ", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex ScriptError();

    [GeneratedRegex("^(?<message>.*) \\(at (?<place>.*)\\)$", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Thrown();
}
