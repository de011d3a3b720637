using System.Text.Json;
using System.Text.Json.Nodes;
using PluginHost.Abstractions;

namespace Samples.JsonRpc;

/// <summary>JSON-RPC 2.0 with <c>add</c>, <c>echo</c> and <c>sleep</c>: requests, notifications and batches, a hundred in flight on one connection.</summary>
public sealed class JsonRpcPlugin : Plugin
{
    public override PluginDescription Describe() =>
        new("JSON-RPC", "1.0", [Handler.Session("jsonrpc2", session => new JsonRpcHandler(session)).WithOverlappingCalls(100)]);
}

internal sealed class JsonRpcHandler(Session session) : SessionHandler
{
    public override async ValueTask OnTextAsync(OwnedMessage message, Call call)
    {
        JsonNode? sent;
        try
        {
            sent = JsonNode.Parse(message.Bytes.Span);
        }
        catch (JsonException)
        {
            session.SendText(Error(-32700, "Parse error", null).ToJsonString());
            return;
        }
        await call.OverlapAsync(); // from here on the next request may run beside this one
        var batch = sent is JsonArray { Count: > 0 } several ? several : null;
        var answers = await Task.WhenAll((batch?.ToArray() ?? [sent]).Select(request => AnswerAsync(request, call.Cancellation)));
        var wanted = answers.OfType<JsonNode>().ToArray(); // a notification has no answer
        if (wanted.Length > 0) session.SendText((batch is null ? wanted[0] : new JsonArray(wanted)).ToJsonString());
    }

    private static async Task<JsonNode?> AnswerAsync(JsonNode? sent, CancellationToken cancellation)
    {
        if (sent is not JsonObject request || request["method"] is not JsonValue name || !name.TryGetValue(out string? method))
            return Error(-32600, "Invalid Request", null);
        var answer = await RunAsync(method, request["params"] as JsonArray ?? [], cancellation);
        if (!request.ContainsKey("id")) return null;
        answer["id"] = request["id"]?.DeepClone();
        return answer;
    }

    private static async Task<JsonObject> RunAsync(string method, JsonArray given, CancellationToken cancellation)
    {
        switch (method)
        {
            case "add" when given.All(value => value?.GetValueKind() == JsonValueKind.Number):
                return Result(given.Sum(value => (double)value!));
            case "echo" when given.Count == 1:
                return Result(given[0]?.DeepClone());
            case "sleep" when given is [JsonValue time] && time.TryGetValue(out int milliseconds) && milliseconds is >= 0 and <= 60_000:
                await Task.Delay(milliseconds, cancellation);
                return Result(milliseconds);
            default:
                return method is "add" or "echo" or "sleep" ? Error(-32602, "Invalid params", null) : Error(-32601, "Method not found", null);
        }
    }

    private static JsonObject Result(JsonNode? value) => new() { ["jsonrpc"] = "2.0", ["result"] = value };

    private static JsonObject Error(int code, string message, JsonNode? id) =>
        new() { ["jsonrpc"] = "2.0", ["error"] = new JsonObject { ["code"] = code, ["message"] = message }, ["id"] = id };
}
