using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PluginHost.Testing;

/// <summary>What a client does.</summary>
public enum ClientStepKind : byte
{
    /// <summary>It sends a text message.</summary>
    Text,

    /// <summary>It sends a binary message.</summary>
    Binary,

    /// <summary>It lets time pass.</summary>
    Wait,

    /// <summary>It closes the connection.</summary>
    Close,
}

/// <summary>One step of a client. A line of the files that <c>connect --play</c> sends.</summary>
public sealed class ClientStep
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private ClientStep(ClientStepKind kind, ReadOnlyMemory<byte> bytes, TimeSpan delay, int code, string reason) =>
        (Kind, Bytes, Delay, Code, Reason) = (kind, bytes, delay, code, reason);

    /// <summary>What it does.</summary>
    public ClientStepKind Kind { get; }

    /// <summary>The payload of a message; of a text, as UTF-8.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>How long it waits.</summary>
    public TimeSpan Delay { get; }

    /// <summary>The close code.</summary>
    public int Code { get; }

    /// <summary>The reason of the close.</summary>
    public string Reason { get; }

    /// <summary>It sends a text message.</summary>
    /// <param name="text">The text. Half of a surrogate pair is sent as U+FFFD.</param>
    public static ClientStep Text(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(ClientStepKind.Text, Encoding.UTF8.GetBytes(text), default, 0, "");
    }

    /// <summary>It sends a binary message.</summary>
    /// <param name="bytes">The payload.</param>
    public static ClientStep Binary(ReadOnlyMemory<byte> bytes) => new(ClientStepKind.Binary, bytes, default, 0, "");

    /// <summary>It lets time pass, in whole milliseconds.</summary>
    /// <param name="delay">How long; 0 and above.</param>
    public static ClientStep Wait(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return new(ClientStepKind.Wait, default, TimeSpan.FromMilliseconds((long)delay.TotalMilliseconds), 0, "");
    }

    /// <summary>It closes the connection.</summary>
    /// <param name="code">The close code.</param>
    /// <param name="reason">The reason; of at most 123 bytes.</param>
    public static ClientStep Close(int code, string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        return new(ClientStepKind.Close, default, default, code, reason);
    }

    /// <summary>It sends a message.</summary>
    public bool IsMessage => Kind is ClientStepKind.Text or ClientStepKind.Binary;

    /// <summary>The step as a line that <c>connect --play</c> reads.</summary>
    public override string ToString()
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line, Plain))
        {
            json.WriteStartObject();
            switch (Kind)
            {
                case ClientStepKind.Text: json.WriteString("text", Bytes.Span); break;
                case ClientStepKind.Binary: json.WriteBase64String("binary", Bytes.Span); break;
                case ClientStepKind.Wait: json.WriteNumber("wait", (long)Delay.TotalMilliseconds); break;
                default:
                    json.WriteNumber("close", Code);
                    json.WriteString("reason", Reason);
                    break;
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(line.ToArray());
    }
}
