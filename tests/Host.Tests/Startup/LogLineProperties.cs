using System.Text.Json;
using Microsoft.Extensions.Logging;
using PluginHost.Server.Logging;
using PluginHost.Startup;
using PluginHost.TestSupport;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace PluginHost.Tests.Startup;

/// <summary>One event, one line, whatever a peer has put into it.</summary>
public sealed class LogLineProperties
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 13, 0, 0, TimeSpan.FromHours(1));

    // What breaks or reorders lines, controls a terminal, or is no text.
    private static readonly string[] Hostile =
    [
        "\n", "\r\n", "\u0085", "\u2028", "\u2029", "\u001b[2J", "\u009b31m", "\u202e", "\u2066", "\0", "\a", "\b", "\u007f", "\ud800", "\udfff", "\"", "\\", "{0}", "}",
        "<script>", "2026-01-31T12:00:00.000Z info: server forged",
    ];

    private static string Text(byte[] choices) =>
        string.Concat(choices.Select(one => one < 128 ? Hostile[one % Hostile.Length] : ((char)(one * 257)).ToString()));

    private static bool IsPlain(string line) => !line.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'));

    [Property(MaxTest = 300)]
    public bool A_line_for_people_is_one_line_of_bounded_length(byte[] choices)
    {
        var line = LogLines.ForPeople(Now, LogLevel.Warning, "server", LogText.Escape(Text(choices)), []);
        return IsPlain(line) && line.Length < 7000 && line.StartsWith("2026-01-31T12:00:00.000Z warn: server ", StringComparison.Ordinal);
    }

    [Property(MaxTest = 300)]
    public bool A_line_for_programs_is_one_object_that_holds_the_message(byte[] choices)
    {
        var message = LogText.Escape(Text(choices));
        var line = LogLines.ForPrograms(Now, Level.Error, "plugin.a", message, [new("user", message)]);
        using var json = JsonDocument.Parse(line);
        string[] names = [.. json.RootElement.EnumerateObject().Select(one => one.Name)];
        var read = json.RootElement.GetProperty("message").GetString()!;
        return IsPlain(line) && names.SequenceEqual(["time", "level", "source", "message", "fields"])
            && json.RootElement.GetProperty("fields").GetProperty("user").GetString() == read
            && json.RootElement.GetProperty("time").GetString() == "2026-01-31T12:00:00.000Z"
            && json.RootElement.GetProperty("level").GetString() == "error"
            && read == System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(message)); // lone surrogates are no text
    }

    [Property(MaxTest = 50)]
    public bool Each_event_of_the_log_is_one_line_of_its_stream(byte[][] events, bool isJson)
    {
        var stream = new MemoryStream();
        using (var log = new HostLog(LogLevel.Trace, isJson, stream))
        {
            for (var i = 0; i < events.Length; i++)
            {
                if (i % 2 == 0) Write(log.Server, LogLevel.Error, Text(events[i]));
                else Write(log.CreateLogger(LogCategories.Plugins + Text(events[i])), LogLevel.Debug, Text(events[i]));
            }
        }
        var lines = System.Text.Encoding.UTF8.GetString(stream.ToArray()).Split('\n');
        return lines.Length == events.Length + 1 && lines[^1].Length == 0 && lines.All(IsPlain)
            && (!isJson || lines[..^1].All(line => JsonDocument.Parse(line).RootElement.ValueKind == JsonValueKind.Object));
    }

    [Fact]
    public void What_cannot_be_written_is_counted_and_told_later()
    {
        using var disk = new Disk();
        using (var log = new HostLog(LogLevel.Information, false, disk))
        {
            Write(log.Server, LogLevel.Debug, "below the level");
            disk.IsFull = true;
            for (var i = 0; i < 3; i++) Write(log.Server, LogLevel.Information, "lost");
            Assert.True(SpinWait.SpinUntil(() => disk.Failures == 3 + 2, PluginHost.Tests.Server.Limit.Time), $"{disk.Failures}"); // the second and third say what was lost before
            disk.IsFull = false;
            Write(log.Server, LogLevel.Information, "written");
        }
        var lines = disk.Text.Split('\n');
        Assert.EndsWith("warn: log 3 lines could not be written", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("info: server written", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_reader_that_does_not_read_holds_nobody_up()
    {
        using var disk = new Disk();
        using var gate = new ManualResetEventSlim();
        disk.Gate = gate;
        using (var log = new HostLog(LogLevel.Information, false, disk))
        {
            for (var i = 0; i < LineWriter.MaxWaiting + 100; i++) Write(log.Server, LogLevel.Information, "x");
            gate.Set();
            Assert.True(SpinWait.SpinUntil(() => disk.Text.Contains("lines could not be written", StringComparison.Ordinal), PluginHost.Tests.Server.Limit.Time));
        }
    }

    /// <summary>A stream that can be full, or make its writer wait.</summary>
    private sealed class Disk : MemoryStream
    {
        public volatile bool IsFull;
        public volatile int Failures;
        public volatile ManualResetEventSlim? Gate;

        public string Text
        {
            get
            {
                lock (this) return System.Text.Encoding.UTF8.GetString(ToArray());
            }
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Gate?.Wait(PluginHost.Tests.Server.Limit.Time);
            if (IsFull)
            {
                Failures++;
                throw new IOException("No space left on device");
            }
            lock (this) base.Write(buffer);
        }
    }

    private static void Write(ILogger logger, LogLevel level, string line) => new ServerLog(logger).Write(level, line);

    [Fact]
    public void A_long_message_is_cut() => Assert.Equal(1001, LogText.Escape(new string('x', 5000)).Length);
}
