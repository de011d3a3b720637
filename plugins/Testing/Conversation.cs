using System.Text.Json;

namespace PluginHost.Testing;

/// <summary>What one client does on one connection, in order.</summary>
public sealed class Conversation
{
    /// <summary>A conversation of steps.</summary>
    /// <param name="steps">The steps.</param>
    public Conversation(IEnumerable<ClientStep> steps) => Steps = [.. steps];

    /// <summary>The steps.</summary>
    public IReadOnlyList<ClientStep> Steps { get; }

    /// <summary>Text messages, one after the other.</summary>
    /// <param name="texts">The texts.</param>
    public static Conversation Of(params string[] texts) => new((texts ?? throw new ArgumentNullException(nameof(texts))).Select(ClientStep.Text));

    /// <summary>Steps, one after the other.</summary>
    /// <param name="steps">The steps.</param>
    public static Conversation Of(params ClientStep[] steps) => new(steps);

    /// <summary>Reads a file that <c>connect --play</c> sends.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="FormatException">A line is not as it should be.</exception>
    public static Conversation Load(string path) => Parse(File.ReadAllText(path));

    /// <summary>Reads lines that <c>connect --play</c> sends, one JSON object each.</summary>
    /// <param name="lines">The lines; empty ones are left out.</param>
    /// <exception cref="FormatException">A line is not as it should be.</exception>
    public static Conversation Parse(string lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        return new(lines.Split('\n').Select((line, i) => (Line: line.Trim(), Number: i + 1)).Where(numbered => numbered.Line.Length > 0)
            .Select(numbered => StepOf(numbered.Line, numbered.Number)));
    }

    /// <summary>The conversation as <c>connect --play</c> reads it, a step a line.</summary>
    public override string ToString() => string.Join('\n', Steps);

    private static ClientStep StepOf(string line, int number)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            if (root.TryGetProperty("text", out var text)) return ClientStep.Text(text.GetString()!);
            if (root.TryGetProperty("binary", out var binary)) return ClientStep.Binary(binary.GetBytesFromBase64());
            if (root.TryGetProperty("wait", out var wait)) return ClientStep.Wait(TimeSpan.FromMilliseconds(wait.GetInt64()));
            if (root.TryGetProperty("close", out var close))
                return ClientStep.Close(close.GetInt32(), root.TryGetProperty("reason", out var reason) ? reason.GetString()! : "");
            throw new FormatException($"line {number}: a line has text, binary, wait or close");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new FormatException($"line {number}: {exception.Message}", exception);
        }
    }
}
