using System.Text.Json;
using PluginHost.Abstractions;

namespace PluginHost.Plugins.Chat;

/// <summary>What a client says; what it does not say, or says wrongly, is <see langword="null"/>.</summary>
internal sealed record Request(string? Text, string? Room, string? Join, string? Leave, TopicPosition? Since)
{
    private static readonly Request Nothing = new(null, null, null, null, null);

    public static Request Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            return root.ValueKind != JsonValueKind.Object
                ? Nothing
                : new(TextOf(root, "text"), TextOf(root, "room"), TextOf(root, "join"), TextOf(root, "leave"),
                    NumberOf(root, "epoch") is { } epoch && NumberOf(root, "offset") is { } offset ? new(epoch, offset) : null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Nothing; // not JSON, or a string with a lone surrogate
        }
    }

    private static string? TextOf(JsonElement root, string name) =>
        root.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && text.GetString() is { Length: > 0 } value ? value : null;

    private static long? NumberOf(JsonElement root, string name) =>
        root.TryGetProperty(name, out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out var value) ? value : null;
}
