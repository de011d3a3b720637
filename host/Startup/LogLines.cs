using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace PluginHost.Startup;

/// <summary>How an event looks in the log: one line.</summary>
internal static class LogLines
{
    private const string Time = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    // Escapes line separators and whatever is no plain text beside control characters.
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.Default };

    /// <summary>For people: <c>2026-01-31T12:00:00.000Z info: plugin.ocpp text connection=7 user=ann</c>.</summary>
    /// <param name="time">When.</param>
    /// <param name="level">How much it matters.</param>
    /// <param name="source">Where it comes from.</param>
    /// <param name="message">One line.</param>
    /// <param name="fields">Names and values beside it.</param>
    public static string ForPeople(
        DateTimeOffset time, LogLevel level, string source, string message, IEnumerable<KeyValuePair<string, string>> fields) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.ToUniversalTime().ToString(Time, CultureInfo.InvariantCulture)} {Short(level)}: {source} {message}")
        + string.Concat(fields.Select(field => $" {field.Key}={field.Value}"));

    /// <summary>For programs: an object with <c>time</c>, <c>level</c>, <c>source</c> and <c>message</c>, and <c>fields</c> where there are any.</summary>
    /// <inheritdoc cref="ForPeople" path="/param"/>
    public static string ForPrograms(
        DateTimeOffset time, LogLevel level, string source, string message, IEnumerable<KeyValuePair<string, string>> fields)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Json))
        {
            json.WriteStartObject();
            json.WriteString("time", time.ToUniversalTime().ToString(Time, CultureInfo.InvariantCulture));
            json.WriteString("level", level.ToString().ToLowerInvariant());
            json.WriteString("source", source);
            json.WriteString("message", message);
            var all = fields.ToArray();
            if (all.Length > 0)
            {
                json.WriteStartObject("fields");
                foreach (var (name, value) in all) json.WriteString(name, value);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Short(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
