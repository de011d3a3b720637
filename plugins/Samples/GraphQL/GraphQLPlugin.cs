using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PluginHost.Abstractions;

namespace Samples.GraphQL;

/// <summary>The protocol graphql-transport-ws over a schema of its own: <c>{ hello }</c> and <c>subscription { countdown(from: 3) }</c>.</summary>
public sealed class GraphQLPlugin : Plugin
{
    public override PluginDescription Describe() =>
        new("GraphQL", "1.0", [Handler.Session("graphql-transport-ws", session => new GraphQLHandler(session)).WithOverlappingCalls(50)]);
}

internal sealed partial class GraphQLHandler(Session session) : SessionHandler
{
    private const int Patience = 1;

    private readonly Dictionary<string, CancellationTokenSource> _running = [];
    private bool _isInitialised;

    public override ValueTask OnOpenAsync(Call call)
    {
        session.SetTimer(Patience, TimeSpan.FromSeconds(3));
        return default;
    }

    public override ValueTask OnTimerAsync(int id, Call call) => throw new CloseConnectionException(4408, "Connection initialisation timeout");

    public override async ValueTask OnTextAsync(OwnedMessage message, Call call)
    {
        var (type, id, query) = Read(message);
        switch (type)
        {
            case "connection_init" when _isInitialised: throw new CloseConnectionException(4429, "Too many initialisation requests");
            case "connection_init":
                _isInitialised = true;
                session.StopTimer(Patience);
                Send(null, "connection_ack", null);
                break;
            case "ping": Send(null, "pong", null); break;
            case "pong": break;
            case "subscribe" when !_isInitialised: throw new CloseConnectionException(4401, "Unauthorized");
            case "subscribe" when id is not null && query is not null: await SubscribeAsync(id, query, call); break;
            case "complete" when id is not null: End(id)?.Cancel(); break;
            default: throw new CloseConnectionException(4400, "Invalid message");
        }
    }

    private async ValueTask SubscribeAsync(string id, string query, Call call)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation);
        lock (_running)
            if (!_running.TryAdd(id, ended)) throw new CloseConnectionException(4409, $"Subscriber for {id} already exists");
        // The client's "complete" must be heard while this goes on, so it does not wait for room.
        if (!call.TryOverlap()) Send(id, "error", new JsonArray(new JsonObject { ["message"] = "too many operations" }));
        else
        {
            try
            {
                await foreach (var data in ExecuteAsync(query, ended.Token)) Send(id, "next", new JsonObject { ["data"] = data });
                if (End(id) is not null) Send(id, "complete", null);
            }
            catch (OperationCanceledException) when (!call.Cancellation.IsCancellationRequested) { } // the client has completed it
            catch (FormatException e) { Send(id, "error", new JsonArray(new JsonObject { ["message"] = e.Message })); }
        }
        End(id);
    }

    private static async IAsyncEnumerable<JsonObject> ExecuteAsync(
        string query, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        if (Hello().IsMatch(query)) yield return new JsonObject { ["hello"] = "world" };
        else if (Countdown().Match(query) is { Success: true } found)
            for (var i = int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture); i >= 0; i--, await Task.Delay(20, cancellation))
                yield return new JsonObject { ["countdown"] = i };
        else throw new FormatException("Cannot query that field");
    }

    private CancellationTokenSource? End(string id)
    {
        lock (_running) return _running.Remove(id, out var running) ? running : null;
    }

    private void Send(string? id, string type, JsonNode? payload)
    {
        var message = new JsonObject { ["type"] = type };
        if (id is not null) message["id"] = id;
        if (payload is not null) message["payload"] = payload;
        session.SendText(message.ToJsonString());
    }

    private static (string? Type, string? Id, string? Query) Read(OwnedMessage message)
    {
        try
        {
            return JsonNode.Parse(message.Bytes.Span) is JsonObject sent ? ((string?)sent["type"], (string?)sent["id"], (string?)sent["payload"]?["query"]) : default;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) { return default; }
    }

    [GeneratedRegex(@"^\s*(query\s*)?\{\s*hello\s*\}\s*$")] private static partial Regex Hello();

    [GeneratedRegex(@"^\s*subscription\s*\w*\s*\{\s*countdown\s*\(\s*from\s*:\s*(\d{1,4})\s*\)\s*\}\s*$")] private static partial Regex Countdown();
}
