using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PluginHost.Abstractions;

namespace Samples.Ocpp;

/// <summary>
/// A central system for OCPP 1.6 over JSON. A charge point connects as <c>/…/{identity}</c>; of two with one identity the newer stays. A client of <c>ocpp-control</c> sends
/// <c>{"point":"CP1","action":"RemoteStartTransaction","payload":{}}</c>, and gets what the charge point answers, whichever server it is on.
/// </summary>
public sealed class OcppPlugin : Plugin
{
    public override PluginDescription Describe() => new("OCPP", "1.0",
    [
        Handler.Session("ocpp1.6", session => new ChargePoint(session)).WithOverlappingCalls(8)
            .WithDecision(info => IdentityOf(info).Length is > 0 and <= 48 ? HandshakeDecision.Accept : HandshakeDecision.Refuse(404, "a charge point has an identity"))
            .WithKey(IdentityOf, KeyConflict.ReplaceOlder),
        Handler.Session("ocpp-control", session => new Control(session)).WithOverlappingCalls(16),
    ]);

    private static string IdentityOf(HandshakeInfo info) => info.RouteValue("identity") ?? info.Path[(info.Path.LastIndexOf('/') + 1)..];
}

/// <summary>One charge point: it calls, and is called, by messages <c>[2, id, action, payload]</c>, <c>[3, id, payload]</c> and <c>[4, id, code, text, {}]</c>.</summary>
internal sealed class ChargePoint(Session session) : SessionHandler
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonNode?>> _asked = new();
    private int _calls;

    public override ValueTask OnTextAsync(OwnedMessage message, Call call)
    {
        switch (Read(message))
        {
            case [{ } type, { } id, { } action, JsonObject payload] when Is(type, 2): Answer((string)id!, (string)action!, payload); break;
            case [{ } type, { } id, { } payload] when Is(type, 3): Ended((string)id!)?.TrySetResult(payload.DeepClone()); break;
            case [{ } type, { } id, { } code, ..] when Is(type, 4): Ended((string)id!)?.TrySetResult(new JsonObject { ["error"] = code.DeepClone() }); break;
            default: throw new CloseConnectionException(CloseCodes.InvalidPayload, "not an OCPP message");
        }
        return default;
    }

    /// <summary>Asks the charge point. Its answer is a message to come, so this does not wait for room.</summary>
    public override async ValueTask<ReadOnlyMemory<byte>?> OnAskAsync(ReadOnlyMemory<byte> question, Call call)
    {
        if (!call.TryOverlap() || JsonNode.Parse(question.Span) is not JsonObject asked) return null;
        var id = $"s{Interlocked.Increment(ref _calls)}";
        var answer = _asked[id] = new TaskCompletionSource<JsonNode?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Send(2, id, asked["action"]?.DeepClone(), asked["payload"]?.DeepClone() ?? new JsonObject());
        try
        {
            return Encoding.UTF8.GetBytes((await answer.Task.WaitAsync(TimeSpan.FromSeconds(30), call.Cancellation))?.ToJsonString() ?? "null");
        }
        catch (TimeoutException) { return null; }
        finally { Ended(id); }
    }

    private void Answer(string id, string action, JsonObject payload)
    {
        var now = session.Context.Time.GetUtcNow().ToString("O");
        JsonObject? answer = action switch
        {
            "BootNotification" => new() { ["status"] = "Accepted", ["currentTime"] = now, ["interval"] = 300 },
            "Heartbeat" => new() { ["currentTime"] = now },
            "StatusNotification" => [],
            "Authorize" => new() { ["idTagInfo"] = new JsonObject { ["status"] = payload.ContainsKey("idTag") ? "Accepted" : "Invalid" } },
            _ => null,
        };
        if (answer is not null) Send(3, id, answer);
        else Send(4, id, "NotImplemented", $"{action} is not known", new JsonObject());
    }

    private TaskCompletionSource<JsonNode?>? Ended(string id) => _asked.TryRemove(id, out var answer) ? answer : null;

    private void Send(params JsonNode?[] parts) => session.SendText(new JsonArray(parts).ToJsonString());

    private static bool Is(JsonNode type, int number) => type is JsonValue value && value.TryGetValue(out int found) && found == number;

    private static JsonArray? Read(OwnedMessage message)
    {
        try { return JsonNode.Parse(message.Bytes.Span) is JsonArray { Count: >= 3 } parts && parts[1]?.GetValueKind() == JsonValueKind.String ? parts : null; }
        catch (JsonException) { return null; }
    }
}

/// <summary>Somebody who commands charge points.</summary>
internal sealed class Control(Session session) : SessionHandler
{
    public override async ValueTask OnTextAsync(OwnedMessage message, Call call)
    {
        await call.OverlapAsync();
        var point = message.ToString() is { } text && JsonNode.Parse(text)?["point"] is JsonValue name ? name.ToString() : throw new CloseConnectionException(CloseCodes.InvalidPayload, "no point");
        var answer = await session.Context.Connections.AskAsync(ConnectionTarget.Key(point), message.Bytes, call.Cancellation);
        if (answer is { } given) session.SendText(given);
        else session.SendText("""{"error":"nobody answers"}""");
    }
}
