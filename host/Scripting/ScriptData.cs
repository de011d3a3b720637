using System.Text.Json;
using PluginHost.Abstractions;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Scripting;

/// <summary>What scripts see of the host, as their values.</summary>
internal static class ScriptData
{
    /// <summary>The variable <c>connection</c>.</summary>
    public static ScriptObject Of(HandshakeInfo handshake) => ScriptObject.Create(
    [
        new("id", ScriptValue.Of(handshake.ConnectionId)),
        new("path", ScriptValue.Of(handshake.Path)),
        new("route", Members(handshake.RouteValues)),
        // Of a name given twice, the first counts, as for plugins.
        new("query", Members(handshake.QueryValues.DistinctBy(one => one.Key))),
        new("protocol", ScriptValue.Of(handshake.Subprotocol)),
        new("user", ScriptValue.Of(handshake.User?.Name)),
        new("roles", ScriptValue.Of(ScriptArray.Create((handshake.User?.Roles ?? []).Select(ScriptValue.Of)))),
        new("address", ScriptValue.Of(handshake.RemoteAddress)),
        new("secure", ScriptValue.Of(handshake.IsSecure)),
    ]);

    /// <summary>The variable <c>options</c>.</summary>
    /// <param name="json">A JSON object.</param>
    public static ScriptObject Of(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Object(document.RootElement);
    }

    private static ScriptObject Object(JsonElement json) =>
        ScriptObject.Create(json.EnumerateObject().Select(one => KeyValuePair.Create(one.Name, Value(one.Value))));

    private static ScriptValue Value(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => ScriptValue.Of(Object(json)),
        JsonValueKind.Array => ScriptValue.Of(ScriptArray.Create(json.EnumerateArray().Select(Value))),
        JsonValueKind.String => ScriptValue.Of(json.GetString()),
        JsonValueKind.Number => json.TryGetInt64(out var whole) ? ScriptValue.Of(whole) : ScriptValue.Of(json.GetDouble()),
        JsonValueKind.True => ScriptValue.True,
        JsonValueKind.False => ScriptValue.False,
        _ => ScriptValue.Null,
    };

    private static ScriptValue Members(IEnumerable<KeyValuePair<string, string>> values) =>
        ScriptValue.Of(ScriptObject.Create(values.Select(one => KeyValuePair.Create(one.Key, ScriptValue.Of(one.Value)))));
}
